"""Stamps: given, completed, undone and owed (R20-R24, R42, R45, R59)."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rulebook.model.days import end, local_day
from rulebook.model.entries import Card, Situation, Unlocked
from rulebook.model.reversals import Reversals
from rulebook.terms import Policy, RewardTerms, Terms
from rulebook.views import Notice, PostingKind

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass
class Given:
    given: int = 0
    repaid: int = 0
    reason: str | None = None
    unlocked: list[Unlocked] = field(default_factory=list)


class Stamps(Reversals):
    # Unlocked rewards (R45, R46)

    def new_code(self) -> str:
        """The letters as a die would fall: any code will do that is open nowhere else."""
        seed = len(self.unlocked) + len(self.holds) + len(self.dead_codes)
        while True:
            digest = hashlib.sha256(f"redeem code {seed}".encode()).digest()
            code = "".join(LETTERS[byte % 32] for byte in digest[:8])
            taken = self.dead_codes | set(self.unlocked) | {hold.redeem_code for hold in self.holds.values()}
            if code not in taken:
                return code
            seed += 1

    def unlock(self, now: Situation, card: Card, reward: str | None, target: int = 0) -> Unlocked:
        terms = (self.reward_terms(reward, now.effective) if reward else None) or RewardTerms(card.program)
        zone = self.zone(now.store, card)
        entry = Unlocked(
            redeem_code=self.new_code(),
            card=card.name,
            reward=reward,
            full_card=target > 0,
            target=target,
            stores=terms.stores,
            value=terms.value,
            unlocked_at=now.effective,
            store=now.store,
            zone=zone,
            expires_on=None,
            expires_at=None,
        )
        if terms.valid_days is not None:
            self.date_reward(entry, now.effective, terms.valid_days)
            if entry.expires_at is not None and entry.expires_at <= now.at and not now.overdue:
                self.date_reward(entry, now.at, self.terms(card.program, now.at).restore_days)
        self.unlocked[entry.redeem_code] = entry
        return entry

    def date_reward(self, entry: Unlocked, t: datetime, days: int) -> None:
        entry.expires_on = local_day(t, entry.zone) + timedelta(days=days)
        entry.expires_at = end(entry.expires_on, entry.zone)

    def full_card_rewards(self, card: Card, state: str) -> list[Unlocked]:
        """The youngest first."""
        mine = [entry for entry in self.unlocked.values() if entry.card == card.name and entry.full_card]
        return [entry for entry in reversed(mine) if entry.state == state]

    # Giving (R20-R22)

    def owed_by(self, card: Card) -> int:
        return sum(entry.owed for entry in self.unlocked.values() if entry.card == card.name)

    def repay_stamps(self, card: Card, n: int) -> int:
        """Up to n owed stamps are repaid, the oldest first."""
        left = n
        for entry in self.unlocked.values():
            if entry.card == card.name:
                points = min(entry.owed, left)
                entry.owed -= points
                left -= points
        return n - left

    def takes_a_stamp(self, card: Card, terms: Terms) -> bool:
        if terms.overfill == "carry_over":
            return True
        if terms.overfill == "cap":
            return card.capped_by is None
        return card.count < card.target or self.may_complete(card, terms)

    def may_complete(self, card: Card, terms: Terms) -> bool:
        if terms.overfill == "carry_over":
            return True
        if terms.overfill == "cap":
            return card.capped_by is None
        return len(self.full_card_rewards(card, "open")) < terms.bank_limit

    def add_stamps(
        self, now: Situation, card: Card, n: int, terms: Terms, kind: PostingKind = "stamps_given", by: str = "granted"
    ) -> Given:
        """One after the other: repay, or add and complete, until one does not fit."""
        added, completed = Given(), []
        if card.capped_by is not None and terms.overfill != "cap":
            card.capped_by, card.target = None, terms.target
        for _ in range(n):
            if self.repay_stamps(card, 1):
                added.repaid += 1
            elif self.takes_a_stamp(card, terms):
                card.count += 1
                completed += self.complete(now, card, terms)
            else:
                added.reason = {"cap": "card_full", "bank_to_limit": "bank_full"}[terms.overfill]
                break
            added.given += 1
        self.post(
            now,
            kind,
            card,
            "stamps",
            **{by: -added.given, "debt": added.repaid, "issued": added.given - added.repaid},
        )
        self.tell_completed(now, card, completed)
        added.unlocked = completed
        return added

    def complete(self, now: Situation, card: Card, terms: Terms) -> list[Unlocked]:
        """R21: what the full card unlocks; the next cycle takes the target now in force (R23)."""
        completed = []
        while card.count >= card.target and self.may_complete(card, terms):
            entry = self.unlock(now, card, terms.full_card_reward, card.target)
            completed.append(entry)
            card.count -= card.target
            card.capped_by = entry.redeem_code if terms.overfill == "cap" else None
            if card.capped_by is None:
                card.target = terms.target
        return completed

    def tell_completed(self, now: Situation, card: Card, completed: list[Unlocked]) -> None:
        """One `reward_unlocked` for all, a pair of lines for each (R20)."""
        for entry in completed:
            self.post(now, "stamps_completed", card, "stamps", issued=-entry.target, redeemed=entry.target)
        if completed:
            codes = tuple(entry.redeem_code for entry in completed)
            self.notice(card, Notice("reward_unlocked", now.at, now.effective, redeem_codes=codes))

    def recomplete(self, now: Situation, card: Card) -> list[Unlocked]:
        """After the room on the card changed."""
        terms = self.terms(card.program, now.effective)
        completed = self.complete(now, card, terms)
        self.tell_completed(now, card, completed)
        return completed

    def reward_left(self, now: Situation, card: Card, entry: Unlocked) -> None:
        """A waiting reward was used or has expired: the next cycle opens, or a full card completes."""
        if card.capped_by == entry.redeem_code:
            card.capped_by = None
            card.target = self.terms(card.program, now.effective).target
        self.recomplete(now, card)

    # Reversing (R59)

    def reverse_stamps(self, now: Situation, card: Card, n: int, policy: Policy, account: str = "granted") -> None:
        taken = min(card.count, n)
        card.count -= taken
        undone = []
        for entry in self.full_card_rewards(card, "open"):
            if taken == n:
                break
            self.undo(card, entry)
            undone.append(entry)
            more = min(card.count, n - taken)
            card.count -= more
            taken += more
        owed, written_off = self.blame_used(card, n - taken, policy)
        written_off += n - taken - owed - written_off
        self.post(now, "reversal", card, "stamps", **{account: n}, issued=-taken, debt=-owed, absorbed=-written_off)
        for entry in undone:
            self.post(now, "stamps_undone", card, "stamps", redeemed=-entry.target, issued=entry.target)

    def undo(self, card: Card, entry: Unlocked) -> None:
        """Its cycle is current again."""
        entry.state = "withdrawn"
        card.count += entry.target
        card.target = entry.target
        if card.capped_by == entry.redeem_code:
            card.capped_by = None

    def blame_used(self, card: Card, n: int, policy: Policy) -> tuple[int, int]:
        """Stamps that went into used rewards are owed or written off, the youngest reward first."""
        owed = written_off = 0
        for entry in self.full_card_rewards(card, "used"):
            points = min(entry.target - entry.owed - entry.written_off, n - owed - written_off)
            if policy == "debt" and card.state != "closed":
                entry.owed += points
                owed += points
            else:
                entry.written_off += points
                written_off += points
        return owed, written_off

    def void_use_of(self, now: Situation, card: Card, entry: Unlocked) -> None:
        """Open again; or withdrawn, if stamps are owed or were written off for it (R45, R59)."""
        if card.state == "closed":
            entry.state = "withdrawn"
            return
        if entry.owed or entry.written_off:
            self.settle_used(now, card, entry)
            return
        entry.state, entry.used_at, entry.used_store = "open", None, None
        if entry.expires_at is not None and entry.expires_at <= now.at:
            self.date_reward(entry, now.at, self.terms(card.program, now.at).restore_days)

    def settle_used(self, now: Situation, card: Card, entry: Unlocked) -> None:
        entry.state = "withdrawn"
        back = entry.target
        repaid, entry.owed = entry.owed, 0
        undone, entry.written_off = entry.written_off, 0
        repaid += self.repay_stamps(card, back - repaid - undone)
        rest = back - repaid - undone
        card.count += rest
        self.post(now, "stamps_undone", card, "stamps", redeemed=-back, absorbed=undone, debt=repaid, issued=rest)
        self.recomplete(now, card)
