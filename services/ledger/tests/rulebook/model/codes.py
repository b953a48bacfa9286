"""Redeem codes: of unlocked rewards and of holds (R45, R46)."""

from datetime import datetime

from rulebook.model.entries import Hold, Refused, Situation, Unlocked
from rulebook.model.ground import operation
from rulebook.model.holds import Holds
from rulebook.terms import STAFF, By
from rulebook.views import Answer


class Codes(Holds):
    def find_code(self, redeem_code: str) -> Unlocked | Hold:
        if redeem_code in self.dead_codes:
            raise Refused("code_expired")
        for held in self.holds.values():
            if held.redeem_code == redeem_code:
                return held
        if redeem_code not in self.unlocked:
            raise Refused("code_unknown")
        return self.unlocked[redeem_code]

    @operation
    def use_reward(
        self,
        *,
        key: str,
        at: datetime,
        redeem_code: str,
        store: str | None = None,
        by: By = STAFF,
        receipt: str | None = None,
        number: str | None = None,
        ticket: bool = False,
        not_after: datetime | None = None,
    ) -> Answer:
        now = self.situation(key, at, store=store, by=by)
        self.check_not_after(at, not_after)
        self.check_live(store)
        entry = self.find_code(redeem_code)
        mine = self.begin_redeeming(now, entry.card, number, ticket=ticket, not_after=not_after)
        printed = self.receipt_key(mine.program, now.store, receipt, self.day(now, mine))
        self.check_usable(now, entry)
        if isinstance(entry, Hold):
            return self.spend_hold(now, mine, entry, entry.quantity, printed)
        entry.state, entry.used_at, entry.used_store = "used", at, now.store
        self.record(now, "use", mine, receipt=printed, unlocked=entry)
        self.reward_left(now, mine, entry)
        self.active(now, mine)
        return Answer(card=mine.name, effective=at, redeem_code=redeem_code)

    def check_usable(self, now: Situation, entry: Unlocked | Hold) -> None:
        """One use; not after its life; only where it is offered."""
        if entry.state in {"used", "captured"}:
            code = "code_already_used"
            answer = Answer(accepted=False, code=code, used_at=entry.used_at, used_store=entry.used_store)
            raise Refused(code, answer)
        if entry.state != "open":
            raise Refused("code_expired")
        if isinstance(entry, Unlocked) and entry.stores is not None and now.store not in entry.stores:
            raise Refused("reward_not_at_store")
