"""What a pass shows after each event of its card, on a real PostgreSQL."""

from typing import Any

import msgspec
import pytest

from stampbook_events.ledger import (
    CardMerged,
    CardReopened,
    CycleLowered,
    DebtForgiven,
    PointsExpired,
    RewardUnlocked,
    Stamping,
    StampsEarned,
    Standing,
)
from stampbook_events.routing import demanding
from stampbook_events.sample_data import EVENT_EXAMPLES
from wallet_sync.domain.passes import Pass
from wallet_sync.store import passes

from .happenings import Shop, consume

CHANGES = [kind for kind in demanding("pass:card", "wallet") if kind.__name__ != "CardOpened"]


async def shown(pool: Any, shop: Shop) -> Pass:
    found = await passes.pass_of(pool, shop.merchant, shop.card)
    assert found is not None
    return found


async def with_points_and_stamps(pool: Any) -> Shop:
    shop = Shop()
    await consume(pool, shop.opened(), shop.bonus(50), shop.stamped(7))
    return shop


@pytest.mark.parametrize("kind", CHANGES, ids=lambda kind: kind.__name__)
async def test_every_change_of_a_card_is_wanted_and_shown_as_the_event_states_it(
    pool: Any, kind: type[msgspec.Struct]
) -> None:
    shop, event = await with_points_and_stamps(pool), EVENT_EXAMPLES[kind]
    about = {name: value for name, value in shop.of_card.items() if name in kind.__struct_fields__}
    await consume(pool, shop.recorded(msgspec.structs.replace(event, **about), shop.card))
    found = await shown(pool, shop)
    stamping: Stamping | None = getattr(event, "stamping", None)
    assert found.wanted == 4
    if isinstance(event, Standing):
        assert found.points == event.balance
    if stamping is not None:
        assert (found.stamps, found.stamp_target) == (stamping.count, stamping.target)


async def test_a_full_card_shows_its_next_cycle_at_once(pool: Any) -> None:
    shop = await with_points_and_stamps(pool)
    given = Stamping(count=1, target=12)
    await consume(pool, shop.happened(StampsEarned, stamps=4, not_given=0, count=1, target=12, stamping=given))
    found = await shown(pool, shop)
    assert (found.stamps, found.stamp_target, found.points) == (1, 12, 50)


async def test_what_ended_and_what_was_unlocked_in_one_batch_is_one_state(pool: Any) -> None:
    shop = await with_points_and_stamps(pool)
    lowered = shop.happened(CycleLowered, stamping=Stamping(count=7, target=7))
    unlocked = shop.happened(RewardUnlocked, store_id=shop.store, rewards=(), stamping=Stamping(count=0, target=7))
    expired = shop.happened(PointsExpired, points=50, due=unlocked.envelope.recorded_at, balance=0)
    await consume(pool, lowered, unlocked, expired)
    found = await shown(pool, shop)
    assert (found.points, found.stamps, found.stamp_target, found.wanted) == (0, 0, 7, 6)


async def test_of_a_card_that_went_into_another_nothing_is_left_on_its_pass(pool: Any) -> None:
    shop = await with_points_and_stamps(pool)
    await consume(pool, shop.happened(CardMerged, into=Shop().card))
    found = await shown(pool, shop)
    assert (found.state, found.points, found.stamps, found.stamp_target) == ("merged", 0, 0, 10)


async def test_who_comes_back_has_a_pass_in_the_new_language_and_with_the_new_target(pool: Any) -> None:
    shop = await with_points_and_stamps(pool)
    await consume(pool, shop.reopened("4929000000000009", stamp_target=8))
    found = await shown(pool, shop)
    assert (found.language, found.card_number, found.state) == ("de", "4929000000000009", "active")
    assert (found.points, found.stamps, found.stamp_target) == (0, 0, 8)


async def test_a_card_without_stamps_gets_none_from_an_event_that_states_a_target_of_none(pool: Any) -> None:
    shop = Shop()
    await consume(pool, shop.opened(stamp_target=None))
    await consume(pool, shop.happened(DebtForgiven, points=5, stamping=Stamping(count=0, target=0)))
    assert (await shown(pool, shop)).stamp_target is None


async def test_an_older_change_of_the_cards_life_is_not_shown(pool: Any) -> None:
    shop = await with_points_and_stamps(pool)
    older = shop.reopened("4929000000000008")
    await consume(pool, older, shop.reopened("4929000000000009"))
    await consume(pool, older)
    assert isinstance(older.event, CardReopened)
    assert (await shown(pool, shop)).card_number == "4929000000000009"
