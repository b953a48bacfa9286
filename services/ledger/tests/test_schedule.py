"""Work by the clock: what is due is asked for on the real command stream, once, and done as if it had run in time (R74, R75)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import msgspec
import pytest
import pytest_asyncio

from ledger import testing as rules
from ledger.scheduling.schedule import Schedule
from ledger.testing import at
from stampbook_cli.embedded.testing import Servers
from stampbook_events import CommandEnvelope
from stampbook_events.ledger import (
    EndProgram,
    FreezeCard,
    HoldReward,
    PublishReward,
    RewardTerms,
    RollingExpiry,
    Rules,
    UnfreezeCard,
)
from stampbook_messaging.bus import NatsBus
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.commands import Commands
from stampbook_messaging.intake import Item
from stampbook_messaging.jetstream import message_at, stream_state
from stampbook_messaging.pulse import Part, Pulse
from stampbook_messaging.streams import reconcile_streams

from .books import STREAM, Books

SCARF = UUID("73636172-0000-4000-8000-000000000001")
SCARF_TERMS = RewardTerms(program_id=rules.FG, names={"en": "Scarf"}, cost=50)
TODAY = datetime.now(UTC)
PART = Part(Pulse(SystemClock()), "schedule")
PART.pulse.expect("schedule")


async def connected(servers: Servers, identity: str) -> NatsBus:
    return await NatsBus.connect(
        servers.nats_url,
        seed_file=str(servers.seed_file(identity)),
        identity=identity,
        server_name=servers.nats_server_name,
    )


@pytest_asyncio.fixture(scope="module")
async def bus(servers: Servers) -> AsyncIterator[NatsBus]:
    streams = await connected(servers, "streams")
    await reconcile_streams(streams)
    await streams.close()
    made = await connected(servers, "ledger")
    yield made
    await made.close()


@pytest_asyncio.fixture(scope="module")
async def operator(servers: Servers) -> AsyncIterator[NatsBus]:
    made = await connected(servers, "operator")
    yield made
    await made.close()


@pytest.fixture
def books(pool: Any) -> Books:
    return Books(pool)


class Asked:
    """What a schedule put on the stream for one merchant, and how the worker would take it."""

    def __init__(self, books: Books, bus: NatsBus, operator: NatsBus) -> None:
        self.books, self.operator = books, operator
        self.schedule = Schedule(books.pool, Commands(bus), SystemClock())

    async def turn(self) -> list[CommandEnvelope]:
        """The commands that one turn stored."""
        before = (await stream_state(self.operator, STREAM)).last_seq
        await self.schedule.turn(PART)
        return await self.since(before)

    async def since(self, before: int) -> list[CommandEnvelope]:
        found = []
        for seq in range(before + 1, (await stream_state(self.operator, STREAM)).last_seq + 1):
            message = await message_at(self.operator, STREAM, seq)
            assert message is not None
            envelope = msgspec.json.decode(message.data, type=CommandEnvelope)
            if envelope.merchant == self.books.merchant:
                found.append(envelope)
        return found

    async def done(self, envelopes: list[CommandEnvelope], recorded: datetime = TODAY) -> None:
        async with self.books.pool.acquire() as db:
            await self.books.open(db)
            for envelope in envelopes:
                await self.books.apply(db, [self.item(envelope, recorded)])

    def item(self, envelope: CommandEnvelope, recorded: datetime) -> Item:
        books = self.books
        books.seq += 1
        subject = f"cmd.ledger.{books.partition}.{books.merchant}.{envelope.type.split('.')[1]}"
        headers = {"Nats-Msg-Id": str(envelope.id)}
        body = msgspec.json.encode(envelope)
        return Item(books.partition, books.seq, recorded, subject, body, headers, after=books.seq - 1)

    def id_of(self, name: str) -> UUID:
        return uuid5(self.books.merchant, name)

    async def row(self, sql: str) -> Any:
        return await self.books.pool.fetchrow(f"{sql} WHERE merchant = $1", self.books.merchant)

    async def events(self, kind: str) -> list[Any]:
        rows = await self.books.pool.fetch(
            "SELECT body FROM event WHERE merchant = $1 AND type = $2 ORDER BY pos", self.books.merchant, kind
        )
        return [msgspec.json.decode(row["body"]) for row in rows]


@pytest.fixture
def asked(books: Books, bus: NatsBus, operator: NatsBus) -> Asked:
    return Asked(books, bus, operator)


async def opened(books: Books, rules_of: Rules | None = None, *more: msgspec.Struct) -> None:
    published = rules.publish(rules=rules_of or Rules())
    opening = rules.open_card(books.customer, number=str(uuid5(books.merchant, "number").int)[:16])
    scarf = PublishReward(reward_id=SCARF, terms=SCARF_TERMS)
    await books.write([published, scarf, opening, *more])


async def test_a_reservation_past_its_end_is_asked_for_once_and_lapses(asked: Asked) -> None:
    await opened(asked.books, None, HoldReward(card_id=asked.books.card, reward_id=SCARF, channel="online"))
    held = await asked.row("SELECT reservation_id, ends_at FROM reservation")
    (command,) = await asked.turn()
    assert (command.id, command.type) == (asked.id_of(f"lapse:{held['reservation_id']}"), "ledger.book_due.v1")
    assert await asked.turn() == []  # The stream knows its id.
    await asked.done([command])
    (lapsed,) = await asked.events("ledger.reservation_lapsed.v1")
    assert datetime.fromisoformat(lapsed["occurred_at"]) == held["ends_at"]
    assert (await asked.row("SELECT held, balance FROM card"))[:] == (0, 50)
    assert await asked.turn() == []


ONE_DAY = Rules(expiry=RollingExpiry(count=1, unit="days"), warn_days=0)


async def test_points_that_have_lapsed_are_booked_with_their_due_time_however_late(asked: Asked) -> None:
    await opened(asked.books, ONE_DAY)
    due = (await asked.row("SELECT expires_at FROM lot"))["expires_at"]
    (command,) = await asked.turn()
    assert command.id == asked.id_of(f"expire:{asked.books.card}:{due.isoformat()}")
    await asked.done([command, command])
    (expired,) = await asked.events("ledger.points_expired.v1")
    assert (datetime.fromisoformat(expired["occurred_at"]), expired["data"]["points"]) == (due, 50)
    assert (await asked.row("SELECT balance FROM card"))["balance"] == 0


async def test_two_schedules_at_once_ask_for_each_piece_once(asked: Asked, bus: NatsBus) -> None:
    await opened(asked.books, ONE_DAY)
    other = Schedule(asked.books.pool, Commands(bus), SystemClock())
    before = (await stream_state(asked.operator, STREAM)).last_seq
    await asyncio.gather(asked.schedule.turn(PART), other.turn(PART))
    assert len(await asked.since(before)) == 1


async def test_a_frozen_card_waits_and_is_asked_for_again_when_it_goes_on(asked: Asked) -> None:
    books = asked.books
    await opened(books, ONE_DAY, FreezeCard(card_id=books.card))
    assert await asked.turn() == []
    await books.write([UnfreezeCard(card_id=books.card)], recorded=at(3 * 24 * 60))
    lot = await asked.row("SELECT expires_on, free FROM lot")
    assert (lot["expires_on"], lot["free"]) == (date(2026, 7, 9), 50)  # restore_days from when it went on
    (command,) = await asked.turn()
    await asked.done([command])
    assert len(await asked.events("ledger.points_expired.v1")) == 1


async def test_who_asked_while_nothing_was_to_be_done_asks_again_for_the_cards_next_version(asked: Asked) -> None:
    books = asked.books
    await opened(books, ONE_DAY)
    (command,) = await asked.turn()
    await asked.done([command], recorded=at(60))  # Not due yet by the time it is recorded at.
    version = (await asked.row("SELECT version FROM card"))["version"]
    (again,) = await asked.turn()
    assert again.id == asked.id_of(
        f"expire:{books.card}:{_due(await asked.row('SELECT expires_at FROM lot'))}:{version}"
    )


def _due(row: Any) -> str:
    instant: datetime = row["expires_at"]
    return instant.isoformat()


async def test_all_that_is_left_ends_with_its_program(asked: Asked) -> None:
    ending = EndProgram(program_id=rules.FG, ends_at=at(60), last_day=date(2026, 10, 1))
    await opened(asked.books, None, ending)
    (command,) = await asked.turn()
    assert command.id == asked.id_of(f"end:{rules.FG}:{asked.books.card}")
    await asked.done([command])
    (expired,) = await asked.events("ledger.points_expired.v1")
    assert (expired["data"]["cause"], expired["data"]["points"]) == ("program_ended", 50)


async def test_a_warning_is_asked_for_once_a_day_and_names_what_ends(asked: Asked) -> None:
    days = (TODAY.date() - rules.NOON.date()).days + 20
    await asked.books.pool.execute("DELETE FROM schedule WHERE job = 'warn'")
    await opened(asked.books, Rules(expiry=RollingExpiry(count=days, unit="days")))
    (command,) = await asked.turn()
    assert command.type == "ledger.warn_of_expiry.v1"
    await asked.done([command])
    (warned,) = await asked.events("ledger.points_expiring.v1")
    assert warned["data"]["points"] == 50
    assert await asked.turn() == []
    reached = await asked.books.pool.fetchrow("SELECT zone, day FROM schedule WHERE job = 'warn'")
    assert reached["zone"] == "Europe/Luxembourg"
    assert abs(reached["day"] - TODAY.date()) <= timedelta(days=1)
