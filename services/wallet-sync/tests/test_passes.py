"""What a pass shows: absolute values, and no name that could move the text around it."""

from typing import Any
from uuid import UUID

import pytest

from wallet_sync.domain.passes import (
    ACCOUNT_NAME_MAX,
    Pass,
    Program,
    account_name,
    class_id,
    loyalty_class,
    loyalty_object,
    object_id,
    spaced,
)

ISSUER = "3388000000000000001"
MERCHANT, CARD, CUSTOMER, PROGRAM = (UUID(int=n) for n in range(1, 5))
NUMBER = "4929123456781234"


def card(**changes: Any) -> Pass:
    fields: dict[str, Any] = {
        "merchant": MERCHANT,
        "card_id": CARD,
        "customer_id": CUSTOMER,
        "program_id": PROGRAM,
        "card_number": NUMBER,
        "language": "de",
        "points": 219,
        "stamps": 3,
        "stamp_target": 10,
        "wanted": 4,
        "acknowledged": 2,
        "created": True,
        "state": "active",
    }
    return Pass(**(fields | changes))


def program(**changes: Any) -> Program:
    fields: dict[str, Any] = {
        "merchant": MERCHANT,
        "program_id": PROGRAM,
        "version": 1,
        "names": {"fr": "Fidélité", "en": "Loyalty"},
        "merchant_name": "Fashion Group S.A.",
        "accent": "#8a2b4f",
        "logo_url": "https://fashionhub.lu/logo.png",
    }
    return Program(**(fields | changes))


def test_ids_follow_from_card_and_program_and_from_nothing_personal() -> None:
    assert object_id(ISSUER, CARD) == f"{ISSUER}.card-{CARD.hex}"
    assert class_id(ISSUER, PROGRAM) == f"{ISSUER}.program-{PROGRAM.hex}"


def test_a_pass_shows_number_points_and_stamps() -> None:
    body = loyalty_object(ISSUER, card(), "Anna Schmit")
    assert (body["accountName"], body["accountId"]) == ("Anna Schmit", NUMBER)
    assert body["barcode"] == {"type": "QR_CODE", "value": NUMBER, "alternateText": "4929 1234 5678 1234"}
    assert body["loyaltyPoints"]["balance"]["int"] == 219
    assert body["secondaryLoyaltyPoints"]["balance"] == {"string": "3/10"}


def test_labels_stand_in_the_customers_language_first() -> None:
    label = loyalty_object(ISSUER, card(language="lb"), None)["loyaltyPoints"]["localizedLabel"]
    assert label["defaultValue"] == {"language": "lb", "value": "Punkten"}
    assert [one["language"] for one in label["translatedValues"]] == ["en", "fr", "de"]


def test_a_program_without_stamps_shows_none() -> None:
    body = loyalty_object(ISSUER, card(stamp_target=None, created=False), None)
    assert {"secondaryLoyaltyPoints", "textModulesData", "accountName"}.isdisjoint(body)


def test_stamps_that_are_no_more_are_taken_off_the_pass() -> None:
    body = loyalty_object(ISSUER, card(stamp_target=None), None)
    assert (body["secondaryLoyaltyPoints"], body["textModulesData"]) == (None, None)


@pytest.mark.parametrize(
    ("state", "shown"),
    [("active", "ACTIVE"), ("frozen", "INACTIVE"), ("closed", "EXPIRED"), ("merged", "EXPIRED")],
)
def test_a_pass_shows_in_what_state_its_card_is(state: str, shown: str) -> None:
    assert loyalty_object(ISSUER, card(state=state), None)["state"] == shown


@pytest.mark.parametrize(
    ("points", "balance"),
    [
        (0, {"int": 0, "string": None}),
        (2**31 - 1, {"int": 2**31 - 1, "string": None}),
        (2**31, {"int": None, "string": "2147483648"}),
        (-50, {"int": -50, "string": None}),
        (-(2**31), {"int": None, "string": "-2147483648"}),
    ],
)
def test_a_balance_beyond_32_bits_is_a_text(points: int, balance: dict[str, Any]) -> None:
    assert loyalty_object(ISSUER, card(points=points), None)["loyaltyPoints"]["balance"] == balance


def test_a_class_is_handed_in_for_review_each_time() -> None:
    body = loyalty_class(ISSUER, program())
    assert (body["reviewStatus"], body["issuerName"], body["programName"]) == (
        "UNDER_REVIEW",
        "Fashion Group S.A.",
        "Loyalty",
    )
    assert body["programLogo"] == {"sourceUri": {"uri": "https://fashionhub.lu/logo.png"}}


def test_a_class_without_an_english_name_bears_its_first() -> None:
    assert loyalty_class(ISSUER, program(names={"lb": "Trei", "fr": "Fidélité"}))["programName"] == "Trei"


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        (("Anna", "Schmit"), "Anna Schmit"),
        ((None, "Schmit"), "Schmit"),
        ((None, None), None),
        (("  ", "\u200b\n"), None),
        ((" Anna\r\nMaria ", "Schmit"), "Anna Maria Schmit"),
        (("\u202eannA", "\u2066Schmit\u2069"), "annA Schmit"),
        (("Zoë\x00\x1b[31m", ""), "Zoë[31m"),
        (("👩🏽\u200d🚀", "Nguyễn"), "👩🏽\u200d🚀 Nguyễn"),
        (("<b>Anna</b>", '"; DROP'), '<b>Anna</b> "; DROP'),
        (("A" * 300, "B"), "A" * 19 + "…"),
    ],
)
def test_a_name_becomes_one_short_line(parts: tuple[str | None, ...], shown: str | None) -> None:
    assert account_name(*parts) == shown
    assert len(shown or "") <= ACCOUNT_NAME_MAX


def test_a_number_is_read_out_in_groups_of_four() -> None:
    assert spaced("492912345678123") == "4929 1234 5678 123"
