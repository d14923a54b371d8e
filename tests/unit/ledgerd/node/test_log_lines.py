"""Log lines: JSON for machines."""

import io
import json

import structlog

from ledgerd.node.log_lines import set_up_log


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
