"""Stamps by the worked examples of the rule book: R20-R24, R59; X8-X11, X33."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain import stamp_card
from ledger.domain.account import Totals, entry
from ledger.domain.card import Card, Unlocked
from ledger.domain.stamp_card import Cycle, Filled
from stampbook_events.ledger import Line, Policy, Stamping, UnlockedReward

NAMES = UUID("73740000-0000-4000-8000-0000000000f5")
NOON = datetime(2026, 6, 6, 12, tzinfo=UTC)
CARRY = Cycle(10)


class Stamps:
    """One card's stamps, told as the rule book tells them; checks after each step what must always hold (R76)."""

    def __init__(self, cycle: Cycle = CARRY) -> None:
        self.cycle = cycle
        self.card = Card(
            card_id=NAMES,
            customer_id=NAMES,
            program_id=NAMES,
            store_id=NAMES,
            number="1",
            language="en",
            test=False,
            opened_at=NOON,
            target=cycle.target,
        )

    @property
    def shown(self) -> str:
        return f"{self.card.target if self.card.capped_by else self.card.count}/{self.card.target}"

    def book(self, stamping: Stamping) -> str:
        card = self.card
        card.count, card.target, card.capped_by = stamping.count, stamping.target, stamping.capped_by
        card.stamps.book(stamping.lines)
        for one in stamping.settled:
            used = card.unlocked[one.unlocked_id]
            used.owed, used.written_off = used.owed + one.owed, used.written_off + one.written_off
        for unlocked_id in stamping.withdrawn:
            card.unlocked[unlocked_id].state = "withdrawn"
        self.check()
        return said(stamping.lines)

    def check(self) -> None:
        card, totals = self.card, self.card.stamps
        assert totals.issued == card.count >= 0
        assert 0 <= totals.owed == sum(one.owed for one in card.unlocked.values())
        assert sum(getattr(totals, name) for name in Totals.__struct_fields__) == 0
        assert all(one.unsettled >= 0 for one in card.unlocked.values())

    def give(self, stamps: int, cycle: Cycle | None = None) -> tuple[int, str | None, int, str]:
        """How many were given, why not all, how many rewards they unlocked, and what the card shows."""
        cycle = cycle or self.cycle
        settled = stamp_card.repaid(self.card, stamps)
        repaid = sum(-one.owed for one in settled)
        filled = stamp_card.fill(self.card, stamps - repaid, cycle)
        given = stamps - filled.left
        lines = entry("stamps", granted=-given, debt=repaid, issued=given - repaid)
        self._fill(filled, entry("stamps", **sums(lines, filled)), settled)
        return given, filled.because(cycle), len(filled.completed), self.shown

    def _fill(self, filled: Filled, lines: tuple[Line, ...], settled: Any = ()) -> None:
        unlocked = [self._unlock(target) for target in filled.completed]
        capped_by = (unlocked[-1] if unlocked else self.card.capped_by) if filled.capped else None
        now = Stamping(
            count=filled.stamps, target=filled.target, capped_by=capped_by, lines=lines, settled=tuple(settled)
        )
        self.book(now)

    def _unlock(self, target: int) -> UUID:
        number = len(self.card.unlocked)
        since = NOON + timedelta(minutes=number)
        terms = UnlockedReward(
            unlocked_id=uuid5(NAMES, str(number)),
            code=str(number),
            unlocked_at=since,
            since=since,
            zone="UTC",
            target=target,
        )
        self.card.unlocked[terms.unlocked_id] = Unlocked(terms=terms, code=terms.code, number=number)
        return terms.unlocked_id

    def end(self, *, used: bool = True) -> None:
        """The oldest waiting reward is used, or expires: the next cycle of a capped card opens, or a full one completes."""
        one = self.card.waiting()[0]
        one.state = "used" if used else "expired"
        if self.card.capped_by == one.id:
            self.card.target, self.card.capped_by = self.cycle.target, None
        filled = stamp_card.fill(self.card, 0, self.cycle)
        self._fill(filled, entry("stamps", **sums((), filled)))

    def take_back(self, stamps: int, policy: Policy = "debt") -> str:
        return self.book(stamp_card.take_back(self.card, stamps, policy).stamping)


def sums(lines: tuple[Line, ...], filled: Filled) -> dict[str, int]:
    """One entry for what was given and what it completed."""
    spent = sum(filled.completed)
    amounts: dict[str, int] = {line.account: line.amount for line in lines}
    return amounts | {"issued": amounts.get("issued", 0) - spent, "redeemed": spent}


def said(lines: tuple[Line, ...]) -> str:
    return " · ".join(f"{line.account} {line.amount:+d}" for line in lines)


def nine(cycle: Cycle = CARRY) -> Stamps:
    stamps = Stamps(cycle)
    stamps.give(9)
    return stamps


def test_x08_what_is_over_goes_on_to_the_next_cycle() -> None:
    assert nine().give(2) == (2, None, 1, "1/10")
    assert nine().give(12) == (12, None, 2, "1/10")
    assert nine().give(12, Cycle(8)) == (12, None, 2, "3/8")


def test_x09_a_capped_card_waits_until_its_reward_is_used() -> None:
    card = nine(Cycle(10, "cap"))
    assert card.give(3) == (1, "card_full", 1, "10/10")
    assert card.give(1) == (0, "card_full", 0, "10/10")
    card.end()
    assert card.shown == "0/10"
    assert card.give(1) == (1, None, 0, "1/10")


def test_x10_a_bank_fills_up_and_completes_when_a_reward_is_used() -> None:
    card = Stamps(Cycle(10, "bank_to_limit", 2))
    card.give(18)
    assert card.give(13) == (12, "bank_full", 1, "10/10")
    card.end()
    assert (len(card.card.waiting()), card.shown) == (2, "0/10")


def test_x11_a_new_target_reaches_a_card_with_its_next_cycle() -> None:
    assert nine().give(2, Cycle(12)) == (2, None, 1, "1/12")
    card = Stamps()
    card.give(8)
    assert card.give(1, Cycle(8)) == (1, None, 0, "9/10")


def test_x33_a_voided_giving_undoes_the_reward_it_unlocked() -> None:
    card = nine()
    card.give(2)
    assert card.take_back(2) == "granted +2 · issued +8 · redeemed -10"
    assert (card.shown, [one.state for one in card.card.unlocked.values()]) == ("9/10", ["withdrawn"])


@pytest.mark.parametrize(
    ("policy", "lines", "next_three"),
    [
        ("debt", "granted +2 · issued -1 · debt -1", "2/10"),
        ("absorb", "granted +2 · issued -1 · absorbed -1", "3/10"),
    ],
)
def test_x33_a_used_reward_leaves_stamps_owed_or_written_off(policy: Policy, lines: str, next_three: str) -> None:
    card = nine()
    card.give(2)
    card.end()
    assert (card.take_back(2, policy), card.shown) == (lines, "0/10")
    assert card.give(3)[3] == next_three


def test_stamps_of_a_reward_that_expired_unused_are_written_off() -> None:
    card = nine()
    card.give(2)
    card.end(used=False)
    assert card.take_back(2) == "granted +2 · issued -1 · absorbed -1"


def test_a_voided_use_settles_what_was_owed_for_it_first() -> None:
    card = nine()
    card.give(2)
    card.end()
    card.take_back(2)
    (used,) = card.card.used()
    assert card.book(stamp_card.withdraw_used(card.card, used)) == "redeemed -10 · debt +1 · issued +9"


OVERFILLS = st.sampled_from(["carry_over", "cap", "bank_to_limit"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("give"), st.integers(1, 30)),
        st.tuples(st.just("end"), st.booleans()),
        st.tuples(st.just("take back"), st.sampled_from(["debt", "absorb"])),
    ),
    max_size=20,
)


@given(OVERFILLS, st.integers(2, 12), st.integers(1, 4), STEPS)
def test_every_stamp_is_somewhere_whatever_happens(
    overfill: Any, target: int, limit: int, steps: list[tuple[str, Any]]
) -> None:
    card, gifts = Stamps(Cycle(target, overfill, limit)), [0]
    for step, about in steps:
        if step == "give":
            gifts.append(card.give(about)[0])
        elif step == "end" and card.card.waiting():
            card.end(used=about)
        elif step == "take back" and gifts[-1]:
            card.take_back(gifts.pop(), about)
    assert card.card.stamps.issued == card.card.count
