"""What the merchant decides; stores and pauses are enrollment's word, told here in its place."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from ledger.domain.clock import Stop
from ledger.domain.terms import Store
from rulebook.deciders.naming import MERCHANT, campaign_of, id_of, program_of, reward_of
from rulebook.deciders.telling import Telling, told_once
from rulebook.speaking import Versioned
from rulebook.terms import CampaignTerms, OfflineCap, RewardTerms, Scope, Terms
from rulebook.views import Answer
from stampbook_events import ledger as told
from stampbook_messaging.messages import Decision


@dataclass
class Shop:
    zone: str
    scope: Scope
    offline_cap: OfflineCap | None
    live: bool
    stops: tuple[Stop, ...] = ()


class Settings(Telling):
    def __init__(self, merchant: UUID = MERCHANT) -> None:
        super().__init__(merchant)
        self.shops: dict[str, Shop] = {}
        self.merchant_state = "live"
        self.paused = False
        self.program = ""
        self.waiting: list[tuple[str, datetime, told.PublishReward]] = []

    def write_stores(self) -> None:
        """As the ledger would know them; every store of these tests is in one program."""
        for name, shop in self.shops.items():
            open_for_all = self.merchant_state == "live" and not self.paused
            paused = bool(shop.stops) and shop.stops[-1].ends is None
            store_id = id_of("store", name)
            self.names[store_id] = name
            self.tenant.stores[store_id] = Store(
                store_id,
                id_of("program", self.program or "FG"),
                shop.zone,
                "EUR",
                "live" if shop.live and open_for_all and not paused else "paused",
                shop.scope,
                shop.offline_cap.points if shop.offline_cap else None,
                shop.offline_cap.operations if shop.offline_cap else 0,
                shop.stops,
            )

    def stop(self, at: datetime, *, stands: bool) -> None:
        """The clock of the whole merchant."""
        stops = self.tenant.stops
        if stands and not (stops and stops[-1].ends is None):
            self.tenant.stops = (*stops, Stop(at))
        elif not stands and stops and stops[-1].ends is None:
            self.tenant.stops = (*stops[:-1], Stop(stops[-1].begins, at))
        self.write_stores()

    @told_once
    def set_merchant(self, *, key: str, at: datetime, state: Literal["live", "not_live", "suspended"]) -> Answer:
        self.merchant_state = state
        self.stop(at, stands=self.paused or state == "suspended")
        return Answer()

    @told_once
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
        stops = self.shops[store].stops if store in self.shops else ()
        self.shops[store] = Shop(zone, receipt_scope, offline_cap, live, stops)
        self.write_stores()
        return Answer()

    @told_once
    def pause_loyalty(self, *, key: str, at: datetime, store: str | None = None) -> Answer:
        if store is None:
            self.paused = True
            self.stop(at, stands=True)
        else:
            shop = self.shops[store]
            if not (shop.stops and shop.stops[-1].ends is None):
                shop.stops = (*shop.stops, Stop(at))
        self.write_stores()
        return Answer()

    @told_once
    def resume_loyalty(self, *, key: str, at: datetime, store: str | None = None) -> Answer:
        if store is None:
            self.paused = False
            self.stop(at, stands=self.merchant_state == "suspended")
        else:
            shop = self.shops[store]
            if shop.stops and shop.stops[-1].ends is None:
                shop.stops = (*shop.stops[:-1], Stop(shop.stops[-1].begins, at))
        self.write_stores()
        return Answer()

    def set_up(self, decision: Decision) -> Answer:
        if decision.refused is not None:
            return self.refused(decision)
        return Answer(version=next((n for name, n in decision.result.items() if name.endswith("_version")), None))

    @told_once
    def publish_program(
        self, *, key: str, at: datetime, program: str, terms: Terms, effective_from: datetime | None = None
    ) -> Answer:
        self.program = program
        self.write_stores()
        command = msgspec.structs.replace(program_of(program, terms), effective_from=effective_from)
        answer = self.set_up(self.send(key, at, command))
        for waiting in self.waiting:
            self.send(*waiting)
        self.waiting.clear()
        return answer

    @told_once
    def publish_campaign(
        self, *, key: str, at: datetime, campaign: str, terms: CampaignTerms, effective_from: datetime | None = None
    ) -> Answer:
        command = told.PublishCampaign(
            campaign_id=id_of("campaign", campaign), terms=campaign_of(terms), effective_from=effective_from
        )
        return self.set_up(self.send(key, at, command))

    @told_once
    def publish_reward(
        self, *, key: str, at: datetime, reward: str, terms: RewardTerms, effective_from: datetime | None = None
    ) -> Answer:
        """A reward may be told before its program is: the tests do, a merchant cannot."""
        self.names[id_of("reward", reward)] = reward
        command = told.PublishReward(
            reward_id=id_of("reward", reward), terms=reward_of(terms), effective_from=effective_from
        )
        if command.terms.program_id in self.tenant.programs:
            return self.set_up(self.send(key, at, command))
        self.waiting.append((key, at, command))
        return Answer(version=1)

    @told_once
    def withdraw(self, *, key: str, at: datetime, what: Versioned, name: str, version: int) -> Answer:
        made = id_of(what, name)
        match what:
            case "program":
                command: told.LedgerCommand = told.WithdrawProgram(program_id=made, version=version)
            case "campaign":
                command = told.WithdrawCampaign(campaign_id=made, version=version)
            case "reward":
                command = told.WithdrawReward(reward_id=made, version=version)
        return self.set_up(self.send(key, at, command))

    @told_once
    def retire_reward(self, *, key: str, at: datetime, reward: str) -> Answer:
        return self.set_up(self.send(key, at, told.RetireReward(reward_id=id_of("reward", reward))))

    @told_once
    def end_program(self, *, key: str, at: datetime, program: str, ends_at: datetime, last_day: date) -> Answer:
        command = told.EndProgram(program_id=id_of("program", program), ends_at=ends_at, last_day=last_day)
        return self.set_up(self.send(key, at, command))

    def each_card(self, key: str, at: datetime, command: type) -> list[Decision]:
        """What the merchant asks for all cards at once goes to each of them."""
        return [self.send(key, at, command(card_id=card_id)) for card_id in self.cards]

    @told_once
    def lower_open_cycles(self, *, key: str, at: datetime, program: str) -> Answer:
        decisions = self.each_card(key, at, told.LowerCycle)
        return Answer(unlocked=tuple(one["code"] for each in decisions for one in each.result.get("unlocked", ())))

    @told_once
    def extend_lots(self, *, key: str, at: datetime, program: str) -> Answer:
        return Answer(points=sum(each.result.get("points", 0) for each in self.each_card(key, at, told.ExtendLots)))
