"""What a page must be told about the store, its programme, its join form and a card before it can be drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from gateway.pages.locale import Language

JoinField = Literal["first_name", "surname", "email", "phone", "birthday"]
JOIN_FIELDS: tuple[JoinField, ...] = get_args(JoinField)


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinSettings:
    """What is not asked is neither shown nor read; what is required must be asked too.

    *birthday_gift*: the program gives one, and the date it goes by is asked, so that consent to it is asked too.
    """

    asked: frozenset[JoinField] = frozenset({"first_name", "surname", "email"})
    required: frozenset[JoinField] = frozenset({"email"})
    minimum_age: int = 16
    terms_version: str = "1"
    birthday_gift: bool = False

    def __post_init__(self) -> None:
        unknown = (self.asked | self.required) - set(JOIN_FIELDS)
        if unknown or not self.required <= self.asked:
            raise ValueError(f"join fields do not fit: asked {sorted(self.asked)}, required {sorted(self.required)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """What the programme gives. ``points_per_unit`` points are given for each ``unit_minor`` of the currency."""

    points_per_unit: int | None = None
    unit_minor: int = 100
    welcome_points: int = 0
    stamp_target: int | None = None
    reward_from_points: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreView:
    """One store as its pages show it. Texts by language fall back: asked, store default, platform default, any."""

    name: str
    subdomain: str
    merchant_name: str
    default_language: Language
    currency: str
    programme: Programme
    accent: str | None = None
    logo_url: str | None = None
    has_catalog: bool = False
    catalog_url: str | None = None
    joinable: bool = True
    contact_email: str | None = None
    taglines: Mapping[Language, str] = field(default_factory=dict)
    descriptions: Mapping[Language, str] = field(default_factory=dict)
    terms: Mapping[Language, str] = field(default_factory=dict)
    privacy: Mapping[Language, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """The success page's ticket; deliberately without a word on whether the customer is new or known."""

    code: str
    scan_text: str | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardView:
    """A customer's own card. ``points`` or ``stamps`` is None where the programme has none."""

    number: str
    points: int | None = None
    stamps: int | None = None
    stamp_target: int | None = None
    wallet_url: str | None = None
