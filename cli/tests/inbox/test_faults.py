"""Each fault an SMTP server can have, ordered over HTTP and seen by a real client."""

import asyncio
import time

import aiosmtplib
import httpx
import pytest

from .conftest import RunningInbox

MAIL = b"Subject: points\r\n\r\n50\r\n"


async def order(http: httpx.AsyncClient, **rule: object) -> None:
    answer = await http.put("/api/faults", json={"rules": [rule]})
    assert answer.status_code == 200, answer.text


async def kept(http: httpx.AsyncClient) -> int:
    return len((await http.get("/api/messages")).json())


async def test_a_greylisted_recipient_is_accepted_the_second_time(inbox: RunningInbox, http: httpx.AsyncClient) -> None:
    await order(http, match="lea@", stage="rcpt", reply="450 4.7.1 greylisted", times=1)

    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await inbox.send(MAIL, "lea@example.com")
    await inbox.send(MAIL, "lea@example.com")

    assert refused.value.recipients[0].code == 450
    assert await kept(http) == 1
    assert (await http.get("/api/faults")).json()["rules"][0]["used"] == 1


async def test_one_recipient_can_be_refused_for_good_while_others_are_served(
    inbox: RunningInbox, http: httpx.AsyncClient
) -> None:
    await order(http, match="nobody@", stage="rcpt", reply="550 5.1.1 no such mailbox")

    errors, _ = await inbox.send(MAIL, "nobody@example.com", "lea@example.com")

    assert errors["nobody@example.com"][0] == 550
    [message] = (await http.get("/api/messages")).json()
    assert message["to"] == ["lea@example.com"]


@pytest.mark.parametrize(("stage", "reply"), [("data", "451 4.3.0 later"), ("after_data", "554 5.7.1 policy")])
async def test_data_is_refused(inbox: RunningInbox, http: httpx.AsyncClient, stage: str, reply: str) -> None:
    await order(http, stage=stage, reply=reply)

    with pytest.raises(aiosmtplib.SMTPDataError) as refused:
        await inbox.send(MAIL, "lea@example.com")

    assert refused.value.code == int(reply[:3])
    assert await kept(http) == 0


@pytest.mark.parametrize("keep", [True, False])
async def test_a_drop_after_data_leaves_the_sender_in_doubt(
    inbox: RunningInbox, http: httpx.AsyncClient, keep: bool
) -> None:
    await order(http, stage="after_data", drop=True, keep=keep)

    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await inbox.send(MAIL, "lea@example.com")

    assert await kept(http) == int(keep)


async def test_a_late_answer_comes_after_the_message_is_kept(inbox: RunningInbox, http: httpx.AsyncClient) -> None:
    await order(http, stage="after_data", delay_seconds=5)

    with pytest.raises(aiosmtplib.SMTPReadTimeoutError):
        await inbox.send(MAIL, "lea@example.com", patience=0.5)

    assert await kept(http) == 1


async def test_an_answer_can_come_byte_by_byte(inbox: RunningInbox, http: httpx.AsyncClient) -> None:
    await order(http, stage="rcpt", seconds_per_byte=0.03)

    started = time.monotonic()
    await inbox.send(MAIL, "lea@example.com")

    assert time.monotonic() - started > 0.03 * len("250 2.1.5 OK\r\n")
    assert await kept(http) == 1


@pytest.mark.parametrize("fault", [{"reply": "421 4.3.2 busy"}, {"reply": "554 no service"}, {"drop": True}])
async def test_a_connection_is_refused_at_once(
    inbox: RunningInbox, http: httpx.AsyncClient, fault: dict[str, object]
) -> None:
    await order(http, stage="connect", **fault)

    with pytest.raises((aiosmtplib.SMTPConnectError, aiosmtplib.SMTPServerDisconnected)):
        await inbox.send(MAIL, "lea@example.com")


async def test_a_421_closes_the_connection(inbox: RunningInbox, http: httpx.AsyncClient) -> None:
    await order(http, stage="rcpt", reply="421 4.3.2 shutting down")
    reader, writer = await asyncio.open_connection(inbox.smtp_host, inbox.smtp_port)

    writer.write(b"EHLO test\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\n")
    dialogue = await asyncio.wait_for(reader.read(-1), 5)

    assert dialogue.endswith(b"421 4.3.2 shutting down\r\n")
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    "rule",
    [
        {"stage": "rcpt", "reply": "250 fine"},
        {"stage": "rcpt", "reply": "450 a\r\n250 b"},
        {"stage": "nowhere"},
        {"stage": "rcpt", "unknown": 1},
        {"stage": "rcpt", "times": 0},
        {},
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused(
    inbox: RunningInbox, http: httpx.AsyncClient, rule: dict[str, object]
) -> None:
    answer = await http.put("/api/faults", json={"rules": [rule]})

    assert answer.status_code == 400
    assert (await http.get("/api/faults")).json() == {"rules": []}
