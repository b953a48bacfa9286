"""Rewards are held, captured, released, redeemed and fetched by their code."""

from datetime import timedelta
from uuid import UUID

import places
import pytest
from worlds import FakeWorld, applied, refused

from stampbook_events.ledger import CaptureReservation, HoldReward, RedeemReward, ReleaseReservation, UseCode

REWARD = UUID("0b6f7c1e-5a53-5c3e-9d58-0000000000d1")
HELD = UUID("0b6f7c1e-5a53-5c3e-9d58-0000000000d2")
CARD = f"/v1/cards/{places.CARD}"
HOLD, REDEEM, USE = f"{CARD}/reservations", f"{CARD}/redemptions", "/v1/codes/use"
CAPTURE, RELEASE = f"{HOLD}/{HELD}/capture", f"{HOLD}/{HELD}/release"
WANTED = {"reward_id": str(REWARD), "quantity": 2}
AT_TILL = {"store_id": places.HUB, "channel": "till"}

TOLD = [
    (HOLD, WANTED, HoldReward(card_id=places.CARD, reward_id=REWARD, quantity=2, **AT_TILL)),
    (
        CAPTURE,
        {"quantity": 1, "receipt": "T-9"},
        CaptureReservation(card_id=places.CARD, reservation_id=HELD, quantity=1, receipt="T-9", **AT_TILL),
    ),
    (CAPTURE, {}, CaptureReservation(card_id=places.CARD, reservation_id=HELD, **AT_TILL)),
    (RELEASE, {}, ReleaseReservation(card_id=places.CARD, reservation_id=HELD, **AT_TILL)),
    (
        REDEEM,
        {**WANTED, "receipt": "T-9"},
        RedeemReward(card_id=places.CARD, reward_id=REWARD, quantity=2, receipt="T-9", **AT_TILL),
    ),
    (USE, {"code": "7k3m-4qxh"}, UseCode(code="7k3m-4qxh", **AT_TILL)),
]


@pytest.mark.parametrize(("path", "body", "command"), TOLD)
async def test_what_staff_do_is_told_to_the_ledger(api, bearer, world: FakeWorld, path: str, body, command) -> None:
    assert (await api.post(path, json=body, headers=bearer("staff"))).status_code == 202
    sent = world.bus.last
    assert sent.command == command
    assert sent.rest["keys"] == (() if path == USE else (places.CARD,))
    assert sent.rest["actor"].role == "staff"
    assert sent.rest["actor"].store == places.HUB


@pytest.mark.parametrize(("path", "body", "command"), TOLD)
async def test_who_waits_at_a_till_waits_thirty_seconds(api, bearer, world: FakeWorld, path, body, command) -> None:
    """A release is right whenever it comes (R73)."""
    await api.post(path, json=body, headers=bearer("staff"))
    until = None if path == RELEASE else world.clock.now() + timedelta(seconds=30)
    assert world.bus.last.rest["not_after"] == until


async def test_a_shop_holds_online(api, bearer, world: FakeWorld) -> None:
    await api.post(HOLD, json={**WANTED, "channel": "online"}, headers=bearer("merchant_key"))
    assert (world.bus.last.command.channel, world.bus.last.command.store_id) == ("online", None)


@pytest.mark.parametrize("path", [HOLD, CAPTURE, USE])
async def test_nothing_but_a_redemption_is_done_offline(api, bearer, path: str) -> None:
    body = {"reward_id": str(REWARD)} if path == HOLD else {"code": "7K3M4QXH"} if path == USE else {}
    answer = await api.post(path, json={**body, "channel": "offline"}, headers=bearer("staff"))
    assert (answer.status_code, answer.json()["code"]) == (400, "body_malformed")


@pytest.mark.parametrize(("path", "body"), [(HOLD, WANTED), (CAPTURE, {}), (REDEEM, WANTED)])
async def test_a_ticket_that_was_shown_is_told(api, bearer, world: FakeWorld, path: str, body) -> None:
    world.bus.decide = lambda command: refused("ticket_not_for_redeeming") if command.by_ticket else None
    headers = bearer("staff", Prefer="wait=1")
    answer = await api.post(path, json={**body, "by_ticket": True}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "ticket_not_for_redeeming")


async def test_the_same_key_holds_once_whatever_the_time(api, bearer, world: FakeWorld) -> None:
    world.bus.decide = lambda _: applied(redeem_code="9PWA2ZTC")
    headers = bearer("staff", Prefer="wait=1")
    first = await api.post(HOLD, json=WANTED, headers=headers)
    world.clock.pass_by(40)
    again = await api.post(HOLD, json=WANTED, headers=headers)
    assert again.json() == first.json()
    assert len(world.bus.stored) == 1


async def test_a_code_used_elsewhere_says_when_and_where(api, bearer, world: FakeWorld) -> None:
    used = {"used_at": "2026-11-24T08:00:00Z", "used_store": str(places.OUTLET)}
    world.bus.decide = lambda _: refused("code_already_used", **used)
    answer = await api.post(USE, json={"code": "7K3M4QXH"}, headers=bearer("staff", Prefer="wait=1"))
    assert (answer.status_code, answer.json()["more"]) == (409, used)


@pytest.mark.parametrize("code", ["", "x" * 33, 7, None])
async def test_a_code_that_is_none_is_refused(api, bearer, world: FakeWorld, code: object) -> None:
    assert (await api.post(USE, json={"code": code}, headers=bearer("staff"))).status_code == 400
    assert world.bus.stored == []
