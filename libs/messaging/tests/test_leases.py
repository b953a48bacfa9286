"""Partitions among processes: everybody its share, one owner each, and a dead one's are taken over."""

import asyncio
from collections import Counter as Tally
from uuid import uuid4

import pytest
from counter_house import House, merchant_in, until
from counter_service import earn
from counter_works import Works
from hypothesis import given
from hypothesis import strategies as st
from standing_clock import StandingClock

from stampbook_messaging.clock import SystemClock
from stampbook_messaging.partitions import LEASE_SECONDS, Leases, assignment

NAMES = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=20, unique=True)


@given(NAMES)
def test_every_partition_has_one_worker_and_nobody_more_than_its_share(workers: list[str]) -> None:
    chosen = assignment(workers)
    assert sorted(chosen) == list(range(16))
    assert max(Tally(chosen.values()).values()) <= -(-16 // len(workers))


@given(NAMES, st.randoms())
def test_the_order_of_the_workers_does_not_matter_to_who_gets_what(workers: list[str], chance: object) -> None:
    shuffled = list(workers)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert assignment(shuffled) == assignment(workers)


def leases(house: House, name: str) -> Leases:
    return Leases(house.db, name, SystemClock())


async def test_the_only_process_holds_everything(house: House) -> None:
    alone = leases(house, "a")
    assert await alone.beat() == set()
    assert set(alone.held) == set(range(16))


async def test_a_second_process_gets_its_half_when_the_first_hands_it_over(house: House) -> None:
    first, second = leases(house, "a"), leases(house, "b")
    await first.beat()
    await second.beat()
    assert second.held == {}
    for partition in await first.beat():
        await first.release(partition)
    await second.beat()
    assert (len(first.held), len(second.held)) == (8, 8)
    assert set(first.held) | set(second.held) == set(range(16))


async def test_the_partitions_of_a_dead_process_are_taken_with_a_new_epoch(house: House) -> None:
    dead, heir = leases(house, "dead"), leases(house, "heir")
    await dead.beat()
    await house.db.execute("UPDATE worker SET seen_at = stampbook_now() - interval '11 seconds'")
    await heir.beat()
    assert len(heir.held) == 16
    assert all(heir.held[partition] > epoch for partition, epoch in dead.held.items())
    await dead.beat()
    assert dead.held == {}


async def test_what_was_taken_by_a_statement_whose_answer_was_lost_is_given_back(house: House) -> None:
    first, second = leases(house, "a"), leases(house, "b")
    await first.beat()
    first.held.clear()
    await second.beat()
    await first.beat()
    await second.beat()
    assert (len(first.held), len(second.held)) == (8, 8)


async def test_who_retires_takes_nothing_any_more_and_stays_alive(house: House) -> None:
    old, new = leases(house, "old"), leases(house, "new")
    await old.beat()
    await old.retire()
    await new.beat()
    await old.beat()
    assert (len(old.held), len(new.held)) == (0, 16)
    assert new.live == ["new", "old"]


async def test_without_a_heartbeat_for_a_lease_everything_is_let_go(house: House) -> None:
    hands = StandingClock()
    one = Leases(house.db, "a", hands)
    await one.beat()
    hands.seconds += LEASE_SECONDS
    assert not one.expire()
    hands.seconds += 1
    assert one.expire()
    assert one.held == {}


@pytest.mark.parametrize("partition", [0, 15])
async def test_a_stranger_cannot_release_what_another_holds(house: House, partition: int) -> None:
    owner, stranger = leases(house, "a"), leases(house, "b")
    await owner.beat()
    stranger.held = dict(owner.held)
    await stranger.release(partition)
    assert await house.db.fetchval("SELECT owner FROM partition WHERE id = $1", partition) == "a"


async def test_two_workers_share_the_work_and_each_command_is_applied_once(works: Works, house: House) -> None:
    other = Works.of(house, "two")
    card, merchants = uuid4(), [merchant_in(partition) for partition in range(16)]
    works.start()
    other.start()
    for _ in range(5):
        await asyncio.gather(*(house.send(earn(card), merchant) for merchant in merchants))
    await works.answered(80)
    await other.rest()
    assert await house.db.fetchval("SELECT sum(times) FROM counter") == 80


async def test_a_fenced_worker_commits_nothing_and_the_next_one_goes_on(works: Works, house: House) -> None:
    card, merchant = uuid4(), merchant_in(9)
    works.start("keeper", "worker")
    await house.send(earn(card), merchant)
    await works.answered(1)
    await house.db.execute("UPDATE partition SET owner = 'another', epoch = epoch + 1 WHERE id = 9")
    await house.send(earn(card), merchant)
    await house.db.execute("UPDATE partition SET owner = NULL WHERE id = 9")
    works.keeper._beat_due = 0.0
    await works.answered(2)
    assert await works.counted(card) == (200, 2)


async def test_what_was_given_back_is_vacant_until_somebody_takes_it(house: House) -> None:
    old, new = leases(house, "old"), leases(house, "new")
    await old.beat()
    await house.db.execute("UPDATE relay SET owner = 'old'")
    assert not await new.vacant()
    await old.retire()
    assert await new.vacant()
    assert not await old.vacant()  # it takes nothing any more
    await new.beat()
    assert not await new.vacant()
    await house.db.execute("UPDATE relay SET owner = NULL")
    assert await new.vacant()


async def test_a_partition_given_back_does_not_wait_for_the_next_heartbeat(house: House) -> None:
    old, new = Works.of(house, "old"), Works.of(house, "new")
    await old.leases.beat()
    await new.leases.beat()
    new.keeper._beat_due = float("inf")
    new.start("keeper")
    await old.leases.retire()
    await old.leases.leave()

    async def taken() -> bool:
        return len(new.leases.held) == 16

    try:
        await until(taken)
    finally:
        await new.rest()
