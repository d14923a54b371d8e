"""Log lines: JSON for machines."""

import errno
import io
import json

import structlog

from ledgerd.node.log_lines import set_up_log


class FullDisk(io.StringIO):
    """A stream behind which there is room now and then."""

    is_full = False

    def write(self, text: str) -> int:
        if self.is_full:
            raise OSError(errno.ENOSPC, "no space left")
        return super().write(text)


def test_a_line_that_cannot_be_written_ends_nobody_and_is_counted() -> None:
    """A node ended with a traceback and code 1 when the disk of its log was full."""
    stream = FullDisk()
    try:
        set_up_log("info", stream)
        stream.is_full = True
        structlog.get_logger().info("lost")
        structlog.get_logger().info("lost too")
        stream.is_full = False
        structlog.get_logger().info("shown")
    finally:
        structlog.reset_defaults()

    lost, shown = map(json.loads, stream.getvalue().splitlines())
    assert (lost["event"], lost["count"]) == ("log lines lost", 2)
    assert shown["event"] == "shown"


def test_a_line_is_one_json_object_with_time_and_level() -> None:
    stream = io.StringIO()
    try:
        set_up_log("info", stream)
        structlog.get_logger().debug("hidden")
        structlog.get_logger().info("shown", height=7)
    finally:
        structlog.reset_defaults()

    (line,) = stream.getvalue().splitlines()
    read = json.loads(line)
    assert (read["event"], read["height"], read["level"]) == ("shown", 7, "info")
    assert read["timestamp"].endswith("Z")
