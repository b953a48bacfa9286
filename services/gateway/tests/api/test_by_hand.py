"""Figures are put right, and cards frozen, closed, replaced and merged."""

from uuid import UUID

import places
import pytest
from worlds import FakeWorld, applied, refused

from stampbook_events.ledger import (
    AdjustPoints,
    AdjustStamps,
    CheckHolder,
    CloseCard,
    ExtendLots,
    ForgiveDebt,
    FreezeCard,
    LowerCycle,
    MergeCards,
    ReplaceCard,
    UnfreezeCard,
)

CARD = f"/v1/cards/{places.CARD}"
OTHER = UUID("0b6f7c1e-5a53-5c3e-9d58-0000000000f1")
ON_CARD = {"card_id": places.CARD}

DONE = [
    (
        "adjustments/points",
        {"points": -50, "reason": "correction"},
        AdjustPoints(points=-50, reason="correction", **ON_CARD),
    ),
    ("adjustments/stamps", {"stamps": 2, "reason": "goodwill"}, AdjustStamps(stamps=2, reason="goodwill", **ON_CARD)),
    ("debt/forgive", None, ForgiveDebt(**ON_CARD)),
    ("freeze", None, FreezeCard(**ON_CARD)),
    ("unfreeze", None, UnfreezeCard(**ON_CARD)),
    ("close", {"cause": "leaving"}, CloseCard(cause="leaving", **ON_CARD)),
    ("holder-check", None, CheckHolder(**ON_CARD)),
    ("merge", {"into": str(OTHER)}, MergeCards(into=OTHER, **ON_CARD)),
    ("lower-cycle", None, LowerCycle(**ON_CARD)),
    ("extend-lots", None, ExtendLots(**ON_CARD)),
]


@pytest.mark.parametrize(("what", "body", "command"), DONE)
async def test_what_is_done_by_hand_is_told(api, bearer, world: FakeWorld, what: str, body, command) -> None:
    assert (await api.post(f"{CARD}/{what}", json=body, headers=bearer("merchant_key"))).status_code == 202
    assert world.bus.last.command == command
    assert world.bus.last.rest["keys"][0] == places.CARD


@pytest.mark.parametrize(("what", "body", "command"), DONE)
async def test_a_clerk_only_looks_at_the_holder(api, bearer, world: FakeWorld, what: str, body, command) -> None:
    answer = await api.post(f"{CARD}/{what}", json=body, headers=bearer("staff"))
    assert answer.status_code == (202 if what == "holder-check" else 403)


@pytest.mark.parametrize(("what", "body", "command"), DONE)
async def test_the_platform_does_it_for_the_merchant_it_names(api, bearer, world, what: str, body, command) -> None:
    named = f"{CARD}/{what}?merchant={places.FASHION}"
    assert (await api.post(named, json=body, headers=bearer("super_admin"))).status_code == 202
    assert world.bus.last.merchant == places.FASHION


async def test_a_merge_waits_behind_both_cards(api, bearer, world: FakeWorld) -> None:
    await api.post(f"{CARD}/merge", json={"into": str(OTHER)}, headers=bearer("merchant_owner"))
    assert world.bus.last.rest["keys"] == (places.CARD, OTHER)


async def test_a_manager_adjusts_in_a_store(api, bearer, world: FakeWorld) -> None:
    path, body = f"{CARD}/adjustments/points", {"points": 500, "reason": "complaint"}
    answer = await api.post(path, json=body, headers=bearer("store_manager"))
    assert answer.json()["errors"] == [{"pointer": "/store_id", "code": "missing"}]
    await api.post(path, json={**body, "store_id": str(places.OUTLET)}, headers=bearer("store_manager"))
    assert world.bus.last.command.store_id == places.OUTLET
    assert world.bus.last.rest["actor"].role == "store_manager"


async def test_a_limit_is_told_with_the_refusal(api, bearer, world: FakeWorld) -> None:
    world.bus.decide = lambda _: refused("adjustment_over_limit", most=10_000, most_a_day=None)
    body = {"points": 10_001, "reason": "goodwill"}
    answer = await api.post(f"{CARD}/adjustments/points", json=body, headers=bearer("merchant_key", Prefer="wait=1"))
    assert (answer.status_code, answer.json()["more"]) == (403, {"most": 10_000, "most_a_day": None})


@pytest.mark.parametrize(
    "wrong", [{"points": 5}, {"points": 5, "reason": "because"}, {"points": "5", "reason": "other"}]
)
async def test_an_adjustment_needs_a_number_and_a_reason(api, bearer, wrong: dict[str, object]) -> None:
    answer = await api.post(f"{CARD}/adjustments/points", json=wrong, headers=bearer("merchant_key"))
    assert (answer.status_code, answer.json()["code"]) == (400, "body_malformed")


async def test_a_card_is_closed_for_a_reason_there_is(api, bearer) -> None:
    answer = await api.post(f"{CARD}/close", json={"cause": "boredom"}, headers=bearer("merchant_key"))
    assert answer.status_code == 400


async def test_a_lost_card_gets_a_number_at_the_till(api, bearer, world: FakeWorld) -> None:
    await api.post(f"{CARD}/replace", headers=bearer("staff"))
    sent: ReplaceCard = world.bus.last.command
    assert sent.card_id == places.CARD
    assert len(sent.card_number) == 16
    assert sent.card_number.isdigit()


async def test_a_replacement_sent_twice_is_one(api, bearer, world: FakeWorld) -> None:
    """Another number is drawn each time; what was said is the same."""
    world.bus.decide = lambda command: applied(card_number=command.card_number)
    headers = bearer("staff", Prefer="wait=1")
    first = await api.post(f"{CARD}/replace", headers=headers)
    again = await api.post(f"{CARD}/replace", headers=headers)
    assert again.json() == first.json()
    assert len(world.bus.stored) == 1


async def test_the_key_of_a_replacement_is_not_taken_for_another_card(api, bearer, world: FakeWorld) -> None:
    world.bus.decide = lambda command: applied(card_number=command.card_number)
    headers = bearer("staff", Prefer="wait=1")
    await api.post(f"{CARD}/replace", headers=headers)
    other = await api.post(f"/v1/cards/{OTHER}/replace", headers=headers)
    assert other.json()["code"] == "idempotency_key_reused"
