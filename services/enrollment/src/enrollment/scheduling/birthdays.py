"""Asks the ledger for birthday gifts, soon after midnight at each customer's store (R27, R28).

Whichever process comes first does it. It may die, run twice or be days late: what was not done is done on the next day,
dated to the birthday; what is more than the ledger's catch-up late, the ledger skips, and tells so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from enrollment.personal import Vault
from enrollment.scheduling.pieces import AT_ONCE, CELEBRATING, SETTLE, SETTLED, ZONES, Gift, gift_of, hashes_of
from stampbook_events import Actor
from stampbook_messaging.bus import BusUnavailable, OutcomeUnknown
from stampbook_messaging.clock import Clock
from stampbook_messaging.commands import AskCommand, CommandResult, Commands
from stampbook_messaging.database import DATABASE_GONE
from stampbook_messaging.logging import get_logger
from stampbook_messaging.pulse import Part
from stampbook_messaging.queries import QueryRefused, QueryUnavailable

log = get_logger(__name__)

EVERY_SECONDS = 15.0
SCHEDULER = Actor(kind="service", id="enrollment.birthdays")
AFTER_MIDNIGHT = timedelta(minutes=1)
"""Clocks differ a little, and what was recorded before midnight has to be decided first."""
TRIED_FOR = timedelta(days=15)
"""The ledger grants for 14 days after the birthday, and is asked once more to tell that it is skipped."""
LONGEST = timedelta(days=364)
WAITS = frozenset({"card_frozen", "card_unknown", "not_live", "birthday_not_yet", "store_unknown", "program_unknown"})
"""Refusals that are not the last word: tomorrow it is asked again."""
_LOOKS = (0.02, 0.08, 0.3, 1.0, 2.0)
"""Seconds before each look for the ledger's answers; what is not answered by then is asked for again tomorrow."""
_FIRST = UUID(int=0), UUID(int=0), UUID(int=0)

_MINE = "SELECT pg_try_advisory_xact_lock(hashtext('stampbook birthdays'), hashtext($1))"
_REACHED = "SELECT day FROM birthday_work WHERE zone = $1"
_BOOK = """
INSERT INTO birthday_work (zone, day, reached_at) VALUES ($1, $2, stampbook_now())
ON CONFLICT (zone) DO UPDATE SET day = excluded.day, reached_at = excluded.reached_at
"""
ALL = (ZONES, CELEBRATING, SETTLED, SETTLE, _MINE, _REACHED, _BOOK)


class Asking(Protocol):
    async def ask(self, service: str, name: str, request: AskCommand, reply: type[CommandResult]) -> CommandResult:
        """Raises ``QueryUnavailable`` or ``QueryRefused``."""
        ...


@dataclass(slots=True)
class Birthdays:
    """A zone's day in ``birthday_work``: all birthdays up to it were asked for."""

    pool: Any
    commands: Commands
    queries: Asking
    clock: Clock
    vault: Vault
    _after: dict[str, tuple[UUID, UUID, UUID]] = field(default_factory=dict)

    async def run(self, part: Part) -> None:
        """For ever; one of the service's background jobs."""
        while True:
            try:
                more = await self.turn(part)
            except (*DATABASE_GONE, BusUnavailable, OutcomeUnknown) as away:
                log.warning("birthdays.waiting", reason=type(away).__name__)
                more = False
            await part.sleep(0.2 if more else EVERY_SECONDS)

    async def turn(self, part: Part) -> bool:
        """One page of each zone that has a new day; whether there are more."""
        for row in await self.pool.fetch(ZONES):
            part.alive()
            await self._settle(part, await self._page(row["zone"]))
        return bool(self._after)

    async def _page(self, zone: str) -> list[Gift]:
        """Ask for a page of gifts; who takes over begins with the first page, and asks for nothing twice."""
        today = (self.clock.now() - AFTER_MIDNIGHT).astimezone(ZoneInfo(zone)).date()
        async with self.pool.acquire() as db, db.transaction():
            if not await db.fetchval(_MINE, zone):
                return []
            reached: date | None = await db.fetchval(_REACHED, zone)
            if reached is not None and reached >= today:
                self._after.pop(zone, None)
                return []
            days = hashes_of(_days(reached, today), self.vault)
            rows = await db.fetch(CELEBRATING, zone, list(days), *self._after.get(zone, _FIRST), AT_ONCE)
            gifts = await _unsettled(db, [gift for row in rows if (gift := gift_of(row, days, zone, today))])
            for gift in gifts:
                await self._send(gift)
            if len(rows) < AT_ONCE:
                self._after.pop(zone, None)
                await db.execute(_BOOK, zone, today)
            else:
                self._after[zone] = rows[-1]["merchant"], rows[-1]["customer_id"], rows[-1]["program_id"]
            return gifts

    async def _send(self, gift: Gift) -> None:
        await self.commands.send(
            gift.command,
            id=gift.id,
            merchant=gift.merchant,
            actor=SCHEDULER,
            correlation=gift.id,
            fingerprint=b"",
            keys=(gift.card_id,),
        )

    async def _settle(self, part: Part, gifts: Sequence[Gift]) -> None:
        """Note the ledger's last word, so that nobody is asked about again each day."""
        open_ones = list(gifts)
        for seconds in _LOOKS:
            if not open_ones:
                return
            await part.sleep(seconds)
            answered = [(gift, found) for gift in open_ones if (found := await self._answer(gift)).answer is not None]
            done = {gift for gift, _ in answered}
            open_ones = [gift for gift in open_ones if gift not in done]
            last = [(*gift.key, found.answer.code) for gift, found in answered if found.answer and _is_last(found)]
            if last:
                await self.pool.execute(SETTLE, *map(list, zip(*last, strict=True)))
        if open_ones:
            log.warning("birthdays.unanswered", count=len(open_ones))

    async def _answer(self, gift: Gift) -> CommandResult:
        question = AskCommand(command_id=gift.id, merchant=gift.merchant)
        try:
            return await self.queries.ask("ledger", "command", question, CommandResult)
        except (QueryUnavailable, QueryRefused):
            return CommandResult()


def _days(reached: date | None, today: date) -> list[date]:
    """All since the last day that was asked for, and those whose gift may still wait; less than a year of them."""
    first = today - TRIED_FOR
    if reached is not None:
        first = min(first, reached + timedelta(days=1))
    first = max(first, today - LONGEST)
    return [first + timedelta(days=n) for n in range((today - first).days + 1)]


async def _unsettled(db: Any, gifts: Sequence[Gift]) -> list[Gift]:
    if not gifts:
        return []
    rows = await db.fetch(SETTLED, *map(list, zip(*(gift.key for gift in gifts), strict=True)))
    settled = {(row["merchant"], row["customer_id"], row["program_id"], row["year"]) for row in rows}
    return [gift for gift in gifts if gift.key not in settled]


def _is_last(found: CommandResult) -> bool:
    answer = found.answer
    if answer is None:
        return False
    return answer.status == "applied" or (answer.status == "refused" and answer.code not in WAITS)
