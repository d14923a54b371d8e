"""Waiting in trio for a future that another thread completes, without a thread of our own."""

from concurrent.futures import Future
from typing import TypeVar

import trio

_T = TypeVar("_T")


async def wait_future(future: "Future[_T]") -> _T:
    """Wait for a future and give its result; not cancelled half way: the work goes on anyway."""
    token = trio.lowlevel.current_trio_token()
    done = trio.Event()

    def wake(_: "Future[_T]") -> None:
        token.run_sync_soon(done.set)

    future.add_done_callback(wake)
    with trio.CancelScope(shield=True):
        await done.wait()
    return future.result()
