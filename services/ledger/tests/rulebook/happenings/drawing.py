"""What may happen, and what a merchant may have set, as hypothesis draws it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st

from rulebook.happenings import cards, shop, tills
from rulebook.happenings.teller import Happening, Teller
from rulebook.terms import Bonus, Caps, Expiry, Rate, Terms
from rulebook.views import Answer

GAPS_MINUTES = (0, 1, 7, 45, 180, 24 * 60, 9 * 24 * 60, 33 * 24 * 60)
LATE_DAYS = (0, 0, 5 / 24, 12, 40)


def nothing(teller: Teller, it: Happening) -> Answer:
    """What is left of a happening that a story does not need: days are all as long, so that they are long."""
    return Answer()


def again(teller: Teller, it: Happening) -> Answer:
    return teller.say_again(it)


OFTEN: list[Callable[[Teller, Happening], Answer]] = [
    tills.earn, tills.earn_more, tills.stamp, tills.hold, tills.hold_and_capture, tills.hold_and_release,
    tills.buy_spend_refund, tills.capture, tills.redeem, tills.redeem_offline, tills.use, tills.void, tills.refund,
    cards.adjust, shop.work,
]  # fmt: skip
SELDOM: list[Callable[[Teller, Happening], Answer]] = [
    again, tills.release, tills.sent_again, cards.forgive, cards.freeze, cards.unfreeze, cards.unfreeze, cards.close,
    cards.join_again, cards.join_again, cards.merge, cards.new_number, cards.check_person, cards.confirm, cards.birthday,
    cards.consent, cards.void_bonus, shop.publish, shop.campaign, shop.new_reward, shop.withdraw, shop.retire,
    shop.change_store, shop.pause, shop.resume, shop.suspend, shop.resume_all, shop.end_program, shop.extend,
]  # fmt: skip


class Days(NamedTuple):
    """A merchant's days: what the program versions may say, what happens, and whether the work by the clock is on time."""

    terms: list[Terms]
    happenings: list[Happening]
    timely: bool


HAPPENINGS: dict[str, Sequence[Any]] = {
    "what": (nothing, *OFTEN, *OFTEN, *SELDOM),
    "gap": [timedelta(minutes=minutes) for minutes in GAPS_MINUTES],
    "who": range(12),
    "n": range(1, 121),
    "which": range(31),
    "choice": range(4),
    "late": [timedelta(days=days) for days in LATE_DAYS],
    "dice": range(60),
}
EXPIRIES = [
    Expiry("none"),
    Expiry("rolling", 1, "months"),
    Expiry("rolling", 10, "days", end_of="month"),
    Expiry("fixed", month=6, day=30, min_days=1),
    Expiry("inactivity", 20, "days"),
]
WELCOMES = [
    None,
    Bonus(points=50),
    Bonus(points=5, stamps=3, timing="first_purchase"),
    Bonus(points=9, timing="address_confirmed"),
]
TERMS: dict[str, Sequence[Any]] = {
    "rates": [{"EUR": Rate(2, 100)}, {"EUR": Rate(3, 100), "JPY": Rate(1, 70)}],
    "rounding": ["down", "nearest", "up"],
    "stacking": ["best", "add"],
    "expiry": EXPIRIES,
    "grace_days": [0, 3],
    "warn_days": [30, 0, 10],
    "restore_days": [1, 30],
    "target": [2, 5, 10],
    "overfill": ["carry_over", "cap", "bank_to_limit"],
    "bank_limit": [1, 3],
    "full_card_reward": ["coffee"],
    "welcome": WELCOMES,
    "birthday": [None, Bonus(points=11), Bonus(stamps=2), Bonus(points=1, reward="coffee")],
    "policy": ["debt", "absorb"],
    "hold_online": [timedelta(hours=2), timedelta(hours=72)],
    "cooldown": [timedelta(seconds=30), timedelta(0), timedelta(minutes=10)],
    "caps": [Caps(), Caps(stamps_per_card=4, points_per_card=90), Caps(stamps_per_staff=5, points_per_staff=150)],
    "point_value": [None, (333, 100)],
}


def any_of(kind: Callable[..., Any], choices: dict[str, Sequence[Any]]) -> st.SearchStrategy[Any]:
    return st.builds(kind, **{name: st.sampled_from(values) for name, values in choices.items()})


def merchant_days(length: int = 30) -> st.SearchStrategy[Days]:
    return st.builds(
        Days,
        terms=st.lists(any_of(Terms, TERMS), min_size=1, max_size=3),
        happenings=st.lists(any_of(Happening, HAPPENINGS), min_size=length, max_size=length),
        timely=st.booleans(),
    )


def days_of(random: Random, length: int) -> Days:
    """Where nobody looks for a shorter story: all of it by one seed."""

    def one_of(kind: Callable[..., Any], choices: dict[str, Sequence[Any]]) -> Any:
        return kind(**{name: random.choice(values) for name, values in choices.items()})

    return Days(
        terms=[one_of(Terms, TERMS) for _ in range(random.randint(1, 3))],
        happenings=[one_of(Happening, HAPPENINGS) for _ in range(length)],
        timely=random.random() < 0.5,
    )
