"""Futures of other threads, awaited."""

import threading
from concurrent.futures import Future

import pytest
import trio

from ledgerd.errors import StorageWriteFailed
from ledgerd.node.futures import wait_future


async def test_a_result_of_another_thread_arrives() -> None:
    future: Future[int] = Future()
    threading.Thread(target=future.set_result, args=(7,)).start()

    with trio.fail_after(5):
        assert await wait_future(future) == 7


async def test_an_error_of_another_thread_arrives_as_itself() -> None:
    future: Future[int] = Future()
    future.set_exception(StorageWriteFailed("full"))

    with pytest.raises(StorageWriteFailed):
        await wait_future(future)


async def test_work_that_has_begun_is_waited_for_even_when_cancelled() -> None:
    future: Future[int] = Future()
    with trio.CancelScope() as scope:
        scope.cancel()
        threading.Thread(target=future.set_result, args=(7,)).start()
        assert await wait_future(future) == 7
