"""What the merchant sets: stores, pauses, versions, the end of a program, the migration of lots (R9-R12, R35, R37)."""

from datetime import date, datetime, timedelta

from rulebook.model.cards import Cards
from rulebook.model.days import last_day as last_day_of
from rulebook.model.days import local_day
from rulebook.model.entries import Ending, Refused, Store
from rulebook.model.ground import operation
from rulebook.speaking import Versioned
from rulebook.terms import CampaignTerms, OfflineCap, RewardTerms, Scope, Terms
from rulebook.views import Answer, Notice

NOTICE_DAYS = timedelta(days=90)


class Settings(Cards):
    @operation
    def set_merchant(self, *, key: str, at: datetime, state: str) -> Answer:
        waiting = self.standing()
        self.merchant_state = state
        self.restart(at, waiting)
        return Answer()

    @operation
    def set_store(
        self,
        *,
        key: str,
        at: datetime,
        store: str,
        zone: str,
        receipt_scope: Scope = "for_ever",
        offline_cap: OfflineCap | None = None,
        live: bool = True,
    ) -> Answer:
        paused = store in self.stores and self.stores[store].paused
        self.stores[store] = Store(zone, receipt_scope, offline_cap, live, paused)
        return Answer()

    @operation
    def pause_loyalty(self, *, key: str, at: datetime, store: str | None = None) -> Answer:
        if store is None:
            self.merchant_paused = True
        else:
            self.stores[store].paused = True
        return Answer()

    @operation
    def resume_loyalty(self, *, key: str, at: datetime, store: str | None = None) -> Answer:
        waiting = self.standing()
        if store is None:
            self.merchant_paused = False
        else:
            self.stores[store].paused = False
        self.restart(at, waiting)
        return Answer()

    @operation
    def publish_program(
        self, *, key: str, at: datetime, program: str, terms: Terms, effective_from: datetime | None = None
    ) -> Answer:
        return self.publish("program", program, terms, at, effective_from)

    @operation
    def publish_campaign(
        self, *, key: str, at: datetime, campaign: str, terms: CampaignTerms, effective_from: datetime | None = None
    ) -> Answer:
        return self.publish("campaign", campaign, terms, at, effective_from)

    @operation
    def publish_reward(
        self, *, key: str, at: datetime, reward: str, terms: RewardTerms, effective_from: datetime | None = None
    ) -> Answer:
        return self.publish("reward", reward, terms, at, effective_from)

    @operation
    def withdraw(self, *, key: str, at: datetime, what: Versioned, name: str, version: int) -> Answer:
        versions = self.versions.get((what, name), [])
        if not 1 <= version <= len(versions):
            raise Refused(f"{what}_unknown")
        if versions[version - 1].effective_from <= at:
            raise Refused("version_in_force")
        versions[version - 1].withdrawn = True
        return Answer(version=version)

    @operation
    def retire_reward(self, *, key: str, at: datetime, reward: str) -> Answer:
        if ("reward", reward) not in self.versions:
            raise Refused("reward_unknown")
        self.retired.setdefault(reward, at)
        return Answer()

    @operation
    def end_program(self, *, key: str, at: datetime, program: str, ends_at: datetime, last_day: date) -> Answer:
        """R12: redeeming goes on for 90 days at least."""
        if ("program", program) not in self.versions:
            raise Refused("program_unknown")
        if program in self.endings:
            raise Refused("program_ended")
        if ends_at < at:
            raise Refused("effective_from_in_the_past")
        if any(last_day < local_day(ends_at, store.zone) + NOTICE_DAYS for store in self.stores.values()):
            raise Refused("last_day_too_early")
        self.endings[program] = Ending(ends_at, last_day)
        return Answer()

    @operation
    def extend_lots(self, *, key: str, at: datetime, program: str) -> Answer:
        """R37: old lots by the rule now in force; no date ever moves earlier."""
        terms = self.terms(program, at)
        moved = 0
        for lot in self.all_lots:
            card = self.cards[lot.card]
            if card.program != program or lot.gone or lot.expires_on is None:
                continue
            later = last_day_of(local_day(lot.effective, lot.zone), terms.expiry)
            if later is None or later > lot.expires_on:
                self.date_lot(lot, later)
                lot.warned = False
                moved += lot.free + lot.held
                self.notice(card, Notice("lots_extended", at, at, points=lot.free + lot.held))
        return Answer(points=moved)
