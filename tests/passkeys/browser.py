"""A browser without a window, driven over a pair of pipes (Chrome DevTools Protocol).

Rules: a profile folder of its own that is deleted with it; a page comes from loopback only.
"""

import contextlib
import http.server
import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = b"<!doctype html><title>passkeys</title>"
FLAGS = (
    "--headless=new",
    "--no-sandbox",  # a container's root has no sandbox to give; the only page is our own
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    "--remote-debugging-pipe",
)


class Browser:
    """One running browser and the session of its one page."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = os.fdopen(reading, "rb", buffering=0)
        self._writing = os.fdopen(writing, "wb", buffering=0)
        self._held = b""
        self._number = 0
        self._session: str | None = None

    def call(self, method: str, **params: object) -> Any:
        """Send one command and wait for its answer."""
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        self._writing.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def open_page(self, url: str) -> None:
        """Open a page; later commands go to it."""
        target = self.call("Target.createTarget", url=url)["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        self.call("Page.enable")

    def evaluate(self, expression: str) -> Any:
        """Run a script of the page and give what its promise becomes."""
        result = self.call(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        if "exceptionDetails" in result:
            raise RuntimeError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    def close(self) -> None:
        self._session = None
        with contextlib.suppress(OSError, RuntimeError, EOFError):
            self.call("Browser.close")
        self._reading.close()
        self._writing.close()

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._held:
            data = self._reading.read(65_536)
            if not data:
                raise EOFError("the browser ended")
            self._held += data
        message, _, self._held = self._held.partition(b"\0")
        read: dict[str, Any] = json.loads(message)
        return read


@contextlib.contextmanager
def running_browser(path: str) -> Iterator[Browser]:
    """Start a browser; it ends with the block."""
    with tempfile.TemporaryDirectory(prefix="passkeys-", ignore_cleanup_errors=True) as profile:
        down, to_browser = os.pipe()
        from_browser, up = os.pipe()
        # The browser reads from descriptor 3 and writes to 4.
        command = [path, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec "$@" 3<&{down} 4>&{up}', "sh", *command],
            pass_fds=(down, up),
            stderr=(Path(profile) / "errors").open("wb"),
        )
        os.close(down)
        os.close(up)
        browser = Browser(from_browser, to_browser)
        try:
            yield browser
        finally:
            browser.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextlib.contextmanager
def served_page() -> Iterator[str]:
    """Serve an empty page on loopback; gives its address under the name ``localhost``."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
