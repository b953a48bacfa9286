"""A date of birth typed as day, month and year: months also by name, in any of the four languages."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache

from babel.dates import get_month_names

from gateway.pages.errors import ErrorCode
from gateway.pages.locale import LOCALES

YEAR_MIN = 1900
AGE_MAX = 120
# Spellings in use that CLDR does not list.
_ALSO: Mapping[str, int] = {"jänner": 1, "merz": 3, "mäerz": 3, "abrel": 4, "mee": 5, "sept": 9, "sep": 9}


def parse_birthday(day: str, month: str, year: str, today: date, minimum_age: int) -> date | ErrorCode:
    """The date, or the code of what is wrong with it. All three texts are trimmed and not all empty."""
    if not (day and month and year):
        return "birthday_incomplete"
    if re.fullmatch(r"\d{1,3}", year):
        return "birthday_year_four_digits"
    parsed = (_number(day), _number(month) or month_number(month), _number(year, digits=4))
    if None in parsed:
        return "birthday_not_a_date"
    d, m, y = (part or 0 for part in parsed)
    try:
        birthday = date(y, m, d)
    except ValueError:
        return "birthday_not_a_leap_year" if (d, m) == (29, 2) and y > 0 else "birthday_not_a_date"
    return _implausible(birthday, today, minimum_age) or birthday


def _implausible(birthday: date, today: date, minimum_age: int) -> ErrorCode | None:
    if birthday > today:
        return "birthday_in_future"
    age = age_on(today, birthday)
    if birthday.year < YEAR_MIN or age > AGE_MAX:
        return "birthday_too_long_ago"
    return "below_minimum_age" if age < minimum_age else None


def age_on(today: date, birthday: date) -> int:
    """Whole years; who is born on 29 February has the birthday on 28 February in other years."""
    had_it = (birthday.month, birthday.day) <= (today.month, today.day)
    stands_in = (birthday.month, birthday.day) == (2, 29) and (today.month, today.day) == (2, 28)
    leap_today = today.year % 4 == 0 and (today.year % 100 != 0 or today.year % 400 == 0)
    return today.year - birthday.year - (0 if had_it or (stands_in and not leap_today) else 1)


def month_number(name: str) -> int | None:
    return _month_names().get(_plain(name))


def _number(text: str, digits: int = 2) -> int | None:
    return int(text) if re.fullmatch(rf"\d{{1,{digits}}}", text) else None


@cache
def _month_names() -> Mapping[str, int]:
    return dict(_spellings())


def _spellings() -> Iterator[tuple[str, int]]:
    for locale in LOCALES.values():
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context=context, locale=locale).items():
                    yield _plain(name), number
    for name, number in _ALSO.items():
        yield _plain(name), number


def _plain(name: str) -> str:
    """Without case, accents and the dot of an abbreviation: how people type on a phone."""
    letters = unicodedata.normalize("NFKD", name.casefold().strip().removesuffix("."))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
