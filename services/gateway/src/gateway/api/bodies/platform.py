"""Bodies about platform, merchants, stores, keys and persons."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from stampbook_events.enrollment import (
    Accent,
    Field,
    Hash,
    KeyKind,
    Language,
    LoyaltyState,
    MerchantState,
    Name,
    ReceiptScope,
    Role,
    Subdomain,
)
from stampbook_events.ledger import Currency

Text = Annotated[str, msgspec.Meta(max_length=20_000)]
Short = Annotated[str, msgspec.Meta(max_length=254)]
TimeZone = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Url = Annotated[str, msgspec.Meta(max_length=2_000)]
Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class InitialisePlatformBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """*key_hash*: SHA-256 of the super admin's key, which you make and keep yourself: ``sk_super_admin_…``."""

    setup_token: Secret
    key_id: UUID
    key_hash: Hash


class RegisterMerchantBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    merchant_id: UUID
    name: Name
    state: MerchantState = "active"


class OpenStoreBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    store_id: UUID
    program_id: UUID
    subdomain: Subdomain
    name: Name
    loyalty: LoyaltyState
    time_zone: TimeZone
    currency: Currency
    default_language: Language
    descriptions: dict[Language, Text]
    taglines: dict[Language, Text]
    accent: Accent
    has_catalog: bool
    logo_url: Url | None = None
    receipt_scope: ReceiptScope = "for_ever"
    offline_points: Annotated[int, msgspec.Meta(ge=1, le=999_999_999)] | None = None
    offline_operations: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 0


class SetJoinFormBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    program_id: UUID
    asked: tuple[Field, ...]
    required: tuple[Field, ...]
    terms_version: Name
    terms: dict[Language, Text]
    privacy: dict[Language, Text]
    minimum_age: Annotated[int, msgspec.Meta(ge=0, le=120)] = 16


class IssueKeyBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """*key_hash*: SHA-256 of the key, which its holder makes and keeps: ``sk_<kind>_<43 letters of base64url>``."""

    key_id: UUID
    key_hash: Hash
    kind: KeyKind
    role: Role | None = None
    staff_id: UUID | None = None
    store_ids: tuple[UUID, ...] = ()


class EnrollCustomerBody(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, repr_omit_defaults=True
):
    """A join at the till. The customer has agreed to the terms in force; which fields are needed, the form says.

    *birthday_gift*: the customer has agreed to the birthday gift; asked where the program gives one.
    """

    first_name: Short | None = None
    surname: Short | None = None
    email: Short | None = None
    phone: Short | None = None
    birthday: Annotated[str, msgspec.Meta(max_length=10, description="ISO 8601: 1992-02-29.")] | None = None
    language: Language | None = None
    marketing: bool = False
    birthday_gift: bool = False
    test: bool = False

    def __repr__(self) -> str:
        return "EnrollCustomerBody()"


class BirthdayGiftBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """*consent*: to a gift for which the date of birth is used, or none any more."""

    consent: bool


class ChangeBirthdayBody(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, repr_omit_defaults=True
):
    """null: the date of birth is forgotten."""

    birthday: Annotated[str, msgspec.Meta(max_length=10, description="ISO 8601: 1992-02-29.")] | None

    def __repr__(self) -> str:
        return "ChangeBirthdayBody()"


class SearchBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Exactly one of both: personal data never stands in an address."""

    email: Short | None = None
    phone: Short | None = None

    def __repr__(self) -> str:
        return "SearchBody()"
