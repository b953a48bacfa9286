"""Which mail an event demands, and what ends it at birth."""

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, get_args
from uuid import UUID

import msgspec
import pytest

from notifier.domain.demands import SAYS, Known, demand_for
from notifier.domain.kinds import KINDS, WRITTEN
from stampbook_events import Actor, EventEnvelope, ids
from stampbook_events.enrollment import LANGUAGES, CustomerEnrolled, CustomerRecognised
from stampbook_events.ledger import CardOpened, PointsEarned, PointsExpired, PointsExpiring, WelcomeBonusGranted
from stampbook_events.notifier import MailKind
from stampbook_events.routing import demands_of
from stampbook_events.sample_data import EVENT_EXAMPLES
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


def example(kind: type[msgspec.Struct]) -> Demand:
    demand = demand_for(recorded(EVENT_EXAMPLES[kind]), Known(has_email={}))
    assert demand is not None
    return demand


@pytest.mark.parametrize("kind", SAYS)
def test_the_mail_is_the_one_that_the_routing_table_names(kind: type[msgspec.Struct]) -> None:
    demand = example(kind)
    assert demands_of(kind, "notifier") == (f"{demand.channel}:{demand.kind}",)
    assert demand.lives_for == KINDS[demand.kind].lives_for <= timedelta(days=4)


@pytest.mark.parametrize("kind", SAYS)
def test_a_mail_that_has_no_texts_is_born_suppressed_and_says_so(kind: type[msgspec.Struct]) -> None:
    demand = example(kind)
    assert demand.suppressed == (None if demand.kind in WRITTEN else "no_template")


@pytest.mark.parametrize("kind", SAYS)
def test_a_payload_holds_ids_and_figures_and_no_code_that_fetches_anything(kind: type[msgspec.Struct]) -> None:
    event: Any = EVENT_EXAMPLES[kind]
    payload = example(kind).payload
    assert {"card_id", "program_id"} <= set(payload)
    codes = [event.code] if hasattr(event, "code") else [one.code for one in getattr(event, "rewards", ())]
    assert [code for code in codes if code in msgspec.json.encode(payload).decode()] == []


def test_every_kind_of_mail_that_can_be_told_of_is_known() -> None:
    assert tuple(KINDS) == get_args(MailKind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_written_has_texts_and_who_has_none_is_not(language: str) -> None:
    """Whoever writes the texts of a kind also says so; whoever takes them away, too."""
    found = {path.name for path in files("notifier").joinpath("templates", language).iterdir()}
    for kind in KINDS:
        parts = {f"{kind}.{part}" for part in ("subject", "html", "txt")}
        assert parts & found == (parts if kind in WRITTEN else set())


def test_a_welcome_of_stamps_alone_has_no_texts() -> None:
    stamps = WelcomeBonusGranted(card_id=CARD, program_version=1, points=0, stamps=2, balance=0, **WHERE)
    assert kinds(demanded(stamps)) == [("welcome_bonus", "no_template")]


@pytest.mark.parametrize(("told", "said"), [({"store_id": STORE}, str(STORE)), ({}, None)])
def test_a_warning_is_written_from_the_store_it_names_and_one_of_before_names_none(
    told: dict[str, UUID], said: str | None
) -> None:
    where = {"card_id": CARD, "customer_id": ANNA, "program_id": PROGRAM, **told}
    warning = PointsExpiring(points=5, first_day=NOON.date(), lots=(), **where)
    (demand,) = demanded(warning)
    assert demand.payload.get("store_id") == said


def test_nobody_who_has_left_is_told_that_points_expired() -> None:
    gone = PointsExpired(card_id=CARD, program_version=1, points=50, due=NOON, cause="closed", balance=0, **WHERE)
    assert kinds(demanded(gone)) == [("points_expired", "card_closed")]
