"""Platform, merchants, programs, stores, forms and keys."""

from hashlib import sha256

import places
import pytest
from worlds import FakeWorld, applied

from gateway.api.examples import BODIES
from stampbook_events.enrollment import (
    InitialisePlatform,
    IssueKey,
    OpenStore,
    RegisterMerchant,
    RevokeKey,
    SetJoinForm,
)
from stampbook_events.ids import PLATFORM
from stampbook_events.ledger import PublishProgram

OF_A_MERCHANT = [
    ("programs", "PublishProgramBody", PublishProgram, places.FASHION),
    ("stores", "OpenStoreBody", OpenStore, PLATFORM),
    ("join-forms", "SetJoinFormBody", SetJoinForm, places.FASHION),
    ("keys", "IssueKeyBody", IssueKey, places.FASHION),
]


async def test_the_set_up_token_opens_the_platform(api, world: FakeWorld) -> None:
    body = {**BODIES["InitialisePlatformBody"], "setup_token": places.SETUP_TOKEN}
    answer = await api.post("/v1/platform", json=body, headers={"Idempotency-Key": "setup"})
    assert answer.status_code == 202
    [command] = world.bus.commands(InitialisePlatform)
    assert command.setup_token_hash == sha256(places.SETUP_TOKEN.encode()).hexdigest()
    assert world.bus.last.rest["actor"].kind == "anonymous"


async def test_another_token_does_not_and_is_not_passed_on(api, world: FakeWorld) -> None:
    body = {**BODIES["InitialisePlatformBody"], "setup_token": "guess"}
    answer = await api.post("/v1/platform", json=body, headers={"Idempotency-Key": "setup"})
    assert (answer.status_code, answer.json()["code"]) == (401, "setup_token_wrong")
    assert world.bus.stored == []


async def test_guessing_the_token_ends_soon(api) -> None:
    body = {**BODIES["InitialisePlatformBody"], "setup_token": "guess"}
    codes = [
        (await api.post("/v1/platform", json=body, headers={"Idempotency-Key": "s"})).status_code for _ in range(21)
    ]
    assert codes == [401] * 20 + [429]


async def test_a_merchant_is_registered_by_the_platform(api, bearer, world: FakeWorld) -> None:
    world.bus.decide = lambda _: applied(merchant_id="x")
    answer = await api.post(
        "/v1/merchants", json=BODIES["RegisterMerchantBody"], headers=bearer("super_admin", Prefer="wait=2")
    )
    assert answer.status_code == 200
    assert world.bus.last.merchant == PLATFORM
    assert isinstance(world.bus.last.command, RegisterMerchant)


@pytest.mark.parametrize(("path", "body", "kind", "decided_by"), OF_A_MERCHANT)
@pytest.mark.parametrize("holder", ["super_admin", "merchant_key", "merchant_owner"])
async def test_what_belongs_to_a_merchant_is_set_up(
    api, bearer, world: FakeWorld, path, body, kind, decided_by, holder
) -> None:
    answer = await api.post(f"/v1/merchants/{places.FASHION}/{path}", json=BODIES[body], headers=bearer(holder))
    assert answer.status_code == 202
    assert isinstance(world.bus.last.command, kind)
    assert world.bus.last.merchant == decided_by


@pytest.mark.parametrize(("path", "body", "kind", "decided_by"), OF_A_MERCHANT)
async def test_a_stranger_sets_nothing_up(api, bearer, world: FakeWorld, path, body, kind, decided_by) -> None:
    answer = await api.post(f"/v1/merchants/{places.FASHION}/{path}", json=BODIES[body], headers=bearer("stranger"))
    assert answer.status_code == 404
    assert world.bus.stored == []


async def test_a_store_opened_by_a_merchant_is_that_merchants(api, bearer, world: FakeWorld) -> None:
    await api.post(
        f"/v1/merchants/{places.FASHION}/stores", json=BODIES["OpenStoreBody"], headers=bearer("merchant_key")
    )
    assert world.bus.last.command.merchant_id == places.FASHION


async def test_a_clerk_gives_nobody_a_key(api, bearer) -> None:
    answer = await api.post(
        f"/v1/merchants/{places.FASHION}/keys", json=BODIES["IssueKeyBody"], headers=bearer("staff")
    )
    assert answer.status_code == 403


async def test_a_key_is_revoked(api, bearer, world: FakeWorld) -> None:
    answer = await api.delete(f"/v1/merchants/{places.FASHION}/keys/{places.CARD}", headers=bearer("merchant_owner"))
    assert answer.status_code == 202
    assert world.bus.last.command == RevokeKey(key_id=places.CARD)


async def test_a_revoked_key_opens_nothing(api, bearer) -> None:
    answer = await api.get(f"/v1/cards/{places.CARD}", headers=bearer("revoked"))
    assert (answer.status_code, answer.json()["code"]) == (401, "credential_revoked")


async def test_a_key_that_was_just_issued_is_asked_for(api, world: FakeWorld) -> None:
    from gateway.questions import KnownKey

    new = "sk_merchant_" + "n" * 43
    issued = places.key("merchant_key", "merchant_key")
    known = KnownKey(merchant=places.FASHION, key=_hashed(issued, new))
    world.queries.answers["enrollment", "key_by_hash"] = lambda request: (
        known if request.hash == known.key.key_hash else None
    )
    world.queries.answers["ledger", "card"] = places.whole_card(store_ids=[])
    world.queries.answers["enrollment", "customers"] = {"customers": []}
    answer = await api.get(f"/v1/cards/{places.CARD}", headers={"Authorization": f"Bearer {new}"})
    assert answer.status_code == 200


def _hashed(issued, new: str):
    import msgspec

    return msgspec.structs.replace(issued, key_hash=sha256(new.encode()).hexdigest(), key_id=places.BOOKSHOP)
