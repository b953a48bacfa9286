"""The gift is asked for on the real command stream, once a day, by whoever comes first, however late (R27, R28, R74)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4, uuid5

import msgspec
import pytest
import pytest_asyncio
from told import MERCHANT, NOON, PROGRAM, opening
from world import World, address

from enrollment.scheduling import pieces
from enrollment.scheduling.birthdays import AFTER_MIDNIGHT, Birthdays
from stampbook_cli.embedded.testing import Servers
from stampbook_events import CommandEnvelope, ids
from stampbook_events.enrollment import ChangeBirthday, Personal, SetBirthdayConsent
from stampbook_events.ids import PLATFORM
from stampbook_events.ledger import GrantBirthday
from stampbook_messaging.bus import BusUnavailable, NatsBus, OutcomeUnknown
from stampbook_messaging.commands import AskCommand, CommandResult, Commands
from stampbook_messaging.jetstream import message_at, stream_state
from stampbook_messaging.messages import Answer
from stampbook_messaging.pulse import Part, Pulse
from stampbook_messaging.queries import Queries, answer_queries
from stampbook_messaging.streams import reconcile_streams

STREAM = "CMD_ledger"
BORN = "1990-12-31"
BIRTHDAY = date(2026, 12, 31)
TABLES = "customer, personal, identity, membership, birthday_consent, birthday_gift, birthday_work"


@dataclass(slots=True)
class SetClock:
    """Stands where a test puts it; waiting takes no time."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        """No time passes."""


@dataclass(slots=True)
class LedgersWord:
    """What the ledger says came of a command: real answers over a real bus, whatever a test wants said."""

    says: list[tuple[str, str | None] | None] = field(default_factory=list)
    said: dict[UUID, tuple[str, str | None] | None] = field(default_factory=dict)

    async def command(self, asked: AskCommand) -> CommandResult:
        if asked.command_id not in self.said:
            self.said[asked.command_id] = self.says.pop(0) if self.says else ("applied", None)
        word = self.said[asked.command_id]
        return CommandResult(answer=Answer(command_id=asked.command_id, status=word[0], code=word[1]) if word else None)


async def connected(servers: Servers, identity: str) -> NatsBus:
    return await NatsBus.connect(
        servers.nats_url,
        seed_file=str(servers.seed_file(identity)),
        identity=identity,
        server_name=servers.nats_server_name,
    )


@pytest_asyncio.fixture(scope="module")
async def buses(servers: Servers) -> AsyncIterator[dict[str, NatsBus]]:
    streams = await connected(servers, "streams")
    await reconcile_streams(streams)
    await streams.close()
    made = {identity: await connected(servers, identity) for identity in ("enrollment", "operator", "ledger")}
    yield made
    for bus in made.values():
        await bus.close()


@pytest_asyncio.fixture
async def ledger(buses: dict[str, NatsBus]) -> AsyncIterator[LedgersWord]:
    word = LedgersWord()
    answering = await answer_queries(
        buses["ledger"].raw, "ledger", {"command": (AskCommand, word.command)}, instance="test"
    )
    yield word
    await answering.stop()


@dataclass(slots=True)
class Town:
    """Enrollment's customers, its work by the clock, and what that put on the ledger's stream."""

    world: World
    buses: dict[str, NatsBus]
    clock: SetClock
    _first: Birthdays | None = None

    @property
    def work(self) -> Birthdays:
        """The one that runs all along."""
        self._first = self._first or self.process()
        return self._first

    def process(self) -> Birthdays:
        """Another one, which remembers nothing."""
        bus = self.buses["enrollment"]
        return Birthdays(self.world.pool, Commands(bus), Queries(bus), self.clock, self.world.vault)

    async def join(self, birthday: str = BORN, *, at: datetime = NOON, gift: bool = True) -> UUID:
        joining = await self.world.join(email=address(), birthday=birthday, gift=gift)
        (decision,) = await self.world.tell(joining, at=at)
        customer_id: UUID = decision.result["customer_id"]
        return customer_id

    async def asked(self, day: date, *, hour: int = 12, work: Birthdays | None = None) -> list[CommandEnvelope]:
        """What one turn on that day puts on the stream."""
        self.clock.at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
        return await self.turn(work)

    async def turn(self, work: Birthdays | None = None) -> list[CommandEnvelope]:
        operator = self.buses["operator"]
        before = (await stream_state(operator, STREAM)).last_seq
        pulse = Pulse(self.clock)
        while await (work or self.work).turn(Part(pulse, "birthdays")):
            continue
        found = []
        for seq in range(before + 1, (await stream_state(operator, STREAM)).last_seq + 1):
            message = await message_at(operator, STREAM, seq)
            assert message is not None
            found.append(msgspec.json.decode(message.data, type=CommandEnvelope))
        return found


@pytest.fixture
async def town(world: World, buses: dict[str, NatsBus], ledger: LedgersWord) -> Town:
    assert ledger.said == {}
    await world.pool.execute(f"TRUNCATE {TABLES}")
    return Town(world, buses, SetClock(NOON))


def card_of(customer_id: UUID) -> UUID:
    return ids.card_id(customer_id, PROGRAM)


def days(found: list[CommandEnvelope]) -> list[date]:
    return [msgspec.json.decode(one.data, type=GrantBirthday).day for one in found]


async def test_on_the_day_the_ledger_is_asked_by_the_fixed_id_and_never_told_the_year_of_birth(town: Town) -> None:
    customer_id = await town.join()
    assert await town.asked(date(2026, 12, 30)) == []
    (command,) = await town.asked(BIRTHDAY)
    assert command.id == uuid5(MERCHANT, f"birthday:{card_of(customer_id)}:2026-12-31")
    assert (command.type, days([command])) == ("ledger.grant_birthday.v1", [BIRTHDAY])
    assert b"1990" not in msgspec.json.encode(command)


async def test_who_did_not_agree_is_not_asked_for(town: Town) -> None:
    await town.join(gift=False)
    assert await town.asked(BIRTHDAY) == []


async def test_two_processes_and_one_that_starts_anew_ask_once(town: Town) -> None:
    await town.join()
    assert len(await town.asked(BIRTHDAY)) == 1
    assert await town.asked(BIRTHDAY, work=town.process()) == []
    await town.world.pool.execute("DELETE FROM birthday_work")  # Died before it noted that the day was done.
    await town.world.pool.execute("DELETE FROM birthday_gift")
    assert await town.asked(BIRTHDAY, work=town.process()) == []  # The stream knows its id.


async def test_what_was_not_answered_is_asked_for_again_the_next_day_until_it_is(
    town: Town, ledger: LedgersWord
) -> None:
    customer_id = await town.join()
    ledger.says = [None, ("refused", "birthday_already_granted")]
    assert len(await town.asked(BIRTHDAY)) == 1
    (again,) = await town.asked(date(2027, 1, 1))
    assert again.id == uuid5(MERCHANT, f"birthday:{card_of(customer_id)}:2027-01-01")
    assert days([again]) == [BIRTHDAY]
    assert await town.asked(date(2027, 1, 2)) == []


async def test_a_frozen_card_waits_day_by_day(town: Town, ledger: LedgersWord) -> None:
    await town.join()
    ledger.says = [("refused", "card_frozen"), ("refused", "card_frozen"), ("applied", None)]
    asked = [len(await town.asked(BIRTHDAY + timedelta(days=n))) for n in range(5)]
    assert asked == [1, 1, 1, 0, 0]


async def test_a_card_that_stays_frozen_is_asked_for_once_more_after_the_catch_up_and_then_left(
    town: Town, ledger: LedgersWord
) -> None:
    await town.join()
    ledger.says = [("refused", "card_frozen")] * 40
    asked = [len(await town.asked(BIRTHDAY + timedelta(days=n))) for n in range(18)]
    assert asked == [1] * 16 + [0, 0]


@pytest.mark.parametrize("late", [10, 40])
async def test_days_late_the_birthday_itself_is_asked_for_and_the_ledger_decides(town: Town, late: int) -> None:
    await town.join()
    await town.asked(date(2026, 12, 30))
    assert days(await town.asked(BIRTHDAY + timedelta(days=late))) == [BIRTHDAY]
    assert await town.asked(BIRTHDAY + timedelta(days=late + 1)) == []


async def test_next_year_there_is_another(town: Town) -> None:
    await town.join()
    await town.asked(BIRTHDAY)
    assert days(await town.asked(date(2027, 12, 31))) == [date(2027, 12, 31)]


async def test_consent_that_is_withdrawn_ends_it_also_for_a_gift_that_is_late(town: Town) -> None:
    customer_id = await town.join()
    await town.asked(date(2026, 12, 30))
    taken_back = SetBirthdayConsent(customer_id=customer_id, program_id=PROGRAM, given=False)
    await town.world.tell((taken_back, MERCHANT), at=datetime(2026, 12, 30, 12, tzinfo=UTC))
    assert await town.asked(BIRTHDAY) == []
    row = await town.world.pool.fetchrow("SELECT day, withdrawn_at FROM birthday_consent")
    assert (row["day"], row["withdrawn_at"]) == (None, datetime(2026, 12, 30, 12, tzinfo=UTC))


async def test_a_date_put_right_less_than_thirty_days_ahead_waits_until_next_year(town: Town) -> None:
    customer_id = await town.join("1990-03-03")
    store = opening()
    sealed = await town.world.sealed(msgspec.json.encode(Personal(birthday=BORN)))
    changing = ChangeBirthday(customer_id=customer_id, store_id=store.store_id, program_id=PROGRAM, personal=sealed)
    await town.world.tell((changing, MERCHANT), at=datetime(2026, 12, 2, 12, tzinfo=UTC))
    assert await town.asked(BIRTHDAY) == []
    assert days(await town.asked(date(2027, 12, 31))) == [date(2027, 12, 31)]


async def test_x14_born_on_the_29th_of_february(town: Town) -> None:
    await town.join("1992-02-29")
    granted = [days(await town.asked(day)) for day in (date(2027, 2, 28), date(2028, 2, 28), date(2028, 2, 29))]
    assert granted == [[date(2027, 2, 28)], [], [date(2028, 2, 29)]]


async def test_the_day_begins_at_midnight_in_the_store_of_enrollment(town: Town) -> None:
    await town.join()
    midnight = datetime(2026, 12, 30, 23, 0, tzinfo=UTC)  # In Luxembourg.
    town.clock.at = midnight + AFTER_MIDNIGHT - timedelta(seconds=1)
    assert await town.turn() == []
    town.clock.at = midnight + AFTER_MIDNIGHT
    assert len(await town.turn()) == 1


async def test_what_is_more_than_a_page_comes_whole(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("enrollment.scheduling.birthdays.AT_ONCE", 3)
    customers = {card_of(await town.join()) for _ in range(7)}
    found = await town.asked(BIRTHDAY)
    assert sorted(one.keys[0] for one in found) == sorted(customers)
    assert pieces.AT_ONCE > 3


async def test_who_was_erased_gets_nothing(town: Town) -> None:
    await town.join()
    await town.world.pool.execute("UPDATE personal SET erased_at = stampbook_now(), wrapped_key = NULL")
    assert await town.asked(BIRTHDAY) == []


async def test_without_a_bus_nothing_is_noted_and_all_is_asked_for_later(town: Town, servers: Servers) -> None:
    await town.join()
    gone = await connected(servers, "enrollment")
    cut = Birthdays(town.world.pool, Commands(gone), Queries(gone), town.clock, town.world.vault)
    await gone.close()
    with pytest.raises((BusUnavailable, OutcomeUnknown)):
        await town.asked(BIRTHDAY, work=cut)
    assert await town.world.pool.fetchval("SELECT count(*) FROM birthday_work") == 0
    assert len(await town.asked(BIRTHDAY)) == 1


async def test_a_store_in_another_zone_has_its_own_day(town: Town) -> None:
    far = opening(uuid4(), time_zone="Pacific/Kiritimati", subdomain=f"far-{uuid4().hex[:8]}")
    await town.world.tell((far, PLATFORM))
    joining = await town.world.join(far.store_id, email=address(), birthday=BORN, gift=True)
    await town.world.tell(joining)
    town.clock.at = datetime(2026, 12, 30, 10, 2, tzinfo=UTC)  # Midnight there was at ten o'clock.
    assert days(await town.turn()) == [BIRTHDAY]


async def test_who_joined_before_there_were_gifts_may_agree_later_and_the_date_told_then_counts(town: Town) -> None:
    customer_id = await town.join(gift=False)
    await town.world.pool.execute("UPDATE personal SET birthday_entered_at = NULL")
    agreeing = SetBirthdayConsent(customer_id=customer_id, program_id=PROGRAM, given=True)
    await town.world.tell((agreeing, MERCHANT))
    assert days(await town.asked(BIRTHDAY)) == [BIRTHDAY]
