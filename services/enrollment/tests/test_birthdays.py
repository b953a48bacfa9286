"""Who agreed to the birthday gift, since when, and on which days it is due (R27)."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from told import ANNA, HUB, MERCHANT, NOON, OUTLET, PROGRAM, form, join, joined, kinds, realm, store, told

from enrollment.domain.birthday import celebrated_on, is_due
from enrollment.domain.realm import Consent, Realm
from stampbook_events.enrollment import ChangeBirthday, EnrollCustomer, Personal, Sealed, SetBirthdayConsent
from stampbook_messaging.messages import Decision

DAY = b"12-31"
SEALED = Sealed(service="enrollment", day="2026-06-06", key_id="k", box=b"")
LATER = NOON + timedelta(days=3)


def agreeing(**changed: object) -> EnrollCustomer:
    return join(birthday_gift=True, **changed)


def consents(known: Realm) -> list[Consent]:
    return list(known.changes.consents.values())


def somebody(known: Realm, *, gift: bool) -> UUID:
    customer_id: UUID = joined(known, command=join(birthday_gift=gift)).result["customer_id"]
    return customer_id


def say(known: Realm, customer_id: UUID, given: bool) -> Decision:
    return told(known, SetBirthdayConsent(customer_id=customer_id, program_id=PROGRAM, given=given), MERCHANT)


def correct(known: Realm, customer_id: UUID, birthday: str | None, at: datetime = LATER) -> Decision:
    sealed = SEALED if birthday is not None else None
    command = ChangeBirthday(customer_id=customer_id, store_id=HUB, program_id=PROGRAM, personal=sealed)
    return joined(known, Personal(birthday=birthday), command, at)


def test_who_agrees_at_joining_has_agreed_since_then() -> None:
    known = realm()
    decision = joined(known, command=agreeing())
    assert decision.facts[0].event.birthday_gift
    assert consents(known) == [Consent(NOON, DAY)]


def test_who_agrees_to_terms_and_marketing_has_not_agreed_to_the_gift() -> None:
    known = realm()
    decision = joined(known, command=join(marketing=True))
    assert not decision.facts[0].event.birthday_gift
    assert consents(known) == []


def test_there_is_no_gift_without_a_date_of_birth() -> None:
    decision = joined(realm(), msgspec.structs.replace(ANNA, birthday=None), agreeing())
    assert decision.refused == "field_required:birthday"


def test_who_types_a_known_address_agrees_to_nothing_for_its_owner() -> None:
    known = realm(store(), store(OUTLET))
    joined(known)
    assert kinds(joined(known, command=agreeing(store_id=OUTLET))) == ["CustomerRecognised"]
    assert consents(known) == []


def test_in_another_program_the_date_of_birth_that_is_kept_counts() -> None:
    program = UUID(int=PROGRAM.int + 1)
    known = realm(store(), store(OUTLET, program_id=program))
    known.forms[MERCHANT, program] = form(program_id=program)
    joined(known)
    typed = msgspec.structs.replace(ANNA, birthday="1991-03-03")
    joined(known, typed, agreeing(store_id=OUTLET, program_id=program))
    assert consents(known) == [Consent(NOON, DAY)]


def test_consent_that_is_withdrawn_keeps_its_time_and_forgets_the_day() -> None:
    known = realm()
    decision = say(known, somebody(known, gift=True), given=False)
    assert kinds(decision) == ["BirthdayConsentChanged"]
    assert consents(known) == [Consent(NOON, None, NOON)]


def test_withdrawing_twice_is_as_good_as_once() -> None:
    known = realm()
    customer_id = somebody(known, gift=True)
    say(known, customer_id, given=False)
    assert kinds(say(known, customer_id, given=False)) == []


def test_consent_can_be_given_later_and_again() -> None:
    known = realm()
    customer_id = somebody(known, gift=False)
    assert [kinds(say(known, customer_id, given=given)) for given in (True, True, False, True)] == [
        ["BirthdayConsentChanged"],
        [],
        ["BirthdayConsentChanged"],
        ["BirthdayConsentChanged"],
    ]
    assert consents(known) == [Consent(NOON, DAY)]


@pytest.mark.parametrize("customer_id", [UUID(int=5), HUB])
def test_a_strangers_customer_does_not_exist(customer_id: UUID) -> None:
    decision = say(realm(), customer_id, given=True)
    assert (decision.refused, kinds(decision)) == ("customer_unknown", ["CustomerRefused"])


def test_a_date_of_birth_that_is_put_right_counts_from_then() -> None:
    known = realm()
    customer_id = somebody(known, gift=True)
    decision = correct(known, customer_id, "1990-12-30")
    assert kinds(decision) == ["BirthdayChanged"]
    assert consents(known) == [Consent(NOON, b"12-30")]
    assert known.people[MERCHANT, customer_id].entered_at == LATER


def test_the_same_date_again_is_no_change() -> None:
    known = realm()
    customer_id = somebody(known, gift=True)
    assert kinds(correct(known, customer_id, ANNA.birthday)) == []
    assert known.people[MERCHANT, customer_id].entered_at == NOON


def test_a_date_of_birth_can_be_forgotten_and_then_there_is_no_gift() -> None:
    known = realm()
    correct(known, somebody(known, gift=True), None)
    assert consents(known) == [Consent(NOON, None)]


@pytest.mark.parametrize(
    ("birthday", "code"), [("2026-02-30", "birthday_invalid"), ("2015-01-01", "below_minimum_age")]
)
def test_a_date_that_does_not_hold_is_refused(birthday: str, code: str) -> None:
    known = realm()
    assert correct(known, somebody(known, gift=True), birthday).refused == code


def test_no_event_says_a_date_of_birth() -> None:
    known = realm()
    customer_id = somebody(known, gift=True)
    facts = (*correct(known, customer_id, "1990-12-30").facts, *say(known, customer_id, given=False).facts)
    assert not [fact for fact in facts if b"12-30" in msgspec.json.encode(fact.event)]


@pytest.mark.parametrize(
    ("entered", "day", "due"),
    [
        (date(2027, 1, 29), date(2027, 2, 28), True),
        (date(2027, 1, 30), date(2027, 2, 28), False),
        (date(2027, 1, 30), date(2028, 2, 29), True),
    ],
)
def test_x14_a_date_told_less_than_thirty_days_ahead_waits(entered: date, day: date, due: bool) -> None:
    at = datetime.combine(entered, datetime.min.time(), UTC)
    assert is_due(day, "UTC", at, at) is due


def test_thirty_days_are_counted_in_the_stores_own_days() -> None:
    """At 23:30 in Luxembourg it is still the same day in UTC, and the next one on Kiritimati."""
    at = datetime(2027, 1, 29, 22, 30, tzinfo=UTC)
    day = date(2027, 2, 28)
    assert is_due(day, "Europe/Luxembourg", at, at)
    assert not is_due(day, "Pacific/Kiritimati", at, at)


def test_consent_of_the_day_itself_comes_too_late_for_it() -> None:
    long_ago, day = datetime(2025, 1, 1, tzinfo=UTC), date(2027, 5, 5)
    assert is_due(day, "UTC", datetime(2027, 5, 4, 23, 59, tzinfo=UTC), long_ago)
    assert not is_due(day, "UTC", datetime(2027, 5, 5, 0, 0, tzinfo=UTC), long_ago)


@pytest.mark.parametrize(
    ("day", "born"),
    [
        (date(2027, 2, 28), ("02-28", "02-29")),
        (date(2028, 2, 28), ("02-28",)),
        (date(2028, 2, 29), ("02-29",)),
        (date(2100, 2, 28), ("02-28", "02-29")),
        (date(2027, 3, 1), ("03-01",)),
    ],
)
def test_x14_the_29th_of_february_is_the_28th_in_other_years(day: date, born: tuple[str, ...]) -> None:
    assert celebrated_on(day) == born
