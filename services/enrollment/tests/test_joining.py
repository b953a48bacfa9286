"""Who may join, who is known already, and what a join is refused for."""

import msgspec
import pytest
from told import ANNA, HUB, MERCHANT, OUTLET, PROGRAM, form, join, joined, kinds, realm, store, told

from stampbook_events.enrollment import Personal


def with_(person: Personal = ANNA, **changed: str | None) -> Personal:
    return msgspec.structs.replace(person, **changed)


def test_somebody_new_is_enrolled() -> None:
    decision = joined(realm())
    assert kinds(decision) == ["CustomerEnrolled"]
    assert decision.facts[0].event.has_email


def test_nothing_personal_is_in_the_event() -> None:
    body = msgspec.json.encode(joined(realm()).facts[0].event)
    assert not [value for value in (b"Anna", b"Weber", b"reise", b"1990") if value in body]


def test_the_same_address_at_a_sister_store_is_recognised() -> None:
    known = realm(store(), store(OUTLET))
    first = joined(known)
    second = joined(known, with_(first_name="Ann", email="ANNA@reise.test"), join(OUTLET))
    assert kinds(second) == ["CustomerRecognised"]
    assert second.result["customer_id"] == first.result["customer_id"]


def test_a_known_customer_in_another_program_gets_a_card_there() -> None:
    other = PROGRAM.int + 1
    program = type(PROGRAM)(int=other)
    known = realm(store(), store(OUTLET, program_id=program))
    known.forms[MERCHANT, program] = form(program_id=program)
    first = joined(known)
    second = joined(known, command=join(OUTLET, program_id=program))
    assert kinds(second) == ["CustomerEnrolled"]
    assert second.result["customer_id"] == first.result["customer_id"]


def test_two_joins_of_one_address_in_one_batch_are_one_customer() -> None:
    known = realm()
    joined(known)
    assert kinds(joined(known)) == ["CustomerRecognised"]
    assert len(known.changes.customers) == 1


def test_without_an_address_the_phone_tells_who_it_is() -> None:
    known = realm()
    person = with_(email=None, phone="+352621123456")
    assert kinds(joined(known, person)) == ["CustomerEnrolled"]
    assert kinds(joined(known, person)) == ["CustomerRecognised"]


def test_a_ticket_lives_half_an_hour() -> None:
    known = realm()
    joined(known)
    (ticket,) = known.changes.tickets
    assert (ticket.expires_at - known.changes.customers[0].enrolled_at).total_seconds() == 1800


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"first_name": None}, "field_required:first_name"),
        ({"email": None}, "identity_missing"),
        ({"first_name": "=?UTF-8?Q?a=0ABcc:_x@y?="}, "name_not_allowed"),
        ({"surname": "We\x00ber"}, "name_not_allowed"),
        ({"surname": "We\u202eber"}, "name_not_allowed"),
        ({"email": "anna@"}, "email_invalid"),
        ({"email": "an na@reise.test"}, "email_invalid"),
        ({"phone": "621 123 456"}, "phone_invalid"),
        ({"birthday": "1990-02-30"}, "birthday_invalid"),
        ({"birthday": "2026-06-07"}, "birthday_in_future"),
        ({"birthday": "2010-06-07"}, "below_minimum_age"),
        ({"birthday": "1890-01-01"}, "birthday_implausible"),
    ],
)
def test_what_does_not_hold_is_refused_again_on_this_side(changed: dict[str, str | None], code: str) -> None:
    decision = joined(realm(), with_(**changed))
    assert (decision.refused, kinds(decision)) == (code, ["EnrollmentRefused"])


@pytest.mark.parametrize("birthday", ["2010-06-06", "1992-02-29"])
def test_who_is_sixteen_today_may_join(birthday: str) -> None:
    assert joined(realm(), with_(birthday=birthday)).refused is None


@pytest.mark.parametrize("name", ["मा\u200dरिया", "نیما\u200cزاده", "D'Hondt-Müller", "山田"])
def test_names_of_all_scripts_are_names(name: str) -> None:
    assert joined(realm(), with_(first_name=name)).refused is None


def test_a_program_the_store_does_not_have_is_refused_as_that() -> None:
    other = type(PROGRAM)(int=PROGRAM.int + 1)
    assert joined(realm(), command=join(program_id=other)).refused == "program_unknown"


def test_a_birthday_is_counted_in_the_stores_own_day() -> None:
    """At noon in Luxembourg it is still the day before on Niue's calendar, and already 7 June on Kiritimati's."""
    there = realm(store(time_zone="Pacific/Kiritimati"))
    assert joined(there, with_(birthday="2010-06-07")).refused is None


def test_a_box_nobody_can_open_is_refused() -> None:
    assert joined(realm(), None).refused == "personal_unreadable"


@pytest.mark.parametrize(("loyalty", "code"), [("draft", "not_open_for_joining"), ("paused", "not_open_for_joining")])
def test_a_store_that_is_not_open_takes_nobody(loyalty: str, code: str) -> None:
    assert joined(realm(store(loyalty=loyalty))).refused == code


def test_a_pilot_takes_test_customers_only() -> None:
    assert joined(realm(store(loyalty="pilot"))).refused == "not_open_for_joining"
    assert joined(realm(store(loyalty="pilot")), command=join(test=True)).refused is None


@pytest.mark.parametrize("state", ["suspended", "closed"])
def test_a_merchant_that_is_out_takes_nobody(state: str) -> None:
    assert joined(realm(state=state)).refused == "not_open_for_joining"


def test_terms_that_are_not_in_force_any_more_are_no_consent() -> None:
    assert joined(realm(), command=join(terms_version="2025-01")).refused == "terms_outdated"


def test_a_strangers_store_does_not_exist() -> None:
    assert joined(realm(store(merchant_id=PROGRAM))).refused == "store_unknown"


def test_a_join_that_came_too_late_says_so() -> None:
    assert told(realm(), join(HUB), MERCHANT, late=True).refused == "too_late"
