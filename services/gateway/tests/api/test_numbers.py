"""R1: a number that is not whole, or that no command could carry, has the rule book's own code and is not sent."""

import places
import pytest
from worlds import FakeWorld

CARD = f"/v1/cards/{places.CARD}"
POINTS, STAMPS = f"{CARD}/points", f"{CARD}/stamps"
BY_HAND = f"{CARD}/adjustments"
REFUND = {"program_id": str(places.PROGRAM), "receipt": "T-1"}
REWARD = {"reward_id": str(places.CARD)}

WRONG = [
    (POINTS, {"currency": "EUR"}, "amount_minor", 84.9, "amount_not_whole"),
    (POINTS, {"currency": "EUR"}, "amount_minor", 84.0, "amount_not_whole"),
    (POINTS, {"currency": "EUR"}, "amount_minor", 2**70, "amount_too_large"),
    (POINTS, {"currency": "EUR"}, "amount_minor", -(2**70), "amount_not_positive"),
    (STAMPS, {}, "stamps", 0.5, "stamps_not_whole"),
    (STAMPS, {}, "stamps", 2**70, "stamps_too_large"),
    (STAMPS, {}, "stamps", -(2**70), "stamps_not_positive"),
    (f"{BY_HAND}/points", {"reason": "goodwill"}, "points", 1.5, "points_not_whole"),
    (f"{BY_HAND}/points", {"reason": "goodwill"}, "points", -(2**70), "points_too_large"),
    (f"{BY_HAND}/stamps", {"reason": "goodwill"}, "stamps", -1.5, "stamps_not_whole"),
    (f"{BY_HAND}/stamps", {"reason": "goodwill"}, "stamps", -(2**70), "stamps_too_large"),
    ("/v1/refunds", REFUND, "amount_minor", 20.5, "amount_not_whole"),
    ("/v1/refunds", REFUND, "amount_minor", 2**70, "amount_too_large"),
    (f"{CARD}/reservations", REWARD, "quantity", 1.5, "quantity_invalid"),
    (f"{CARD}/redemptions", REWARD, "quantity", 2**70, "quantity_invalid"),
    (f"{CARD}/reservations/{places.CARD}/capture", {}, "quantity", 0.5, "quantity_invalid"),
]


@pytest.mark.parametrize(("path", "body", "field", "number", "code"), WRONG)
async def test_a_number_no_command_could_carry_is_refused_by_its_noun(
    api, bearer, world: FakeWorld, path: str, body: dict[str, object], field: str, number: float, code: str
) -> None:
    answer = await api.post(path, json={**body, field: number}, headers=bearer("merchant_key"))
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["errors"] == [{"pointer": f"/{field}", "code": code}]
    assert world.bus.stored == []


@pytest.mark.parametrize("amount", [0, -1, 1_000_000_000, 2**53, -(2**53)])
async def test_how_large_an_amount_may_be_the_ledger_judges(api, bearer, world: FakeWorld, amount: int) -> None:
    body = {"amount_minor": amount, "currency": "EUR"}
    assert (await api.post(POINTS, json=body, headers=bearer("staff"))).status_code == 202
    assert world.bus.last.command.amount_minor == amount


@pytest.mark.parametrize("stamps", [0, -1, 101, 2**40])
async def test_how_many_stamps_there_may_be_the_ledger_judges(api, bearer, world: FakeWorld, stamps: int) -> None:
    await api.post(STAMPS, json={"stamps": stamps}, headers=bearer("staff"))
    assert world.bus.last.command.stamps == stamps


@pytest.mark.parametrize("number", ["8490", True, None, [1], {"value": 1}])
async def test_what_is_no_number_is_a_malformed_body(api, bearer, number: object) -> None:
    answer = await api.post(POINTS, json={"amount_minor": number, "currency": "EUR"}, headers=bearer("staff"))
    assert (answer.status_code, answer.json()["code"]) == (400, "body_malformed")


async def test_another_number_that_is_not_whole_is_a_malformed_body(api, bearer) -> None:
    body = {"program_id": str(places.PROGRAM), "names": {"en": "x"}, "rates": {"EUR": {"points": 1.5, "per_minor": 1}}}
    answer = await api.post(f"/v1/merchants/{places.FASHION}/programs", json=body, headers=bearer("merchant_key"))
    assert (answer.status_code, answer.json()["code"]) == (400, "body_malformed")
    assert answer.json()["errors"][0]["pointer"] == "/rates/*/points"
