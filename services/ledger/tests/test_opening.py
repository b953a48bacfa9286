"""Cards are opened once per customer and program, with one welcome bonus per person (R10, R25, R66, X12)."""

from datetime import date
from uuid import uuid5

from msgspec.structs import astuple, replace

from ledger.domain.account import entry
from ledger.testing import (
    ANNA,
    CARD,
    FASHIONHUB,
    FASHIONOUTLET,
    FG,
    HUB,
    MERCHANT,
    OUTLET,
    at,
    given,
    link,
    open_card,
    opened,
    publish,
)
from stampbook_events.ledger import (
    CardOpened,
    CardReopened,
    CloseCard,
    EndProgram,
    Moves,
    OpeningRefused,
    StoreLinked,
    WelcomeBonusGranted,
    WelcomePromise,
)
from stampbook_events.routing import ACCEPTABLE_REFUSALS

BOOKS = uuid5(FG, "another program")
BEN = uuid5(ANNA, "another customer")
FIFTY = WelcomePromise(points=50, stamps=0, timing="at_enrollment")
SHOP = (publish(), HUB)


def test_a_card_is_opened_with_the_welcome_bonus() -> None:
    after = given(*SHOP).when(open_card()).answers(card_id=CARD, balance=50, stamps=0)
    bonus = WelcomeBonusGranted(
        card_id=CARD,
        customer_id=ANNA,
        program_id=FG,
        program_version=1,
        store_id=FASHIONHUB,
        points=50,
        balance=50,
        available=50,
        moves=Moves(lines=entry("points", granted=-50, issued=50), opened=after.events[1].moves.opened),
    )
    after.then(opened(welcome=FIFTY), bonus)


def test_the_bonus_makes_a_lot_with_its_events_id_and_two_lines() -> None:
    after = given(*SHOP).when(open_card())
    changes, (lot,) = after.tenant.changes, after.events[1].moves.opened
    assert (lot.points, lot.lot_id) == (50, changes.posted[0].event_id)
    assert changes.new_lots == {lot.lot_id: CARD}
    assert list(map(astuple, changes.posted[0].lines)) == [("points", "granted", -50), ("points", "issued", 50)]


def test_without_a_bonus_the_card_alone_is_opened() -> None:
    given(publish(welcome_points=0), HUB).when(open_card()).then(opened()).answers(balance=0)


def test_a_second_opening_is_refused_on_the_card() -> None:
    refusal = OpeningRefused(card_id=CARD, store_id=FASHIONHUB, code="card_exists", customer_id=ANNA, program_id=FG)
    given(*SHOP, open_card()).when(open_card()).then(refusal).refused("card_exists")


def test_of_a_program_that_ended_meanwhile_no_card_is_opened_and_the_refusal_names_the_customer() -> None:
    ending = EndProgram(program_id=FG, ends_at=at(5), last_day=date(2026, 12, 31))
    refusal = OpeningRefused(card_id=CARD, store_id=FASHIONHUB, code="program_ended", customer_id=ANNA, program_id=FG)
    given(*SHOP, ending).when(open_card(), recorded=at(10)).then(refusal).refused("program_ended")
    assert "program_ended" in ACCEPTABLE_REFUSALS["open_card"]


def test_a_program_nobody_published_is_unknown() -> None:
    given(publish(BOOKS), HUB).when(open_card()).refused("program_unknown")


def test_a_card_number_in_use_is_refused() -> None:
    given(*SHOP, open_card()).when(open_card(BEN)).refused("card_number_taken")


def test_the_welcome_bonus_is_once_per_person_whatever_the_program() -> None:
    shelf = replace(OUTLET, program_id=BOOKS)
    other = open_card(number="2" * 16, program_id=BOOKS, store_id=FASHIONOUTLET)
    after = given(HUB, shelf, publish(), publish(BOOKS), open_card()).when(other)
    assert [type(event) for event in after.events] == [CardOpened]


def test_a_card_is_opened_in_a_store_of_its_program() -> None:
    given(*SHOP, publish(BOOKS)).when(open_card(program_id=BOOKS)).refused("store_unknown")


def test_the_bonus_is_what_was_promised_at_enrollment() -> None:
    shop = given(HUB, (at(-60), publish()), (at(-30), publish(welcome_points=20)))
    events = shop.when(open_card(), said=at(-31)).gives(points=50).events
    assert events[0] == opened(welcome=FIFTY)


def test_who_enrolled_before_any_version_gets_the_first() -> None:
    given(HUB, (at(-1), publish())).when(open_card(), said=at(-2)).gives(points=50)


def test_a_store_is_linked_once() -> None:
    linked = StoreLinked(card_id=CARD, customer_id=ANNA, program_id=FG, store_id=FASHIONOUTLET)
    given(*SHOP, open_card()).when(link()).then(linked).answers(card_id=CARD, balance=50)
    given(*SHOP, open_card(), link()).when(link()).refused("store_already_linked")


def test_the_store_of_the_opening_is_linked_already() -> None:
    given(*SHOP, open_card()).when(link(FASHIONHUB)).refused("store_already_linked")


def test_a_card_that_is_not_there_cannot_be_linked() -> None:
    after = given(*SHOP).when(link()).refused("card_unknown")
    assert [fact.aggregate for fact in after.decision.facts] == [MERCHANT]


def test_every_event_raises_the_cards_version() -> None:
    tenant = given(*SHOP, open_card(), link()).when(link()).tenant
    assert tenant.cards[CARD].version == 4


def test_a_closed_card_opens_again_under_its_new_number_and_at_zero() -> None:
    past = (*SHOP, open_card(), CloseCard(card_id=CARD, cause="leaving"))
    after = given(*past).when(open_card(number="2" * 16)).gives(card_number="2" * 16, welcome=FIFTY)
    assert [type(event) for event in after.events] == [CardReopened]
    after.answers(balance=0, stamps=0)
