"""The stamps on a card: cycles that fill up, rewards that full ones unlock, and how given stamps are taken back (R20-R24, R59)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec

from ledger.domain.account import Totals, entry
from stampbook_events.ledger import Line, Policy

Overfill = Literal["carry_over", "cap", "bank_to_limit"]


class Rules(NamedTuple):
    """What the version in force says; *target* is that of the next cycle, never of an open one (R23)."""

    target: int
    overfill: Overfill = "carry_over"
    bank_limit: int = 3


class Waiting(NamedTuple):
    """A reward that a full card unlocked and nobody has used; *target* stamps went into it."""

    reward: UUID
    target: int


class StampCard(msgspec.Struct, frozen=True, kw_only=True):
    """*count* of *target*; *full*: by ``cap``, the cycle was completed and its reward is still there.

    *waiting*: oldest first. *used*: how many stamps went into rewards that were used. *totals* count stamps (R76).
    """

    count: int
    target: int
    full: bool = False
    waiting: tuple[Waiting, ...] = ()
    used: int = 0
    totals: Totals = Totals()

    @property
    def shown(self) -> str:
        return f"{self.target if self.full else self.count}/{self.target}"


class Given(NamedTuple):
    """*because* says why *not_given* of them did not fit; *completed* holds the target of each cycle that was."""

    card: StampCard
    given: int
    not_given: int
    because: str
    completed: tuple[int, ...]
    lines: tuple[Line, ...]


class TakenBack(NamedTuple):
    """*withdrawn* are rewards that exist no more."""

    card: StampCard
    withdrawn: tuple[UUID, ...]
    lines: tuple[Line, ...]


def give(card: StampCard, stamps: int, rules: Rules, rewards: Sequence[UUID]) -> Given:
    """Owed stamps are repaid first, the rest goes on the card as far as it fits. *rewards*: ids for those it unlocks."""
    repaid = min(card.totals.owed, stamps)
    filling = _Filling.of(card, rules, rewards)
    left = filling.put(stamps - repaid)
    return _given(card, filling, stamps - left, left, repaid)


def come_free(card: StampCard, reward: UUID, rules: Rules, rewards: Sequence[UUID], *, used: bool) -> Given:
    """A waiting reward was used, or it expired: the next cycle of a capped card opens, and a full one completes (R21)."""
    gone = next(one for one in card.waiting if one.reward == reward)
    freed = msgspec.structs.replace(
        card,
        waiting=tuple(one for one in card.waiting if one != gone),
        used=card.used + (gone.target if used else 0),
    )
    filling = _Filling.of(freed, rules, rewards)
    if freed.full:
        filling.full, filling.target = False, rules.target
    filling.put(0)
    return _given(freed, filling, 0, 0, 0)


def take_back(card: StampCard, stamps: int, policy: Policy) -> TakenBack:
    """From the count, then by undoing the youngest reward that waits, then by the policy for what was used (R59)."""
    count, target, full, waiting = card.count, card.target, card.full, list(card.waiting)
    withdrawn: list[Waiting] = []
    left = stamps
    while True:
        some = min(count, left)
        count, left = count - some, left - some
        if not left or not waiting:
            break
        undone = waiting.pop()
        withdrawn.append(undone)
        count, target, full = count + undone.target, undone.target, False
    spent = min(left, max(0, card.used - card.totals.owed + card.totals.absorbed))
    owed = spent if policy == "debt" else 0
    returned = sum(one.target for one in withdrawn)
    lines = entry(
        "stamps",
        granted=stamps,
        issued=returned - (stamps - left),
        redeemed=-returned,
        debt=-owed,
        absorbed=-(left - owed),
    )
    after = msgspec.structs.replace(card, count=count, target=target, full=full, waiting=tuple(waiting))
    return TakenBack(_booked(after, lines), tuple(one.reward for one in withdrawn), lines)


@dataclass(slots=True)
class _Filling:
    """A card while stamps are put on it."""

    rules: Rules
    rewards: Sequence[UUID]
    count: int
    target: int
    full: bool
    waiting: list[Waiting]
    completed: list[int]

    @classmethod
    def of(cls, card: StampCard, rules: Rules, rewards: Sequence[UUID]) -> "_Filling":
        return cls(rules, rewards, card.count, card.target, card.full, list(card.waiting), [])

    def put(self, stamps: int) -> int:
        """Returns how many did not fit."""
        if self.full and self.rules.overfill != "cap":  # The rule has changed since: the next cycle is open.
            self.full, self.target = False, self.rules.target
        while not self.full:
            some = min(stamps, self.target - self.count)
            self.count, stamps = self.count + some, stamps - some
            if self.count < self.target or not self._completes():
                break
        return stamps

    def _completes(self) -> bool:
        if self.rules.overfill == "bank_to_limit" and len(self.waiting) >= self.rules.bank_limit:
            return False
        self.waiting.append(Waiting(self.rewards[len(self.completed)], self.target))
        self.completed.append(self.target)
        self.count = 0
        if self.rules.overfill == "cap":
            self.full = True
        else:
            self.target = self.rules.target
        return True


def _given(card: StampCard, filling: _Filling, given: int, not_given: int, repaid: int) -> Given:
    spent = sum(filling.completed)
    lines = entry("stamps", granted=-given, debt=repaid, issued=given - repaid - spent, redeemed=spent)
    after = msgspec.structs.replace(
        card, count=filling.count, target=filling.target, full=filling.full, waiting=tuple(filling.waiting)
    )
    because = ("card_full" if filling.rules.overfill == "cap" else "bank_full") if not_given else ""
    return Given(_booked(after, lines), given, not_given, because, tuple(filling.completed), lines)


def _booked(card: StampCard, lines: tuple[Line, ...]) -> StampCard:
    return msgspec.structs.replace(card, totals=card.totals.after(lines, "stamps"))
