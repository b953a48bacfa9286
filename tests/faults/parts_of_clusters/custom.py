"""Many customers who join side by side and tills that book on one card, so that whatever stood still has a backlog."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from stampbook_cli.journeys.doors import until
from tests.faults.parts.load import Customer, Load, buy, insist, join
from tests.faults.parts.own_stack import RECOVERY_SECONDS
from tests.platform import Platform

JOINERS, TILLS = 14, 4
_JOIN_PAUSE_SECONDS, _TILL_PAUSE_SECONDS = 4.0, 0.25
_ASKED_AT_ONCE = 40
_NONE: frozenset[str] = frozenset()


@dataclass(slots=True)
class Custom:
    """*regular* buys and *others* join: what was answered, and therefore must be there in the end."""

    platform: Platform
    regular: Customer
    others: list[Customer] = field(default_factory=list)
    closing: bool = False

    async def join_again_and_again(self) -> None:
        while not self.closing:
            self.others.append(await joined(self.platform))
            await asyncio.sleep(_JOIN_PAUSE_SECONDS)

    async def buy_again_and_again(self) -> None:
        while not self.closing:
            await self.buy(f"custom-{secrets.token_hex(8)}")
            self.regular.bought += 1
            await asyncio.sleep(_TILL_PAUSE_SECONDS)

    async def buy(self, key: str) -> None:
        """Insists on the answer, not on the outcome: a till that stands in a queue would keep the queue short."""
        answer = await insist(lambda: buy(self.platform, self.regular.card, key, wait_seconds=0))
        assert answer.status_code in {200, 202}, answer.text

    async def more(self, purchases: int, joins: int = 0) -> None:
        """Return when so many more were answered."""
        wanted = self.regular.bought + purchases, len(self.others) + joins

        async def there() -> bool | None:
            return True if self.regular.bought >= wanted[0] and len(self.others) >= wanted[1] else None

        await until(there, within_seconds=RECOVERY_SECONDS, what=f"{purchases} more purchases and {joins} joins")

    async def check(self, but_for: AbstractSet[str] = _NONE) -> None:
        """Everything that was answered is there once, and the audit finds nothing but what is named."""
        everybody = [self.regular, *self.others]
        for start in range(0, len(everybody), _ASKED_AT_ONCE):
            await Load(self.platform, customers=everybody[start : start + _ASKED_AT_ONCE]).counted()
        await clean(self.platform, but_for)

    def __str__(self) -> str:
        return f"{len(self.others)} joins and {self.regular.bought} purchases"


async def joined(platform: Platform) -> Customer:
    customer = Customer(platform.new_address())
    answer = await join(platform, customer.email)
    assert answer.status_code == 303, answer.text
    return customer


async def clean(platform: Platform, but_for: AbstractSet[str] = _NONE) -> None:
    """Wait until the audit finds nothing; what it found last is printed."""
    found: list[Any] = []

    async def nothing_found() -> bool | None:
        found[:] = [check for check in await platform.audit() if check["name"] not in but_for]
        return True if found == [] else None

    try:
        await until(nothing_found, within_seconds=RECOVERY_SECONDS, what="a clean audit")
    finally:
        print("the audit found:", found)


@asynccontextmanager
async def custom(platform: Platform, joiners: int = JOINERS, tills: int = TILLS) -> AsyncIterator[Custom]:
    """Customers and tills at work inside; outside everybody has been answered."""
    regular = await joined(platform)
    card = await until(lambda: platform.card_of(regular.email), within_seconds=RECOVERY_SECONDS, what="a card")
    regular.card = card["card_id"]
    served = Custom(platform, regular)
    async with asyncio.TaskGroup() as group:
        for _ in range(joiners):
            group.create_task(served.join_again_and_again())
        for _ in range(tills):
            group.create_task(served.buy_again_and_again())
        try:
            yield served
        finally:
            served.closing = True
