"""Token buckets, and whom they count."""

import pytest
from worlds import StandingClock

from gateway.door.address import counted_address
from gateway.limits import Buckets


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


def test_a_burst_is_served_and_then_the_rate_holds(clock: StandingClock) -> None:
    buckets = Buckets(clock, per_second=2, burst=4)
    assert [buckets.take("a") for _ in range(6)] == [True] * 4 + [False] * 2
    clock.pass_by(1)
    assert [buckets.take("a") for _ in range(3)] == [True, True, False]


def test_one_does_not_take_from_the_other(clock: StandingClock) -> None:
    buckets = Buckets(clock, per_second=1, burst=1)
    assert buckets.take("a")
    assert not buckets.take("a")
    assert buckets.take("b")


def test_looking_takes_nothing(clock: StandingClock) -> None:
    buckets = Buckets(clock, per_second=1, burst=1)
    assert buckets.has("a")
    assert buckets.has("a")


def test_a_bucket_never_holds_more_than_its_burst(clock: StandingClock) -> None:
    buckets = Buckets(clock, per_second=1, burst=2)
    buckets.take("a")
    clock.pass_by(3600)
    assert [buckets.take("a") for _ in range(3)] == [True, True, False]


def test_memory_is_bounded(clock: StandingClock) -> None:
    buckets = Buckets(clock, per_second=1, burst=1, buckets_max=3)
    for name in "abcdef":
        buckets.take(name)
    assert len(buckets._levels) == 3


@pytest.mark.parametrize(
    ("peer", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unix", "unix"),
    ],
)
def test_who_has_a_network_of_addresses_is_counted_once(peer: str, counted: str) -> None:
    assert counted_address({"client": (peer, 1)}) == counted


def test_without_a_peer_all_are_one() -> None:
    assert counted_address({"client": None}) == "unknown"
