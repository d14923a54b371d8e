"""Waiting for a time to come: a load is handed in when it is due, and looked after now and then."""

import threading
from typing import Final

_NEVER: Final = threading.Event()


def pause(seconds: float) -> None:
    """Let so much time pass; none for what is due already."""
    _NEVER.wait(max(0.0, seconds))
