"""What enrollment is told and what it publishes.

A field is only ever added, with a default; a changed meaning is a new tag and an upcaster.
Personal data is never a field here: it travels sealed (``Sealed``) and rests outside the log.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

Language = Literal["en", "fr", "de", "lb"]
LANGUAGES: tuple[Language, ...] = ("en", "fr", "de", "lb")
Texts = dict[Language, str]
Role = Literal["merchant_owner", "store_manager", "staff"]
KeyKind = Literal["super_admin", "merchant_key", "staff"]
ReceiptScope = Literal["for_ever", "year", "day"]
MerchantState = Literal["trial", "active", "suspended", "closed"]
LoyaltyState = Literal["draft", "pilot", "live", "paused"]
Field = Literal["first_name", "surname", "email", "phone", "birthday"]
Subdomain = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
Accent = Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-f]{6}$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the key, hexadecimal.")]


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes only one service can open: a sealed box to its key of the day."""

    service: str
    day: str
    key_id: str
    box: bytes


class Personal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is inside a sealed enrollment: never on the bus, in a log or in an event in clear."""

    first_name: str | None = None
    surname: str | None = None
    email: str | None = None
    phone: str | None = None
    birthday: str | None = None
    ticket: str | None = None


class InitialisePlatform(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.initialise_platform.v1"):
    """Create the platform and its first super admin; answered once for the life of the platform."""

    key_id: UUID
    key_hash: Hash
    setup_token_hash: Hash


class RegisterMerchant(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.register_merchant.v1"):
    merchant_id: UUID
    name: Name
    state: MerchantState = "active"


class OpenStore(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.open_store.v1"):
    """Open a store or replace what is known of it; decided in the platform's partition, where host names are."""

    merchant_id: UUID
    store_id: UUID
    program_id: UUID
    subdomain: Subdomain
    name: Name
    loyalty: LoyaltyState
    time_zone: str
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}$")]
    default_language: Language
    descriptions: Texts
    taglines: Texts
    accent: Accent
    has_catalog: bool
    logo_url: str | None = None
    receipt_scope: ReceiptScope = "for_ever"
    offline_points: Annotated[int, msgspec.Meta(ge=1, le=999_999_999)] | None = None
    offline_operations: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0


class SetJoinForm(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.set_join_form.v1"):
    """What joining a program asks for; *required* is a part of *asked*."""

    program_id: UUID
    asked: tuple[Field, ...]
    required: tuple[Field, ...]
    terms_version: Name
    terms: Texts
    privacy: Texts
    minimum_age: Annotated[int, msgspec.Meta(ge=0, le=120)] = 16


class IssueKey(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.issue_key.v1"):
    """Give a merchant's system or one member of staff a key; the key itself is known to its holder alone."""

    key_id: UUID
    key_hash: Hash
    kind: KeyKind
    role: Role | None = None
    staff_id: UUID | None = None
    store_ids: tuple[UUID, ...] = ()


class RevokeKey(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.revoke_key.v1"):
    key_id: UUID


class EnrollCustomer(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.enroll_customer.v1"):
    """One join, at a page or at the till; *personal* is a sealed ``Personal``.

    *birthday_gift*: the date of birth may be used for a gift each year (R27); apart from terms and marketing.
    """

    store_id: UUID
    program_id: UUID
    language: Language
    card_number: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{16}$")]
    personal: Sealed
    terms_version: str
    marketing: bool = False
    test: bool = False
    birthday_gift: bool = False


class SetBirthdayConsent(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.set_birthday_consent.v1"):
    """A customer agrees to the birthday gift of a program, or takes that back."""

    customer_id: UUID
    program_id: UUID
    given: bool


class ChangeBirthday(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.change_birthday.v1"):
    """Put right the date of birth; *personal* is a sealed ``Personal`` with nothing but that. None: it is forgotten.

    *store_id* and *program_id*: by whose calendar and form it is judged.
    """

    customer_id: UUID
    store_id: UUID
    program_id: UUID
    personal: Sealed | None = None


class ConfirmEmail(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.confirm_email.v1"):
    """The link that only the customer's mails hold was opened: the address is the customer's own (R25)."""

    customer_id: UUID


class PlatformInitialised(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.platform_initialised.v1"):
    key_id: UUID


class MerchantRegistered(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.merchant_registered.v1"):
    merchant_id: UUID
    name: str
    state: MerchantState


class StoreChanged(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.store_changed.v1"):
    """The whole store as it is from now on.

    *receipt_scope*: when its tills start their numbers again (R19). *offline_points* of an operation and
    *offline_operations* of a card and day may be redeemed offline, none at all without the first (R72).
    """

    merchant_id: UUID
    store_id: UUID
    program_id: UUID
    subdomain: str
    name: str
    loyalty: LoyaltyState
    time_zone: str
    currency: str
    default_language: Language
    descriptions: Texts
    taglines: Texts
    accent: str
    has_catalog: bool
    logo_url: str | None = None
    receipt_scope: ReceiptScope = "for_ever"
    offline_points: int | None = None
    offline_operations: int = 0


class JoinFormChanged(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.join_form_changed.v1"):
    program_id: UUID
    asked: tuple[Field, ...]
    required: tuple[Field, ...]
    terms_version: str
    terms: Texts
    privacy: Texts
    minimum_age: int


class KeyChanged(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.key_changed.v1"):
    """A key as it is from now on; revoked keys stay known, so that their use can be told from a stranger's."""

    key_id: UUID
    key_hash: str
    kind: KeyKind
    active: bool
    role: Role | None = None
    staff_id: UUID | None = None
    store_ids: tuple[UUID, ...] = ()


class CustomerEnrolled(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.customer_enrolled.v1"):
    customer_id: UUID
    store_id: UUID
    program_id: UUID
    language: Language
    card_number: str
    terms_version: str
    marketing: bool
    test: bool
    has_email: bool
    birthday_gift: bool = False


class CustomerRecognised(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.customer_recognised.v1"):
    """Somebody known joined again: no second customer, but the store is linked and the card link is mailed."""

    customer_id: UUID
    store_id: UUID
    program_id: UUID
    language: Language
    has_email: bool


class BirthdayConsentChanged(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.birthday_consent_changed.v1"):
    """From when it was recorded on there is consent to the birthday gift, or there is none any more."""

    customer_id: UUID
    program_id: UUID
    given: bool


class BirthdayChanged(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.birthday_changed.v1"):
    """That the date of birth is another one; which, no event says."""

    customer_id: UUID


class EmailConfirmed(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.email_confirmed.v1"):
    """Once for each program that the customer takes part in: a bonus there may wait for it (R25)."""

    customer_id: UUID
    program_id: UUID


class CustomerRefused(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.customer_refused.v1"):
    """A command about somebody who had joined before could not be honoured."""

    command: str
    customer_id: UUID
    code: str


class EnrollmentRefused(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.enrollment_refused.v1"):
    store_id: UUID
    program_id: UUID
    code: str


class SetupRefused(msgspec.Struct, frozen=True, kw_only=True, tag="enrollment.setup_refused.v1"):
    """A command about platform, merchant, store, form or key that could not be honoured."""

    command: str
    subject_id: UUID
    code: str


EnrollmentCommand = (
    InitialisePlatform
    | RegisterMerchant
    | OpenStore
    | SetJoinForm
    | IssueKey
    | RevokeKey
    | EnrollCustomer
    | SetBirthdayConsent
    | ChangeBirthday
    | ConfirmEmail
)
EnrollmentEvent = (
    PlatformInitialised
    | MerchantRegistered
    | StoreChanged
    | JoinFormChanged
    | KeyChanged
    | CustomerEnrolled
    | CustomerRecognised
    | BirthdayConsentChanged
    | BirthdayChanged
    | EmailConfirmed
    | EnrollmentRefused
    | CustomerRefused
    | SetupRefused
)


class Contact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to ``q.enrollment.contact``, sealed to the asker: whom to write to, and how."""

    customer_id: UUID
    language: Language
    first_name: str | None = None
    surname: str | None = None
    email: str | None = None
    phone: str | None = None
    birthday: str | None = None
    erased_at: datetime | None = None
