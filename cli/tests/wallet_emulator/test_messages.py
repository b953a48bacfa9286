"""Messages and pushes to the phone, and how many of them a pass may have."""

from collections.abc import Callable
from typing import Any

import httpx

from .test_resources import unknown_fields

Refusal = Callable[[httpx.Response], tuple[int, str, str]]


async def notifications(http: httpx.AsyncClient, object_id: str) -> list[tuple[str, bool]]:
    stored = (await http.get("/emulator/objects")).json()["objects"]
    [one] = [one for one in stored if one["id"] == object_id]
    return [(push["cause"], push["delivered"]) for push in one["notifications"]]


async def test_a_message_is_added_and_the_resource_comes_wrapped(api: httpx.AsyncClient, card: dict[str, Any]) -> None:
    message = {"id": "m1", "header": "Prête", "body": "Votre récompense vous attend", "messageType": "TEXT"}

    answer = (await api.post(f"/loyaltyObject/{card['id']}/addMessage", json={"message": message})).json()

    assert answer["resource"]["messages"] == [message]
    assert unknown_fields("LoyaltyObjectAddMessageResponse", answer) == []


async def test_a_class_takes_messages_too(api: httpx.AsyncClient, class_id: str) -> None:
    answer = await api.post(f"/loyaltyClass/{class_id}/addMessage", json={"message": {"body": "Soldes"}})

    assert answer.json()["resource"]["messages"] == [{"body": "Soldes"}]


async def test_a_pass_holds_ten_messages(api: httpx.AsyncClient, card: dict[str, Any], refusal: Refusal) -> None:
    path, body = f"/loyaltyObject/{card['id']}/addMessage", {"message": {"body": "one more"}}
    taken = [(await api.post(path, json=body)).status_code for _ in range(10)]

    assert taken == [200] * 10
    assert refusal(await api.post(path, json=body)) == (403, "PERMISSION_DENIED", "quotaExceeded")


async def test_a_pass_notifies_three_times_a_day(
    api: httpx.AsyncClient, card: dict[str, Any], refusal: Refusal
) -> None:
    path = f"/loyaltyObject/{card['id']}/addMessage"
    loud = {"message": {"body": "reward", "messageType": "TEXT_AND_NOTIFY"}}
    taken = [(await api.post(path, json=loud)).status_code for _ in range(3)]
    fourth = await api.post(path, json=loud)
    silent = await api.post(path, json={"message": {"body": "reward", "messageType": "TEXT"}})

    assert taken == [200] * 3
    assert refusal(fourth) == (403, "PERMISSION_DENIED", "quotaExceeded")
    assert fourth.json()["error"]["errors"][0]["domain"] == "walletobjects"
    assert silent.status_code == 200


async def test_a_balance_is_announced_only_when_asked_each_time(
    api: httpx.AsyncClient, http: httpx.AsyncClient, card: dict[str, Any]
) -> None:
    async def patch(points: int, **more: str) -> None:
        body = {"loyaltyPoints": {"balance": {"int": points}}} | more
        answer = await api.patch(f"/loyaltyObject/{card['id']}", json=body)
        assert "notifyPreference" not in answer.json()

    await patch(60, notifyPreference="NOTIFY_ON_UPDATE")
    await patch(70)
    await patch(70, notifyPreference="NOTIFY_ON_UPDATE")

    assert await notifications(http, card["id"]) == [("update", True)]


async def test_a_fourth_announced_balance_is_stored_in_silence(
    api: httpx.AsyncClient, http: httpx.AsyncClient, card: dict[str, Any]
) -> None:
    for points in (51, 52, 53, 54):
        body = {"loyaltyPoints": {"balance": {"int": points}}, "notifyPreference": "NOTIFY_ON_UPDATE"}
        answer = await api.patch(f"/loyaltyObject/{card['id']}", json=body)

    assert answer.json()["loyaltyPoints"]["balance"] == {"int": 54}
    assert await notifications(http, card["id"]) == [("update", True)] * 3 + [("update", False)]


async def test_a_message_request_without_a_message_is_refused(
    api: httpx.AsyncClient, card: dict[str, Any], refusal: Refusal
) -> None:
    path = f"/loyaltyObject/{card['id']}/addMessage"

    assert refusal(await api.post(path, json={}))[0] == 400
    assert refusal(await api.post(path, json={"message": {"colour": "red"}}))[0] == 400
    assert refusal(await api.post(path, json={"text": "hello"}))[0] == 400
