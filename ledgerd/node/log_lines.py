"""How the log looks: JSON lines for machines, coloured columns on a terminal.

Rules: to one stream, set up once, before anything else is done. No line carries the contents of a
bill: whoever logs names institutions, heights, hashes and counts.
"""

import logging
from typing import TextIO

import structlog


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
        logger_factory=structlog.WriteLoggerFactory(file=stream),
    )
