"""Reading the join form: what is kept, what is normalised, what is refused and where."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.pages.errors import ERROR_CODES, ErrorCode, FieldError
from gateway.pages.form import JoinForm, kept_values, parse_join
from gateway.pages.locale import LANGUAGES
from gateway.pages.settings import JOIN_FIELDS, JoinSettings

TODAY = date(2026, 3, 21)
ASKED = JoinSettings(asked=frozenset(JOIN_FIELDS), required=frozenset(JOIN_FIELDS), terms_version="2026-1")
GOOD = {
    "first_name": "Zoé",
    "surname": "Müller-Weber",
    "email": "Zoe.Mueller+Shop@Example.LU",
    "phone": "621 123 456",
    "birthday_day": "31",
    "birthday_month": "12",
    "birthday_year": "1990",
    "terms": "2026-1",
}


def accepted(settings: JoinSettings = ASKED, **changed: str) -> JoinForm:
    read = parse_join(GOOD | changed, settings, "fr", TODAY)
    assert isinstance(read, JoinForm), read
    return read


def refused(settings: JoinSettings = ASKED, **changed: str) -> list[FieldError]:
    read = parse_join(GOOD | changed, settings, "fr", TODAY)
    assert isinstance(read, list)
    return read


def test_a_whole_form_is_read_and_normalised() -> None:
    form = accepted(marketing="yes")
    assert (form.first_name, form.surname, form.phone) == ("Zoé", "Müller-Weber", "+352621123456")
    assert (form.birthday, form.terms_version, form.marketing_opt_in) == (date(1990, 12, 31), "2026-1", True)


def test_marketing_is_off_unless_ticked() -> None:
    assert not accepted().marketing_opt_in
    assert not accepted(marketing="maybe").marketing_opt_in


GIFT = replace(ASKED, required=frozenset(), birthday_gift=True)
NO_BIRTHDAY = {"birthday_day": "", "birthday_month": "", "birthday_year": ""}


def test_the_birthday_gift_is_off_unless_ticked_where_it_is_offered() -> None:
    assert not accepted(GIFT).birthday_gift
    assert not accepted(GIFT, birthday_gift="maybe", marketing="yes").birthday_gift
    assert accepted(GIFT, birthday_gift="yes").birthday_gift
    assert not accepted(ASKED, birthday_gift="yes").birthday_gift


def test_the_birthday_gift_needs_the_date_and_says_so_once() -> None:
    assert refused(GIFT, birthday_gift="yes", **NO_BIRTHDAY) == [FieldError("birthday", "birthday_missing_for_gift")]
    wrong = refused(GIFT, birthday_gift="yes", birthday_month="13")
    assert [error.code for error in wrong] == ["birthday_not_a_date"]


def test_an_address_keeps_its_case_and_tag_for_sending_and_is_lower_case_as_identity() -> None:
    email = accepted().email
    assert email is not None
    assert email.address == "Zoe.Mueller+Shop@example.lu"
    assert email.identity == "zoe.mueller+shop@example.lu"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("anna@Bücher.Example", "anna@xn--bcher-kva.example"),
        ("Élise@exemple.lu", "Élise@exemple.lu"),
        ("E\u0301lise@exemple.lu", "Élise@exemple.lu"),
        ("  a@example.com ", "a@example.com"),
        ("a@fresh.test", "a@fresh.test"),
    ],
)
def test_international_addresses_are_understood(typed: str, address: str) -> None:
    email = accepted(email=typed).email
    assert email is not None
    assert email.address == address


@pytest.mark.parametrize(
    "typed",
    [
        "anna",
        "anna@",
        "@x.lu",
        "a b@x.lu",
        "a@x",
        "a@x.lu, b@x.lu",
        "=?UTF-8?Q?a=0ABcc:_x@y?=",
        "=?utf-8?q?a?=@x.lu",
        "a" * 65 + "@x.lu",
        "a@" + "x" * 250 + ".lu",
        "Anna <a@x.lu>",
    ],
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    assert refused(email=typed) == [FieldError("email", "email_invalid")]


@pytest.mark.parametrize("field", ["first_name", "surname"])
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("=?UTF-8?Q?a=0ABcc:_x@y?=", "name_not_allowed"),
        ("Anna =?utf-8?b?QQ==?=", "name_not_allowed"),
        ("see https://evil.example", "name_not_allowed"),
        ("<b>Anna</b>", "name_not_allowed"),
        ("123", "name_not_allowed"),
        ("Anna\r\nBcc: x@y.lu", "control_characters"),
        ("Anna\x00", "control_characters"),
        ("Anna\u202e", "control_characters"),
        ("\ud800Anna", "control_characters"),
        ("a" * 101, "too_long"),
    ],
)
def test_a_name_that_could_do_harm_is_refused_at_its_field(field: str, typed: str, code: ErrorCode) -> None:
    assert [(error.field, error.code) for error in refused(**{field: typed})] == [(field, code)]


@pytest.mark.parametrize(
    "name", ["O'Neill", "van  der Berg", "Nguyễn", "Ωμέγα", "王", "St. John", "d’Aubigné", "a" * 100]
)
def test_real_names_are_welcome(name: str) -> None:
    assert accepted(first_name=name).first_name == " ".join(name.split())


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+33 6 12 34 56 78", "+33612345678"),
        ("00352 621123456", "+352621123456"),
        ("+49 (0)30 901820", "+4930901820"),
        ("27 12 34 56", "+35227123456"),
    ],
)
def test_phones_become_e164_and_are_luxembourgish_without_a_country(typed: str, number: str) -> None:
    assert accepted(phone=typed).phone == number


@pytest.mark.parametrize("typed", ["12", "abc", "+999 123456", "621 123 456 789 012 345", "6" * 41])
def test_what_is_no_phone_number_is_refused(typed: str) -> None:
    assert refused(phone=typed) == [FieldError("phone", "phone_invalid")]


def test_every_missing_required_field_is_named_in_one_answer() -> None:
    read = parse_join({}, ASKED, "en", TODAY)
    assert [error.code for error in read] == [
        "first_name_missing",
        "surname_missing",
        "email_missing",
        "phone_missing",
        "birthday_missing",
        "terms_missing",
    ]


def test_what_is_not_asked_is_not_read_and_what_is_not_required_may_stay_empty() -> None:
    settings = JoinSettings(asked=frozenset({"email", "phone"}), terms_version="2026-1")
    form = accepted(settings, phone=" ", surname="=?bad?=")
    assert (form.surname, form.phone, form.birthday) == (None, None, None)


def test_consent_is_given_to_the_version_that_was_shown() -> None:
    assert refused(terms="2025-4") == [FieldError("terms", "terms_changed")]
    assert refused(terms="") == [FieldError("terms", "terms_missing")]


def test_a_filled_trap_asks_to_send_again_instead_of_dropping_the_form() -> None:
    assert refused(contact_reason="buy") == [FieldError("form", "looks_automated")]


def test_only_what_the_page_shows_again_is_kept() -> None:
    kept = kept_values(GOOD | {"contact_reason": "x", "form_token": "t", "unknown": "y"})
    assert kept == GOOD


def test_a_person_does_not_show_in_a_repr() -> None:
    assert "Zoé" not in repr(accepted())
    assert "example" not in repr(accepted().email)


def test_required_fields_must_be_asked() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        JoinSettings(asked=frozenset({"email"}), required=frozenset({"phone"}))


anything = st.text(st.characters(codec=None), max_size=120)


@given(form=st.dictionaries(st.sampled_from([*GOOD, "marketing", "contact_reason"]), anything))
def test_no_text_whatever_makes_reading_raise(form: dict[str, str]) -> None:
    read = parse_join(form, ASKED, "lb", TODAY)
    if isinstance(read, list):
        assert read
        assert all(error.code in ERROR_CODES for error in read)


@given(language=st.sampled_from(LANGUAGES), name=st.text(max_size=100))
def test_an_accepted_name_holds_no_line_break_and_no_encoded_word(language: str, name: str) -> None:
    read = parse_join(GOOD | {"first_name": name}, ASKED, "en", TODAY)
    if isinstance(read, JoinForm) and read.first_name:
        assert read.first_name.isprintable() or "\u200c" in read.first_name or "\u200d" in read.first_name
        assert "=?" not in read.first_name
