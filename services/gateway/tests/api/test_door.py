"""What every request meets."""

import json

import places
import pytest
from visitors import open_door, visitor, visitor_of
from worlds import FakeWorld

from gateway.door.patience import TooSlow, impatient
from gateway.settings import Limits
from stampbook_messaging.logging import configure_logging


@pytest.mark.parametrize("path", ["/openapi.json", "/v1/nothing", "/"])
async def test_every_answer_is_protected(api, path: str) -> None:
    headers = (await api.get(path)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" not in headers


async def test_over_https_it_stays_with_https(settings, world: FakeWorld) -> None:
    import dataclasses

    import msgspec

    public = dataclasses.replace(settings.messaging, public_url="https://stampbook.lu")
    door = open_door(msgspec.structs.replace(settings, messaging=public), world)
    async with visitor(door, "https://fashionhub.stampbook.lu") as client:
        answer = await client.get("/fr/")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "secure" in answer.headers["Set-Cookie"].lower()


@pytest.mark.parametrize("host", ["http://evil.test", "http://localhost.evil.test", "http://a.b.localhost:8080"])
async def test_another_host_is_not_ours(settings, world: FakeWorld, host: str) -> None:
    async with visitor_of(settings, world, host) as client:
        assert (await client.get("/v1/cards")).status_code == 404


async def test_every_request_has_an_id_of_its_own(api) -> None:
    given = {"X-Request-Id": "mine"}
    ids = {(await api.get("/openapi.json", headers=given)).headers["X-Request-Id"] for _ in range(3)}
    assert len(ids) == 3
    assert "mine" not in ids


async def test_a_head_is_answered_like_a_get(shop) -> None:
    answer = await shop.head("/fr/")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"


async def test_too_many_requests_of_one_address_are_refused(settings, world: FakeWorld) -> None:
    import msgspec

    few = Limits(requests_per_second=1, joins_per_minute=1, guesses_per_minute=10, per_key_per_second=1)
    door = open_door(msgspec.structs.replace(settings, limits=few), world)
    async with (
        visitor(door, "http://localhost:8080") as one,
        visitor(door, "http://localhost:8080", "192.0.2.8") as other,
    ):
        codes = [(await one.get("/openapi.json")).status_code for _ in range(5)]
        elsewhere = (await other.get("/openapi.json")).status_code
        forged = (await one.get("/openapi.json", headers={"X-Forwarded-For": "198.51.100.1"})).status_code
    assert codes == [200] * 4 + [429]
    assert (elsewhere, forged) == (200, 429)


async def test_too_many_requests_of_one_key_are_refused(settings, world: FakeWorld, bearer) -> None:
    import msgspec

    few = Limits(requests_per_second=100, joins_per_minute=1, guesses_per_minute=10, per_key_per_second=1)
    world.queries.answers["ledger", "cards"] = {"cards": []}
    async with visitor_of(msgspec.structs.replace(settings, limits=few), world, "http://localhost:8080") as client:
        codes = [(await client.get("/v1/cards", headers=bearer("merchant_key"))).status_code for _ in range(5)]
    assert codes == [200] * 4 + [429]


async def test_too_many_joins_of_one_address_keep_what_was_typed(settings, world: FakeWorld, shop, fill) -> None:
    import msgspec

    few = Limits(requests_per_second=100, joins_per_minute=1, guesses_per_minute=10, per_key_per_second=1)
    sent = await fill(terms="")
    async with visitor_of(
        msgspec.structs.replace(settings, limits=few), world, "http://fashionhub.localhost:8080"
    ) as client:
        await client.post("/fr/join", data=sent)
        answer = await client.post("/fr/join", data=sent)
    assert answer.status_code == 429
    assert 'value="Amélie"' in answer.text


async def test_a_fault_of_ours_tells_nothing_of_the_inside(api, shop, bearer, world: FakeWorld, capsys) -> None:
    configure_logging("gateway", "test")

    def broken(_: object) -> None:
        raise RuntimeError("amelie@reise.test")

    world.queries.answers["ledger", "card"] = broken
    answer = await api.get(f"/v1/cards/{places.CARD}", headers=bearer("staff"))
    assert (answer.status_code, answer.json()["code"]) == (500, "failed")
    logged = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert "RuntimeError" in next(line["error"] for line in logged if line["event"] == "request.failed")
    assert "amelie" not in answer.text + str(logged)


async def test_logs_name_routes_and_never_what_stands_in_a_path(shop, capsys) -> None:
    configure_logging("gateway", "test")
    await shop.get("/fr/welcome/T7K3M4QX2VHR")
    logged = capsys.readouterr().err
    assert "/{language}/welcome/{ticket}" in logged
    assert "T7K3M4QX2VHR" not in logged


async def test_a_body_that_does_not_arrive_is_not_waited_for() -> None:
    import asyncio

    async def nothing() -> None:
        await asyncio.sleep(30)

    with pytest.raises(TooSlow):
        await impatient(nothing, 0.01)()


async def test_after_the_body_a_client_may_stay_as_long_as_it_likes() -> None:
    messages = [{"type": "http.request", "more_body": False}, {"type": "http.disconnect"}]

    async def given() -> dict[str, object]:
        import asyncio

        if len(messages) == 1:
            await asyncio.sleep(0.03)
        return messages.pop(0)

    receive = impatient(given, 0.01)
    assert (await receive())["type"] == "http.request"
    assert (await receive())["type"] == "http.disconnect"
