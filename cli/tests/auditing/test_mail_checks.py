"""Mails that are missing, doubled, foreign or for nobody are found and named."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest

from stampbook_cli.auditing.history import Answered, Asking, Line, Sent, Unknown, address_fingerprint
from stampbook_cli.auditing.mail_checks import Arrived, Mails, OwedMail, check_joins, check_mails, check_told
from stampbook_cli.auditing.requests import requests_of

AT = datetime(2026, 6, 6, 12, 0, tzinfo=UTC)
SPACE, MERCHANT = uuid4(), uuid4()
NORA = address_fingerprint("nora@reise.test")


def delivery(number: int) -> UUID:
    return uuid5(SPACE, str(number))


def owed(number: int, **changed: Any) -> OwedMail:
    fields = {
        "id": delivery(number),
        "merchant": MERCHANT,
        "kind": "enrollment",
        "recipient": uuid5(SPACE, f"customer {number}"),
        "state": "sent",
        "in_doubt": False,
        "program": "fg",
        "ended_at": AT,
        "told": 1,
    }
    return OwedMail(**(fields | changed))


def mail(number: int, domain: str = "stampbook.test") -> Arrived:
    return Arrived(message_id=f"<{delivery(number)}@{domain}>", to=(NORA,))


def found(mails: Mails) -> dict[str, list[str]]:
    return {check.name: check.found for check in check_mails(mails) if not check.ok}


ARRIVED, UNIQUE, ONE = "mails.sent_have_arrived", "mails.unique_by_message_id", "mails.one_message_id_per_delivery"
RIGHT = {
    "each once": Mails(arrived=[mail(1), mail(2)], owed=[owed(1), owed(2)]),
    "doubled in doubt": Mails(arrived=[mail(1), mail(1)], owed=[owed(1, in_doubt=True)]),
    "still on its way": Mails(owed=[owed(1, state="retrying", ended_at=None)]),
    "arrived, the row not yet ended": Mails(arrived=[mail(1)], owed=[owed(1, state="sending", ended_at=None)]),
    "arrived while the rows were read": Mails(owed=[owed(1)], by_now=[mail(1)]),
    "suppressed": Mails(owed=[owed(1, state="suppressed")]),
    "thrown away": Mails(owed=[owed(1)], emptied_at=AT + timedelta(seconds=5)),
}


@pytest.mark.parametrize("story", RIGHT)
def test_nothing_is_found_where_nothing_is_wrong(story: str) -> None:
    assert found(RIGHT[story]) == {}


WRONG = {
    "missing": (Mails(owed=[owed(1)]), ARRIVED, f"delivery {delivery(1)} mail:enrollment: sent, and no such mail"),
    "missing since the inbox was emptied": (
        Mails(owed=[owed(1, ended_at=AT)], emptied_at=AT - timedelta(hours=1)),
        ARRIVED,
        f"delivery {delivery(1)} mail:enrollment: sent, and no such mail",
    ),
    "doubled without doubt": (
        Mails(arrived=[mail(1), mail(1)], owed=[owed(1)]),
        UNIQUE,
        f"mail <{delivery(1)}@stampbook.test>: 2 copies, and its delivery was never in doubt",
    ),
    "two mails for one delivery": (
        Mails(arrived=[mail(1), mail(1, "other.test")], owed=[owed(1, in_doubt=True)]),
        ONE,
        f"delivery {delivery(1)}: 2 different mails: <{delivery(1)}@stampbook.test>, <{delivery(1)}@other.test>",
    ),
    "a mail of no delivery": (
        Mails(arrived=[mail(1), mail(2)], owed=[owed(1)]),
        ONE,
        f"mail <{delivery(2)}@stampbook.test>: no delivery is behind it",
    ),
    "a foreign Message-ID": (
        Mails(arrived=[Arrived(message_id="<hello@world>")]),
        ONE,
        "mail <hello@world>: no delivery is behind it",
    ),
    "no Message-ID": (
        Mails(arrived=[Arrived(message_id="")]),
        ONE,
        "mail without Message-ID: no delivery is behind it",
    ),
    "suppressed and sent": (
        Mails(arrived=[mail(1)], owed=[owed(1, state="suppressed")]),
        ARRIVED,
        f"delivery {delivery(1)} mail:enrollment: suppressed, and yet its mail has arrived",
    ),
}


@pytest.mark.parametrize("fault", WRONG)
def test_what_was_planted_is_found_and_named(fault: str) -> None:
    mails, check, words = WRONG[fault]
    assert words in "\n".join(found(mails).get(check, [])), found(mails)


TOLD = {
    "sent, told once": (owed(1), ""),
    "sent, told never": (owed(1, told=0), f"delivery {delivery(1)} mail:enrollment: sent, told as sent 0 ×"),
    "sent, told twice": (owed(1, told=2), f"delivery {delivery(1)} mail:enrollment: sent, told as sent 2 ×"),
    "on its way, told never": (owed(1, state="retrying", told=0), ""),
    "on its way, told once": (owed(1, state="retrying"), f"delivery {delivery(1)} mail:enrollment: retrying, told as"),
}


@pytest.mark.parametrize("story", TOLD)
def test_the_log_tells_of_a_sent_mail_once(story: str) -> None:
    delivered, words = TOLD[story]
    assert ([words] if words else []) == [complaint[: len(words)] for complaint in check_told([delivered]).found]


def join(status: int | None) -> list[Line]:
    asking = Asking(kind="join", key="form-1", address=NORA)
    sent = Sent(client="form", number=1, asking=asking, at=AT)
    if status is None:
        return [sent, Unknown(client="form", number=1, reason="ReadError", at=AT)]
    return [sent, Answered(client="form", number=1, status=status, at=AT)]


def found_of_join(status: int | None, mails: Mails) -> list[str]:
    return [what for check in check_joins(requests_of([join(status)]), mails) for what in check.found]


ONE_CARD = Mails(arrived=[mail(1)], owed=[owed(1)])
TWO_CARDS = Mails(arrived=[mail(1), mail(2)], owed=[owed(1), owed(2)])
TWO_PROGRAMS = Mails(arrived=[mail(1), mail(2)], owed=[owed(1), owed(2, program="other")])
BONUS_ONLY = Mails(arrived=[mail(1)], owed=[owed(1, kind="welcome_bonus")])
JOINS: dict[str, tuple[int | None, Mails, str]] = {
    "welcome, one card": (303, ONE_CARD, ""),
    "welcome, no card": (303, Mails(), "form's join form-1: acknowledged, and no mail of a card has arrived"),
    "welcome, a bonus but no card": (303, BONUS_ONLY, "form's join form-1: acknowledged, and no mail of a card"),
    "welcome, two cards": (303, TWO_CARDS, "form's join form-1: 2 cards of programme fg: "),
    "welcome, two programmes": (303, TWO_PROGRAMS, ""),
    "unknown, no card": (None, Mails(), ""),
    "unknown, one card": (None, ONE_CARD, ""),
    "unknown, two cards": (None, TWO_CARDS, "form's join form-1: 2 cards of programme fg: "),
    "refused, no card": (422, Mails(), ""),
    "refused, one card": (422, ONE_CARD, f"form's join form-1: refused, and yet mail {delivery(1)}"),
    "not available, one card": (503, ONE_CARD, ""),
}


@pytest.mark.parametrize("story", JOINS)
def test_a_join_is_held_to_what_it_was_told(story: str) -> None:
    status, mails, words = JOINS[story]
    complaints = found_of_join(status, mails)
    assert ([] if not words else [words]) == [complaint[: len(words)] for complaint in complaints]
    assert all(re.search(r"nora", complaint, re.IGNORECASE) is None for complaint in complaints)
