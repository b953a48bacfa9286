"""Classes and objects over the REST surface, as Google's documentation tells it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from stampbook_cli.wallet_emulator.contract import discovery_document

from .conftest import ISSUER, a_class, an_object

Refusal = Callable[[httpx.Response], tuple[int, str, str]]
SCHEMAS = discovery_document()["schemas"]


def unknown_fields(schema: str, value: dict[str, Any]) -> list[str]:
    """Field names of an answer that the discovery document does not know, at any depth."""
    unknown = []
    for name, item in value.items():
        field = SCHEMAS[schema]["properties"].get(name)
        if field is None:
            unknown.append(f"{schema}.{name}")
            continue
        inner = field.get("items", field)
        for one in item if isinstance(item, list) else [item]:
            unknown += unknown_fields(inner["$ref"], one) if "$ref" in inner else []
    return unknown


async def test_a_class_in_review_is_approved_at_once(api: httpx.AsyncClient) -> None:
    answer = await api.post("/loyaltyClass?alt=json", json=a_class())

    assert answer.status_code == 200
    assert answer.json()["reviewStatus"] == "APPROVED"
    assert unknown_fields("LoyaltyClass", answer.json()) == []


async def test_an_object_is_inserted_and_read_back(api: httpx.AsyncClient, class_id: str) -> None:
    body = an_object(class_id)

    inserted = (await api.post("/loyaltyObject", json=body)).json()
    read = (await api.get(f"/loyaltyObject/{body['id']}", params={"alt": "json"})).json()

    assert read == inserted
    assert body.items() <= read.items()
    assert read["hasUsers"] is False
    assert read["classReference"]["id"] == class_id
    assert unknown_fields("LoyaltyObject", read) == []


async def test_a_second_insert_is_a_conflict(api: httpx.AsyncClient, card: dict[str, Any], refusal: Refusal) -> None:
    answer = await api.post("/loyaltyObject", json=an_object(card["classId"], id=card["id"]))

    assert refusal(answer) == (409, "ALREADY_EXISTS", "existingResource")


async def test_a_patch_changes_what_it_names(api: httpx.AsyncClient, card: dict[str, Any]) -> None:
    patch = {"loyaltyPoints": {"balance": {"int": 75}}, "textModulesData": [{"id": "stamps", "body": "3/10"}]}
    await api.patch(f"/loyaltyObject/{card['id']}", json=patch)

    changed = (await api.patch(f"/loyaltyObject/{card['id']}", json={"textModulesData": [], "accountId": None})).json()

    assert changed["loyaltyPoints"] == {"label": "Points", "balance": {"int": 75}}
    assert changed["textModulesData"] == []
    assert "accountId" not in changed


async def test_a_patch_that_leaves_two_balances_is_refused(
    api: httpx.AsyncClient, card: dict[str, Any], refusal: Refusal
) -> None:
    answer = await api.patch(f"/loyaltyObject/{card['id']}", json={"loyaltyPoints": {"balance": {"string": "75"}}})

    assert refusal(answer) == (400, "INVALID_ARGUMENT", "invalid")


async def test_an_update_clears_what_it_leaves_out(api: httpx.AsyncClient, card: dict[str, Any]) -> None:
    body = {"id": card["id"], "classId": card["classId"], "state": "INACTIVE"}

    changed = (await api.put(f"/loyaltyObject/{card['id']}", json=body)).json()

    assert changed["state"] == "INACTIVE"
    assert "loyaltyPoints" not in changed


async def test_what_was_read_can_be_sent_back(api: httpx.AsyncClient, card: dict[str, Any]) -> None:
    answer = await api.put(f"/loyaltyObject/{card['id']}", json=card)

    assert answer.json() == card


@pytest.mark.parametrize("kind", ["loyaltyClass", "loyaltyObject"])
@pytest.mark.parametrize("method", ["GET", "PATCH", "PUT"])
async def test_what_does_not_exist_is_not_found(
    api: httpx.AsyncClient, refusal: Refusal, kind: str, method: str
) -> None:
    answer = await api.request(method, f"/{kind}/{ISSUER}.nothing", json={})

    assert refusal(answer)[:2] == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"id": "9999.card"}, (403, "PERMISSION_DENIED")),
        ({"id": "card"}, (400, "INVALID_ARGUMENT")),
        ({"id": f"{ISSUER}.lea@example.com"}, (400, "INVALID_ARGUMENT")),
        ({"id": f"{ISSUER}."}, (400, "INVALID_ARGUMENT")),
        ({"classId": f"{ISSUER}.nothing"}, (404, "NOT_FOUND")),
        ({"state": "SLEEPING"}, (400, "INVALID_ARGUMENT")),
        ({"state": None}, (400, "INVALID_ARGUMENT")),
        ({"favouriteColour": "blue"}, (400, "INVALID_ARGUMENT")),
        ({"loyaltyPoints": {"balance": {"int": 2**31}}}, (400, "INVALID_ARGUMENT")),
        ({"messages": [{"body": "hello"}] * 11}, (400, "INVALID_ARGUMENT")),
    ],
)
async def test_a_wrong_object_is_refused(
    api: httpx.AsyncClient, class_id: str, refusal: Refusal, changes: dict[str, Any], expected: tuple[int, str]
) -> None:
    answer = await api.post("/loyaltyObject", json=an_object(class_id, **changes))

    assert refusal(answer)[:2] == expected


async def test_a_refusal_names_the_field_and_never_its_value(api: httpx.AsyncClient, class_id: str) -> None:
    answer = await api.post("/loyaltyObject", json=an_object(class_id, accountName=["Léa Muster"]))

    assert "accountName" in answer.text
    assert "Muster" not in answer.text


async def test_a_draft_class_has_no_objects_and_no_way_back(api: httpx.AsyncClient, refusal: Refusal) -> None:
    draft = (await api.post("/loyaltyClass", json=a_class(reviewStatus="DRAFT"))).json()
    early = await api.post("/loyaltyObject", json=an_object(draft["id"]))
    approved = await api.patch(f"/loyaltyClass/{draft['id']}", json={"reviewStatus": "UNDER_REVIEW"})
    back = await api.patch(f"/loyaltyClass/{draft['id']}", json={"reviewStatus": "DRAFT"})

    assert draft["reviewStatus"] == "DRAFT"
    assert refusal(early)[0] == 400
    assert approved.json()["reviewStatus"] == "APPROVED"
    assert refusal(back)[0] == 400


@pytest.mark.parametrize("status", [{}, {"reviewStatus": "APPROVED"}])
async def test_a_class_is_updated_as_under_review(
    api: httpx.AsyncClient, class_id: str, refusal: Refusal, status: dict[str, str]
) -> None:
    refused = await api.patch(f"/loyaltyClass/{class_id}", json={"programName": "New"} | status)
    taken = await api.patch(f"/loyaltyClass/{class_id}", json={"programName": "New", "reviewStatus": "UNDER_REVIEW"})

    assert refusal(refused)[0] == 400
    assert taken.json()["programName"] == "New"


async def test_a_list_comes_whole_or_in_pages(api: httpx.AsyncClient, class_id: str) -> None:
    ids = [(await api.post("/loyaltyObject", json=an_object(class_id))).json()["id"] for _ in range(3)]

    whole = (await api.get("/loyaltyObject", params={"classId": class_id})).json()
    first = (await api.get("/loyaltyObject", params={"classId": class_id, "maxResults": 2})).json()
    token = first["pagination"]["nextPageToken"]
    last = (await api.get("/loyaltyObject", params={"classId": class_id, "maxResults": 2, "token": token})).json()

    assert [one["id"] for one in whole["resources"]] == ids
    assert "nextPageToken" not in whole["pagination"]
    assert [one["id"] for one in first["resources"] + last["resources"]] == ids
    assert unknown_fields("LoyaltyObjectListResponse", whole) == []


@pytest.mark.parametrize("kind", ["loyaltyClass", "loyaltyObject"])
async def test_nothing_can_be_deleted(
    api: httpx.AsyncClient, card: dict[str, Any], refusal: Refusal, kind: str
) -> None:
    resource_id = card["id"] if kind == "loyaltyObject" else card["classId"]

    assert refusal(await api.delete(f"/{kind}/{resource_id}"))[0] == 405
    assert (await api.get(f"/{kind}/{resource_id}")).status_code == 200


@pytest.mark.parametrize(
    "query", [{"unknown": "1"}, {"alt": "proto"}, {"fields": "id"}, {"maxResults": "0"}, {"token": "?"}]
)
async def test_a_parameter_that_is_not_offered_is_refused(
    api: httpx.AsyncClient, class_id: str, refusal: Refusal, query: dict[str, str]
) -> None:
    assert refusal(await api.get("/loyaltyObject", params={"classId": class_id} | query))[0] == 400


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"\xff", b'{"id": NaN}', b'"text"', b'{"id": "\\ud800"}', b'{"a":' * 99999]
)
async def test_a_body_that_is_no_json_object_is_refused(api: httpx.AsyncClient, refusal: Refusal, body: bytes) -> None:
    assert refusal(await api.post("/loyaltyObject", content=body)) == (400, "INVALID_ARGUMENT", "parseError")
