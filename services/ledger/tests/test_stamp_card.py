"""Stamps by the worked examples of the rule book: R20-R24, R59; X8-X11, X33."""

from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.stamp_card import Given, Rules, StampCard, Waiting, come_free, give, take_back
from stampbook_events.ledger import Line

NAMES = UUID("73740000-0000-4000-8000-0000000000f5")
REWARDS = [uuid5(NAMES, str(n)) for n in range(60)]
CARRY = Rules(10)


def card_with(count: int, target: int = 10, waiting: int = 0) -> StampCard:
    """A card as honest gifts leave it."""
    had = count + waiting * target
    whole = give(StampCard(count=0, target=target), had, Rules(target), REWARDS[50:]).card
    assert (whole.count, len(whole.waiting)) == (count, waiting)
    return whole


def said(lines: tuple[Line, ...]) -> str:
    return " · ".join(f"{line.account} {line.amount:+d}" for line in lines)


def told(outcome: Given) -> tuple[int, int, str, int, str]:
    return outcome.given, outcome.not_given, outcome.because, len(outcome.completed), outcome.card.shown


def test_x08_what_is_over_goes_on_to_the_next_cycle() -> None:
    outcome = give(card_with(9), 2, CARRY, REWARDS)
    assert told(outcome) == (2, 0, "", 1, "1/10")
    assert said(outcome.lines) == "granted -2 · issued -8 · redeemed +10"
    assert told(give(card_with(9), 12, CARRY, REWARDS)) == (12, 0, "", 2, "1/10")
    assert told(give(card_with(9), 12, Rules(8), REWARDS)) == (12, 0, "", 2, "3/8")


def test_x09_a_capped_card_waits_until_its_reward_is_used() -> None:
    cap = Rules(10, "cap")
    full = give(card_with(9), 3, cap, REWARDS)
    assert told(full) == (1, 2, "card_full", 1, "10/10")
    assert told(give(full.card, 1, cap, REWARDS)) == (0, 1, "card_full", 0, "10/10")
    opened = come_free(full.card, REWARDS[0], cap, REWARDS, used=True)
    assert opened.card.shown == "0/10"
    assert told(give(opened.card, 1, cap, REWARDS)) == (1, 0, "", 0, "1/10")


def test_x10_a_bank_fills_up_and_completes_when_a_reward_is_used() -> None:
    bank = Rules(10, "bank_to_limit", 2)
    filled = give(card_with(8, waiting=1), 13, bank, REWARDS)
    assert told(filled) == (12, 1, "bank_full", 1, "10/10")
    freed = come_free(filled.card, filled.card.waiting[0].reward, bank, REWARDS[5:], used=True)
    assert (len(freed.completed), len(freed.card.waiting), freed.card.shown) == (1, 2, "0/10")
    assert said(freed.lines) == "issued -10 · redeemed +10"


def test_x11_a_new_target_reaches_a_card_with_its_next_cycle() -> None:
    assert told(give(card_with(9), 2, Rules(12), REWARDS)) == (2, 0, "", 1, "1/12")
    assert give(card_with(8), 1, Rules(8), REWARDS).card.shown == "9/10"


def test_x33_a_voided_giving_undoes_the_reward_it_unlocked() -> None:
    unlocked = give(card_with(9), 2, CARRY, REWARDS).card
    undone = take_back(unlocked, 2, "debt")
    assert (undone.card.shown, undone.withdrawn) == ("9/10", (REWARDS[0],))
    assert said(undone.lines) == "granted +2 · issued +8 · redeemed -10"


@pytest.mark.parametrize(
    ("policy", "lines", "next_three"),
    [
        ("debt", "granted +2 · issued -1 · debt -1", "2/10"),
        ("absorb", "granted +2 · issued -1 · absorbed -1", "3/10"),
    ],
)
def test_x33_a_used_reward_leaves_stamps_owed_or_written_off(policy, lines: str, next_three: str) -> None:
    unlocked = give(card_with(9), 2, CARRY, REWARDS).card
    used = come_free(unlocked, REWARDS[0], CARRY, REWARDS, used=True).card
    undone = take_back(used, 2, policy)
    assert (undone.card.shown, undone.withdrawn, said(undone.lines)) == ("0/10", (), lines)
    assert give(undone.card, 3, CARRY, REWARDS).card.shown == next_three


def test_stamps_of_a_reward_that_expired_unused_are_written_off() -> None:
    unlocked = give(card_with(9), 2, CARRY, REWARDS).card
    expired = come_free(unlocked, REWARDS[0], CARRY, REWARDS, used=False).card
    assert said(take_back(expired, 2, "debt").lines) == "granted +2 · issued -1 · absorbed -1"


OVERFILLS = st.sampled_from(["carry_over", "cap", "bank_to_limit"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("give"), st.integers(1, 30)),
        st.tuples(st.just("use"), st.booleans()),
        st.tuples(st.just("take back"), st.sampled_from(["debt", "absorb"])),
    ),
    max_size=20,
)


@given(OVERFILLS, st.integers(2, 12), st.integers(1, 4), STEPS)
def test_every_stamp_is_somewhere_whatever_happens(overfill, target: int, limit: int, steps) -> None:
    rules, card, ids, gifts = Rules(target, overfill, limit), StampCard(count=0, target=target), iter_ids(), [0]
    for step, about in steps:
        card = after(card, step, about, rules, ids, gifts)
        totals = card.totals
        assert totals.issued == card.count >= 0
        assert 0 <= totals.owed <= card.used
        assert sum(getattr(totals, name) for name in totals.__struct_fields__) == 0
        assert card.count <= card.target
        assert all(isinstance(one, Waiting) for one in card.waiting)


def iter_ids():
    number = 0
    while True:
        number += 1
        yield [uuid5(NAMES, f"{number}/{n}") for n in range(60)]


def after(card: StampCard, step: str, about, rules: Rules, ids, gifts: list[int]) -> StampCard:
    if step == "give":
        outcome = give(card, about, rules, next(ids))
        gifts.append(outcome.given)
        return outcome.card
    if step == "use":
        return come_free(card, card.waiting[0].reward, rules, next(ids), used=about).card if card.waiting else card
    return take_back(card, gifts.pop(), about).card if gifts[-1] else card
