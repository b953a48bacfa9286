"""What was recorded is taken back: voids and refunds."""

from datetime import date
from uuid import UUID

import places
import pytest
from worlds import FakeWorld, applied, refused

from stampbook_events.ledger import RefundPurchase, VoidOperation

OPERATION = UUID("0b6f7c1e-5a53-5c3e-9d58-0000000000e1")
VOID, REFUNDS = f"/v1/operations/{OPERATION}/void", "/v1/refunds"
RECEIPT = {"program_id": str(places.PROGRAM), "receipt": "T-1001"}


async def test_a_clerk_voids_in_the_own_store(api, bearer, world: FakeWorld) -> None:
    assert (await api.post(VOID, json={}, headers=bearer("staff"))).status_code == 202
    assert world.bus.last.command == VoidOperation(operation_id=OPERATION, store_id=places.HUB, channel="till")
    assert world.bus.last.rest["actor"].role == "staff"
    assert world.bus.last.rest["not_after"] is None


@pytest.mark.parametrize(("holder", "store"), [("staff", places.OUTLET), ("store_manager", places.BOOKSHOP)])
async def test_nobody_voids_in_a_store_that_is_not_theirs(api, bearer, world: FakeWorld, holder, store) -> None:
    answer = await api.post(VOID, json={"store_id": str(store)}, headers=bearer(holder))
    assert answer.status_code in {403, 404}
    assert world.bus.stored == []


async def test_a_system_voids_without_a_store(api, bearer, world: FakeWorld) -> None:
    world.bus.decide = lambda _: applied(voided=str(OPERATION), points=169, given=0)
    answer = await api.post(VOID, json={}, headers=bearer("merchant_key", Prefer="wait=1"))
    assert answer.json()["result"]["voided"] == str(OPERATION)
    assert world.bus.last.command == VoidOperation(operation_id=OPERATION, channel="api")


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("operation_unknown", 404),
        ("not_voidable", 422),
        ("already_voided", 409),
        ("has_refunds", 409),
        ("void_not_allowed", 403),
    ],
)
async def test_a_void_that_cannot_be_says_why(api, bearer, world: FakeWorld, code: str, status: int) -> None:
    world.bus.decide = lambda _: refused(code)
    answer = await api.post(VOID, json={}, headers=bearer("staff", Prefer="wait=1"))
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{code}")


async def test_a_refund_tells_all_that_was_said(api, bearer, world: FakeWorld) -> None:
    said = {"amount_minor": 2000, "currency": "EUR", "refund_number": "R-5", "keep_reward": True, "with_stamps": True}
    more = {"sold_by": str(places.OUTLET), "receipt_day": "2026-11-20"}
    await api.post(REFUNDS, json={**RECEIPT, **said, **more}, headers=bearer("staff"))
    assert world.bus.last.command == RefundPurchase(
        program_id=places.PROGRAM,
        receipt="T-1001",
        store_id=places.HUB,
        channel="till",
        sold_by=places.OUTLET,
        receipt_day=date(2026, 11, 20),
        **said,
    )


async def test_without_an_amount_the_rest_is_refunded(api, bearer, world: FakeWorld) -> None:
    await api.post(REFUNDS, json=RECEIPT, headers=bearer("merchant_key"))
    assert (world.bus.last.command.amount_minor, world.bus.last.command.store_id) == (None, None)


async def test_more_than_is_left_is_refused_with_what_is_left(api, bearer, world: FakeWorld) -> None:
    world.bus.decide = lambda _: refused("refund_exceeds_purchase", left=3490)
    answer = await api.post(REFUNDS, json=RECEIPT, headers=bearer("staff", Prefer="wait=1"))
    assert (answer.status_code, answer.json()["more"]) == (422, {"left": 3490})


@pytest.mark.parametrize("body", [{}, {"receipt": "T-1"}, {**RECEIPT, "keep_reward": "yes"}, {**RECEIPT, "all": True}])
async def test_a_refund_that_is_none_is_refused(api, bearer, world: FakeWorld, body: dict[str, object]) -> None:
    assert (await api.post(REFUNDS, json=body, headers=bearer("staff"))).status_code == 400
    assert world.bus.stored == []
