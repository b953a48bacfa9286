"""Batches on a real PostgreSQL, message by message: repetitions, fences, failures between any two statements."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from counter_house import merchant_in
from counter_items import apply, command_item
from counter_service import earn
from counter_works import Works

from stampbook_messaging.batch import Applied, OutOfPlace
from stampbook_messaging.failpoints import Armed
from stampbook_messaging.locking import Fenced

MERCHANT = merchant_in(5)


@pytest.fixture
async def holding(works: Works) -> Works:
    await works.leases.beat()
    return works


def statuses(applied: Applied) -> list[str]:
    return [answer.status for _, answer in applied.answers]


async def test_a_repeated_command_gets_the_stored_answer(holding: Works) -> None:
    card, command = uuid4(), uuid4()
    first = await apply(holding, [command_item(1, earn(card), merchant=MERCHANT, id=command, answer_to="g")])
    again = await apply(holding, [command_item(2, earn(card), merchant=MERCHANT, id=command, answer_to="g")])
    assert (statuses(first), statuses(again)) == (["applied"], ["applied"])
    assert first.answers[0][1].result == again.answers[0][1].result
    assert await holding.counted(card) == (100, 1)


async def test_a_used_id_with_another_body_is_told_apart(holding: Works) -> None:
    card, command = uuid4(), uuid4()
    await apply(holding, [command_item(1, earn(card), merchant=MERCHANT, id=command)])
    other = command_item(2, earn(card), merchant=MERCHANT, id=command, answer_to="g", fingerprint=b"other")
    assert statuses(await apply(holding, [other])) == ["mismatch"]
    assert await holding.counted(card) == (100, 1)


async def test_twins_in_one_batch_are_applied_once(holding: Works) -> None:
    card, command = uuid4(), uuid4()
    twin = command_item(2, earn(card), merchant=MERCHANT, id=command)
    other = command_item(3, earn(card, 7), merchant=MERCHANT, id=command, answer_to="g", fingerprint=b"other")
    first = command_item(1, earn(card), merchant=MERCHANT, id=command, answer_to="g")
    assert sorted(statuses(await apply(holding, [first, twin, other]))) == ["applied", "mismatch"]
    assert await holding.counted(card) == (100, 1)
    replayed = await holding.house.db.fetch("SELECT cmd_seq FROM replayed ORDER BY cmd_seq")
    assert [row["cmd_seq"] for row in replayed] == [2, 3]


async def test_whoever_lost_the_lease_commits_nothing(holding: Works) -> None:
    await holding.house.db.execute("UPDATE partition SET owner = 'another', epoch = epoch + 1 WHERE id = 5")
    with pytest.raises(Fenced):
        await apply(holding, [command_item(1, merchant=MERCHANT)])
    assert await holding.house.db.fetchval("SELECT count(*) FROM inbox") == 0


async def test_a_partition_handed_over_meanwhile_is_a_fence_and_no_bug(holding: Works) -> None:
    await holding.leases.release(5)
    with pytest.raises(Fenced):
        await apply(holding, [command_item(1, merchant=MERCHANT), command_item(1, merchant=merchant_in(6))])


@pytest.mark.parametrize("moved_to", [0, 2, 7])
async def test_a_message_that_does_not_follow_on_the_last_applied_one_is_never_applied(
    holding: Works, moved_to: int
) -> None:
    await apply(holding, [command_item(1, merchant=MERCHANT)])
    await holding.house.db.execute("UPDATE partition SET cmd_seq = $1 WHERE id = 5", moved_to)
    with pytest.raises(OutOfPlace):
        await apply(holding, [command_item(2, merchant=MERCHANT)])
    assert await holding.house.inbox() == 1


PLACES = [
    "worker.after_lock",
    "worker.after_load",
    "worker.after_inbox",
    "worker.after_events",
    "worker.after_projections",
    "worker.before_commit",
]


@pytest.mark.parametrize("place", PLACES)
async def test_a_failure_between_two_statements_leaves_nothing_behind(holding: Works, place: str) -> None:
    card, items = uuid4(), [command_item(1, merchant=MERCHANT)]
    items.append(command_item(2, earn(card), merchant=MERCHANT))
    holding.arm(place)
    with pytest.raises(Armed):
        await apply(holding, items)
    assert await holding.house.db.fetchval("SELECT count(*) + (SELECT count(*) FROM event) FROM inbox") == 0
    await apply(holding, items)
    assert await holding.counted(card) == (100, 1)


async def test_the_same_commands_give_the_same_events_on_another_database(holding: Works) -> None:
    cards = [uuid4() for _ in range(3)]
    items = [command_item(seq, earn(cards[seq % 3], seq), merchant=MERCHANT) for seq in range(1, 10)]
    first = await apply(holding, items)
    await holding.house.empty()
    heir = Works.of(holding.house, "heir")
    await heir.leases.beat()
    again = [row for item in items for row in (await apply(heir, [item])).rows]
    assert [(row.id, row.hash, row.body) for row in again] == [(row.id, row.hash, row.body) for row in first.rows]


async def test_an_unreadable_message_read_again_is_kept_once(holding: Works) -> None:
    items = [command_item(1, merchant=MERCHANT, data=b"{]"), command_item(2, merchant=MERCHANT)]
    await apply(holding, items)
    await holding.house.db.execute("UPDATE partition SET cmd_seq = 0, cmd_id = NULL")
    await apply(holding, items)
    assert await holding.house.letters() == [("open", "undecodable")]
    assert await holding.house.db.fetchval("SELECT cmd_seq FROM partition WHERE id = 5") == 2


async def test_facts_of_the_past_keep_their_time(holding: Works) -> None:
    item = command_item(1, merchant=MERCHANT)
    (row,) = (await apply(holding, [item])).rows
    assert row.recorded_at == item.recorded_at


async def test_a_command_that_waited_out_an_outage_is_refused_by_its_not_after(works: Works) -> None:
    card, db = uuid4(), works.house.db
    until_then = await db.fetchval("SELECT stampbook_now() + interval '200 milliseconds'")
    await works.house.send(earn(card), MERCHANT, not_after=until_then)
    await works.house.send(earn(card, 7), MERCHANT, not_after=until_then + timedelta(minutes=1))
    await asyncio.sleep(0.3)  # nobody is there to take them
    works.start()
    await works.answered(1, "refused")
    await works.answered(1)
    assert await db.fetchval("SELECT code FROM inbox WHERE status = 'refused'") == "too_late"
    assert await works.counted(card) == (7, 1)
