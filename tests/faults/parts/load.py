"""Customers who join and tills that sell while something breaks; afterwards every answer is called to account."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from stampbook_cli.journeys.doors import until
from stampbook_cli.seeding.demo_data import demo_id
from tests.faults.parts.own_stack import RECOVERY_SECONDS, rows, sound
from tests.platform import Platform

WELCOME_POINTS, POINTS_EACH = 50, 20
_AGAIN_SECONDS = 0.3
_BETWEEN_SALES_SECONDS = 0.05
_BETWEEN_JOINS_SECONDS = 1.0
_IN_DOUBT = "SELECT id FROM delivery WHERE in_doubt"


async def insist(send: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """As a person or a till would: what was not answered is sent again, the same."""
    while True:
        try:
            answer = await send()
        except httpx.TransportError:
            await asyncio.sleep(_AGAIN_SECONDS)
            continue
        if answer.status_code not in {503, 504}:
            return answer
        await asyncio.sleep(_AGAIN_SECONDS)


async def join(platform: Platform, email: str) -> httpx.Response:
    form = await insist(lambda: platform.doors.http.get(platform.doors.page("fashionhub", "/fr/join")))
    return await insist(lambda: platform.send_form(form.text, email))


async def buy(platform: Platform, card: str, key: str, *, wait_seconds: int = 5) -> httpx.Response:
    """One purchase, sent once."""
    return await platform.doors.http.post(
        platform.doors.api(f"/cards/{card}/points"),
        json={"amount_minor": 1000, "currency": "EUR", "store_id": str(demo_id("store/fashionhub"))},
        headers={
            **platform.bearer(platform.keys.merchants["fashion-group"]),
            "Idempotency-Key": key,
            "Prefer": f"wait={wait_seconds}",
        },
    )


@dataclass(slots=True)
class Customer:
    """*shown*: the balances that answers told."""

    email: str
    card: str = ""
    bought: int = 0
    shown: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Load:
    platform: Platform
    tills: int = 3
    customers: list[Customer] = field(default_factory=list)
    _stopping: bool = False

    @asynccontextmanager
    async def going(self) -> AsyncIterator[Load]:
        """Inside, everything flows; at the end the last requests are insisted on until they are answered."""
        self._stopping = False
        buyers = await asyncio.gather(*(self._newcomer() for _ in range(self.tills)))
        async with asyncio.TaskGroup() as group:
            for buyer in buyers:
                group.create_task(self._sell(buyer))
            group.create_task(self._let_in())
            try:
                yield self
            finally:
                self._stopping = True

    async def flows(self, sales: int = 5) -> None:
        """Return when so many more sales were answered."""
        wanted = self.sold + sales

        async def sold() -> bool | None:
            return True if self.sold >= wanted else None

        await until(sold, within_seconds=RECOVERY_SECONDS, what=f"{sales} more sales")

    @property
    def sold(self) -> int:
        return sum(customer.bought for customer in self.customers)

    async def settled(self) -> None:
        """Every answer holds, and the audit is clean."""
        await self.counted()
        await sound(self.platform)

    async def counted(self) -> None:
        """Every answered join has its card and both mails, every answered purchase counts once."""
        await asyncio.gather(*(self._counted(customer) for customer in self.customers))
        await asyncio.gather(*(self._two_mails(customer) for customer in self.customers))

    async def _newcomer(self) -> Customer:
        customer = Customer(self.platform.new_address())
        self.customers.append(customer)
        answer = await join(self.platform, customer.email)
        assert answer.status_code == 303, answer.text
        found = await until(
            lambda: self.platform.card_of(customer.email), within_seconds=RECOVERY_SECONDS, what="a card"
        )
        customer.card = found["card_id"]
        return customer

    async def _let_in(self) -> None:
        while not self._stopping:
            await self._newcomer()
            await asyncio.sleep(_BETWEEN_JOINS_SECONDS)

    async def _sell(self, customer: Customer) -> None:
        while not self._stopping:
            key = f"sale-{secrets.token_hex(8)}"
            answer = await insist(lambda key=key: buy(self.platform, customer.card, key))
            assert answer.status_code in {200, 202}, answer.text
            customer.bought += 1
            if answer.status_code == 200:
                customer.shown.append(answer.json()["result"]["balance"])
            await asyncio.sleep(_BETWEEN_SALES_SECONDS)

    async def _counted(self, customer: Customer) -> None:
        wanted = WELCOME_POINTS + POINTS_EACH * customer.bought

        async def reached() -> bool | None:
            card = await self.platform.card_of(customer.email)
            assert card is None or card["balance"] <= wanted, f"{card} is more than {wanted}"
            return True if card is not None and card["balance"] == wanted else None

        await until(reached, within_seconds=RECOVERY_SECONDS, what=f"a balance of {wanted} for {customer}")
        twice = [balance for balance, times in Counter(customer.shown).items() if times > 1]
        assert twice == [], f"two purchases were told the same balance: {customer}"
        assert {(balance - WELCOME_POINTS) % POINTS_EACH for balance in customer.shown} <= {0}
        assert max(customer.shown, default=0) <= wanted

    async def _two_mails(self, customer: Customer) -> None:
        """Two different ones. One may have come twice, under one Message-ID, if its row says it was in doubt."""

        async def both() -> bool | None:
            mails = await self.platform.doors.mails_to(customer.email)
            return True if len({mail["message_id"] for mail in mails}) == 2 else None

        await until(both, within_seconds=RECOVERY_SECONDS, what="both mails")
        arrived = Counter(mail["message_id"] for mail in await self.platform.doors.mails_to(customer.email))
        twice = {message_id.strip("<>").partition("@")[0] for message_id, times in arrived.items() if times > 1}
        if twice:
            flagged = {str(row["id"]) for row in await rows(self.platform, "notifier", _IN_DOUBT)}
            assert twice <= flagged, f"sent twice without a doubt: {twice - flagged}"
