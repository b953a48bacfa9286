"""Customers who join and tills that book, as long as they are let, each insisting until it is answered."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from stampbook_cli.journeys.doors import until
from tests.faults.test_power_cut import joined, purchase, two_mails
from tests.platform import Platform

JOINERS, TILLS = 14, 4
JOIN_PAUSE_SECONDS, TILL_PAUSE_SECONDS = 2.0, 0.25
PATIENCE_SECONDS = 90
WELCOME, EARNED = 50, 20

_numbers = itertools.count(1_000)


@dataclass(slots=True)
class Custom:
    """*emails* and *purchases*: what was answered, and therefore must be there in the end."""

    platform: Platform
    regular: str
    card_id: str
    emails: list[str] = field(default_factory=list)
    purchases: int = 0
    closing: bool = False

    @property
    def owed(self) -> int:
        """What the regular's card must show."""
        return WELCOME + EARNED * self.purchases

    async def join_again_and_again(self) -> None:
        while not self.closing:
            email = self.platform.new_address()
            answer = await joined(self.platform, email)
            assert answer.status_code == 303, answer.text
            self.emails.append(email)
            await asyncio.sleep(JOIN_PAUSE_SECONDS)

    async def buy_again_and_again(self) -> None:
        while not self.closing:
            answer = await purchase(self.platform, self.card_id, next(_numbers))
            assert answer.status_code in {200, 202}, answer.text
            self.purchases += 1
            await asyncio.sleep(TILL_PAUSE_SECONDS)

    async def check(self, but_for: frozenset[str] | set[str] = frozenset()) -> None:
        """Everything that was answered is there once, and the audit finds nothing but what is named."""
        await until(self._counted, within_seconds=PATIENCE_SECONDS, what=f"{self.purchases} purchases once")
        for email in self.emails:
            card = await until(lambda email=email: self.platform.card_of(email), **_patient("a card"))
            assert card["balance"] == WELCOME, card
            await until(lambda email=email: two_mails(self.platform, email), **_patient("both mails"))
        await clean(self.platform, but_for)

    async def _counted(self) -> bool | None:
        card = await self.platform.card_of(self.regular)
        assert card is None or card["balance"] <= self.owed, card
        return True if card is not None and card["balance"] == self.owed else None


def _patient(what: str) -> dict[str, Any]:
    return {"within_seconds": PATIENCE_SECONDS, "what": what}


async def clean(platform: Platform, but_for: frozenset[str] | set[str] = frozenset()) -> None:
    """Wait until the audit finds nothing; what it found last is printed."""
    found: list[Any] = []

    async def nothing_found() -> bool | None:
        found[:] = [check for check in await platform.audit() if check["name"] not in but_for]
        return True if found == [] else None

    try:
        await until(nothing_found, within_seconds=PATIENCE_SECONDS, what="a clean audit")
    finally:
        print("the audit found:", found)


@asynccontextmanager
async def custom(platform: Platform, joiners: int = JOINERS, tills: int = TILLS) -> AsyncIterator[Custom]:
    """Customers and tills at work inside; outside everybody has been answered."""
    regular = platform.new_address()
    await joined(platform, regular)
    card = await until(lambda: platform.card_of(regular), **_patient("the regular's card"))
    served = Custom(platform, regular, card["card_id"])
    async with asyncio.TaskGroup() as group:
        for _ in range(joiners):
            group.create_task(served.join_again_and_again())
        for _ in range(tills):
            group.create_task(served.buy_again_and_again())
        try:
            yield served
        finally:
            served.closing = True
