"""Which mail an event demands, and what a server's answer means."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.domain.accent import NIGHT, PAPER, contrast, theme_of
from notifier.domain.demands import Known, demand_for
from notifier.domain.letter import greetable, store_link, text_in
from notifier.domain.masking import masked_address, masked_answer
from notifier.domain.smtp_answers import meaning_of_answer, meaning_of_silence
from stampbook_events import Actor, EventEnvelope, ids
from stampbook_events.enrollment import CustomerEnrolled, CustomerRecognised
from stampbook_events.ledger import CardOpened, PointsEarned, WelcomeBonusGranted
from stampbook_messaging.messages import Recorded
from stampbook_messaging.protocols import Demand

MERCHANT, STORE, PROGRAM, ANNA = (UUID(int=n) for n in (1, 2, 3, 4))
CARD = ids.card_id(ANNA, PROGRAM)
NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
WHERE: dict[str, Any] = {"customer_id": ANNA, "program_id": PROGRAM, "store_id": STORE}

OPENED = CardOpened(card_id=CARD, program_version=1, card_number="4929123456781234", language="fr", test=False, **WHERE)
BONUS = WelcomeBonusGranted(card_id=CARD, program_version=1, points=50, balance=50, **WHERE)
RECOGNISED = CustomerRecognised(language="lb", has_email=True, **WHERE)
STRANGE = CustomerRecognised(language="lb", has_email=False, **WHERE)


def recorded(event: msgspec.Struct, merchant: UUID = MERCHANT) -> Recorded:
    envelope = EventEnvelope(
        id=UUID(int=99),
        type="",
        recorded_at=NOON,
        occurred_at=NOON,
        aggregate=CARD,
        version=1,
        partition=0,
        position=1,
        merchant=merchant,
        actor=Actor(kind="service", id="ledger"),
        correlation=UUID(int=98),
        causation=UUID(int=97),
        data=msgspec.Raw(b"{}"),
    )
    return Recorded(envelope=envelope, event=event, hash=b"", stream_seq=1)


def demanded(*events: msgspec.Struct, has_email: bool | None = True) -> list[Demand | None]:
    known = Known(has_email={} if has_email is None else {(MERCHANT, ANNA): has_email})
    return [demand_for(recorded(event), known) for event in events]


def kinds(demands: list[Demand | None]) -> list[tuple[str, str | None] | None]:
    return [None if demand is None else (demand.kind, demand.suppressed) for demand in demands]


def test_an_opened_card_demands_the_enrollment_mail() -> None:
    (demand,) = demanded(OPENED)
    assert demand is not None
    assert (demand.channel, demand.kind, demand.recipient, demand.suppressed) == ("mail", "enrollment", ANNA, None)
    assert demand.payload == {
        "card_id": str(CARD),
        "store_id": str(STORE),
        "program_id": str(PROGRAM),
        "language": "fr",
    }


def test_a_welcome_bonus_demands_the_mail_that_tells_it() -> None:
    (demand,) = demanded(BONUS)
    assert demand is not None
    assert (demand.kind, demand.payload["points"], demand.payload["balance"]) == ("welcome_bonus", 50, 50)


def test_somebody_recognised_gets_the_card_link() -> None:
    (demand,) = demanded(RECOGNISED)
    assert demand is not None
    assert (demand.kind, demand.lives_for) == ("card_link", timedelta(days=1))
    assert demand.payload["card_id"] == str(CARD)


def test_other_events_demand_nothing() -> None:
    enrolled = CustomerEnrolled(
        language="fr", card_number="", terms_version="1", marketing=False, test=False, has_email=True, **WHERE
    )
    earned = PointsEarned(card_id=CARD, program_version=1, amount_minor=1, currency="EUR", points=1, balance=1, **WHERE)
    assert demanded(enrolled, earned) == [None, None]


def test_without_an_address_the_row_is_born_suppressed() -> None:
    assert kinds(demanded(OPENED, BONUS, has_email=False)) == [
        ("enrollment", "no_address"),
        ("welcome_bonus", "no_address"),
    ]
    assert kinds(demanded(STRANGE)) == [("card_link", "no_address")]


def test_not_knowing_suppresses_nothing() -> None:
    assert kinds(demanded(OPENED, has_email=None)) == [("enrollment", None)]


def test_a_second_card_link_in_one_batch_is_too_recent() -> None:
    assert kinds(demanded(RECOGNISED, RECOGNISED)) == [("card_link", None), ("card_link", "recent")]


def test_one_that_was_not_sent_for_want_of_an_address_makes_none_recent() -> None:
    assert kinds(demanded(STRANGE, RECOGNISED)) == [("card_link", "no_address"), ("card_link", None)]


def test_another_merchants_customer_is_another() -> None:
    known = Known(has_email={})
    both = [demand_for(recorded(RECOGNISED, merchant), known) for merchant in (MERCHANT, UUID(int=7))]
    assert kinds(both) == [("card_link", None), ("card_link", None)]


@pytest.mark.parametrize(
    ("stage", "code", "text", "verdict"),
    [
        ("connect", 421, "too many connections", "ours"),
        ("connect", 535, "5.7.8 bad credentials", "ours"),
        ("mail", 530, "5.7.0 authenticate first", "ours"),
        ("mail", 550, "5.7.1 sender refused", "ours"),
        ("mail", 451, "4.3.0 later", "retry"),
        ("rcpt", 450, "4.2.2 mailbox full", "retry"),
        ("rcpt", 452, "4.2.2 mailbox full", "retry"),
        ("rcpt", 450, "4.7.1 greylisted", "retry"),
        ("rcpt", 421, "closing", "retry"),
        ("rcpt", 550, "5.1.1 no such user", "suppressed"),
        ("rcpt", 550, "5.1.2 no such host", "suppressed"),
        ("rcpt", 553, "5.1.3 bad syntax", "suppressed"),
        ("rcpt", 551, "5.1.6 moved", "suppressed"),
        ("rcpt", 550, "5.2.1 disabled", "suppressed"),
        ("rcpt", 554, "5.7.1 policy", "dead"),
        ("rcpt", 550, "no such user", "dead"),
        ("rcpt", 550, "said 5.1.1 elsewhere", "dead"),
        ("mail", 552, "5.3.4 too big", "dead"),
        ("data", 554, "no valid recipients", "dead"),
        ("content", 451, "4.3.0 later", "retry"),
        ("content", 421, "closing", "retry"),
        ("content", 554, "5.7.1 looks like spam", "dead"),
        ("content", 299, "strange", "unknown"),
        ("rcpt", -1, "rubbish", "retry"),
    ],
)
def test_an_answer_means(stage: Any, code: int, text: str, verdict: str) -> None:
    assert meaning_of_answer(stage, code, text).verdict == verdict


@pytest.mark.parametrize(
    ("stage", "verdict"),
    [("connect", "ours"), ("mail", "retry"), ("rcpt", "retry"), ("data", "retry"), ("content", "unknown")],
)
def test_silence_means(stage: Any, verdict: str) -> None:
    assert meaning_of_silence(stage, "timeout").verdict == verdict


@pytest.mark.parametrize(
    "text",
    [
        "550 5.1.1 <anna.schmit@kaart.lu>: no such user",
        "550 user ANNA.SCHMIT unknown at kaart.lu",
        "250 queued for anna.schmit@kaart.lu and b@other.lu",
        "550 'anna.schmit@kaart.lu'\r\nunknown\x00",
        "550 SRS0=abc=kaart.lu=anna.schmit@relay.lu",
    ],
)
def test_an_answer_keeps_nothing_of_the_recipient(text: str) -> None:
    masked = masked_answer(text, "anna.schmit@kaart.lu")
    assert masked.startswith(text[:3])
    assert not any(part in masked.lower() for part in ("anna", "schmit", "kaart", "@", "\n", "\x00"))


@given(st.text(), st.emails())
def test_no_address_is_left_in_any_answer(text: str, recipient: str) -> None:
    masked = masked_answer(f"550 {text} <{recipient}> {text}", recipient)
    assert recipient not in masked
    assert len(masked) <= 300


def test_an_operator_sees_only_the_edges_of_an_address() -> None:
    assert masked_address("anna.schmit@kaart.lu") == "a***@k***.lu"


@pytest.mark.parametrize("name", ["Anna", "Jean-Marc", "J.-P.", "Zoé", "O’Neil", "Nuñez", "Mary  Ann", "李"])
def test_a_name_is_greeted(name: str) -> None:
    assert greetable(name) == " ".join(name.split())


@pytest.mark.parametrize(
    "name",
    [None, "", " ", "evil.lu", "https://x", "www", "a@b", "You won!", "<b>", "A\nB", "\u202eannA", "x" * 41, "4711"],
)
def test_what_carries_a_message_of_its_own_is_not_greeted(name: str | None) -> None:
    assert greetable(name) is None


def test_a_merchants_text_falls_back_in_order() -> None:
    texts: dict[Any, str] = {"de": "Karte", "fr": "Carte"}
    assert text_in(texts, "de", "fr") == "Karte"
    assert text_in(texts, "lb", "fr") == "Carte"
    assert text_in({"en": "Card", "de": "Karte"}, "lb", "fr") == "Card"
    assert text_in(texts, "lb", "en") == "Karte"


def test_links_stand_at_the_stores_own_host() -> None:
    assert store_link("http://localhost:8080", "fashionhub", "/w/abc") == "http://fashionhub.localhost:8080/w/abc"
    assert store_link("https://stampbook.lu", "fashionhub", "/c/x") == "https://fashionhub.stampbook.lu/c/x"


@given(st.integers(0, 0xFFFFFF))
def test_every_accent_ends_readable_by_day_and_by_night(colour: int) -> None:
    theme = theme_of(f"#{colour:06x}")
    by_day, by_night = (tuple(bytes.fromhex(one[1:])) for one in (theme.accent, theme.dark_accent))
    assert contrast(by_day, PAPER) >= 4.5  # type: ignore[arg-type]
    assert contrast(by_night, NIGHT) >= 4.5  # type: ignore[arg-type]
