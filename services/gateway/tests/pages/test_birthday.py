"""Dates of birth: 31/12 and 12/31 cannot be confused, months have names, and the impossible is refused."""

import calendar
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pages.birthday import age_on, month_number, parse_birthday
from gateway.pages.locale import LANGUAGES, Language, date_order

TODAY = date(2026, 3, 21)


def read(day: str, month: str, year: str, today: date = TODAY) -> object:
    return parse_birthday(day, month, year, today, 16)


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_four_languages_write_day_before_month_before_year(language: Language) -> None:
    assert date_order(language) == ("day", "month", "year")


def test_the_thirty_first_of_december_is_read_and_a_thirty_first_month_is_not() -> None:
    assert read("31", "12", "1990") == date(1990, 12, 31)
    assert read("12", "31", "1990") == "birthday_not_a_date"


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("Mäerz", 3),
        ("März", 3),
        ("mars", 3),
        ("MAERZ", 3),
        ("Abrëll", 4),
        ("April", 4),
        ("avril", 4),
        ("Mee", 5),
        ("Mai", 5),
        ("may", 5),
        ("janv.", 1),
        ("Jänner", 1),
        ("août", 8),
        ("aout", 8),
        ("Dez", 12),
        ("décembre", 12),
        ("February", 2),
        ("Sept", 9),
        ("juin", 6),
        ("Juli", 7),
    ],
)
def test_months_are_known_by_name_in_any_of_the_languages(name: str, month: int) -> None:
    assert month_number(name) == month
    assert read("1", name, "1990") == date(1990, month, 1)


@pytest.mark.parametrize("name", ["", "ma", "brumaire", "13th"])
def test_other_words_are_no_months(name: str) -> None:
    assert month_number(name) is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (("29", "2", "2001"), "birthday_not_a_leap_year"),
        (("29", "2", "1900"), "birthday_not_a_leap_year"),
        (("30", "2", "2000"), "birthday_not_a_date"),
        (("0", "1", "2000"), "birthday_not_a_date"),
        (("1", "1", "0000"), "birthday_not_a_date"),
        (("-1", "1", "2000"), "birthday_not_a_date"),
        (("1", "", "2000"), "birthday_incomplete"),
        (("1", "1", "90"), "birthday_year_four_digits"),
        (("22", "3", "2026"), "birthday_in_future"),
        (("1", "1", "1899"), "birthday_too_long_ago"),
        (("21", "3", "1905"), "birthday_too_long_ago"),
        (("22", "3", "2010"), "below_minimum_age"),
    ],
)
def test_what_cannot_be_a_birthday_says_why(typed: tuple[str, str, str], code: str) -> None:
    assert read(*typed) == code


def test_the_minimum_age_is_reached_on_the_birthday_itself() -> None:
    assert read("21", "3", "2010") == date(2010, 3, 21)


def test_a_leap_day_is_a_birthday_and_stands_on_the_twenty_eighth_in_other_years() -> None:
    assert read("29", "2", "2000") == date(2000, 2, 29)
    assert age_on(date(2026, 2, 28), date(2010, 2, 28)) == 16
    assert age_on(date(2026, 2, 28), date(2008, 2, 29)) == 18
    assert age_on(date(2024, 2, 28), date(2008, 2, 29)) == 15


@given(born=st.dates(date(1930, 1, 1), date(2009, 12, 31)))
def test_every_possible_birthday_is_read_back(born: date) -> None:
    assert read(str(born.day), f"{born.month:02}", str(born.year)) == born
    assert read(str(born.day), calendar.month_name[born.month], str(born.year)) == born


@given(st.text(min_size=1, max_size=6), st.text(min_size=1, max_size=12), st.text(min_size=1, max_size=6))
def test_no_text_makes_reading_a_date_raise(day: str, month: str, year: str) -> None:
    assert isinstance(read(day, month, year), date | str)
