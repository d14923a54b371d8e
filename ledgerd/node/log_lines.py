"""How the log looks: JSON lines for machines, coloured columns on a terminal.

Rules: to one stream, set up once, before anything else is done. No line carries the contents of a
bill: whoever logs names institutions, heights, hashes and counts. Nothing rests on a line: where it
cannot be written (a full disk behind the stream, a reader that went away), it is lost and counted,
and the node goes on.
"""

import json
import logging
from typing import TextIO, cast

import structlog


class Lines:
    """A stream that may fail; says how many lines it lost when it takes one again."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lost_count = 0

    def write(self, text: str) -> None:
        """Write a line, or count it as lost."""
        try:
            if self._lost_count:
                lost = {"event": "log lines lost", "count": self._lost_count, "level": "warning"}
                self._stream.write(json.dumps(lost) + "\n")
                self._stream.flush()
                self._lost_count = 0
            self._stream.write(text)
        except OSError:
            self._lost_count += 1

    def flush(self) -> None:
        """Hand on what is buffered, or count it as lost."""
        try:
            self._stream.flush()
        except OSError:
            self._lost_count += 1


def set_up_log(level: str, stream: TextIO) -> None:
    """Send lines of ``level`` and above to ``stream``."""
    is_terminal = stream.isatty()
    look: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if is_terminal:
        look.append(structlog.dev.ConsoleRenderer())
    else:
        look += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=look,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", Lines(stream))),
    )
