"""Which language a reader gets, and how figures and dates look in it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pages.locale import LANGUAGES, Language, clock_time, day, money, negotiate, number, translated
from gateway.pages.place import Place

MOMENT = datetime(2026, 11, 22, 14, 5, tzinfo=ZoneInfo("Europe/Luxembourg"))


@pytest.mark.parametrize(
    ("prefix", "cookie", "header", "language"),
    [
        ("lb", "de", "fr", "lb"),
        (None, "de", "fr", "de"),
        (None, None, "lb-LU,lb;q=0.9,fr;q=0.5", "lb"),
        (None, None, "fr-CH, en;q=0.9", "fr"),
        (None, None, "en;q=0.2, de;q=0.8", "de"),
        (None, None, "pt-BR, es;q=0.9", "fr"),
        (None, None, "pt, *;q=0.1", "fr"),
        (None, None, "en;q=0, de;q=0.1", "de"),
        (None, "xx", None, "fr"),
        ("EN", None, "", "fr"),
        (None, None, "de;q=nonsense, lb", "lb"),
    ],
)
def test_prefix_then_cookie_then_browser_then_store(
    prefix: str | None, cookie: str | None, header: str | None, language: Language
) -> None:
    assert negotiate(prefix, cookie, header, "fr") == language


@given(header=st.text(max_size=400))
def test_no_header_makes_negotiating_raise(header: str) -> None:
    assert negotiate(None, None, header, "de") in LANGUAGES


@pytest.mark.parametrize(
    ("language", "amount", "date", "figure"),
    [
        ("en", "€1,234.50", "22 November 2026", "12,345"),
        ("fr", "1.234,50 €", "22 novembre 2026", "12.345"),
        ("de", "1.234,50 €", "22. November 2026", "12.345"),
        ("lb", "1.234,50 €", "22. November 2026", "12.345"),
    ],
)
def test_amounts_dates_and_figures_follow_the_language(language: Language, amount: str, date: str, figure: str) -> None:
    assert money(language, 123450, "EUR").replace("\xa0", " ") == amount
    assert day(language, MOMENT) == date
    assert number(language, 12345) == figure
    assert clock_time(language, MOMENT) == "14:05"


def test_money_knows_currencies_without_cents() -> None:
    assert money("en", 500, "JPY") == "JP¥500"


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        ({"lb": "A", "de": "B"}, ("A", "lb")),
        ({"de": "B", "en": "C"}, ("B", "de")),
        ({"en": "C", "fr": "D"}, ("C", "en")),
        ({"fr": "D", "lb": "  "}, ("D", "fr")),
        ({}, None),
    ],
)
def test_texts_fall_back_from_asked_to_store_to_platform_to_any(
    texts: dict[str, str], found: tuple[str, str] | None
) -> None:
    assert translated(texts, "lb", "de") == found


def test_the_same_page_in_another_language_has_its_own_address() -> None:
    place = Place(language="fr", origin="https://shop.example", path="/join")
    assert place.url("lb") == "https://shop.example/lb/join"
    assert Place(language="fr", origin="https://shop.example").local_in("de") == "/de/"
