"""From the event to the mail server and back to an event: the delivery promise, on real parts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from channels import mail_channel
from happenings import Shop, consume
from mail_samples import ANNA
from other_services import Others, answering
from scripted_smtp import DROP, SILENCE, ScriptedSmtp

from notifier.mail_channel import MailChannel
from stampbook_cli.embedded.testing import Servers
from stampbook_events.enrollment import Contact
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.deliveries.runner import DeliveryRunner
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.partitions import Leases


@dataclass(slots=True)
class Office:
    pool: Any
    shop: Shop
    channel: MailChannel
    server: ScriptedSmtp

    async def deliveries(self) -> list[dict[str, Any]]:
        query = "SELECT kind, state, reason, attempt, in_doubt FROM delivery WHERE merchant = $1 ORDER BY kind"
        return [dict(row) for row in await self.pool.fetch(query, self.shop.merchant)]

    async def until(self, *states: str) -> list[dict[str, Any]]:
        """Wait until the shop's deliveries, ordered by kind, have come to *states*."""
        for _ in range(1000):
            found = await self.deliveries()
            if [one["state"] for one in found] == list(states):
                return found
            await asyncio.sleep(0.01)
        raise AssertionError(found)

    async def hurry(self) -> None:
        await self.pool.execute("UPDATE delivery SET next_at = stampbook_now() WHERE merchant = $1", self.shop.merchant)

    async def events(self) -> list[tuple[str, dict[str, Any]]]:
        query = "SELECT type, body FROM event WHERE merchant = $1 ORDER BY pos"
        rows = await self.pool.fetch(query, self.shop.merchant)
        return [(row["type"], msgspec.json.decode(row["body"])["data"]) for row in rows]

    async def owe(self, *happened: Any) -> None:
        await consume(self.pool, self.channel, *self.shop.open_for_business(), self.shop.enrolled(), *happened)


@asynccontextmanager
async def working(pool: Any, channel: MailChannel) -> AsyncIterator[None]:
    clock = SystemClock()
    leases = Leases(pool, f"notifier-test-{uuid4()}", clock)
    await leases.beat()
    runner = DeliveryRunner(
        channel=channel,
        pool=pool,
        clock=clock,
        leases=leases,
        alarms=Alarms(pool),
        failpoints=Failpoints(),
        recorded=lambda _: None,
    )
    running = asyncio.create_task(runner.run())
    yield
    runner.stop()
    await running


@pytest.fixture
async def office(pool: Any, servers: Servers) -> AsyncIterator[Office]:
    await pool.execute("DELETE FROM delivery")
    server = ScriptedSmtp()
    others = Others(Contact(customer_id=uuid4(), language="lb", email=ANNA, first_name="Anna"))
    async with server.running(), answering(servers, others) as queries:
        channel = mail_channel(pool, queries, server)
        async with working(pool, channel):
            yield Office(pool, Shop(), channel, server)
        await channel.provider.connections.close()


async def test_a_new_customer_gets_both_mails_each_once(office: Office) -> None:
    await office.owe(office.shop.opened(), office.shop.bonus())
    await office.until("sent", "sent")
    subjects = sorted(message_from_bytes(taken.content)["Subject"] for taken in office.server.taken)
    assert len(subjects) == 2
    assert [kind for kind, _ in await office.events()] == ["notifier.mail_sent.v1"] * 2


async def test_a_mail_lost_after_the_final_dot_is_sent_once_more_with_the_same_id(office: Office) -> None:
    office.server.says["content"] = [DROP]
    await office.owe(office.shop.opened())
    await office.until("retrying")
    await office.hurry()
    (delivery,) = await office.until("sent")
    assert (delivery["attempt"], delivery["in_doubt"], len(office.server.taken)) == (2, True, 1)
    (in_doubt, doubt), (sent, end) = await office.events()
    assert (in_doubt, sent) == ("notifier.mail_in_doubt.v1", "notifier.mail_sent.v1")
    assert (doubt["reason"], end["in_doubt_before"]) == ("content disconnected", True)
    message_id = message_from_bytes(office.server.taken[0].content)["Message-ID"]
    assert message_id == f"<{end['delivery_id']}@stampbook.lu>"


async def test_a_mail_twice_in_doubt_waits_for_somebody_to_decide(office: Office) -> None:
    office.server.says["content"] = [SILENCE, DROP]
    await office.owe(office.shop.opened())
    await office.until("retrying")
    await office.hurry()
    await office.until("unknown")
    assert [kind for kind, _ in await office.events()] == ["notifier.mail_in_doubt.v1"] * 2


async def test_a_full_mailbox_is_tried_again(office: Office) -> None:
    office.server.says["RCPT"] = ["450 4.2.2 mailbox full"]
    await office.owe(office.shop.opened())
    (waiting,) = await office.until("retrying")
    assert (waiting["attempt"], waiting["reason"], await office.events()) == (1, "rcpt 450 4.2.2", [])
    await office.hurry()
    (sent,) = await office.until("sent")
    assert sent["attempt"] == 2


async def test_an_address_that_is_none_ends_suppressed(office: Office) -> None:
    office.server.says["RCPT"] = "550 5.1.1 no such user"
    await office.owe(office.shop.opened())
    await office.until("suppressed")
    ((kind, told),) = await office.events()
    assert (kind, told["reason"]) == ("notifier.mail_suppressed.v1", "address_refused 5.1.1")


async def test_a_refused_policy_is_dead_and_in_sight(office: Office) -> None:
    office.server.says["RCPT"] = "554 5.7.1 not from you"
    await office.owe(office.shop.opened())
    await office.until("dead")
    ((kind, told),) = await office.events()
    assert (kind, told["reason"]) == ("notifier.mail_failed.v1", "rcpt 554 5.7.1")


async def test_a_mail_server_that_is_away_uses_up_no_attempt(office: Office) -> None:
    office.server.says["greeting"] = ["421 4.3.2 restarting"]
    await office.owe(office.shop.opened())
    await office.until("retrying")
    (sent,) = await office.until("sent")
    assert sent["attempt"] == 1


async def test_the_log_of_attempts_says_who_answered_what(office: Office) -> None:
    office.server.says["RCPT"] = [f"450 4.2.2 <{ANNA}> is full"]
    await office.owe(office.shop.opened())
    await office.until("retrying")
    query = """SELECT a.verdict, a.host, a.answer FROM attempt a JOIN delivery d ON d.id = a.delivery_id
               WHERE d.merchant = $1"""
    (attempt,) = await office.pool.fetch(query, office.shop.merchant)
    assert tuple(attempt) == ("retry", f"127.0.0.1:{office.server.port}", "450 4.2.2 <[address]> is full")
