"""Waiting in trio for a future that another thread completes, without a thread of our own."""

from concurrent.futures import Future
from typing import TypeVar

import trio

_T = TypeVar("_T")


async def wait_future(future: "Future[_T]") -> _T:
    """Wait for a future and give its result; not cancelled half way: the work goes on anyway."""
    token = trio.lowlevel.current_trio_token()
    task = trio.lowlevel.current_task()

    def wake(_: "Future[_T]") -> None:
        token.run_sync_soon(trio.lowlevel.reschedule, task)

    future.add_done_callback(wake)
    await trio.lowlevel.wait_task_rescheduled(_go_on_waiting)
    return future.result()


def _go_on_waiting(_: trio.lowlevel.RaiseCancelT) -> trio.lowlevel.Abort:
    return trio.lowlevel.Abort.FAILED
