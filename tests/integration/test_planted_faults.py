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

from stampbook_cli.auditing.history import Asking, Line, Sent
from stampbook_events import GENESIS, running_head
from tests.integration.audited_run import PLANTED, Run, ended_run

pytestmark = [pytest.mark.timeout(300), pytest.mark.long]


@pytest_asyncio.fixture(scope="module")
async def run(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Run]:
    async with ended_run(tmp_path_factory.mktemp("audited")) as ended:
        yield ended


async def test_a_run_that_went_well_is_clean(run: Run) -> None:
    async with run.copy():
        assert await run.found(PLANTED) == {}


GAPS, HASHES = "ledger.positions_and_versions_gapless", "ledger.hashes_whole"
STREAM, ANSWERS, EFFECTS = (
    "ledger.stream_equals_log",
    "ledger.commands_answered_once",
    "ledger.commands_have_one_effect",
)
FOLD, PASSES, SHOWN = "ledger.balances_are_the_fold", "wallet.passes_converge", "wallet.passes_show_their_cards"
OWED, UNIQUE = "notifier.deliveries_for_ledger_complete", "mails.unique_by_message_id"
ARRIVED, BEHIND = "mails.sent_have_arrived", "mails.one_message_id_per_delivery"
ACKNOWLEDGED, REFUSED = "history.acknowledged_have_one_effect", "history.refused_have_none"
ORDER, JOINED = "history.order_per_card_kept", "history.acknowledged_joins_have_one_card"

EVENT = "ledger.event WHERE aggregate = '{card}' AND version = 4"
COMMAND = f"(SELECT command_id FROM {EVENT})"
BONUS = "kind = 'welcome_bonus' AND payload ->> 'card_id' = '{card}'"
DELIVERY = """id, merchant, consumer, event_id, event_stream, event_partition, event_pos, channel, kind, recipient,
payload, state, attempt, next_at, deadline, claimed_by, lease_token, reason, in_doubt, correlation, traceparent,
created_at, ended_at"""
FAULTS: dict[str, tuple[str, dict[str, str]]] = {
    "event lost": (
        f"DELETE FROM {EVENT}",
        {
            GAPS: "ledger partition [0-9]+ position [0-9]+ event .*: version 5 follows 3",
            EFFECTS: "ledger command .*: answered with operation .*, which is not in the log",
            ACKNOWLEDGED: "till's purchase p-2 on card {card}: acknowledged, 0 effects",
            STREAM: "ledger stream [0-9]+: not the event of the log",
        },
    ),
    "effect doubled": (
        f"""INSERT INTO ledger.event SELECT partition, (SELECT max(pos) + 1 FROM ledger.event p
        WHERE p.partition = event.partition), gen_random_uuid(), merchant, aggregate, 99, type, recorded_at, command_id,
        cmd_seq, body, hash, traceparent FROM {EVENT}""",
        {
            ACKNOWLEDGED: "till's purchase p-2 on card {card}: acknowledged, 2 effects: ",
            EFFECTS: "ledger command .* is not its event number 1",
        },
    ),
    "events swapped": (
        """UPDATE ledger.event SET version = -version WHERE aggregate = '{card}' AND version IN (3, 4);
        UPDATE ledger.event SET version = 7 + version WHERE version < 0""",
        {
            GAPS: "event .*: its bytes say version 3, its row 4",
            ORDER: "card {card}: till's p-2 is version 3, p-1 before it is version 4",
        },
    ),
    "gap in positions": (
        f"""UPDATE ledger.event SET pos = pos + 1000 WHERE (partition, pos) = (SELECT partition, max(pos)
        FROM ledger.event WHERE partition = (SELECT partition FROM {EVENT}) GROUP BY 1)""",
        {GAPS: "position 10[0-9]+ event .*: follows position "},
    ),
    "gap in versions": (
        "UPDATE ledger.event SET version = 50 WHERE aggregate = '{other}' AND version = 3",
        {GAPS: "event .*: version 50 follows 2"},
    ),
    "byte flipped": (
        f"UPDATE ledger.event SET body = set_byte(body, 20, get_byte(body, 20) # 1) WHERE id = (SELECT id FROM {EVENT})",
        {
            HASHES: "event .*: hash does not cover its bytes",
            STREAM: "not the event of the log",
            FOLD: "card {card} of .*: its events cannot be read",
        },
    ),
    "event turned to rubbish": (
        f"UPDATE ledger.event SET body = 'rubbish' WHERE id = (SELECT id FROM {EVENT})",
        {
            GAPS: "event .*: its bytes are no event",
            "ledger.receipts_and_welcomes_are_kept": "something that was stored cannot be read",
        },
    ),
    "balance edited": (
        "UPDATE ledger.card SET balance = balance + 1 WHERE card_id = '{card}'",
        {FOLD: "card {card} of .*: balance by events [0-9]+, kept ", PASSES: "pass of card {card}: [0-9]+ points and "},
    ),
    "inbox row lost": (
        f"DELETE FROM ledger.inbox WHERE command_id = {COMMAND}",
        {
            ANSWERS: "ledger command [0-9]+ .*: on the stream without an inbox row",
            EFFECTS: "ledger command .*: 1 events, but it was never answered",
            ACKNOWLEDGED: "till's purchase p-2 on card {card}: acknowledged, its command .* is in no inbox",
        },
    ),
    "command answered twice": (
        f"""INSERT INTO ledger.inbox SELECT gen_random_uuid(), merchant, partition, cmd_seq, type, fingerprint, status,
        code, result, recorded_at, applied_at FROM ledger.inbox WHERE command_id = {COMMAND}""",
        {ANSWERS: "ledger command [0-9]+: answered 2 times: "},
    ),
    "acknowledged, then refused": (
        f"UPDATE ledger.inbox SET status = 'refused' WHERE command_id = {COMMAND}",
        {
            EFFECTS: "ledger command .*: refused, and yet ledger.points_earned.v1",
            ACKNOWLEDGED: "till's purchase p-2 on card {card}: acknowledged, its command .* is refused",
        },
    ),
    "effect of a refused command": (
        f"""UPDATE ledger.event SET command_id = (SELECT command_id FROM ledger.inbox WHERE status = 'refused')
        WHERE id = (SELECT id FROM {EVENT})""",
        {
            REFUSED: "till's purchase p-91 on card {card}: refused, and yet ledger.points_earned.v1",
            EFFECTS: "ledger command .*: refused, and yet ledger.points_earned.v1",
        },
    ),
    "delivery row lost": (
        f"DELETE FROM notifier.delivery WHERE {BONUS}",
        {
            OWED: "ledger event .* ledger.welcome_bonus_granted.v1: 0 × mail:welcome_bonus",
            BEHIND: "mail <.*>: no delivery is behind it",
        },
    ),
    "delivery row doubled": (
        f"""INSERT INTO notifier.delivery ({DELIVERY}) SELECT gen_random_uuid(), {DELIVERY.partition(", ")[2]}
        FROM notifier.delivery WHERE {BONUS}""",
        {
            OWED: "ledger event .* ledger.welcome_bonus_granted.v1: 2 × mail:welcome_bonus: .*, .*",
            ARRIVED: "delivery .* mail:welcome_bonus: sent, and no such mail has arrived",
        },
    ),
    "delivery without event": (
        f"UPDATE notifier.delivery SET event_id = gen_random_uuid() WHERE {BONUS}",
        {OWED: "notifier delivery .* mail:welcome_bonus: no event .* of ledger demands it"},
    ),
    "mail under another Message-ID": (
        f"UPDATE notifier.delivery SET id = gen_random_uuid() WHERE {BONUS}",
        {
            ARRIVED: "delivery .* mail:welcome_bonus: sent, and no such mail has arrived",
            BEHIND: "mail <.*>: no delivery is behind it",
        },
    ),
    "join without its mail": (
        "DELETE FROM notifier.delivery WHERE kind = 'enrollment'",
        {JOINED: "form's join .*: acknowledged, and no mail of a card has arrived"},
    ),
    "pass not acknowledged": (
        "UPDATE wallet.pass SET acknowledged = acknowledged - 1 WHERE card_id = '{card}'",
        {PASSES: "pass of card {card}: [0-9]+ of [0-9]+ and nobody is at it"},
    ),
    "pass behind its card": (
        "UPDATE wallet.pass SET points = points - 20 WHERE card_id = '{card}'",
        {
            PASSES: "pass of card {card}: [0-9]+ points and [0-9]+ stamps, the card has ",
            SHOWN: "pass of card {card}: shows [0-9]+ points, the card has ",
        },
    ),
    "pass doubled": (
        f"""INSERT INTO wallet.delivery ({DELIVERY}) SELECT gen_random_uuid(), {DELIVERY.partition(", ")[2]}
        FROM wallet.delivery WHERE recipient = '{{card}}'""",
        {PASSES: "pass of card {card}: 2 deliveries"},
    ),
}


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
DELETE FROM ledger.lot WHERE lot_id = (SELECT id FROM ledger.event WHERE aggregate = $1 AND version = 3);
DELETE FROM ledger.receipt WHERE operation_id = (SELECT id FROM ledger.event WHERE aggregate = $1 AND version = 3);
DELETE FROM ledger.posting WHERE card_id = $1 AND version = 3;
DELETE FROM ledger.event WHERE aggregate = $1 AND version = 3;
UPDATE ledger.card SET version = 2, balance = (SELECT sum(free) FROM ledger.lot WHERE lot.card_id = $1) WHERE card_id = $1;
UPDATE ledger.aggregate SET version = 2, hash = (SELECT hash FROM ledger.event WHERE aggregate = $1 AND version = 2)
WHERE id = $1;
"""


async def vanish(db: Any, card: str) -> None:
    """Take the last purchase out of the ledger as if it had never been, hashes, heads and sums included."""
    partition = await db.fetchval("SELECT partition FROM ledger.event WHERE aggregate = $1 LIMIT 1", card)
    for statement in _VANISH.strip().removesuffix(";").split(";"):
        await db.execute(statement, card)
    head, pos = GENESIS, 0
    for row in await db.fetch("SELECT pos, hash FROM ledger.event WHERE partition = $1 ORDER BY pos", partition):
        head, pos = running_head(head, row["pos"], row["hash"]), row["pos"]
    await db.execute("UPDATE ledger.partition SET pos = $2, head = $3 WHERE id = $1", partition, pos, head)


async def test_a_loss_that_no_sum_and_no_hash_betrays_is_found_by_who_was_answered(run: Run) -> None:
    async with run.copy() as db:
        await vanish(db, run.cards[1])
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
