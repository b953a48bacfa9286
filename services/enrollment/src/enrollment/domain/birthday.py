"""Consent to the birthday gift, the date of birth it goes by, and on which days it is due (R27)."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from enrollment.domain import person
from enrollment.domain.realm import Consent, Person, Realm
from enrollment.domain.refusals import Refused
from stampbook_events.enrollment import (
    BirthdayChanged,
    BirthdayConsentChanged,
    ChangeBirthday,
    EnrollCustomer,
    SetBirthdayConsent,
)
from stampbook_messaging.messages import Decision, Fact, Received

DAYS_AHEAD = 30
"""A date of birth that was told later than this before the day waits until the next year."""


def agree_at_joining(realm: Realm, command: EnrollCustomer, received: Received, customer_id: UUID) -> None:
    """By the date of birth that is kept: of who was known before, not the one typed this time."""
    merchant = received.envelope.merchant
    day = realm.people[merchant, customer_id].day
    realm.agree((merchant, customer_id, command.program_id), Consent(received.recorded_at, day))


def set_consent(realm: Realm, command: SetBirthdayConsent, received: Received) -> Decision:
    """Twice is as good as once; the first time counts."""
    merchant, at = received.envelope.merchant, received.recorded_at
    kept = _person(realm, merchant, command.customer_id, command.program_id)
    key = merchant, command.customer_id, command.program_id
    before = realm.consents.get(key)
    in_force = before is not None and before.withdrawn_at is None
    result = {"customer_id": command.customer_id, "program_id": command.program_id, "given": command.given}
    if command.given == in_force:
        return Decision(facts=(), result=result)
    if before is not None and not command.given:
        realm.agree(key, Consent(before.given_at, None, at))
    elif kept.day is None:
        raise Refused("field_required:birthday")
    else:
        realm.agree(key, Consent(at, kept.day))
    event = BirthdayConsentChanged(customer_id=command.customer_id, program_id=command.program_id, given=command.given)
    return Decision(facts=(Fact(aggregate=command.customer_id, event=event),), result=result)


def change(realm: Realm, command: ChangeBirthday, received: Received) -> Decision:
    """It counts from when it was told; the same date again is no change."""
    merchant, at = received.envelope.merchant, received.recorded_at
    kept = _person(realm, merchant, command.customer_id, command.program_id)
    told, day = _told(realm, command, received)
    result = {"customer_id": command.customer_id}
    if told == kept.personal.birthday:
        return Decision(facts=(), result=result)
    personal = msgspec.structs.replace(kept.personal, birthday=told)
    rewritten = Person(personal, day, at if told is not None else None)
    realm.people[merchant, command.customer_id] = rewritten
    realm.changes.rewritten[merchant, command.customer_id] = (rewritten, at)
    for key, consent in list(realm.consents.items()):
        if key[:2] == (merchant, command.customer_id) and consent.withdrawn_at is None:
            realm.agree(key, Consent(consent.given_at, day))
    event = BirthdayChanged(customer_id=command.customer_id)
    return Decision(facts=(Fact(aggregate=command.customer_id, event=event),), result=result)


def _told(realm: Realm, command: ChangeBirthday, received: Received) -> tuple[str | None, bytes | None]:
    """The new date and its hash, judged as at joining; None and None where it is to be forgotten."""
    merchant = received.envelope.merchant
    store, form = realm.store_of(merchant, command.store_id), realm.forms.get((merchant, command.program_id))
    if store is None or form is None:
        raise Refused("store_unknown")
    if command.personal is None:
        if "birthday" in form.required:
            raise Refused("field_required:birthday")
        return None, None
    joining = realm.joinings[received.envelope.id]
    if joining.personal is None:
        raise Refused("personal_unreadable")
    if joining.personal.birthday is None:
        raise Refused("field_required:birthday")
    person.must_be_old_enough(joining.personal, form, received.recorded_at, store.time_zone)
    return joining.personal.birthday, joining.day


def _person(realm: Realm, merchant: UUID, customer_id: UUID, program_id: UUID) -> Person:
    """Of somebody erased nothing is kept, and a stranger's customer does not exist."""
    customer, kept = realm.customers.get((merchant, customer_id)), realm.people.get((merchant, customer_id))
    if customer is None or kept is None or program_id not in customer.programs:
        raise Refused("customer_unknown")
    return kept


def celebrated_on(day: date) -> tuple[str, ...]:
    """The days of birth, ``MM-DD``, whose birthday *day* is: 29 February's is 28 February in years without one."""
    own = f"{day:%m-%d}"
    leap = day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)
    return (own, "02-29") if own == "02-28" and not leap else (own,)


def is_due(day: date, zone: str, given_at: datetime, entered_at: datetime) -> bool:
    """Consent was in force when *day* began, and the date of birth had been told long enough before."""
    given, entered = (at.astimezone(ZoneInfo(zone)).date() for at in (given_at, entered_at))
    return given < day and (day - entered).days >= DAYS_AHEAD
