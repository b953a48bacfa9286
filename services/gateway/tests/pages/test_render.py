"""Drawn pages: right language, right call to action, nothing personal leaks, errors at their field."""

import inspect
import re
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from gateway.pages.catalog import catalog
from gateway.pages.draft import Draft
from gateway.pages.errors import FieldError
from gateway.pages.locale import LANGUAGES, Language
from gateway.pages.marks import grouped, monogram
from gateway.pages.place import Place
from gateway.pages.qr import qr_svg
from gateway.pages.render import PROBLEMS, Pages
from gateway.pages.settings import CardView, JoinSettings, StoreView, TicketView

ORIGIN = "https://fashionhub.example"
TICKET = TicketView(code="T7K3M9QX2VHR", valid_until=datetime(2026, 3, 21, 14, 5, tzinfo=ZoneInfo("Europe/Luxembourg")))
DRAFT = Draft(form_token="token-1", idempotency_key="key-1")
EVIL = '"><script>alert(1)</script>'


def at(language: Language, path: str | None = "/") -> Place:
    return Place(language=language, origin=ORIGIN, path=path)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_s_language_is_the_reader_s(pages: Pages, fashionhub: StoreView, language: Language) -> None:
    html = pages.home(fashionhub, at(language))
    assert f'<html lang="{language}">' in html
    assert fashionhub.taglines[language] in html
    assert fashionhub.descriptions[language] in html
    assert all(f'hreflang="{other}" href="{ORIGIN}/{other}/"' in html for other in LANGUAGES)


def test_a_text_in_another_language_says_which(pages: Pages, bookworld: StoreView) -> None:
    assert '<p class="lead" lang="de">Bücher für lange Abende.</p>' in pages.home(bookworld, at("lb"))


def test_only_what_the_programme_has_is_promised(pages: Pages, bookworld: StoreView) -> None:
    html = pages.home(bookworld, at("en"))
    assert "With 8 stamps your card is full" in html
    assert "point" not in html


def test_a_store_that_takes_no_new_members_offers_no_join(pages: Pages, fashionhub: StoreView) -> None:
    html = pages.home(replace(fashionhub, joinable=False), at("en"))
    assert "/en/join" not in html
    assert "not possible to join at the moment" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_call_to_action_fits_the_store(
    pages: Pages, fashionhub: StoreView, fashionoutlet: StoreView, language: Language
) -> None:
    words = catalog(language)
    without, with_catalog = (pages.welcome(store, at(language), TICKET) for store in (fashionhub, fashionoutlet))
    assert f'<a class="button" href="/{language}/" data-cta="home">' in without
    assert words.text("cta.continue") not in without
    assert '<a class="button" href="/shop" data-cta="continue">' in with_catalog
    assert words.text("cta.continue") in with_catalog


def test_the_success_page_cannot_tell_new_from_known(pages: Pages, fashionhub: StoreView) -> None:
    assert set(inspect.signature(pages.welcome).parameters) == {"store", "place", "ticket"}
    html = pages.welcome(fashionhub, at("fr"), TICKET)
    assert html == pages.welcome(fashionhub, at("fr"), TICKET)
    assert "Votre carte est dans votre boîte mail" in html
    assert "T7K3 M9QX 2VHR" in html
    assert "Valable jusqu&#39;au 21 mars 2026, 14:05" in html


@pytest.mark.parametrize("text", ["T7K3M9QX2VHR", "https://fashionhub.example/w/8hK2-x", "4029188375520614"])
def test_the_drawn_code_can_be_scanned(text: str) -> None:
    svg = qr_svg(text, "label")
    side = int(re.findall(r'viewBox="0 0 (\d+)', svg)[0])
    picture = Image.new("L", (side, side), 255)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
        ImageDraw.Draw(picture).line((int(x), int(y), int(x) + int(width) - 1, int(y)), fill=0)
    codes = zxingcpp.read_barcodes(picture.resize((side * 8, side * 8), Image.Resampling.NEAREST))
    assert [code.text for code in codes] == [text]


def test_a_code_s_label_is_escaped() -> None:
    assert "<script>" not in qr_svg("x", EVIL)


def test_errors_stand_at_their_field_with_the_input_kept(
    pages: Pages, fashionhub: StoreView, everything_asked: JoinSettings
) -> None:
    draft = replace(DRAFT, values={"email": "anna@", "marketing": "yes"})
    errors = [FieldError("terms", "terms_missing"), FieldError("email", "email_invalid")]
    html = pages.join(fashionhub, at("en", "/join"), everything_asked, draft, errors)
    assert "<title>Error: Join the loyalty programme · FASHIONHUB</title>" in html
    assert re.search(
        r'name="email"[^>]*value="anna@"[^>]*aria-describedby="email-hint email-error" aria-invalid="true"', html
    )
    assert html.index('href="#email"') < html.index('href="#terms"')
    assert re.search(r'name="marketing"[^>]*checked', html)
    assert "There are 2 things to correct" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_birthday_gift_is_agreed_to_apart_from_all_else_and_only_where_there_is_one(
    pages: Pages, fashionhub: StoreView, everything_asked: JoinSettings, language: Language
) -> None:
    html = pages.join(fashionhub, at(language, "/join"), everything_asked, DRAFT)
    assert re.search(
        r'<input id="birthday_gift" name="birthday_gift" type="checkbox" value="yes" aria-describedby', html
    )
    without = pages.join(fashionhub, at(language, "/join"), replace(everything_asked, birthday_gift=False), DRAFT)
    assert "birthday_gift" not in without


def test_a_fault_of_the_whole_form_stands_in_the_summary(
    pages: Pages, fashionhub: StoreView, everything_asked: JoinSettings
) -> None:
    html = pages.join(fashionhub, at("en", "/join"), everything_asked, DRAFT, [FieldError("form", "unavailable")])
    assert "The form was not sent" in html
    assert "We cannot save your details at the moment." in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_birthday_is_three_fields_in_the_reader_s_order(
    pages: Pages, fashionhub: StoreView, everything_asked: JoinSettings, language: Language
) -> None:
    html = pages.join(fashionhub, at(language, "/join"), everything_asked, DRAFT)
    fields = re.findall(r'name="birthday_(\w+)" type="(\w+)" inputmode="(\w+)"[^>]*autocomplete="([\w-]+)"', html)
    assert fields == [(part, "text", "numeric", f"bday-{part}") for part in ("day", "month", "year")]
    assert "31 12 1990" in html


def test_only_asked_fields_are_drawn_and_optional_ones_say_so(pages: Pages, fashionhub: StoreView) -> None:
    settings = JoinSettings(asked=frozenset({"email", "phone"}))
    html = pages.join(fashionhub, at("de", "/join"), settings, DRAFT)
    assert re.findall(r'<input class="input" id="(\w+)"', html) == ["email", "phone"]
    assert html.count("(freiwillig)") == 1
    assert 'value="token-1"' in html
    assert 'value="key-1"' in html


def test_the_trap_is_not_announced(pages: Pages, fashionhub: StoreView, everything_asked: JoinSettings) -> None:
    html = pages.join(fashionhub, at("de", "/join"), everything_asked, DRAFT)
    assert '<div class="trap" aria-hidden="true">' in html
    assert re.search(r'name="contact_reason"[^>]*tabindex="-1"', html)


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_has_a_page_with_its_reference(
    pages: Pages, fashionhub: StoreView, problem: int, language: Language
) -> None:
    for store in (fashionhub, None):
        html = pages.error(at(language, None), problem, "01JC3Z7Q", store)
        assert "01JC3Z7Q" in html
        assert catalog(language).text("cta.home").replace("'", "&#39;") in html


def test_a_stranger_s_text_is_escaped_everywhere(
    pages: Pages, fashionhub: StoreView, everything_asked: JoinSettings
) -> None:
    store = replace(fashionhub, name=EVIL, merchant_name=EVIL, taglines={"en": EVIL}, descriptions={"en": EVIL})
    store = replace(store, terms={"en": EVIL}, logo_url='/x" onerror="alert(1)', contact_email=EVIL, catalog_url=EVIL)
    draft = Draft(form_token=EVIL, idempotency_key=EVIL, values={"first_name": EVIL, "email": EVIL})
    drawn = [
        pages.home(store, at("en")),
        pages.join(store, at("en"), everything_asked, draft, [FieldError("email", "email_invalid")]),
        pages.welcome(store, at("en"), TicketView(code=EVIL)),
        pages.terms(store, at("en"), everything_asked),
        pages.error(at("en", None), 404, EVIL, store),
    ]
    assert not any("<script>alert" in html or "onerror" in html for html in drawn)


def test_a_logo_from_another_host_is_not_shown(pages: Pages, fashionhub: StoreView) -> None:
    for url in ("https://cdn.example/logo.png", "//cdn.example/logo.png", "data:image/png;base64,x"):
        assert "<img" not in pages.home(replace(fashionhub, logo_url=url), at("en"))
    assert '<img class="logo" src="/media/logo.png"' in pages.home(
        replace(fashionhub, logo_url="/media/logo.png"), at("en")
    )


def test_a_merchant_s_own_terms_replace_the_general_ones(
    pages: Pages, fashionhub: StoreView, everything_asked: JoinSettings
) -> None:
    store = replace(fashionhub, terms={"fr": "Premier point.\n\nSecond point."})
    html = pages.terms(store, at("de", "/terms"), everything_asked)
    assert '<div lang="fr">\n<p>Premier point.</p>\n<p>Second point.</p>' in html
    assert "Wer das Programm betreibt" not in html


def test_a_card_shows_balance_and_stamps_in_figures_and_words(pages: Pages, fashionhub: StoreView) -> None:
    card = CardView(number="4029188375520614", points=1219, stamps=3, stamp_target=10)
    html = pages.card(fashionhub, at("lb", "/c/x"), card)
    assert "<dd>1.219 Punkten</dd>" in html
    assert "<dd>3 Stempele gesammelt, 10 gi gebraucht</dd>" in html
    assert html.count('class="stamp stamp-given"') == 3
    assert "Wallet" not in html


def test_private_pages_are_kept_out_of_indexes_and_referrers(pages: Pages, fashionhub: StoreView) -> None:
    drawn = [
        pages.welcome(fashionhub, at("en"), TICKET),
        pages.card(fashionhub, at("en"), CardView(number="4029", points=0)),
    ]
    assert all('content="noindex"' in html and 'content="no-referrer"' in html for html in drawn)


def test_monograms_and_codes_are_short_and_readable() -> None:
    assert (monogram("Book World Ltd"), monogram("élan"), monogram("★")) == ("BW", "É", "·")
    assert grouped("T7K3-M9QX-2V") == "T7K3 M9QX 2V"
