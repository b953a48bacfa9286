"""swallowed-failure: a mail that did not leave is a state with an owner, and the audit says so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from stampbook_cli.journeys.doors import until
from tests.platform import Platform

_ROWS = """
SELECT d.state, d.kind, (SELECT array_agg(a.verdict ORDER BY a.number) FROM notifier.attempt a WHERE a.delivery_id = d.id)
  AS verdicts
FROM notifier.delivery d WHERE d.recipient = $1 ORDER BY d.kind
"""


@asynccontextmanager
async def refusing(platform: Platform, email: str, reply: str, **more: Any) -> AsyncIterator[None]:
    """The mail server answers *reply* to this recipient."""
    faults = f"{platform.attached.urls['inbox']}/api/faults"
    rule = {"match": email, "stage": "rcpt", "reply": reply, **more}
    (await platform.doors.http.put(faults, json={"rules": [rule]})).raise_for_status()
    try:
        yield
    finally:
        await platform.doors.http.delete(faults)


async def deliveries(platform: Platform, customer: str) -> list[tuple[str, str, list[str]]]:
    db = await asyncpg.connect(platform.attached.dsn("notifier"))
    try:
        return [(row["kind"], row["state"], row["verdicts"] or []) for row in await db.fetch(_ROWS, customer)]
    finally:
        await db.close()


async def test_a_mail_refused_for_now_is_tried_again_and_leaves(platform: Platform) -> None:
    email = platform.new_address()
    async with refusing(platform, email, "451 4.3.0 later", times=2):
        await platform.join(email)
        card = await until(lambda: platform.card_of(email), within_seconds=10, what="a card")

        async def both_left() -> bool | None:
            return True if len(await platform.doors.mails_to(email)) == 2 else None

        await until(both_left, within_seconds=30, what="both mails")
    ended = await deliveries(platform, card["customer_id"])
    assert [(kind, verdicts[-1]) for kind, _, verdicts in ended] == [("enrollment", "sent"), ("welcome_bonus", "sent")]
    assert sum(verdicts.count("retry") for _, _, verdicts in ended) == 2
    assert await platform.audit() == []


async def test_a_mail_refused_for_good_is_dead_in_sight_of_everybody(platform: Platform) -> None:
    email = platform.new_address()
    async with refusing(platform, email, "550 5.7.1 never"):
        await platform.join(email)
        card = await until(lambda: platform.card_of(email), within_seconds=10, what="a card")

        async def ended() -> bool | None:
            states = {state for _, state, _ in await deliveries(platform, card["customer_id"])}
            return True if states == {"dead"} else None

        await until(ended, within_seconds=15, what="two dead deliveries")
    found = {check["name"] for check in await platform.audit()}
    assert {"notifier.deliveries_end", "notifier.no_open_alarm"} <= found
    await _dealt_with(platform, card["customer_id"])
    assert await platform.audit() == []


async def _dealt_with(platform: Platform, customer: str) -> None:
    """As an operator would who has spoken with the customer."""
    db = await asyncpg.connect(platform.attached.dsn("notifier"))
    await db.execute("UPDATE notifier.delivery SET state = 'suppressed' WHERE recipient = $1", customer)
    await db.execute("UPDATE notifier.alarm SET cleared_at = notifier.stampbook_now() WHERE cleared_at IS NULL")
    await db.close()
