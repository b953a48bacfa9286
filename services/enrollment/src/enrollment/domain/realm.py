"""What one batch of commands knows of the platform, and what it changed.

A merchant, a store, a form and a key are as their newest event says; that event is all the state there is of them.
Everything that belongs to a merchant is looked up under the merchant, so that no command can reach another's.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from stampbook_events.enrollment import (
    JoinFormChanged,
    KeyChanged,
    Language,
    MerchantRegistered,
    Personal,
    PlatformInitialised,
    StoreChanged,
)


@dataclass(frozen=True, slots=True)
class Joining:
    """What was sealed in one enrollment; *identity* is the keyed hash of the address or, without one, the phone.

    *personal* is None when the box could not be read.
    """

    personal: Personal | None
    identity: bytes | None = None
    hashes: tuple[tuple[str, bytes], ...] = ()
    ticket: bytes | None = None
    day: bytes | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    customer_id: UUID
    has_email: bool
    programs: frozenset[UUID]
    confirmed: bool = False


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """What is kept of somebody, opened; *day* is the keyed hash of month and day of birth, *entered_at* when it was told."""

    personal: Personal
    day: bytes | None = None
    entered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """To the birthday gift of one program. *day* is the customer's, as long as there is consent and a date of birth."""

    given_at: datetime
    day: bytes | None = None
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCustomer:
    merchant: UUID
    customer_id: UUID
    language: Language
    test: bool
    joining: Joining
    enrolled_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """*marketing* and *terms_version* are what was agreed to at this store, this time."""

    merchant: UUID
    customer_id: UUID
    store_id: UUID
    program_id: UUID
    marketing: bool
    terms_version: str
    joined_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    hash: bytes
    merchant: UUID
    customer_id: UUID
    store_id: UUID
    program_id: UUID
    expires_at: datetime


@dataclass(slots=True)
class Changes:
    platform: PlatformInitialised | None = None
    merchants: dict[UUID, MerchantRegistered] = field(default_factory=dict)
    stores: dict[UUID, StoreChanged] = field(default_factory=dict)
    forms: dict[tuple[UUID, UUID], JoinFormChanged] = field(default_factory=dict)
    keys: dict[UUID, tuple[UUID, KeyChanged]] = field(default_factory=dict)
    customers: list[NewCustomer] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    consents: dict[tuple[UUID, UUID, UUID], Consent] = field(default_factory=dict)
    rewritten: dict[tuple[UUID, UUID], tuple[Person, datetime]] = field(default_factory=dict)
    confirmed: dict[tuple[UUID, UUID], datetime] = field(default_factory=dict)


@dataclass(slots=True)
class Realm:
    """*keys* by id, with the merchant each belongs to; *joinings* by command id; *identities* by merchant and hash.

    *customers* and *people* by merchant and customer, *consents* by merchant, customer and program. *people* has those
    only whose date of birth is asked for.
    """

    setup_token_hash: str = ""
    initialised: bool = False
    merchants: dict[UUID, MerchantRegistered] = field(default_factory=dict)
    stores: dict[UUID, StoreChanged] = field(default_factory=dict)
    subdomains: dict[str, UUID] = field(default_factory=dict)
    forms: dict[tuple[UUID, UUID], JoinFormChanged] = field(default_factory=dict)
    keys: dict[UUID, tuple[UUID, KeyChanged]] = field(default_factory=dict)
    key_hashes: dict[str, UUID] = field(default_factory=dict)
    joinings: dict[UUID, Joining] = field(default_factory=dict)
    identities: dict[tuple[UUID, bytes], UUID] = field(default_factory=dict)
    customers: dict[tuple[UUID, UUID], Customer] = field(default_factory=dict)
    people: dict[tuple[UUID, UUID], Person] = field(default_factory=dict)
    consents: dict[tuple[UUID, UUID, UUID], Consent] = field(default_factory=dict)
    changes: Changes = field(default_factory=Changes)

    def store_of(self, merchant: UUID, store_id: UUID) -> StoreChanged | None:
        store = self.stores.get(store_id)
        return store if store is not None and store.merchant_id == merchant else None

    def evolve(self, merchant: UUID, event: object) -> None:
        """Take in what a command led to, for the commands behind it in the batch; customers are taken in by ``admit``."""
        match event:
            case PlatformInitialised():
                self.initialised, self.changes.platform = True, event
            case MerchantRegistered(merchant_id=merchant_id):
                self.merchants[merchant_id] = self.changes.merchants[merchant_id] = event
            case StoreChanged(store_id=store_id, subdomain=subdomain):
                previous = self.stores.get(store_id)
                if previous is not None:
                    self.subdomains.pop(previous.subdomain, None)
                self.stores[store_id] = self.changes.stores[store_id] = event
                self.subdomains[subdomain] = store_id
            case JoinFormChanged(program_id=program_id):
                self.forms[merchant, program_id] = self.changes.forms[merchant, program_id] = event
            case KeyChanged(key_id=key_id, key_hash=key_hash):
                self.keys[key_id] = self.changes.keys[key_id] = (merchant, event)
                self.key_hashes[key_hash] = key_id
            case _:
                return

    def admit(self, membership: Membership, customer: Customer, joining: Joining) -> None:
        """Take in a join: who it was, where, and the ticket that leads to the card."""
        assert joining.identity is not None
        key = membership.merchant, customer.customer_id
        programs = customer.programs | {membership.program_id}
        self.customers[key] = replace(customer, programs=programs)
        self.identities[membership.merchant, joining.identity] = customer.customer_id
        self.changes.memberships.append(membership)

    def known_as(self, merchant: UUID, joining: Joining) -> Customer | None:
        assert joining.identity is not None
        customer_id = self.identities.get((merchant, joining.identity))
        return None if customer_id is None else self.customers[merchant, customer_id]

    def confirm(self, merchant: UUID, customer: Customer, at: datetime) -> None:
        key = merchant, customer.customer_id
        self.customers[key] = replace(customer, confirmed=True)
        self.changes.confirmed[key] = at

    def agree(self, key: tuple[UUID, UUID, UUID], consent: Consent) -> None:
        self.consents[key] = self.changes.consents[key] = consent
