"""The three rounds after TLS, with honest, wrong and hostile other sides."""

from collections.abc import Sequence
from dataclasses import replace

import hypothesis
import hypothesis.strategies as st
import pytest
import trio
import trio.testing

from ledgerd.errors import HandshakeFailed, LinkError
from ledgerd.network.frames import BODY_BYTES_MAX, FrameKind, encode_frame
from ledgerd.network.handshake import (
    NO_TICKET,
    Approve,
    Greeting,
    Hello,
    HelloAck,
    Ticket,
    decides,
    shake_hands,
)
from ledgerd.network.settings import NetworkIdentity, Peer
from ledgerd.network.wire import Wire
from ledgerd.primitives.canonical import decode, encode
from ledgerd.primitives.hashing import Domain, digest
from tests.unit.ledgerd.network.builders import CHAIN, node, stream_pair

TICKET = Ticket(bytes(range(16)), 7)


def issue() -> Ticket:
    return TICKET


def agree() -> Ticket:
    return NO_TICKET


def never() -> Ticket:
    raise AssertionError("nothing is to be approved here")


async def outcome_of(
    wire: Wire, identity: NetworkIdentity, peer: Peer, approve: Approve
) -> Ticket | LinkError:
    try:
        with trio.fail_after(10):
            return await shake_hands(wire, identity, peer, approve)
    except LinkError as error:
        return error


async def meet(
    left: tuple[NetworkIdentity, Peer], right: tuple[NetworkIdentity, Peer]
) -> list[Ticket | LinkError]:
    """Let two sides shake hands; return both outcomes. The left one decides."""
    streams = stream_pair()
    outcomes: list[Ticket | LinkError] = [TICKET, TICKET]

    async def run(index: int, side: tuple[NetworkIdentity, Peer], approve: Approve) -> None:
        outcomes[index] = await outcome_of(Wire(streams[index]), *side, approve)
        if isinstance(outcomes[index], LinkError):
            await streams[index].aclose()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(run, 0, left, issue)
        nursery.start_soon(run, 1, right, agree)
    return outcomes


async def answer(script: Sequence[bytes]) -> LinkError:
    """Shake hands as node 0 with a peer that just sends these bytes; return how that failed."""
    ours, theirs = stream_pair()
    for data in script:
        await theirs.send_all(data)
    await theirs.send_eof()
    outcome = await outcome_of(Wire(ours), node(0).identity(), node(1).peer(), issue)
    assert isinstance(outcome, LinkError)
    return outcome


def greeting(nonce: bytes = bytes(32), chain: bytes = CHAIN, sender: int = 1) -> bytes:
    message = Greeting(chain_id=chain, sender_id=node(sender).institution_id, nonce=nonce)
    return encode_frame(FrameKind.GREETING, encode(message))


HELLO = encode_frame(FrameKind.HELLO, encode(Hello(signature=bytes(64))))
ACK = encode_frame(FrameKind.HELLO_ACK, encode(HelloAck(incarnation=bytes(16), serial=0)))


async def test_two_peers_agree_on_the_ticket_of_the_deciding_side() -> None:
    outcomes = await meet(
        (node(0).identity(), node(1).peer()), (node(1).identity(), node(0).peer())
    )

    assert outcomes == [TICKET, TICKET]


def test_exactly_one_of_two_decides() -> None:
    assert decides("a", "b")
    assert not decides("b", "a")


async def test_a_node_of_another_chain_is_refused_by_both() -> None:
    left, right = await meet(
        (node(0).identity(), node(1).peer()), (node(1).identity(bytes(32)), node(0).peer())
    )

    assert "another chain" in str(left)
    assert "another chain" in str(right)


async def test_another_consensus_key_is_refused() -> None:
    impostor = replace(node(1).identity(), signer=node(2).identity().signer)

    left, _ = await meet((node(0).identity(), node(1).peer()), (impostor, node(0).peer()))

    assert "not signed by the peer's consensus key" in str(left)


async def test_another_certificate_than_the_pinned_one_is_refused() -> None:
    left, right = await meet(
        (node(0).identity(), node(1).peer()),
        (replace(node(1).identity(), certificate=node(2).certificate), node(0).peer()),
    )

    assert "not signed" in str(left)
    assert "not signed" in str(right)


async def test_another_name_than_that_of_the_certificate_is_refused() -> None:
    assert "names another institution" in str(await answer([greeting(sender=2)]))


async def test_a_replayed_hello_is_refused() -> None:
    honest, recorder = stream_pair()
    recorded = bytearray()

    async def record() -> None:
        """Be node 0's side of a session and keep what node 1 said."""
        await shake_hands(Wire(Tap(recorder, recorded)), node(0).identity(), node(1).peer(), issue)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(record)
        await shake_hands(Wire(honest), node(1).identity(), node(0).peer(), agree)

    failure = await answer([bytes(recorded)])

    assert "not signed by the peer's consensus key" in str(failure)


class Tap(trio.abc.Stream):
    """A stream that keeps a copy of what it receives."""

    def __init__(self, stream: trio.abc.Stream, copy: bytearray) -> None:
        self.stream = stream
        self.copy = copy

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await self.stream.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        await self.stream.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        data = await self.stream.receive_some(max_bytes)
        self.copy += data
        return data

    async def aclose(self) -> None:
        await self.stream.aclose()


async def test_our_own_words_reflected_are_refused() -> None:
    ours, theirs = stream_pair()
    failures: list[Ticket | LinkError] = []

    async def shake() -> None:
        failures.append(await outcome_of(Wire(ours), node(0).identity(), node(1).peer(), issue))
        await ours.aclose()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(shake)
        data = await theirs.receive_some()
        await theirs.send_all(data)

    assert "names another institution" in str(failures[0])


async def test_a_reflected_nonce_is_refused() -> None:
    ours, theirs = stream_pair()
    failures: list[Ticket | LinkError] = []

    async def shake() -> None:
        failures.append(await outcome_of(Wire(ours), node(0).identity(), node(1).peer(), issue))
        await ours.aclose()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(shake)
        frame = await Wire(theirs).receive_one()
        nonce = decode(frame.body, Greeting, bytes_max=256).nonce
        await theirs.send_all(greeting(nonce=nonce))

    assert "repeats our nonce" in str(failures[0])


@pytest.mark.parametrize(
    "script",
    [
        [HELLO],
        [ACK],
        [greeting(), greeting()],
        [greeting(), ACK],
        [encode_frame(FrameKind.PING, b"")],
        [encode_frame(FrameKind.VOTE, b"vote")],
        [greeting(), encode_frame(FrameKind.VOTE, b"vote")],
    ],
    ids=lambda script: "-".join(str(data[4]) for data in script),
)
async def test_a_message_out_of_turn_is_refused(script: list[bytes]) -> None:
    failure = await answer(script)

    assert isinstance(failure, HandshakeFailed)
    assert "expected" in str(failure)


class Garbler(Tap):
    """A stream that puts another body into the frames of one kind."""

    def __init__(self, stream: trio.abc.Stream, kind: FrameKind, body: bytes) -> None:
        super().__init__(stream, bytearray())
        self.kind = kind
        self.body = body

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        garbled = encode_frame(self.kind, self.body)
        await self.stream.send_all(garbled if data[4] == self.kind else data)


@pytest.mark.parametrize("kind", [FrameKind.GREETING, FrameKind.HELLO, FrameKind.HELLO_ACK])
@pytest.mark.parametrize(
    "body",
    [b"", b"\x90", b"\xc1", b"\x94\x01\x01\x01\x01", b"\xdc\xff\xff", ACK[5:] + b"\0", ACK[5:-1]],
)
async def test_a_malformed_body_in_an_honest_session_is_refused(
    kind: FrameKind, body: bytes
) -> None:
    ours, theirs = stream_pair()
    outcomes: list[Ticket | LinkError] = []

    async def shake() -> None:
        wire = Wire(ours)
        outcomes.append(await outcome_of(wire, node(0).identity(), node(1).peer(), issue))
        await ours.aclose()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(shake)
        rogue = Wire(Garbler(theirs, kind, body))
        await outcome_of(rogue, node(1).identity(), node(0).peer(), agree)

    assert isinstance(outcomes[0], HandshakeFailed)
    assert str(outcomes[0]).startswith(kind.name)


@pytest.mark.parametrize("length", range(0, 60, 7))
async def test_half_a_greeting_and_an_end_is_a_link_error(length: int) -> None:
    assert isinstance(await answer([greeting()[:length]]), LinkError)


@hypothesis.given(st.binary(max_size=300))
@hypothesis.settings(max_examples=200)
def test_any_bytes_end_in_a_link_error(data: bytes) -> None:
    assert isinstance(trio.run(answer, [data]), LinkError)


async def test_nothing_is_acknowledged_before_the_hello_verified() -> None:
    ours, theirs = stream_pair()
    await theirs.send_all(greeting() + HELLO + ACK)

    outcome = await outcome_of(Wire(ours), node(0).identity(), node(1).peer(), never)

    assert isinstance(outcome, HandshakeFailed)
    await ours.aclose()
    sent = Wire(theirs)
    kinds = [(await sent.receive_one()).kind, (await sent.receive_one()).kind]
    assert kinds == [FrameKind.GREETING, FrameKind.HELLO]
    with pytest.raises(LinkError):
        await sent.receive_one()


async def test_the_deciding_side_may_prefer_another_connection() -> None:
    def prefer_another() -> Ticket:
        raise HandshakeFailed("another connection of the pair was preferred")

    streams = stream_pair()
    outcomes: list[Ticket | LinkError] = []

    async def decide() -> None:
        outcome = await outcome_of(
            Wire(streams[0]), node(0).identity(), node(1).peer(), prefer_another
        )
        outcomes.append(outcome)
        await streams[0].aclose()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(decide)
        other = await outcome_of(Wire(streams[1]), node(1).identity(), node(0).peer(), agree)

    assert isinstance(outcomes[0], HandshakeFailed)
    assert isinstance(other, LinkError)


def test_every_message_fits_its_frame() -> None:
    longest = Greeting(chain_id=CHAIN, sender_id="x" * 64, nonce=bytes(32))

    assert len(encode(longest)) <= BODY_BYTES_MAX[FrameKind.GREETING]
    assert len(encode(Hello(signature=bytes(64)))) <= BODY_BYTES_MAX[FrameKind.HELLO]
    largest = HelloAck(incarnation=bytes(16), serial=2**63 - 1)
    assert len(encode(largest)) <= BODY_BYTES_MAX[FrameKind.HELLO_ACK]


def test_the_bytes_of_the_three_messages_are_those_of_the_drawing() -> None:
    greeting_bytes = encode(Greeting(chain_id=CHAIN, sender_id="A" * 18, nonce=bytes(32)))
    ack_bytes = encode(HelloAck(incarnation=bytes(16), serial=7))

    assert greeting_bytes == (
        b"\x95\x01\x01\xc4\x20" + CHAIN + b"\xb2" + b"A" * 18 + b"\xc4\x20" + bytes(32)
    )
    assert encode(Hello(signature=bytes(64))) == b"\x93\x02\x01\xc4\x40" + bytes(64)
    assert ack_bytes == b"\x94\x03\x01\xc4\x10" + bytes(16) + b"\x07"


class Remembering:
    """A signer that keeps what it was asked to sign."""

    def __init__(self) -> None:
        self.payloads: list[bytes] = []

    def sign(self, payload: bytes) -> bytes:
        self.payloads.append(payload)
        return bytes(64)


async def test_a_hello_signs_chain_ids_certificates_and_nonces_under_its_own_domain() -> None:
    signer = Remembering()
    ours, theirs = stream_pair()
    await theirs.send_all(greeting(nonce=b"n" * 32) + HELLO)
    identity = replace(node(0).identity(), signer=signer)
    await outcome_of(Wire(ours), identity, node(1).peer(), issue)
    sent = await Wire(theirs).receive_one()
    nonce = decode(sent.body, Greeting, bytes_max=256).nonce

    def certificate(index: int) -> bytes:
        return digest(Domain.CERTIFICATE, node(index).certificate)

    def binary(data: bytes) -> bytes:
        return b"\xc4\x20" + data

    ids = [b"\xb2" + node(i).institution_id.encode() for i in (0, 1)]
    fields = [binary(CHAIN), *ids, *map(binary, (certificate(0), certificate(1), nonce, b"n" * 32))]
    assert signer.payloads == [b"ldg/hello".ljust(16, b"\0") + b"\x99\x04\x01" + b"".join(fields)]
