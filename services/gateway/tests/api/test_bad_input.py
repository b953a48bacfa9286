"""Whatever is sent: a typed answer, never a 500, and nothing stored."""

import json

import places
import pytest
from worlds import FakeWorld

from gateway.api.examples import BODIES

POINTS = f"/v1/cards/{places.CARD}/points"
TILL = f"/v1/stores/{places.HUB}/customers"
PURCHASE = {"amount_minor": 8490, "currency": "EUR"}
PERSON = {"first_name": "Amélie", "surname": "Weber", "email": "amelie@reise.test"}


@pytest.fixture(autouse=True)
def nothing_is_stored(world: FakeWorld):
    yield
    assert world.bus.stored == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"{" * 5000,
        b'{"amount_minor": NaN}',
        b'{"amount_minor": 1e999}',
    ],
)
async def test_broken_json_is_refused(api, bearer, body: bytes) -> None:
    answer = await api.post(POINTS, content=body, headers=bearer("staff", Content_Type="application/json"))
    assert (answer.status_code, answer.json()["code"]) == (400, "body_malformed")


@pytest.mark.parametrize(
    "change",
    [
        {"unknown": 1},
        {"amount_minor": "8490"},
        {"amount_minor": True},
        {"amount_minor": None},
        {"currency": "eur"},
        {"currency": 978},
        {"receipt": "x" * 201},
        {"receipt": {"a": 1}},
        {"occurred_at": "yesterday"},
        {"occurred_at": "2026-11-23T18:00:00"},
        {"store_id": "fashionhub"},
    ],
)
async def test_unknown_fields_and_wrong_types_are_refused(api, bearer, change: dict[str, object]) -> None:
    answer = await api.post(POINTS, json={**PURCHASE, **change}, headers=bearer("staff"))
    assert (answer.status_code, answer.json()["code"]) == (400, "body_malformed")


async def test_unknown_fields_inside_are_refused_too(api, bearer) -> None:
    rates = {"EUR": {"points": 1, "per_minor": 100, "bonus": 3}}
    body = {"program_id": str(places.PROGRAM), "names": {"en": "x"}, "rates": rates}
    answer = await api.post(f"/v1/merchants/{places.FASHION}/programs", json=body, headers=bearer("merchant_key"))
    assert answer.status_code == 400


async def test_a_missing_field_is_named(api, bearer) -> None:
    answer = await api.post(POINTS, json={"currency": "EUR"}, headers=bearer("staff"))
    assert "amount_minor" in answer.text


@pytest.mark.parametrize("path", [POINTS, TILL])
async def test_an_oversize_body_is_refused(api, bearer, path: str) -> None:
    body = json.dumps({**PURCHASE, "receipt": "x" * 70_000}).encode()
    answer = await api.post(path, content=body, headers=bearer("staff", Content_Type="application/json"))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_an_oversize_body_that_does_not_say_so_is_refused(api, bearer) -> None:
    async def pieces():
        for _ in range(70):
            yield b" " * 1024

    answer = await api.post(POINTS, content=pieces(), headers=bearer("staff", Content_Type="application/json"))
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""]
)
async def test_another_media_type_is_refused(api, bearer, kind: str) -> None:
    answer = await api.post(POINTS, content=json.dumps(PURCHASE), headers=bearer("staff", Content_Type=kind))
    assert (answer.status_code, answer.json()["code"]) == (415, "media_type_unsupported")


async def test_another_method_is_refused_with_those_that_are_known(api, bearer) -> None:
    answer = await api.put(POINTS, json=PURCHASE, headers=bearer("staff"))
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/v1/cards/not-an-id", "/v1/nothing", "/v1/cards/../../x", "/v1/tickets/%00/points"])
async def test_an_address_that_leads_nowhere_is_not_found(api, bearer, path: str) -> None:
    assert (await api.get(path, headers=bearer("staff"))).status_code in {404, 405}


@pytest.mark.parametrize("query", ["limit=0", "limit=51", "limit=x", "number=12", "merchant=x", "cursor="])
async def test_a_parameter_that_is_none_is_refused(api, bearer, query: str) -> None:
    answer = await api.get(f"/v1/cards?{query}", headers=bearer("merchant_key"))
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_invalid")


HEADER_INJECTION = "=?UTF-8?Q?a=0ABcc:_x@y?="


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"first_name": HEADER_INJECTION}, "first_name", "name_not_allowed"),
        ({"surname": "Web\r\nBcc: x@y"}, "surname", "control_characters"),
        ({"surname": "We\u202eber"}, "surname", "control_characters"),
        ({"surname": "W\x00"}, "surname", "control_characters"),
        ({"first_name": "visit www.evil.test"}, "first_name", "name_not_allowed"),
        ({"first_name": "A" * 101}, "first_name", "too_long"),
        ({"email": "no-at-sign"}, "email", "email_invalid"),
        ({"email": "a@b.test\nBcc: c@d.test"}, "email", "control_characters"),
        ({"phone": "12"}, "phone", "phone_invalid"),
        ({"birthday": "2026-11-25"}, "birthday", "birthday_in_future"),
        ({"birthday": "2025-02-29"}, "birthday", "birthday_not_a_leap_year"),
        ({"birthday": "2011-11-25"}, "birthday", "below_minimum_age"),
        ({"birthday": "1850-01-01"}, "birthday", "birthday_too_long_ago"),
        ({"birthday": "31.12.1990"}, "birthday", "birthday_not_a_date"),
        ({"birthday": "0000-00-00"}, "birthday", "birthday_not_a_date"),
    ],
)
async def test_the_field_that_is_wrong_is_named(api, bearer, change: dict[str, str], field: str, code: str) -> None:
    answer = await api.post(TILL, json={**PERSON, **change}, headers=bearer("staff"))
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": f"/{field}", "code": code}]


@pytest.mark.parametrize(
    ("path", "body", "change", "pointer"),
    [
        ("", "RegisterMerchantBody", {"name": "Wiza\0tech"}, "/name"),
        ("/stores", "OpenStoreBody", {"taglines": {"en": "Open\0"}}, "/taglines/*"),
        ("/programs", "PublishProgramBody", {"names": {"en": "Points", "de": "\0"}}, "/names/*"),
    ],
)
async def test_a_text_no_log_can_hold_is_refused_at_its_field(
    api, bearer, path: str, body: str, change: dict[str, object], pointer: str
) -> None:
    place = f"/v1/merchants/{places.FASHION}{path}" if path else "/v1/merchants"
    answer = await api.post(place, json={**BODIES[body], **change}, headers=bearer("super_admin"))
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": pointer, "code": "control_characters"}]


async def test_what_was_typed_is_not_repeated_in_the_problem(api, bearer) -> None:
    answer = await api.post(TILL, json={**PERSON, "email": "amelie-secret"}, headers=bearer("staff"))
    assert "amelie-secret" not in answer.text


@pytest.mark.parametrize("header", ["Bearer x", "Basic abc", "Bearer " + "y" * 60, "nonsense", "Bearer " + "é" * 30])
async def test_a_credential_that_opens_nothing_is_refused(api, header: str) -> None:
    answer = await api.get("/v1/cards", headers={b"Authorization": header.encode()})
    assert (answer.status_code, answer.json()["code"]) == (401, "credential_unknown")


async def test_no_credential_is_asked_for(api) -> None:
    answer = await api.post(POINTS, json=PURCHASE, headers={"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (401, "credential_missing")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_guessing_keys_ends_soon(api, bearer) -> None:
    guesses = [
        await api.get("/v1/cards", headers={"Authorization": f"Bearer sk_staff_{'x' * 40}{n}"}) for n in range(21)
    ]
    assert [answer.status_code for answer in guesses] == [401] * 20 + [429]
