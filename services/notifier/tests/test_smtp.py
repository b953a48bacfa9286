"""Whole conversations with a real server that says what it is told to say."""

import asyncio

import msgspec
import pytest
from conversations import QUICK, HandClock, Marks, talking
from mail_samples import ANNA, mail, smtp_settings
from scripted_smtp import DROP, SILENCE, ScriptedSmtp

from notifier.smtp import Connections, SmtpProvider
from stampbook_messaging.protocols import Outcome
from stampbook_messaging.pulse import Pulse


async def outcome_of(server: ScriptedSmtp, recipient: str = ANNA) -> tuple[Outcome, int]:
    marks = Marks(server)
    async with talking(server) as provider:
        return await provider.send(mail(recipient), marks), len(marks.heard)


@pytest.mark.parametrize(
    ("step", "answer", "verdict", "reason", "marks"),
    [
        ("greeting", "554 5.3.2 go away", "ours", "connect 554 5.3.2", 0),
        ("greeting", DROP, "ours", "connect disconnected", 0),
        ("MAIL", "451 4.3.0 later", "retry", "mail 451 4.3.0", 0),
        ("MAIL", "550 5.7.1 not you", "ours", "mail 550 5.7.1", 0),
        ("RCPT", "450 4.2.2 mailbox full", "retry", "rcpt 450 4.2.2", 0),
        ("RCPT", "452 4.7.1 greylisted", "retry", "rcpt 452 4.7.1", 0),
        ("RCPT", "550 5.1.1 no such user", "suppressed", "address_refused 5.1.1", 0),
        ("RCPT", "554 5.7.1 policy", "dead", "rcpt 554 5.7.1", 0),
        ("RCPT", "421 4.3.2 closing", "retry", "rcpt 421 4.3.2", 0),
        ("RCPT", DROP, "retry", "rcpt disconnected", 0),
        ("RCPT", SILENCE, "retry", "rcpt timeout", 0),
        ("RCPT", "rubbish", "retry", "rcpt malformed", 0),
        ("DATA", "451 4.3.0 later", "retry", "data 451 4.3.0", 1),
        ("DATA", "554 5.5.1 no valid recipients", "dead", "data 554 5.5.1", 1),
        ("DATA", DROP, "retry", "data disconnected", 1),
        ("content", "421 4.3.2 closing", "retry", "content 421 4.3.2", 1),
        ("content", "451 4.3.0 later", "retry", "content 451 4.3.0", 1),
        ("content", "554 5.7.1 spam", "dead", "content 554 5.7.1", 1),
        ("content", DROP, "unknown", "content disconnected", 1),
        ("content", SILENCE, "unknown", "content timeout", 1),
        ("content", "rubbish", "unknown", "content malformed", 1),
    ],
)
async def test_what_the_server_does_decides(step: str, answer: str, verdict: str, reason: str, marks: int) -> None:
    server = ScriptedSmtp(says={step: answer})
    outcome, marked = await outcome_of(server)
    assert (outcome.verdict, outcome.reason, marked) == (verdict, reason, marks)
    assert outcome.host == f"127.0.0.1:{server.port}"
    assert server.taken == []


async def test_an_accepted_mail_arrives_byte_for_byte() -> None:
    server = ScriptedSmtp()
    outcome, marked = await outcome_of(server)
    assert (outcome.verdict, outcome.answer, marked) == ("sent", "250 2.0.0 queued as 4711", 1)
    (taken,) = server.taken
    assert (taken.sender, taken.recipient) == ("MAIL FROM:<cards@stampbook.lu>", f"RCPT TO:<{ANNA}>")
    assert b"\r\n.a line with a dot\r\n..and two\r\n" in taken.content


async def test_the_mark_is_set_when_the_recipient_is_taken_and_before_the_mail_is_begun() -> None:
    server = ScriptedSmtp()
    marks = Marks(server)
    async with talking(server) as provider:
        await provider.send(mail(), marks)
    assert marks.heard == [["EHLO", "MAIL", "RCPT"]]


async def test_a_mark_that_fails_stops_the_mail() -> None:
    async def lost() -> None:
        raise LookupError("somebody else has it")

    server = ScriptedSmtp()
    async with talking(server) as provider:
        with pytest.raises(LookupError):
            await provider.send(mail(), lost)
    assert "DATA" not in server.verbs()


async def test_nobody_at_the_port_is_our_trouble() -> None:
    server = ScriptedSmtp()
    async with talking(server) as provider:
        pass
    outcome = await provider.send(mail(), Marks(server))
    assert (outcome.verdict, outcome.reason) == ("ours", "connect refused")


async def test_a_host_without_an_address_is_our_trouble() -> None:
    server = ScriptedSmtp()
    settings = msgspec.structs.replace(smtp_settings(server.port), host="no-such-host.invalid")
    provider = SmtpProvider(Connections(settings=settings, clock=HandClock(), timeouts=QUICK))
    outcome = await provider.send(mail(), Marks(server))
    assert (outcome.verdict, outcome.reason) == ("ours", "connect name_unknown")


async def test_an_address_beyond_ascii_is_sent_where_the_server_takes_it() -> None:
    server = ScriptedSmtp()
    outcome, _ = await outcome_of(server, "zoé@kaart.lu")
    assert outcome.verdict == "sent"
    assert server.taken[0].recipient == "RCPT TO:<zoé@kaart.lu>"
    assert server.taken[0].sender.endswith(" SMTPUTF8 BODY=8BITMIME")


async def test_an_address_beyond_ascii_is_permanently_refused_where_it_does_not() -> None:
    server = ScriptedSmtp(offers=("8BITMIME",))
    outcome, marked = await outcome_of(server, "zoé@kaart.lu")
    assert (outcome.verdict, outcome.reason, marked) == ("dead", "smtputf8_not_offered", 0)


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("RCPT", f"550 5.1.1 <{ANNA}>: no such user"),
        ("RCPT", "450 4.2.2 anna.schmit over quota at kaart.lu"),
        ("content", f"250 2.0.0 queued for {ANNA}"),
    ],
)
async def test_answers_tell_nothing_of_the_recipient(step: str, answer: str) -> None:
    outcome, _ = await outcome_of(ScriptedSmtp(says={step: answer}))
    assert outcome.answer.startswith(answer[:9])
    assert not any(part in repr(outcome) for part in ("anna", "schmit", "kaart"))


async def test_a_connection_is_used_again() -> None:
    server = ScriptedSmtp()
    async with talking(server) as provider:
        verdicts = [(await provider.send(mail(), Marks(server))).verdict for _ in range(50)]
    assert (verdicts, server.connections) == (["sent"] * 50, 1)
    assert server.verbs() == ["EHLO", *["MAIL", "RCPT", "DATA"] * 50, "QUIT"]


async def test_a_refused_recipient_leaves_the_connection_clean_for_the_next() -> None:
    server = ScriptedSmtp(says={"RCPT": ["550 5.1.1 no such user"]})
    async with talking(server) as provider:
        first, second = [await provider.send(mail(), Marks(server)) for _ in range(2)]
    assert (first.verdict, second.verdict, server.connections) == ("suppressed", "sent", 1)
    assert server.verbs() == ["EHLO", "MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA", "QUIT"]


async def test_a_connection_is_recycled_after_a_hundred_mails() -> None:
    server = ScriptedSmtp()
    async with talking(server) as provider:
        for _ in range(101):
            await provider.send(mail(), Marks(server))
    assert [taken.connection for taken in server.taken] == [1] * 100 + [2]


async def test_a_connection_is_recycled_after_a_minute() -> None:
    server, clock = ScriptedSmtp(), HandClock()
    async with talking(server, clock) as provider:
        await provider.send(mail(), Marks(server))
        clock.seconds = 60
        await provider.send(mail(), Marks(server))
    assert [taken.connection for taken in server.taken] == [1, 2]


async def test_an_idle_connection_is_ended_in_good_manners() -> None:
    server = ScriptedSmtp()
    async with talking(server) as provider:
        await provider.send(mail(), Marks(server))
        keeping = asyncio.create_task(
            provider.connections.keep_fresh(Pulse(provider.connections.clock).part("mail connections"))
        )
        await server.until_heard("QUIT")
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
    assert server.connections == 1


async def test_a_connection_the_server_has_ended_is_replaced_without_a_word() -> None:
    server = ScriptedSmtp(says={"MAIL": ["250 ok", "421 4.4.2 idle too long"]})
    async with talking(server) as provider:
        verdicts = [(await provider.send(mail(), Marks(server))).verdict for _ in range(2)]
    assert (verdicts, server.connections) == (["sent", "sent"], 2)


async def test_many_mails_share_four_connections() -> None:
    server = ScriptedSmtp()
    async with talking(server) as provider:
        outcomes = await asyncio.gather(*(provider.send(mail(), Marks(server)) for _ in range(40)))
    assert {outcome.verdict for outcome in outcomes} == {"sent"}
    assert (server.most_open, server.connections, len(server.taken)) == (4, 4, 40)


async def test_a_cancelled_mail_does_not_give_its_connection_to_the_next() -> None:
    server = ScriptedSmtp(says={"content": [SILENCE]})
    async with talking(server) as provider:
        sending = asyncio.create_task(provider.send(mail(), Marks(server)))
        await server.until_heard("DATA")
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        assert (await provider.send(mail(), Marks(server))).verdict == "sent"
    assert server.connections == 2
