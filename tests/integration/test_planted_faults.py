"""A run that went well is clean; whatever is planted in a copy of it is found, by the check that is for it, and named."""

import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import aiosmtplib
import pytest
import pytest_asyncio
from msgspec import structs

from ledger.rebuilding.rebuild import rebuild
from ledger.rebuilding.shadow import furnish
from stampbook_cli.auditing.history import Asking, Line, Sent
from stampbook_events import GENESIS, running_head
from tests.integration.audited_run import PLANTED, Run, at, ended_run
from tests.integration.planted import ACKNOWLEDGED, ANSWERS, FAULTS, ORDER, STREAM, UNIQUE

pytestmark = [pytest.mark.timeout(300), pytest.mark.long]


@pytest_asyncio.fixture(scope="module")
async def run(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Run]:
    async with ended_run(tmp_path_factory.mktemp("audited")) as ended:
        yield ended


async def test_a_run_that_went_well_is_clean(run: Run) -> None:
    async with run.copy():
        assert await run.found(PLANTED) == {}


def must_be_found(found: dict[str, list[str]], expected: dict[str, str], **names: str) -> None:
    for check, words in expected.items():
        named = words.format(**names) if "{" in words else words
        assert any(re.search(named, complaint) for complaint in found.get(check, [])), (check, named, found)


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_was_planted_is_found_and_named(run: Run, fault: str) -> None:
    sql, expected = FAULTS[fault]
    names = {"card": run.cards[0], "other": run.cards[1]}
    async with run.copy() as db:
        await db.execute(sql.format(**names))
    must_be_found(await run.found(PLANTED), expected, **names)


_VANISH = """
DELETE FROM ledger.inbox WHERE command_id = (SELECT command_id FROM ledger.event WHERE aggregate = $1 AND version = 3);
DELETE FROM ledger.event WHERE aggregate = $1 AND version = 3;
UPDATE ledger.aggregate SET version = 2, hash = (SELECT hash FROM ledger.event WHERE aggregate = $1 AND version = 2)
WHERE id = $1;
"""


async def vanish(run: Run, db: Any, card: str) -> None:
    """Take the last purchase out of the ledger as if it had never been, hashes, heads and all tables included."""
    partition = await db.fetchval("SELECT partition FROM ledger.event WHERE aggregate = $1 LIMIT 1", card)
    for statement in _VANISH.strip().removesuffix(";").split(";"):
        await db.execute(statement, card)
    head, pos = GENESIS, 0
    for row in await db.fetch("SELECT pos, hash FROM ledger.event WHERE partition = $1 ORDER BY pos", partition):
        head, pos = running_head(head, row["pos"], row["hash"]), row["pos"]
    await db.execute("UPDATE ledger.partition SET pos = $2, head = $3 WHERE id = $1", partition, pos, head)
    await furnish(db)
    rebuilt = await rebuild(at(PLANTED, run.platform.attached.dsn("ledger")))
    assert rebuilt.differing is not None
    assert rebuilt.differing["posting"]


async def test_a_loss_that_no_sum_and_no_hash_betrays_is_found_by_who_was_answered(run: Run) -> None:
    async with run.copy() as db:
        await vanish(run, db, run.cards[1])
    found = await run.found(PLANTED)
    complaint = "till's purchase p-5 on card {other}: acknowledged, its command .* is in no inbox"
    must_be_found(found, {ACKNOWLEDGED: complaint, STREAM: "not the event of the log"}, other=run.cards[1])
    assert {name for name in found if name.startswith("ledger.")} == {STREAM, ANSWERS}


def turned_round(lines: list[Line]) -> list[Line]:
    """As if the first two purchases had been sent, and answered, the other way round."""
    return [*lines[2:4], *lines[:2], *lines[4:]]


async def test_an_order_that_differs_from_the_clients_is_found(run: Run) -> None:
    form, till = run.histories
    async with run.copy():
        found = await run.found(PLANTED, [form, turned_round(till)])
    must_be_found(found, {ORDER: "card {card}: till's p-1 is version 3, p-2 before it is version 4"}, card=run.cards[0])


async def test_an_answer_that_no_effect_stands_behind_is_found(run: Run) -> None:
    """The platform never heard of it."""
    form, till = run.histories
    asking = next(line.asking for line in till if isinstance(line, Sent))
    never = Asking(kind="purchase", key="never", card=asking.card, amount=1, receipt="never")
    sent, answered = till[0], till[1]
    lie = [
        *till,
        structs.replace(sent, number=1000, asking=never),
        structs.replace(answered, number=1000, command_id=uuid4()),
    ]
    async with run.copy():
        found = await run.found(PLANTED, [form, lie])
    must_be_found(found, {ACKNOWLEDGED: "till's purchase never on card {card}: acknowledged, its"}, card=run.cards[0])


async def test_a_mail_that_came_twice_is_found_unless_it_was_in_doubt(run: Run) -> None:
    """The last of these tests: what the inbox has it keeps."""
    mail = await send_again(run)
    async with run.copy() as db:
        must_be_found(await run.found(PLANTED), {UNIQUE: f"mail {mail}: 2 copies, and its delivery was never in doubt"})
        await db.execute("UPDATE notifier.delivery SET in_doubt = true WHERE id = $1", mail[1:37])
        assert UNIQUE not in await run.found(PLANTED)


async def send_again(run: Run) -> str:
    """Bring a mail that has arrived once more, byte for byte; returns its Message-ID."""
    doors = run.platform.doors
    listed = (await doors.http.get(f"{doors.urls['inbox']}/api/messages")).json()
    source = (await doors.http.get(f"{doors.urls['inbox']}/messages/{listed[0]['id']}/source")).content
    server = urlsplit(doors.urls["inbox_smtp"])
    async with aiosmtplib.SMTP(hostname=server.hostname, port=server.port, start_tls=False) as smtp:
        await smtp.sendmail(listed[0]["from"], listed[0]["to"], source)
    message_id: str = listed[0]["message_id"]
    return message_id
