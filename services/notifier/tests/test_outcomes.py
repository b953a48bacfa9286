"""What the notifier publishes about a mail's end."""

from dataclasses import replace
from typing import Any

import pytest
from stages import Stage

from stampbook_events.notifier import MailFailed, MailInDoubt, MailSent, MailSuppressed
from stampbook_messaging.protocols import Outcome


def told(stage: Stage, outcome: Outcome, state: str, **delivery: Any) -> Any:
    fact = stage.channel.outcome_fact(replace(stage.delivery(), **delivery), outcome, state)
    return None if fact is None else fact.event


async def test_a_sent_mail_is_told_with_the_servers_answer(stage: Stage) -> None:
    outcome = Outcome(verdict="sent", host="smtp.post.lu:587", answer="250 2.0.0 ok")
    event = told(stage, outcome, "sent", in_doubt=True)
    assert isinstance(event, MailSent)
    assert (event.host, event.answer, event.in_doubt_before) == ("smtp.post.lu:587", "250 2.0.0 ok", True)


@pytest.mark.parametrize(
    ("verdict", "state", "kind"),
    [
        ("suppressed", "suppressed", MailSuppressed),
        ("dead", "dead", MailFailed),
        ("retry", "dead", MailFailed),
        ("unknown", "retrying", MailInDoubt),
        ("unknown", "unknown", MailInDoubt),
    ],
)
async def test_what_came_of_it_is_told(stage: Stage, verdict: str, state: str, kind: type[Any]) -> None:
    event = told(stage, Outcome(verdict=verdict, reason="why"), state)
    assert isinstance(event, kind)
    assert event.reason == "why"


@pytest.mark.parametrize("verdict", ["retry", "ours", "missing"])
async def test_what_has_not_come_to_anything_is_not_told(stage: Stage, verdict: str) -> None:
    assert told(stage, Outcome(verdict=verdict), "retrying") is None


@pytest.mark.parametrize("kind", ["enrollment", "welcome_bonus", "card_link"])
async def test_a_mail_of_unknown_end_may_go_out_once_more(stage: Stage, kind: str) -> None:
    assert stage.channel.resends_unknown(kind)
