"""Which language a reader gets, and how dates, numbers and money look in it."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Literal, get_args

from babel import Locale
from babel.dates import format_date, format_time, get_date_format
from babel.numbers import format_currency, format_decimal, get_currency_precision

Language = Literal["en", "fr", "de", "lb"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
PLATFORM_LANGUAGE: Language = "en"
LANGUAGE_COOKIE = "lang"

# Plain "en" would write month before day; the Luxembourg variants differ from fr, de and lb in figures.
LOCALES: Mapping[Language, Locale] = {
    "en": Locale("en", "GB"),
    "fr": Locale("fr", "LU"),
    "de": Locale("de", "LU"),
    "lb": Locale("lb", "LU"),
}
LANGUAGE_NAMES: Mapping[Language, str] = {"en": "English", "fr": "Français", "de": "Deutsch", "lb": "Lëtzebuergesch"}

DatePart = Literal["day", "month", "year"]
_PARTS: Mapping[str, DatePart] = {"d": "day", "M": "month", "L": "month", "y": "year"}
_RANGE = re.compile(r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?")
# A browser sends a handful of ranges; whoever sends more is not helped by reading them all.
_RANGES_MAX = 20


def language_of(value: str | None) -> Language | None:
    """The language a URL prefix or cookie names, or None when it is none of ours."""
    return next((language for language in LANGUAGES if language == value), None)


def negotiate(prefix: str | None, cookie: str | None, accept_language: str | None, default: Language) -> Language:
    """An explicit choice in the URL, then the remembered one, then the browser's wishes, then the store's own."""
    return language_of(prefix) or language_of(cookie) or _wished(accept_language or "", default) or default


def _wished(header: str, default: Language) -> Language | None:
    wishes: list[tuple[float, int, Language]] = []
    for place, part in enumerate(header.split(",", _RANGES_MAX)[:_RANGES_MAX]):
        match = _RANGE.fullmatch(part)
        if match is None:
            continue
        language = default if match[1] == "*" else language_of(match[1].lower())
        weight = float(match[2] or "1")
        if language is not None and weight > 0:
            wishes.append((-weight, place, language))
    return min(wishes)[2] if wishes else None


def translated(texts: Mapping[Language, str], asked: Language, store_default: Language) -> tuple[str, Language] | None:
    """The text and the language it is in: asked, store default, platform default, any; None when there is none."""
    for language in (asked, store_default, PLATFORM_LANGUAGE, *sorted(texts)):
        if text := texts.get(language, "").strip():
            return text, language
    return None


@cache
def date_order(language: Language) -> tuple[DatePart, ...]:
    """The order in which readers of this language write a date, from CLDR's short pattern."""
    pattern: str = get_date_format("short", locale=LOCALES[language]).pattern
    letters = dict.fromkeys(letter for letter in pattern if letter in _PARTS)
    return tuple(_PARTS[letter] for letter in letters)


def number(language: Language, value: int) -> str:
    written: str = format_decimal(value, locale=LOCALES[language])
    return written


def money(language: Language, minor: int, currency: str) -> str:
    major = Decimal(minor).scaleb(-get_currency_precision(currency))
    return format_currency(major, currency, locale=LOCALES[language])


def day(language: Language, moment: datetime) -> str:
    return format_date(moment, "long", locale=LOCALES[language])


def clock_time(language: Language, moment: datetime) -> str:
    """The wall-clock time of a moment that already carries the store's zone."""
    return format_time(moment, "short", tzinfo=moment.tzinfo, locale=LOCALES[language])
