"""A shop with one card, a pass channel of real parts, and the runner that works its deliveries."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from stampbook_cli.embedded.testing import Servers
from stampbook_events.enrollment import Contact
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.bus import NatsBus
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.deliveries import store as deliveries
from stampbook_messaging.deliveries.runner import DeliveryRunner
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.partitions import Leases
from stampbook_messaging.protocols import Delivery, Outcome
from stampbook_messaging.queries import Queries, Refusal, answer_queries
from stampbook_messaging.sealing import seal_to
from wallet_sync.domain.passes import object_id
from wallet_sync.pass_channel import AskContact, Box, PassChannel

from .emulator import ISSUER, Emulator
from .happenings import Shop, consume

LOGO = "http://localhost:8080/static/pass-logo.png"
CHANNEL = "pass"


@dataclass(slots=True)
class Enrollment:
    """Answers ``q.enrollment.contact`` over a real bus. *meanwhile*: what happens while it is asked, one each time."""

    first_name: str | None = "Anna"
    surname: str | None = "Schmit"
    unknown: bool = False
    asked: list[AskContact] = field(default_factory=list)
    meanwhile: list[Coroutine[Any, Any, None]] = field(default_factory=list)

    async def contact(self, request: AskContact) -> Box:
        self.asked.append(request)
        if self.meanwhile:
            await self.meanwhile.pop(0)
        if self.unknown:
            raise Refusal("customer_unknown")
        contact = Contact(
            customer_id=request.customer_id, language="fr", first_name=self.first_name, surname=self.surname
        )
        return Box(box=seal_to(request.reply_key, msgspec.json.encode(contact)))


async def connect(servers: Servers, identity: str) -> NatsBus:
    return await NatsBus.connect(
        servers.nats_url,
        seed_file=str(servers.seed_file(identity)),
        identity=identity,
        server_name=servers.nats_server_name,
    )


@asynccontextmanager
async def asking(servers: Servers, enrollment: Enrollment | None) -> AsyncIterator[Queries]:
    """The wallet sync's way to ask; None is an enrollment that is not there."""
    buses = [await connect(servers, "wallet")]
    if enrollment is not None:
        buses.append(await connect(servers, "enrollment"))
        answers = {"contact": (AskContact, enrollment.contact)}
        await answer_queries(buses[-1].raw, "enrollment", answers, instance="test")
    yield Queries(buses[0])
    for bus in buses:
        await bus.close()


@dataclass(slots=True, kw_only=True)
class Stage:
    pool: Any
    shop: Shop
    channel: PassChannel
    enrollment: Enrollment
    emulator: Emulator
    marks: int = 0

    @property
    def object_id(self) -> str:
        return object_id(ISSUER, self.shop.card)

    async def claimed(self) -> Delivery:
        """The delivery of this card, claimed as the runner would."""
        await self.pool.execute("UPDATE delivery SET next_at = stampbook_now() WHERE recipient = $1", self.shop.card)
        found = {one.recipient: one for one in await deliveries.claim(self.pool, "test", CHANNEL, 100)}
        return found[self.shop.card]

    async def attempt(self) -> Outcome:
        """One attempt, not settled."""
        delivery = await self.claimed()

        async def mark() -> None:
            self.marks += 1

        return await self.channel.deliver(delivery, mark)

    async def shown(self) -> dict[str, Any]:
        """The object as the wallet has it."""
        found = await self.channel.wallet.get("loyaltyObject", self.object_id)
        assert found is not None
        return found

    async def row(self) -> dict[str, Any]:
        """State, attempt and reason of the delivery, and what is wanted and acknowledged of the pass."""
        query = """SELECT d.state, d.attempt, d.reason, d.next_at - stampbook_now() AS waits, p.wanted, p.acknowledged
                   FROM delivery d JOIN pass p ON p.merchant = d.merchant AND p.card_id = d.recipient
                   WHERE d.recipient = $1"""
        (row,) = await self.pool.fetch(query, self.shop.card)
        return dict(row)

    async def worked(self, *states: str) -> dict[str, Any]:
        """Let the real runner work until the delivery is in one of *states* and the row as it then is."""
        runner = await self._runner()
        working = asyncio.create_task(runner.run())
        try:
            async with asyncio.timeout(20):
                while (await self.row())["state"] not in states:
                    await asyncio.sleep(0.01)
        finally:
            runner.stop()
            await working
        return await self.row()

    async def events(self) -> list[Any]:
        rows = await self.pool.fetch("SELECT body FROM event WHERE aggregate = $1 ORDER BY version", self.shop.card)
        return [msgspec.json.decode(row["body"])["data"] for row in rows]

    async def _runner(self) -> DeliveryRunner:
        clock = SystemClock()
        leases = Leases(self.pool, "test", clock)
        await leases.beat()
        return DeliveryRunner(
            channel=self.channel,
            pool=self.pool,
            clock=clock,
            leases=leases,
            alarms=Alarms(self.pool),
            failpoints=Failpoints(),
            recorded=len,
        )


async def set_up(pool: Any, queries: Queries, enrollment: Enrollment, emulator: Emulator) -> Stage:
    """A card was opened with fifty points; its pass is owed and nothing was sent yet."""
    shop = Shop()
    await consume(pool, *shop.open_for_business(), shop.opened(), shop.bonus())
    channel = PassChannel(pool=pool, queries=queries, wallet=emulator.client(), default_logo=LOGO)
    return Stage(pool=pool, shop=shop, channel=channel, enrollment=enrollment, emulator=emulator)
