"""The stamps on a card: cycles that fill up, and how given stamps are taken back (R20-R24, R59)."""

from collections.abc import Sequence
from typing import Literal, NamedTuple
from uuid import UUID

from ledger.domain.account import entry
from ledger.domain.card import Card, Unlocked
from stampbook_events.ledger import Line, Policy, RewardSettled, Stamping

Overfill = Literal["carry_over", "cap", "bank_to_limit"]


class Cycle(NamedTuple):
    """What the version in force says; *target* is that of the next cycle, never of an open one (R23)."""

    target: int
    overfill: Overfill = "carry_over"
    bank_limit: int = 3


class Filled(NamedTuple):
    """*left* did not fit; *completed* holds the target of each cycle that was; *stamps* lie on the card now. *capped*: by the last of them."""

    stamps: int
    target: int
    capped: bool
    completed: tuple[int, ...]
    left: int

    def because(self, cycle: Cycle) -> str | None:
        if not self.left:
            return None
        return "card_full" if cycle.overfill == "cap" else "bank_full"


def fill(card: Card, stamps: int, cycle: Cycle) -> Filled:
    """Put *stamps* on the card as far as they fit, and complete every cycle that may be (R21)."""
    count, target, capped = card.count, card.target or cycle.target, card.capped_by is not None
    waiting, completed = len(card.waiting()), []
    if not target:  # Neither a cycle nor stamps on offer.
        return Filled(count, target, capped, (), stamps)
    if capped and cycle.overfill != "cap":  # The rule has changed since: the next cycle is open.
        capped, target = False, cycle.target
    full_elsewise = not capped and count >= target and (cycle.overfill != "bank_to_limit" or waiting < cycle.bank_limit)
    if stamps and full_elsewise:  # It had waited, full, under another rule: what is given now completes it.
        count, stamps = count + 1, stamps - 1
    while not capped:
        some = min(stamps, max(0, target - count))
        count, stamps = count + some, stamps - some
        if count < target or (cycle.overfill == "bank_to_limit" and waiting >= cycle.bank_limit):
            break
        count, waiting = count - target, waiting + 1
        completed.append(target)
        capped = cycle.overfill == "cap"
        target = target if capped else cycle.target
    return Filled(count, target, capped, tuple(completed), stamps)


def repaid(card: Card, stamps: int, but: UUID | None = None) -> tuple[RewardSettled, ...]:
    """Up to *stamps* owed ones are repaid, for the oldest reward first."""
    settled = []
    for used in card.used():
        some = min(stamps, used.owed) if used.id != but else 0
        if some:
            settled.append(RewardSettled(unlocked_id=used.id, owed=-some))
            stamps -= some
    return tuple(settled)


class TakenBack(NamedTuple):
    """*undone*: open rewards that exist no more, whose cycles are current again."""

    stamping: Stamping
    undone: tuple[Unlocked, ...]


def take_back(card: Card, stamps: int, policy: Policy, giver: str = "granted") -> TakenBack:
    """From the count, then by undoing the youngest reward that waits, then by the policy for what was used; what is left
    is written off (R59). *card* has every used reward of a full card.
    """
    count, target, capped_by = card.count, card.target or 0, card.capped_by
    taken = min(count, stamps)
    count -= taken
    undone = []
    for one in reversed(card.waiting()):
        if taken == stamps:
            break
        undone.append(one)
        count, target = count + one.terms.target, one.terms.target
        capped_by = None if capped_by == one.id else capped_by
        more = min(count, stamps - taken)
        count, taken = count - more, taken + more
    settled = _blamed(card.used(), stamps - taken, policy)
    owed = sum(one.owed for one in settled)
    written_off = stamps - taken - owed
    back = sum(one.terms.target for one in undone)
    lines = (
        *entry("stamps", **{giver: stamps}, issued=-taken, debt=-owed, absorbed=-written_off),
        *entry("stamps", redeemed=-back, issued=back),
    )
    stamping = Stamping(
        count=count,
        target=target,
        capped_by=capped_by,
        lines=_joined(lines),
        settled=settled,
        withdrawn=tuple(one.id for one in undone),
    )
    return TakenBack(stamping, tuple(undone))


def _blamed(used: Sequence[Unlocked], stamps: int, policy: Policy) -> tuple[RewardSettled, ...]:
    """The youngest reward first, each for as many of its stamps as are neither owed nor written off."""
    settled = []
    for one in reversed(used):
        some = min(stamps, one.unsettled)
        if some:
            owed, written_off = (some, 0) if policy == "debt" else (0, some)
            settled.append(RewardSettled(unlocked_id=one.id, owed=owed, written_off=written_off))
            stamps -= some
    return tuple(settled)


def _joined(lines: Sequence[Line]) -> tuple[Line, ...]:
    """One line an account."""
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.account] = sums.get(line.account, 0) + line.amount
    return entry("stamps", **sums)


def withdraw_used(card: Card, used: Unlocked) -> Stamping:
    """A use is voided for which stamps are owed or were written off: they are settled first, the rest is on the card."""
    back = used.terms.target
    own = RewardSettled(unlocked_id=used.id, owed=-used.owed, written_off=-used.written_off)
    rest = back - used.owed - used.written_off
    others = repaid(card, rest, but=used.id)
    owed = sum(-one.owed for one in others)
    lines = entry(
        "stamps",
        redeemed=-back,
        absorbed=used.written_off,
        debt=used.owed + owed,
        issued=rest - owed,
    )
    return Stamping(
        count=card.count + rest - owed,
        target=card.target or 0,
        capped_by=card.capped_by,
        lines=lines,
        settled=(own, *others),
    )
