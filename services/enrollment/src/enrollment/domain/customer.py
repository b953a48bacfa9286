"""Somebody joins: a new customer, one who is known already, or nobody."""

from datetime import timedelta
from uuid import uuid5

from enrollment.domain import birthday, confirming, person
from enrollment.domain.realm import Customer, Joining, Membership, NewCustomer, Person, Realm, Ticket
from enrollment.domain.refusals import Refused
from stampbook_events.enrollment import (
    CustomerEnrolled,
    CustomerRecognised,
    EnrollCustomer,
    JoinFormChanged,
    StoreChanged,
)
from stampbook_messaging.messages import Decision, Fact, Received

TICKET_LIVES_FOR = timedelta(minutes=30)
_OPEN_MERCHANTS = ("trial", "active")


def enroll(realm: Realm, command: EnrollCustomer, received: Received) -> Decision:
    """The answer to a stranger must not tell which of the two it was; this one is for the platform's own eyes."""
    merchant = received.envelope.merchant
    store = _store_open_for(realm, command, received)
    form = _form_agreed_to(realm, command, received)
    joining = realm.joinings[received.envelope.id]
    _must_be_acceptable(joining, form, store, received)
    known = realm.known_as(merchant, joining)
    customer = known or _new_customer(realm, command, received, joining)
    recognised = command.program_id in customer.programs
    facts = (_recognised(customer, command),) if recognised else _enrolled(customer, command)
    _remember(realm, command, received, customer, joining)
    if command.birthday_gift and not recognised:
        birthday.agree_at_joining(realm, command, received, customer.customer_id)
    return Decision(facts=facts, result={"customer_id": customer.customer_id, "known": known is not None})


def _store_open_for(realm: Realm, command: EnrollCustomer, received: Received) -> StoreChanged:
    store = realm.store_of(received.envelope.merchant, command.store_id)
    if store is None:
        raise Refused("store_unknown")
    merchant = realm.merchants.get(store.merchant_id)
    joinable = store.loyalty == "live" or (store.loyalty == "pilot" and command.test)
    if merchant is None or merchant.state not in _OPEN_MERCHANTS or not joinable:
        raise Refused("not_open_for_joining")
    if store.program_id != command.program_id:
        raise Refused("program_unknown")
    return store


def _form_agreed_to(realm: Realm, command: EnrollCustomer, received: Received) -> JoinFormChanged:
    form = realm.forms.get((received.envelope.merchant, command.program_id))
    if form is None:
        raise Refused("not_open_for_joining")
    if command.terms_version != form.terms_version:
        raise Refused("terms_outdated", terms_version=form.terms_version)
    return form


def _must_be_acceptable(joining: Joining, form: JoinFormChanged, store: StoreChanged, received: Received) -> None:
    birthday_gift = received.command.birthday_gift
    if joining.personal is None:
        raise Refused("personal_unreadable")
    person.must_be_complete(joining.personal, form)
    if birthday_gift and joining.personal.birthday is None:
        raise Refused("field_required:birthday")
    person.must_be_well_formed(joining.personal)
    person.must_be_old_enough(joining.personal, form, received.recorded_at, store.time_zone)


def _new_customer(realm: Realm, command: EnrollCustomer, received: Received, joining: Joining) -> Customer:
    assert joining.personal is not None
    customer_id = uuid5(received.envelope.id, "customer")
    realm.changes.customers.append(
        NewCustomer(
            merchant=received.envelope.merchant,
            customer_id=customer_id,
            language=command.language,
            test=command.test,
            joining=joining,
            enrolled_at=received.recorded_at,
        )
    )
    told_at = received.recorded_at if joining.personal.birthday is not None else None
    realm.people[received.envelope.merchant, customer_id] = Person(joining.personal, joining.day, told_at)
    return Customer(customer_id, joining.personal.email is not None, frozenset())


def _enrolled(customer: Customer, command: EnrollCustomer) -> tuple[Fact, ...]:
    """Also for a known customer who joins another program of the same merchant: there a card is to be opened, and an
    address that was confirmed before is confirmed there too.
    """
    event = CustomerEnrolled(
        customer_id=customer.customer_id,
        store_id=command.store_id,
        program_id=command.program_id,
        language=command.language,
        card_number=command.card_number,
        terms_version=command.terms_version,
        marketing=command.marketing,
        test=command.test,
        has_email=customer.has_email,
        birthday_gift=command.birthday_gift,
    )
    facts = (Fact(aggregate=customer.customer_id, event=event),)
    return (*facts, confirming.fact(customer.customer_id, command.program_id)) if customer.confirmed else facts


def _recognised(customer: Customer, command: EnrollCustomer) -> Fact:
    """Personal data stay as they are, and so does what was agreed to: who types this time has not proved who they are."""
    event = CustomerRecognised(
        customer_id=customer.customer_id,
        store_id=command.store_id,
        program_id=command.program_id,
        language=command.language,
        has_email=customer.has_email,
    )
    return Fact(aggregate=customer.customer_id, event=event)


def _remember(realm: Realm, command: EnrollCustomer, received: Received, customer: Customer, joining: Joining) -> None:
    merchant = received.envelope.merchant
    membership = Membership(
        merchant=merchant,
        customer_id=customer.customer_id,
        store_id=command.store_id,
        program_id=command.program_id,
        marketing=command.marketing,
        terms_version=command.terms_version,
        joined_at=received.recorded_at,
    )
    realm.admit(membership, customer, joining)
    if joining.ticket is not None:
        realm.changes.tickets.append(
            Ticket(
                hash=joining.ticket,
                merchant=merchant,
                customer_id=customer.customer_id,
                store_id=command.store_id,
                program_id=command.program_id,
                expires_at=received.recorded_at + TICKET_LIVES_FOR,
            )
        )
