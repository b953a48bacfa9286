"""Save links, what they may say, and the signed callbacks that follow."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from google.auth import jwt
from google.auth.crypt import RSASigner

from stampbook_cli.wallet_emulator.credentials import create

from .conftest import ISSUER, RunningEmulator, a_class, an_object
from .receiver import shop, verified_message

Refusal = Callable[[httpx.Response], tuple[int, str, str]]


def link(account: dict[str, str], payload: dict[str, Any], /, **changes: Any) -> str:
    """A save link's token, made by Google's own code."""
    claims = {"iss": account["client_email"], "aud": "google", "typ": "savetowallet", "iat": int(time.time())}
    claims |= {"origins": ["http://fashionhub.localhost:8080"], "payload": payload} | changes
    return jwt.encode(RSASigner.from_service_account_info(account), claims).decode()


def skinny(card: dict[str, Any]) -> dict[str, Any]:
    return {"loyaltyObjects": [{"id": card["id"], "classId": card["classId"]}]}


async def stored(http: httpx.AsyncClient, object_id: str) -> dict[str, Any] | None:
    objects = (await http.get("/emulator/objects")).json()["objects"]
    return next((one for one in objects if one["id"] == object_id), None)


async def test_a_link_shows_the_pass_and_saves_it_when_asked(
    emulator: RunningEmulator, http: httpx.AsyncClient, api: httpx.AsyncClient, card: dict[str, Any]
) -> None:
    path = "/gp/v/save/" + link(emulator.account, skinny(card))

    shown = await http.get(path)
    unsaved = await stored(http, card["id"])
    saved = await http.post(path)

    assert shown.status_code == 200
    assert all(text in shown.text for text in ("FASHIONHUB", "4821-0077", "50", "<svg", "Save</button>"))
    assert unsaved is not None
    assert unsaved["saves"] == 0
    assert saved.status_code == 303
    assert "Saved" in (await http.get(saved.headers["location"])).text
    assert (await api.get(f"/loyaltyObject/{card['id']}")).json()["hasUsers"] is True


async def test_a_full_link_creates_what_is_missing_only_when_saved(
    emulator: RunningEmulator, http: httpx.AsyncClient
) -> None:
    loyalty_class = a_class()
    card = an_object(loyalty_class["id"])
    path = "/gp/v/save/" + link(emulator.account, {"loyaltyClasses": [loyalty_class], "loyaltyObjects": [card]})

    assert (await http.get(path)).status_code == 200
    assert await stored(http, card["id"]) is None
    assert (await http.post(path)).status_code == 303
    assert (await http.post(path)).status_code == 303

    saved = await stored(http, card["id"])
    assert saved is not None
    assert saved["saves"] == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody@example.com"},
        {"aud": "apple"},
        {"typ": "savetophone"},
        {"iat": None},
        {"iat": 4_000_000_000},
        {"exp": 1_000_000_000},
        {"payload": None},
        {"payload": {}},
        {"payload": {"loyaltyObjects": [], "offerObjects": []}},
        {"payload": {"loyaltyObjects": [{"id": f"{ISSUER}.nothing"}]}},
        {"payload": {"loyaltyObjects": [{"id": f"{ISSUER}.nothing", "state": "ACTIVE"}]}},
    ],
)
async def test_a_link_with_a_wrong_claim_is_refused(
    emulator: RunningEmulator, http: httpx.AsyncClient, card: dict[str, Any], changes: dict[str, Any]
) -> None:
    path = "/gp/v/save/" + link(emulator.account, skinny(card), **changes)

    for answer in (await http.get(path), await http.post(path)):
        assert answer.status_code in {400, 404}
        assert "This link cannot be saved" in answer.text


async def test_a_link_signed_by_another_key_is_refused(
    emulator: RunningEmulator, http: httpx.AsyncClient, card: dict[str, Any]
) -> None:
    foreign = emulator.account | {"private_key": create("http://127.0.0.1/token").private_key}

    answer = await http.get("/gp/v/save/" + link(foreign, skinny(card)))

    assert answer.status_code == 400
    assert "the signature is wrong" in answer.text


async def test_a_long_link_is_noted(emulator: RunningEmulator, http: httpx.AsyncClient, class_id: str) -> None:
    card = an_object(class_id, textModulesData=[{"id": f"t{number}", "body": "x" * 200} for number in range(8)])

    answer = await http.get("/gp/v/save/" + link(emulator.account, {"loyaltyObjects": [card]}))

    assert "beyond 1800" in answer.text


async def test_saving_and_removing_send_signed_callbacks(
    emulator: RunningEmulator, http: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    with shop() as receiver:
        url = f"http://fashionhub.localhost:{receiver.server_port}/wallet/callback"
        loyalty_class = (await api.post("/loyaltyClass", json=a_class(callbackOptions={"url": url}))).json()
        card = (await api.post("/loyaltyObject", json=an_object(loyalty_class["id"]))).json()
        await http.post("/gp/v/save/" + link(emulator.account, skinny(card)))
        await receiver.callbacks(1)
        await http.post(f"/emulator/objects/{card['id']}/remove")
        envelopes = await receiver.callbacks(2)

    keys = (await http.get("/gp/m/issuer/keys")).json()["keys"]
    messages = [verified_message(envelope, keys, ISSUER) for envelope in envelopes]
    assert [message["eventType"] for message in messages] == ["save", "del"]
    assert {(message["classId"], message["objectId"]) for message in messages} == {(loyalty_class["id"], card["id"])}
    assert len({message["nonce"] for message in messages}) == 2
    assert set(receiver.hosts) == {f"fashionhub.localhost:{receiver.server_port}"}


async def test_a_changed_callback_does_not_verify(
    emulator: RunningEmulator, http: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    with shop() as receiver:
        options = {"url": f"http://127.0.0.1:{receiver.server_port}/"}
        loyalty_class = (await api.post("/loyaltyClass", json=a_class(callbackOptions=options))).json()
        card = (await api.post("/loyaltyObject", json=an_object(loyalty_class["id"]))).json()
        await http.post("/gp/v/save/" + link(emulator.account, skinny(card)))
        [envelope] = await receiver.callbacks(1)
    keys = (await http.get("/gp/m/issuer/keys")).json()["keys"]
    changed = envelope | {"signedMessage": envelope["signedMessage"].replace("save", "del")}

    with pytest.raises(InvalidSignature):
        verified_message(changed, keys, ISSUER)
    with pytest.raises(InvalidSignature):
        verified_message(envelope, keys, "3388000000000000002")


async def test_a_callback_is_tried_again(
    emulator: RunningEmulator, http: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    with shop(503) as receiver:
        options = {"url": f"http://127.0.0.1:{receiver.server_port}/"}
        loyalty_class = (await api.post("/loyaltyClass", json=a_class(callbackOptions=options))).json()
        card = (await api.post("/loyaltyObject", json=an_object(loyalty_class["id"]))).json()
        await http.post("/gp/v/save/" + link(emulator.account, skinny(card)))

        first, second = await receiver.callbacks(2)

    assert first == second


async def test_a_callback_never_leaves_this_computer_unless_allowed(
    emulator: RunningEmulator, http: httpx.AsyncClient, api: httpx.AsyncClient
) -> None:
    loyalty_class = (
        await api.post("/loyaltyClass", json=a_class(callbackOptions={"url": "https://a.example/"}))
    ).json()
    card = (await api.post("/loyaltyObject", json=an_object(loyalty_class["id"]))).json()
    await http.post("/gp/v/save/" + link(emulator.account, skinny(card)))

    attempts = (await http.get("/emulator/callbacks")).json()["attempts"]
    assert [one["outcome"][:8] for one in attempts if one["object_id"] == card["id"]] == ["not sent"]


async def test_jwt_inserts_and_gives_a_short_link(
    emulator: RunningEmulator, api: httpx.AsyncClient, http: httpx.AsyncClient
) -> None:
    loyalty_class = a_class()
    card = an_object(loyalty_class["id"])
    token = link(emulator.account, {"loyaltyClasses": [loyalty_class], "loyaltyObjects": [card]})

    answer = (await api.post("/jwt", json={"jwt": token})).json()

    assert answer["resources"]["loyaltyObjects"][0]["id"] == card["id"]
    assert len(answer["saveUri"].rpartition("/")[2]) < 1000
    assert (await http.get(answer["saveUri"])).status_code == 200
    assert (await api.get(f"/loyaltyObject/{card['id']}")).status_code == 200


async def test_validate_says_nothing_about_a_sound_pass_and_stores_nothing(
    emulator: RunningEmulator, api: httpx.AsyncClient, class_id: str, refusal: Refusal
) -> None:
    card = an_object(class_id)
    sound = {"jwtResource": {"jwt": link(emulator.account, {"loyaltyObjects": [card]})}}
    broken = {"jwtResource": {"jwt": link(emulator.account, {"loyaltyObjects": [card | {"state": "SLEEPING"}]})}}

    assert (await api.post("/jwt/validate", json=sound)).json() == {}
    assert refusal(await api.post("/jwt/validate", json=broken))[0] == 400
    assert refusal(await api.post("/jwt/validate", json={}))[0] == 400
    assert (await api.get(f"/loyaltyObject/{card['id']}")).status_code == 404
