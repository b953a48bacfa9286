"""Masking: nothing personal and no secret gets past it, and ids, counts and places stay readable."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stampbook_messaging.redaction import MASK, is_sensitive, mask_text, redact, where

SENSITIVE = [
    "name", "first_name", "surname", "email", "contact_mail", "home_address", "phone", "birthday", "birthDate",
    "token", "api_key", "password", "smtp_password", "secret", "sealed_box", "credentials", "authorization",
    "Cookie", "seed_file", "pin", "accessToken", "X-Api-Key",
]  # fmt: skip


@pytest.mark.parametrize("name", SENSITIVE)
def test_a_field_that_sounds_personal_or_secret_is_masked(name: str) -> None:
    assert redact({name: "anything"}) == {name: MASK}


@pytest.mark.parametrize("name", ["server_name", "stream_name", "key_id", "partition", "kind", "reason", "monkey"])
def test_a_field_that_an_operator_needs_is_shown(name: str) -> None:
    assert not is_sensitive(name)
    assert redact({name: "anything"}) == {name: "anything"}


@pytest.mark.parametrize(
    "text",
    [
        "anna.muller+test@example.lu",
        "<anna@example.lu>",
        "550 5.1.1 mailbox of 'anna@example.lu' is full",
        "+352 621 123 456",
        "+352621123456",
        "00352 621 123 456",
        "0621 12 34 56",
        "621 123 456",
    ],
)
def test_mail_addresses_and_phone_numbers_are_masked_in_any_text(text: str) -> None:
    masked = mask_text(text)
    assert MASK in masked
    assert "anna" not in masked
    assert "123" not in masked


@pytest.mark.parametrize(
    "text",
    ["took 1234 ms", "position 621123", "2026-06-01T12:00:00Z", "partition 12: 100 is followed by 102", "v1.2.3"],
)
def test_numbers_that_are_no_phone_stay(text: str) -> None:
    assert mask_text(text) == text


def test_ids_stay_readable_whatever_digits_they_have() -> None:
    ids = [str(uuid4()) for _ in range(200)] + ["00352621-1234-4567-8901-062112345678"]
    assert [mask_text(f"delivery {one}") for one in ids] == [f"delivery {one}" for one in ids]


def test_a_password_in_an_address_is_masked() -> None:
    assert mask_text("postgresql://ledger:geheim@db/stampbook") == f"postgresql://{MASK}@db/stampbook"


def test_what_is_nested_is_masked_too() -> None:
    value = {"payload": [{"email": "anna@example.lu", "kind": "enrollment"}], "raw": b"anna@example.lu"}
    assert redact(value) == {"payload": [{"email": MASK, "kind": "enrollment"}], "raw": "<15 bytes>"}


def test_an_exception_shows_its_type_and_place_and_never_its_text() -> None:
    try:
        raise ValueError("anna@example.lu")
    except ValueError as trouble:
        shown = where(trouble)
    assert shown.startswith("ValueError at test_redaction.py:")
    assert redact(ValueError("anna@example.lu")) == "ValueError"


def test_a_mail_address_as_a_key_is_masked() -> None:
    assert redact({"anna@example.lu": 1}) == {MASK: 1}


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=20)
    | st.binary(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


def plain(value: Any) -> bool:
    match value:
        case dict():
            return all(isinstance(key, str) and plain(inner) for key, inner in value.items())
        case list():
            return all(map(plain, value))
    return value is None or isinstance(value, bool | int | float | str)


@given(JSON)
def test_whatever_it_is_given_it_gives_back_plain_values(value: Any) -> None:
    assert plain(redact(value))


@given(JSON)
def test_masking_twice_changes_nothing_more(value: Any) -> None:
    assert redact(redact(value)) == redact(value)


def test_what_contains_itself_comes_to_an_end() -> None:
    loop: dict[str, Any] = {}
    loop["again"] = loop
    assert "…" in str(redact(loop))
