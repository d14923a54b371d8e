"""Quotas and pauses as arithmetic."""

import random

import pytest

from ledgerd.network.pacing import Backoff, Quota
from ledgerd.network.settings import NetworkSettings

SETTINGS = NetworkSettings(
    peer_bytes_per_s_max=1000,
    peer_messages_per_s_max=10,
    redial_min_ms=100,
    redial_max_ms=1000,
)


def test_within_the_quota_nobody_waits() -> None:
    quota = Quota(SETTINGS)

    pauses = [quota.spend(99, 1, now=second / 10) for second in range(100)]

    assert pauses == [0.0] * 100


def test_bytes_above_the_quota_are_paid_by_a_pause() -> None:
    quota = Quota(SETTINGS)

    quota.spend(1000, 0, now=50.0)

    assert quota.spend(500, 0, now=50.0) == pytest.approx(0.5)
    assert quota.spend(0, 0, now=50.5) == pytest.approx(0.0)


def test_messages_above_the_quota_are_paid_by_a_pause() -> None:
    quota = Quota(SETTINGS)

    assert quota.spend(0, 30, now=50.0) == pytest.approx(2.0)


def test_a_quiet_peer_saves_up_one_second_only() -> None:
    quota = Quota(SETTINGS)
    quota.spend(1, 1, now=0.0)

    assert quota.spend(1000, 0, now=1000.0) == pytest.approx(0.0)
    assert quota.spend(1000, 0, now=1000.0) == pytest.approx(1.0)


def test_a_greedy_peer_gets_the_quota_in_the_mean() -> None:
    quota = Quota(SETTINGS)
    now = 0.0
    for _ in range(100):
        now += quota.spend(300, 1, now)

    assert 100 * 300 / now == pytest.approx(1000, rel=0.05)


def test_pauses_double_up_to_the_longest() -> None:
    backoff = Backoff(SETTINGS, random.Random(1))

    pauses = [backoff.pause_ms() for _ in range(6)]

    wholes = (100, 200, 400, 800, 1000, 1000)
    assert [whole / 2 <= pause <= whole for pause, whole in zip(pauses, wholes, strict=True)] == [
        True
    ] * 6


def test_after_a_reset_the_first_pause_is_short_again() -> None:
    backoff = Backoff(SETTINGS, random.Random(1))
    for _ in range(5):
        backoff.pause_ms()

    backoff.reset()

    assert backoff.pause_ms() <= 100


def test_the_same_seed_gives_the_same_pauses_and_others_differ() -> None:
    def pauses(seed: int) -> list[int]:
        backoff = Backoff(SETTINGS, random.Random(seed))
        return [backoff.pause_ms() for _ in range(8)]

    assert pauses(1) == pauses(1)
    assert pauses(1) != pauses(2)
