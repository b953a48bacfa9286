"""The emulator's strictness is Google's own: each field is tried against the discovery document itself."""

from typing import Any

import pytest

from stampbook_cli.wallet_emulator.checking import load_contract
from stampbook_cli.wallet_emulator.contract import EXTRACT, discovery_document, extract, rendered

DOCUMENT = discovery_document()
SCHEMAS = DOCUMENT["schemas"]
CONTRACT = load_contract()
FIELDS = [(schema, name) for schema in ("LoyaltyClass", "LoyaltyObject") for name in SCHEMAS[schema]["properties"]]
SAMPLES = {"language": "fr-LU", "uri": "https://shop.example/a.png", "url": "https://shop.example/", "id": "module"}
WRONG = {"string": 7, "integer": "7", "number": "7", "boolean": "true", "array": {}, None: "text"}


def sample(field: dict[str, Any], name: str = "", depth: int = 0) -> Any:
    """A valid value for a field, made from the discovery document alone."""
    if "$ref" in field:
        return sample_object(field["$ref"], depth + 1)
    if field["type"] == "array":
        return [] if depth > 6 else [sample(field["items"], name, depth)]
    if "enum" in field:
        return field["enum"][-1]
    if field.get("format") == "int64":
        return "9007199254740993"
    return {"string": SAMPLES.get(name, "text"), "integer": 7, "number": 1.5, "boolean": True}[field["type"]]


def sample_object(schema: str, depth: int) -> dict[str, Any]:
    if schema == "LoyaltyPointsBalance":
        return {"money": {"micros": "1500000", "currencyCode": "EUR"}}
    fields = SCHEMAS[schema]["properties"]
    return {name: sample(field, name, depth) for name, field in fields.items() if depth < 7 or "$ref" not in field}


def problems(schema: str, name: str, value: object) -> list[str]:
    return [found.problem for found in CONTRACT.violations(schema, {name: value}, partial=True)]


def test_the_extract_is_what_the_discovery_document_says_today() -> None:
    assert rendered(extract(DOCUMENT)) == EXTRACT.read_text(encoding="utf-8")


def test_the_extract_holds_no_prose() -> None:
    assert '"description": "' not in EXTRACT.read_text(encoding="utf-8")


@pytest.mark.parametrize(("schema", "name"), FIELDS)
def test_a_field_of_the_document_is_accepted(schema: str, name: str) -> None:
    assert problems(schema, name, sample(SCHEMAS[schema]["properties"][name], name)) == []


@pytest.mark.parametrize(("schema", "name"), FIELDS)
def test_a_field_of_another_type_is_refused(schema: str, name: str) -> None:
    wrong = WRONG[SCHEMAS[schema]["properties"][name].get("type")]
    assert problems(schema, name, wrong) != []


@pytest.mark.parametrize("schema", sorted(CONTRACT.schemas))
def test_every_enum_takes_its_own_values_and_no_other(schema: str) -> None:
    for name, field in SCHEMAS[schema].get("properties", {}).items():
        for value in field.get("enum", []):
            assert problems(schema, name, value) == []
        if "enum" in field:
            assert problems(schema, name, "SOMETHING_ELSE") != []


@pytest.mark.parametrize("schema", sorted(CONTRACT.schemas))
def test_an_unknown_field_is_refused_in_every_schema(schema: str) -> None:
    assert problems(schema, "favouriteColour", "blue") == [f"is not a field of {schema}"]


@pytest.mark.parametrize(
    ("schema", "required"),
    [
        ("LoyaltyClass", ["id", "issuerName", "programLogo", "programName", "reviewStatus"]),
        ("LoyaltyObject", ["classId", "id", "state"]),
        ("LoyaltyPoints", ["balance"]),
    ],
)
def test_what_the_document_calls_required_is_required(schema: str, required: list[str]) -> None:
    found = CONTRACT.violations(schema, {}, partial=False)
    assert sorted(violation.path for violation in found if violation.problem == "is required") == required


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        (2**31 - 1, True),
        (-(2**31), True),
        (2**31, False),
        (-(2**31) - 1, False),
        (1.5, False),
        (True, False),
        ("5", False),
    ],
)
def test_a_point_balance_must_fit_32_bits(value: object, fits: bool) -> None:
    assert (problems("LoyaltyPointsBalance", "int", value) == []) is fits


@pytest.mark.parametrize(
    ("value", "fits"),
    [("1500000", True), ("-1", True), (1500000, False), ("1.5", False), ("9223372036854775808", False), ("", False)],
)
def test_an_amount_is_a_64_bit_number_in_a_string(value: object, fits: bool) -> None:
    assert (problems("Money", "micros", value) == []) is fits


@pytest.mark.parametrize(
    ("schema", "value", "place"),
    [
        ("LoyaltyPointsBalance", {}, ""),
        ("LoyaltyPointsBalance", {"int": 1, "string": "1"}, ""),
        ("LocalizedString", {"translatedValues": []}, "defaultValue"),
        ("TranslatedString", {"language": "French", "value": ""}, "value"),
        ("TranslatedString", {"language": "not a tag", "value": "x"}, "language"),
        ("TextModuleData", {"id": "stamps.left"}, "id"),
        ("ImageUri", {"uri": "logo.png"}, "uri"),
        ("CallbackOptions", {"url": "http://shop.example/callback"}, "url"),
        ("MerchantLocation", {"latitude": 90.5, "longitude": 6.1}, "latitude"),
    ],
)
def test_what_google_says_in_prose_is_checked_too(schema: str, value: dict[str, object], place: str) -> None:
    assert [found.path for found in CONTRACT.violations(schema, value, partial=False)] == [place]
