"""Each fault the wallet API can have, ordered over HTTP and seen by a real client."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from .conftest import RunningEmulator

Refusal = Callable[[httpx.Response], tuple[int, str, str]]


async def order(http: httpx.AsyncClient, **rule: object) -> None:
    answer = await http.put("/emulator/faults", json={"rules": [rule]})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("status", "reason"),
    [(429, "rateLimitExceeded"), (500, "backendError"), (503, "backendError"), (403, "rateLimitExceeded")],
)
async def test_an_error_is_answered_as_often_as_ordered(
    api: httpx.AsyncClient, http: httpx.AsyncClient, card: dict[str, Any], refusal: Refusal, status: int, reason: str
) -> None:
    await order(http, path="loyaltyObject", method="PATCH", status=status, times=1, retry_after=7)
    path, patch = f"/loyaltyObject/{card['id']}", {"state": "EXPIRED"}

    refused = await api.patch(path, json=patch)
    read = await api.get(path)
    taken = await api.patch(path, json=patch)

    assert (refusal(refused)[0], refusal(refused)[2]) == (status, reason)
    assert refused.headers["retry-after"] == "7"
    assert read.json()["state"] == "ACTIVE"
    assert taken.json()["state"] == "EXPIRED"
    assert (await http.get("/emulator/faults")).json()["rules"][0]["used"] == 1


async def test_the_token_endpoint_can_fail_too(http: httpx.AsyncClient, emulator: RunningEmulator) -> None:
    await order(http, path="token", status=503)

    assert (await http.post("/token")).status_code == 503


@pytest.mark.parametrize(("apply", "state"), [(False, "ACTIVE"), (True, "EXPIRED")])
async def test_a_cut_connection_leaves_the_client_in_doubt(
    api: httpx.AsyncClient, http: httpx.AsyncClient, card: dict[str, Any], apply: bool, state: str
) -> None:
    await order(http, path="loyaltyObject", method="PATCH", drop=True, apply=apply, times=1)
    path = f"/loyaltyObject/{card['id']}"

    with pytest.raises(httpx.TransportError):
        await api.patch(path, json={"state": "EXPIRED"})

    assert (await api.get(path)).json()["state"] == state
    requests = (await http.get("/emulator/requests")).json()["requests"]
    assert [one["status"] for one in requests if one["method"] == "PATCH"][-1] is None


async def test_a_slow_answer_makes_a_client_give_up(
    api: httpx.AsyncClient, http: httpx.AsyncClient, card: dict[str, Any]
) -> None:
    await order(http, method="GET", path="loyaltyObject", delay_seconds=3, times=1)

    with pytest.raises(httpx.ReadTimeout):
        await api.get(f"/loyaltyObject/{card['id']}", timeout=0.3)

    assert (await api.get(f"/loyaltyObject/{card['id']}")).status_code == 200


async def test_a_delay_alone_only_delays(api: httpx.AsyncClient, http: httpx.AsyncClient, card: dict[str, Any]) -> None:
    await order(http, delay_seconds=0.3)

    started = time.monotonic()
    answer = await api.get(f"/loyaltyObject/{card['id']}")

    assert answer.status_code == 200
    assert time.monotonic() - started >= 0.3


@pytest.mark.parametrize("rule", [{"status": 200}, {"delay_seconds": -1}, {"unknown": 1}, {"times": 0}, {"path": ""}])
async def test_a_fault_that_makes_no_sense_is_refused(
    http: httpx.AsyncClient, emulator: RunningEmulator, rule: dict[str, object]
) -> None:
    answer = await http.put("/emulator/faults", json={"rules": [rule]})

    assert answer.status_code == 400
    assert (await http.get("/emulator/faults")).json() == {"rules": []}


async def test_the_requests_are_told_without_save_links(http: httpx.AsyncClient, emulator: RunningEmulator) -> None:
    await http.get("/gp/v/save/secret.token.here")

    told = (await http.get("/emulator/requests")).json()["requests"][-1]
    assert (told["method"], told["path"], told["status"]) == ("GET", "/gp/v/save/…", 400)
