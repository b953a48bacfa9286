"""Section 2 of the rule book beside its examples: versions, frozen promises, settings, the end (R9-R12)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from rulebook.given import Shop, day, key, t
from rulebook.speaking import Books, Versioned
from rulebook.terms import CampaignTerms, Rate, RewardTerms
from stampbook_events import ledger as told

FG = UUID("66670000-0000-4000-8000-000000000001")


def doubled(multiplier: int = 200) -> CampaignTerms:
    return CampaignTerms("FG", multiplier)


def test_r09_no_version_begins_before_it_is_published(books: Books) -> None:
    shop = Shop(books)
    assert not shop.program("06-06 10:00", "06-06 09:59").accepted
    assert shop.program("06-06 10:00", "06-06 10:00").version == 2


def test_r09_campaigns_and_rewards_are_versioned_the_same_way(books: Books) -> None:
    shop = Shop(books)
    card, later = shop.card(), t("06-07 00:00")
    gift = shop.reward("gift", 20, "06-06 09:00")
    books.publish_reward(
        key=key(), at=t("06-06 09:00"), reward=gift, terms=RewardTerms("FG", cost=30), effective_from=later
    )
    for multiplier, starts in ((200, None), (300, later)):
        books.publish_campaign(
            key=key(), at=t("06-06 09:00"), campaign="all", terms=doubled(multiplier), effective_from=starts
        )
    assert [shop.earn(card, 1000, at).points for at in ("06-06 23:59", "06-07 00:00")] == [40, 60]
    assert [shop.redeem(card, gift, at).points for at in ("06-07 00:00", "06-07 00:01")] == [30, 30]


def test_r09_a_campaign_or_reward_not_yet_in_force_can_be_withdrawn_too(books: Books) -> None:
    shop = Shop(books)
    card, later, at = shop.card(), t("06-07 00:00"), t("06-06 09:00")
    books.publish_campaign(key=key(), at=at, campaign="all", terms=doubled(), effective_from=later)
    books.publish_reward(key=key(), at=at, reward="gift", terms=RewardTerms("FG", cost=1), effective_from=later)
    assert books.withdraw(key=key(), at=at, what="campaign", name="all", version=1).accepted
    assert books.withdraw(key=key(), at=at, what="reward", name="gift", version=1).accepted
    assert shop.earn(card, 1000, "06-07 10:00").campaign == 0
    assert shop.redeem(card, "gift", "06-07 10:00").code == "reward_not_valid"


def test_r09_what_is_in_force_or_unknown_cannot_be_withdrawn(books: Books) -> None:
    shop = Shop(books)
    shop.reward("gift", 20)
    at = t("06-06 09:00")
    asked: list[tuple[Versioned, str, int]] = [("reward", "gift", 1), ("reward", "gift", 2), ("program", "FG", 1)]
    codes = [books.withdraw(key=key(), at=at, what=what, name=name, version=n).code for what, name, n in asked]
    assert codes == ["version_in_force", "reward_unknown", "version_in_force"]


def test_r10_an_unlocked_reward_keeps_the_terms_it_was_unlocked_with(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    books.publish_reward(
        key=key(), at=t("06-01 09:00"), reward="coffee", terms=RewardTerms("FG", value=350, valid_days=10)
    )
    (code,) = shop.stamp(card, 10, "06-01 10:00").unlocked
    changed = RewardTerms("FG", value=500, valid_days=5, stores=frozenset({"FASHIONOUTLET"}))
    books.publish_reward(key=key(), at=t("06-02 09:00"), reward="coffee", terms=changed)
    (reward,) = books.rewards(card)
    assert (reward.value, reward.expires_on) == (350, day("2026-06-11"))
    assert shop.use(code, "06-11 23:59").accepted


def test_r10_a_reservation_keeps_its_price_and_its_end(books: Books) -> None:
    shop = Shop(books)
    card, gift = shop.card(), shop.reward("gift", 20)
    shop.points(card, 100, "06-06 10:00")
    held = shop.hold(card, gift, "06-06 11:00", quantity=2)
    shop.reward(gift, 50, "06-06 11:10")
    shop.program("06-06 11:10", hold_online=timedelta(hours=1))
    assert shop.capture(held, "06-06 12:59:59").points == 40
    assert books.balance(card) == 60


def test_r10_the_policy_of_stamps_is_frozen_with_their_giving(books: Books) -> None:
    shop = Shop(books, policy="absorb")
    card = shop.card()
    (code,) = shop.stamp(card, 10, "06-01 10:00", name="ten").unlocked
    shop.use(code, "06-01 11:00")
    shop.program("06-02 00:00", policy="debt")
    shop.void("ten", "06-03 10:00", name="void")
    assert shop.booked(card, "void", "stamps") == [{"granted": 10, "absorbed": -10}]


def test_r10_an_operation_records_the_version_it_took(books: Books) -> None:
    shop = Shop(books)
    card = shop.card()
    shop.program("06-02 09:00", "06-03 00:00", rates={"EUR": Rate(1, 100)})
    late: dict[str, Any] = {"channel": "offline", "occurred_at": t("06-02 23:59")}
    assert [shop.earn(card, 1000, "06-03 10:00", **more).version for more in ({}, late)] == [2, 1]
    assert shop.stamp(card, 1, "06-03 10:00").version == 2


DEFAULTS = {
    "stacking": "best",
    "expiry": told.NoExpiry(),
    "grace_days": 0,
    "warn_days": 30,
    "restore_days": 30,
    "overfill": "carry_over",
    "bank_limit": 3,
    "full_card_reward": None,
    "welcome_stamps": 0,
    "welcome_timing": "at_enrollment",
    "birthday": None,
    "policy": "debt",
    "hold_till_seconds": 600,
    "hold_online_seconds": 7200,
    "cooldown_seconds": 30,
    "caps": told.Caps(stamps_per_card=20, stamps_per_staff=None, points_per_card=None, points_per_staff=None),
    "point_value": None,
}


def test_r11_what_a_merchant_leaves_out_has_the_default_of_the_rule_book() -> None:
    rules = told.Rules()
    assert {name: getattr(rules, name) for name in rules.__struct_fields__} == DEFAULTS
    plain = told.PublishProgram(program_id=FG, names={"en": "FG"}, rates={})
    assert (plain.rounding, plain.welcome_points, plain.stamp_target) == ("down", 0, None)


BOUNDS = [
    ("grace_days", 0, 90),
    ("warn_days", 0, 90),
    ("restore_days", 1, 90),
    ("bank_limit", 1, 20),
    ("hold_till_seconds", 60, 3600),
    ("hold_online_seconds", 3600, 72 * 3600),
    ("cooldown_seconds", 0, 24 * 3600),
]


@pytest.mark.parametrize(("name", "least", "most"), BOUNDS)
def test_r11_each_setting_has_its_bounds(name: str, least: int, most: int) -> None:
    for value in (least, most):
        assert getattr(msgspec.convert({name: value}, told.Rules), name) == value
    for value in (least - 1, most + 1):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({name: value}, told.Rules)


@pytest.mark.parametrize("target", [1, 51])
def test_r11_a_card_has_between_2_and_50_stamps(target: int) -> None:
    words = {"program_id": str(FG), "names": {"en": "FG"}, "rates": {}}
    assert msgspec.convert(words | {"stamp_target": 2}, told.PublishProgram).stamp_target == 2
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(words | {"stamp_target": target}, told.PublishProgram)
