"""The delivery runner on a real PostgreSQL: every demand is tried until it ended, whoever dies meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from counter_channel import Act, Post, ScriptedChannel, now, saying
from counter_house import House, merchant_in, recorded, until
from counter_service import earned

from stampbook_messaging.deliveries import store
from stampbook_messaging.protocols import Delivery, Mark, Outcome

MERCHANT = merchant_in(3)
Open = Callable[..., Awaitable[Post]]


@pytest.fixture
async def opened(house: House) -> AsyncIterator[Open]:
    """Posts that run until the test ends."""
    tasks: list[tuple[Post, asyncio.Task[None]]] = []

    async def start(*script: Act, name: str = "one", **more: object) -> Post:
        post = await Post.of(house, ScriptedChannel(list(script), **more), name)  # type: ignore[arg-type]
        tasks.append((post, asyncio.create_task(post.runner.run())))
        return post

    yield start
    for post, task in tasks:
        post.runner.stop()
        await asyncio.wait_for(task, 10)


async def test_a_delivery_is_sent_once_and_its_event_recorded(opened: Open, house: House) -> None:
    post = await opened(saying("sent", host="mx.lu", answer="250 ok"))
    delivery = await post.demand()
    row = await post.reaches(delivery, "sent")
    assert (row["attempt"], row["ended_at"] is not None, row["claimed_by"]) == (1, True, None)
    assert await post.attempts(delivery) == ["sent"]
    (event,) = await house.db.fetch("SELECT type, aggregate FROM event")
    assert (event["type"], event["aggregate"]) == ("notifier.mail_sent.v1", delivery)
    await until(lambda: offered(post))


async def offered(post: Post) -> bool:
    return len(post.offered) == 1


async def test_a_transient_failure_is_tried_again(opened: Open) -> None:
    post = await opened(saying("retry", reason="451"), saying("sent"))
    delivery = await post.demand()
    assert (await post.reaches(delivery, "retrying"))["reason"] == "451"
    await post.make_due(delivery)
    assert (await post.reaches(delivery, "sent"))["attempt"] == 2
    assert await post.attempts(delivery) == ["retry", "sent"]


async def test_trouble_of_ours_opens_the_circuit_and_counts_no_attempt(opened: Open, house: House) -> None:
    post = await opened(saying("ours", reason="login"), saying("sent"))
    first = await post.demand()
    assert (await post.reaches(first, "retrying"))["attempt"] == 0
    assert post.runner.circuit.room(4) == 0
    later = await post.demand()
    assert (await post.row(later))["state"] == "pending"
    await post.reaches(later, "sent")
    await post.make_due(first)
    await post.reaches(first, "sent")
    assert post.runner.circuit.room(4) == 4


async def test_a_bug_in_one_delivery_is_kept_with_it_and_shown(opened: Open, house: House) -> None:
    async def bug(_: Delivery, __: Mark) -> Outcome:
        raise ZeroDivisionError("anna@example.lu")

    post = await opened(bug)
    row = await post.reaches(await post.demand(), "retrying")
    assert row["reason"].startswith("bug: ZeroDivisionError at ")
    assert "anna" not in row["reason"]
    assert await house.alarms() == ["delivery_bug"]


async def test_a_dead_delivery_alarms_with_its_id(opened: Open, house: House) -> None:
    post = await opened(saying("dead", reason="550"))
    delivery = await post.demand()
    await post.reaches(delivery, "dead")
    await until(lambda: house.alarms())
    detail = await house.db.fetchval("SELECT detail FROM alarm WHERE name = 'delivery_dead'")
    assert (detail["delivery_id"], detail["cause"]) == (str(delivery), "550")


async def test_after_its_deadline_nothing_is_tried(opened: Open) -> None:
    post = await opened(saying("sent"))
    delivery = await post.demand(lives_for=timedelta(seconds=-1))
    assert (await post.reaches(delivery, "dead"))["reason"] == "deadline_passed"
    assert post.channel.seen == []


async def claimed_by_a_dead_worker(post: Post, *, marked: bool) -> UUID:
    """Before any runner sees it: a delivery whose worker died before or after the point of no return."""
    delivery = await post.demand()
    (claimed,) = await store.claim(post.house.db, "dead", "mail", 1)
    if marked:
        await store.mark(post.house.db, claimed)
    return delivery


async def test_a_worker_dead_before_the_mark_costs_no_attempt(opened: Open, house: House) -> None:
    waiting = await Post.of(house, ScriptedChannel([saying("sent")]))
    delivery = await claimed_by_a_dead_worker(waiting, marked=False)
    post = await opened(saying("sent"))
    assert (await post.reaches(delivery, "sent"))["attempt"] == 1
    assert await post.attempts(delivery) == ["sent"]
    assert await house.alarms() == []


@pytest.mark.parametrize(("resends", "state"), [(True, "retrying"), (False, "unknown")])
async def test_a_worker_dead_after_the_mark_leaves_a_mail_in_doubt(
    opened: Open, house: House, resends: bool, state: str
) -> None:
    waiting = await Post.of(house, ScriptedChannel([saying("sent")]))
    delivery = await claimed_by_a_dead_worker(waiting, marked=True)
    post = await opened(saying("sent"), resends=resends)
    row = await post.reaches(delivery, state)
    assert (row["in_doubt"], post.channel.seen) == (True, [])
    await until(lambda: house.alarms())
    assert await house.alarms() == ["delivery_in_doubt"]


async def test_a_mail_in_doubt_is_sent_once_more_and_not_twice(opened: Open) -> None:
    post = await opened(saying("unknown"))
    delivery = await post.demand()
    await post.reaches(delivery, "retrying")
    await post.make_due(delivery)
    await post.reaches(delivery, "unknown")
    assert [seen.in_doubt for seen in post.channel.seen] == [False, True]


async def test_what_is_idempotent_is_simply_tried_again(opened: Open, house: House) -> None:
    post = await opened(saying("unknown"), idempotent=True)
    delivery = await post.demand()
    for attempt in (1, 2, 3):
        await until(lambda attempt=attempt: ended(post, delivery, attempt))
        await post.make_due(delivery)
    assert await house.alarms() == []


async def ended(post: Post, delivery: UUID, attempt: int) -> bool:
    row = await post.row(delivery)
    return (row["state"], row["attempt"]) == ("retrying", attempt)


async def test_who_lost_the_lease_neither_marks_nor_settles(opened: Open, house: House) -> None:
    async def robbed(delivery: Delivery, mark: Mark) -> Outcome:
        await house.db.execute("UPDATE delivery SET attempt = attempt + 1 WHERE id = $1", delivery.id)
        await mark()
        return Outcome(verdict="sent")

    post = await opened(robbed)
    delivery = await post.demand()
    await until(lambda: tried(post))
    assert (await post.row(delivery))["state"] == "claimed"
    assert (await post.attempts(delivery), post.channel.settled) == ([], [])


async def tried(post: Post) -> bool:
    return bool(post.channel.seen) and not post.runner._running


async def test_settling_waits_until_the_database_is_back(opened: Open, house: House) -> None:
    post = await opened(saying("sent"))
    troubles: list[BaseException] = [ConnectionResetError(), asyncpg.CannotConnectNowError("starting up")]
    settle = post.channel.settle

    async def away(db: object, delivery: Delivery, outcome: Outcome) -> Outcome:
        if troubles:
            raise troubles.pop()
        return await settle(db, delivery, outcome)

    post.channel.settle = away  # type: ignore[method-assign]
    delivery = await post.demand()
    await post.reaches(delivery, "sent")
    assert (troubles, len(post.channel.seen), await post.attempts(delivery)) == ([], 1, ["sent"])


async def test_a_bug_in_settling_ends_the_runner_in_sight(house: House) -> None:
    post = await Post.of(house, ScriptedChannel([saying("sent")]))

    async def bug(db: object, delivery: Delivery, outcome: Outcome) -> Outcome:
        raise ZeroDivisionError

    post.channel.settle = bug  # type: ignore[method-assign]
    await post.demand()
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(post.runner.run(), 10)


async def test_a_stopped_runner_ends_what_it_began(house: House) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: Delivery, mark: Mark) -> Outcome:
        begun.set()
        await go_on.wait()
        await mark()
        return Outcome(verdict="sent")

    async with running(await Post.of(house, ScriptedChannel([slow]))) as post:
        delivery = await post.demand()
        await begun.wait()
        post.runner.stop()
        go_on.set()
    assert (await post.row(delivery))["state"] == "sent"


@asynccontextmanager
async def running(post: Post) -> AsyncIterator[Post]:
    task = asyncio.create_task(post.runner.run())
    yield post
    await asyncio.wait_for(task, 10)


async def test_two_runners_share_the_work_and_nothing_is_tried_twice(opened: Open, house: House) -> None:
    first, second = await opened(saying("sent")), await opened(saying("sent"), name="two")
    deliveries = [await first.demand() for _ in range(30)]
    for delivery in deliveries:
        await first.reaches(delivery, "sent")
    seen = [delivery.id for post in (first, second) for delivery in post.channel.seen]
    assert sorted(seen) == sorted(deliveries)


async def test_a_process_that_has_just_begun_is_not_taken_for_dead(house: House) -> None:
    old = await Post.of(house, ScriptedChannel([saying("sent")]), "old")
    await Post.of(house, ScriptedChannel([saying("sent")]), "new")
    delivery = await old.demand()
    await store.claim(house.db, "new", "mail", 1)
    await old.runner._reclaim()
    assert (await old.row(delivery))["claimed_by"] == "new"


async def test_what_a_later_event_demands_for_somebody_waits_for_the_end_of_what_came_before(house: House) -> None:
    post = await Post.of(house, ScriptedChannel([saying("sent")], in_order=True))
    who, at = uuid4(), await now(house)
    events = [recorded(earned(who, 1, 1), MERCHANT, at, position) for position in (1, 2)]
    later = await post.demand(event=events[1], kind="second", recipient=who)
    first = await post.demand(event=events[0], kind="first", recipient=who)
    await post.runner._start_some()
    await post.reaches(first, "sent")
    assert (await post.row(later))["state"] == "pending"
    await post.runner._start_some()
    await post.reaches(later, "sent")


async def test_without_a_heartbeat_nothing_is_claimed(house: House) -> None:
    post = await Post.of(house, ScriptedChannel([saying("sent")]))
    await post.demand()
    post.runner.leases.live = []
    assert await post.runner._start_some() == 0


async def test_what_we_work_on_is_never_an_orphan_even_if_our_heartbeat_is_late(house: House) -> None:
    over = asyncio.Event()

    async def lasting(_: Delivery, mark: Mark) -> Outcome:
        await mark()
        await over.wait()
        return Outcome(verdict="sent")

    post = await Post.of(house, ScriptedChannel([lasting]))
    delivery = await post.demand()
    await post.runner._start_some()
    await house.db.execute("UPDATE worker SET seen_at = stampbook_now() - interval '1 minute'")
    await post.runner._reclaim()
    assert (await post.row(delivery))["claimed_by"] == "one"
    over.set()
    await post.reaches(delivery, "sent")


async def test_what_was_claimed_for_us_by_a_statement_whose_answer_was_lost_is_given_back(house: House) -> None:
    post = await Post.of(house, ScriptedChannel([saying("sent")]))
    delivery = await post.demand()
    await store.claim(house.db, "one", "mail", 1)
    await post.runner._reclaim()
    row = await post.row(delivery)
    assert (row["state"], row["claimed_by"], row["attempt"]) == ("retrying", None, 0)


async def test_a_wish_for_more_goes_back_to_pending_at_once(opened: Open) -> None:
    post = await opened(saying("again", reason="newer"), saying("sent"), idempotent=True)
    delivery = await post.demand()
    await post.reaches(delivery, "sent")
    assert await post.attempts(delivery) == ["again", "sent"]
