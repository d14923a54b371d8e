"""The limits fit together."""

from ledgerd.network.frames import BODY_BYTES_MAX, FrameKind
from ledgerd.network.settings import NetworkSettings
from tests.unit.ledgerd.network.builders import node

SETTINGS = NetworkSettings()


def test_each_queue_holds_the_largest_frame_of_its_kind() -> None:
    assert SETTINGS.vote_queue.bytes_max > BODY_BYTES_MAX[FrameKind.VOTE]
    assert SETTINGS.sync_queue.bytes_max > BODY_BYTES_MAX[FrameKind.SYNC]
    assert SETTINGS.bundle_queue.bytes_max > BODY_BYTES_MAX[FrameKind.BUNDLE]
    assert SETTINGS.inbox_bytes_max > max(BODY_BYTES_MAX.values())


def test_a_ping_comes_well_before_the_peer_takes_us_for_dead() -> None:
    assert 2 * SETTINGS.ping_ms < SETTINGS.silence_timeout_ms < SETTINGS.stall_timeout_ms


def test_after_a_heal_a_dial_comes_within_ten_seconds() -> None:
    worst_ms = SETTINGS.silence_timeout_ms + SETTINGS.redial_max_ms

    assert worst_ms < 10_000


def test_no_repr_shows_key_material() -> None:
    shown = repr(node(0).peer()) + repr(node(0).identity())

    assert node(0).consensus.secret.hex() not in shown
    assert "Ed25519Key" not in shown
