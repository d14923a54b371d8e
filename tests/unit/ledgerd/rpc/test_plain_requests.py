"""Plain requests: what is read without h11 means the same to h11, all else is left to it."""

import h11
import pytest
from hypothesis import example, given, strategies as st

from ledgerd.rpc.limits import Limits
from ledgerd.rpc.plain_requests import JSON, plain_response, read_plain
from tests.unit.ledgerd.rpc.rpc_desk import COOKIE, READ_SECRET, gate, post

LIMITS = Limits(header_bytes_max=1_000, body_bytes_max=1_000)
PLAIN = post(b"{}", "User-Agent: his/1", "Accept:  */* ")
LINES = st.lists(
    st.sampled_from(
        [
            "Host: localhost",
            "host:127.0.0.1:80",
            "Host: example.org",
            f"Authorization: Bearer {COOKIE}",
            f"authorization: bearer {READ_SECRET}",
            "Authorization: Bearer wrong",
            "Content-Type: application/json; charset=utf-8",
            "Content-Type: text/plain",
            "Content-Length: 2",
            "content-length:\t02 ",
            "Content-Length: 1, 1",
            "Content-Length: -1",
            "Transfer-Encoding: chunked",
            "Connection: close",
            "Connection: keep-alive",
            "Expect: 100-continue",
            "Upgrade: websocket",
            "Origin: http://localhost",
            "Accept: a\tb",
            "Accept : a",
            "Accept: \x00",
            "Accept: a\rb",
            " folded",
            "X-Other: 1",
            "no colon",
            "",
        ]
    ),
    max_size=7,
)
STARTS = st.sampled_from(
    [*["POST / HTTP/1.1"] * 5, "POST / HTTP/1.0", "GET / HTTP/1.1", "POST /ws HTTP/1.1", "x"]
)
GOOD = ["Host: localhost", f"Authorization: Bearer {COOKIE}", f"Content-Type: {JSON}"]


@given(STARTS, LINES, st.sampled_from([[], GOOD]), st.sampled_from([b"{}", b"{}POST ", b"{"]))
@example("POST / HTTP/1.1", ["Content-Length: 2"], GOOD, b"{}POST /")
def test_what_is_plain_means_the_same_to_h11(
    start: str, lines: list[str], good: list[str], rest: bytes
) -> None:
    received = bytearray("\r\n".join([start, *good, *lines, "", ""]).encode() + rest)
    plain = read_plain(received, gate(), LIMITS)
    if plain is None:
        return
    http = h11.Connection(h11.SERVER)
    http.receive_data(bytes(received))

    request = http.next_event()

    assert isinstance(request, h11.Request)
    assert (request.method, request.target, request.http_version) == (b"POST", b"/", b"1.1")
    headers = dict(request.headers)
    assert len(headers) == len(request.headers)
    assert int(headers[b"content-length"]) == plain.body_bytes
    assert gate().caller(headers[b"authorization"].decode()) == plain.caller
    assert gate().is_ours(headers[b"host"].decode(), headers.get(b"origin", b"").decode() or None)
    if len(received) >= plain.byte_count:
        assert http.next_event() == h11.Data(data=received[plain.head_bytes : plain.byte_count])
        assert http.next_event() == h11.EndOfMessage()
        assert http.trailing_data[0] == received[plain.byte_count :]
        assert http.their_state is h11.DONE


@pytest.mark.parametrize("body", [b"{}", b"[" + b"1" * 5_000 + b"]", None])
def test_an_answer_has_the_bytes_that_h11_would_write(body: bytes | None) -> None:
    http = h11.Connection(h11.SERVER)
    http.receive_data(PLAIN)
    while http.their_state is not h11.DONE:
        http.next_event()
    length = [("content-type", JSON), ("content-length", str(len(body or b"")))]
    head = h11.Response(status_code=204 if body is None else 200, headers=length if body else [])
    events = (head, h11.Data(data=body or b""), h11.EndOfMessage())

    assert plain_response(body) == b"".join(http.send(event) or b"" for event in events)
    assert http.our_state is h11.DONE


def test_a_plain_request_names_its_caller_and_its_lengths() -> None:
    plain = read_plain(bytearray(PLAIN + b"more"), gate(), LIMITS)

    assert plain is not None
    assert (plain.caller.name, plain.body_bytes) == ("cookie", 2)
    assert plain.byte_count == len(PLAIN)


@pytest.mark.parametrize(
    "received",
    [
        b"",
        PLAIN[:40],
        PLAIN.replace(b"POST / ", b"PUT / "),
        PLAIN.replace(b"POST / ", b"POST /ws "),
        PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0"),
        PLAIN.replace(b"\r\n", b"\n"),
        PLAIN.replace(b"his/1", b"his\xff"),
        PLAIN.replace(b"User-Agent", b"X-Other"),
        PLAIN.replace(b"application/json", b"text/plain"),
        PLAIN.replace(b"Bearer c", b"Bearer d"),
        PLAIN.replace(b"localhost", b"example.org"),
        post(b"{}", "Connection: keep-alive"),
        post(b"{}", "Transfer-Encoding: chunked"),
        post(b"{}", "Content-Length: 2"),
        post(b"{}", "Expect: 100-continue"),
        post(b"{}", "Origin: http://example.org"),
        post(b"x" * 1_001),
        post(b"{}", f"Accept: {'x' * 1_000}"),
    ],
)
def test_whatever_is_not_plainly_so_is_left_to_h11(received: bytes) -> None:
    assert read_plain(bytearray(received), gate(), LIMITS) is None
