"""The card itself: opened, frozen, closed, lost, merged (R25, R64-R68)."""

from dataclasses import replace
from datetime import datetime

from rulebook.model.adjusting import Adjusting
from rulebook.model.entries import Card, Entry, Lot, Refused, Situation, Unlocked
from rulebook.model.ground import operation
from rulebook.terms import STAFF, By, Cause
from rulebook.views import Answer


class Cards(Adjusting):
    @operation
    def open_card(
        self,
        *,
        key: str,
        at: datetime,
        program: str,
        person: str,
        store: str,
        number: str | None = None,
        test: bool = False,
    ) -> Answer:
        """One person, one card: who joins again has the card they had (X12, R66)."""
        self.check_live(store)
        if ("program", program) not in self.versions:
            raise Refused("program_unknown")
        terms = self.terms(program, at)
        ending = self.endings.get(program)
        if ending and at >= ending.ends_at:
            raise Refused("program_ended")
        who = person.strip().casefold()
        name = self.persons.get((program, who))
        if name is not None and self.find_card(name).state != "closed":
            mine = self.find_card(name)
            return Answer(card=mine.name, balance=self.balance_of(mine, at))
        if name is None:
            name = f"card-{len(self.cards) + 1}"
            self.persons[program, who] = name
            self.cards[name] = Card(name, program, who, store, at, number, terms.target, test)
        mine = self.find_card(name)
        mine.state, mine.number, mine.target, mine.promise = "active", number, terms.target, terms.welcome
        mine.person_checked = False  # Who joins again is checked again.
        self.welcome(mine, at, "at_enrollment")
        if who in self.confirmed:
            self.welcome(mine, at, "address_confirmed")
        return Answer(card=mine.name, balance=self.balance_of(mine, at))

    # Frozen (R35, R64)

    @operation
    def freeze(self, *, key: str, at: datetime, card: str, by: By = STAFF) -> Answer:
        mine = self.find_card(card)
        self.check_state(mine)
        mine.state = "frozen"
        return Answer(card=mine.name)

    @operation
    def unfreeze(self, *, key: str, at: datetime, card: str, by: By = STAFF) -> Answer:
        mine = self.find_card(card)
        if mine.state == "closed":
            raise Refused("card_closed")
        waiting = self.standing()
        mine.state, mine.unfrozen_at = "active", at if mine.state == "frozen" else mine.unfrozen_at
        self.restart(at, waiting)
        self.welcome(mine, at, "at_enrollment")
        if mine.person in self.confirmed:
            self.welcome(mine, at, "address_confirmed")
        return Answer(card=mine.name)

    def standing(self) -> list[Lot | Unlocked]:
        """Lots and unlocked rewards whose clock stands."""
        all_of_them: list[Lot | Unlocked] = [*self.all_lots, *self.unlocked.values()]
        return [each for each in all_of_them if self.stopped(self.cards[each.card], each.store)]

    def restart(self, at: datetime, waiting: list[Lot | Unlocked]) -> None:
        """What would have lapsed while the clock stood has restore_days from the day it goes on (R35)."""
        for each in waiting:
            card = self.cards[each.card]
            if each.expires_at is None or each.expires_at > at or self.stopped(card, each.store):
                continue
            if isinstance(each, Lot) and not each.gone:
                self.date_lot(each, self.restored_day(at, each, card))
                each.warned = False
            if isinstance(each, Unlocked) and each.state == "open":
                self.date_reward(each, at, self.terms(card.program, at).restore_days)

    # Closed (R66)

    @operation
    def close(self, *, key: str, at: datetime, card: str, cause: Cause = "leaving") -> Answer:
        mine = self.find_card(card)
        if mine.state == "closed":
            raise Refused("card_closed")
        now = self.situation(key, at)
        for held in self.open_holds(mine):
            self.end_hold(now, mine, held, "release")
        mine.state = "closed"
        self.sweep_closed(now, mine)
        owed = self.debt_of(mine)
        self.post(now, "debt_forgiven", mine, absorbed=-owed, debt=owed)
        self.close_stamps(now, mine)
        mine.birthday = None
        mine.consent.clear()
        if cause == "erasure":
            self.forget(mine)
        return Answer(card=mine.name, balance=self.balance_of(mine, at))

    def close_stamps(self, now: Situation, card: Card) -> None:
        owed = 0
        for entry in self.unlocked.values():
            if entry.card == card.name:
                entry.state = "withdrawn" if entry.state == "open" else entry.state
                owed += entry.owed
                entry.written_off += entry.owed
                entry.owed = 0
        self.post(now, "close", card, "stamps", issued=-card.count, expired=card.count)
        self.post(now, "debt_forgiven", card, "stamps", absorbed=-owed, debt=owed)
        card.count, card.capped_by = 0, None

    def forget(self, card: Card) -> None:
        """After an erasure nobody knows that it was them (R26), nor who else they had been."""
        for program, who in [key for key, name in self.persons.items() if self.find_card(name) is card]:
            del self.persons[program, who]
            self.welcomed.discard(who)
            self.confirmed.discard(who)
        card.person = f"erased {card.name}"

    # Lost (R67)

    @operation
    def new_number(self, *, key: str, at: datetime, card: str, number: str, by: By = STAFF) -> Answer:
        mine = self.find_card(card)
        if mine.state == "closed":
            raise Refused("card_closed")
        if mine.number is not None:
            mine.old_numbers[mine.number] = at
        mine.number = number
        for entry in [e for e in self.unlocked.values() if e.card == mine.name and e.state == "open"]:
            self.renew(mine, entry.redeem_code)
        for held in self.open_holds(mine):
            self.dead_codes.add(held.redeem_code)
            held.redeem_code = self.new_code()
        return Answer(card=mine.name)

    def renew(self, card: Card, old: str) -> None:
        """A new code in the old one's place, so that the order of unlocking stays."""
        fresh = self.new_code()
        self.dead_codes.add(old)
        self.unlocked = {(fresh if code == old else code): entry for code, entry in self.unlocked.items()}
        self.unlocked[fresh].redeem_code = fresh
        if card.capped_by == old:
            card.capped_by = fresh

    @operation
    def check_person(self, *, key: str, at: datetime, card: str, by: By = STAFF) -> Answer:
        mine = self.find_card(card)
        mine.person_checked = True
        return Answer(card=mine.name)

    # Merged (R68)

    @operation
    def merge(self, *, key: str, at: datetime, card: str, into: str) -> Answer:
        a, b = self.find_card(card), self.find_card(into)
        if a is b or a.program != b.program:
            raise Refused("card_unknown")
        self.check_state(a)
        self.check_state(b)
        now = self.situation(key, at)
        for held in self.open_holds(a):
            self.end_hold(now, a, held, "release")
        self.younger_welcome_loses(now, a, b)
        self.move_points(now, a, b)
        self.move_stamps(now, a, b)
        a.state, a.merged_into = "merged", b.name
        self.settle_merged(now, b)
        return Answer(card=b.name, balance=self.balance_of(b, at))

    def younger_welcome_loses(self, now: Situation, a: Card, b: Card) -> None:
        bonuses = [
            e
            for e in self.operations.values()
            if e.kind == "welcome" and not e.voided and e.lot and e.key not in self.lost_welcomes
        ]
        mine = {card.name: [e for e in bonuses if self.find_card(e.card) is card] for card in (a, b)}
        if not (mine[a.name] and mine[b.name]):
            return
        younger = max(mine[a.name] + mine[b.name], key=lambda e: e.effective)
        assert younger.lot is not None
        self.lost_welcomes.add(younger.key)
        lot = younger.lot
        points = lot.free
        lot.free, lot.reversed = 0, lot.reversed + points
        self.post(now, "reversal", self.find_card(younger.card), granted=points, issued=-points)

    def move_points(self, now: Situation, a: Card, b: Card) -> None:
        issued = sum(lot.free for lot in self.own(a))
        debt = self.debt_of(a)
        for lot in self.own(a):
            lot.card = b.name
        entries = [Entry(a.name, "issued", -issued), Entry(b.name, "issued", issued)]
        entries += [Entry(a.name, "debt", debt), Entry(b.name, "debt", -debt)]
        self.post_entries(now, "merge", "points", [entry for entry in entries if entry.amount])

    def move_stamps(self, now: Situation, a: Card, b: Card) -> None:
        owed = self.owed_by(a)
        entries = [Entry(a.name, "issued", -a.count), Entry(b.name, "issued", a.count)]
        entries += [Entry(a.name, "debt", owed), Entry(b.name, "debt", -owed)]
        self.post_entries(now, "merge", "stamps", [entry for entry in entries if entry.amount])
        b.count, a.count = b.count + a.count, 0
        for entry in self.unlocked.values():
            entry.card = b.name if entry.card == a.name else entry.card
        b.birthday = b.birthday or a.birthday
        b.consent = b.consent or a.consent
        self.birthdays |= {(b.name, year) for name, year in self.birthdays if name == a.name}

    def settle_merged(self, now: Situation, b: Card) -> None:
        """Debt is settled from the lots, owed stamps from the count; the rest completes by carry_over."""
        settled = self.take(self.usable(b, now.at), self.debt_of(b))
        for lot, points in settled:
            lot.settled += points
        points = sum(part for _, part in settled)
        self.post(now, "merge", b, debt=points, issued=-points)
        repaid = self.repay_stamps(b, b.count)
        b.count -= repaid
        self.post(now, "merge", b, "stamps", debt=repaid, issued=-repaid)
        self.tell_completed(
            now, b, self.complete(now, b, replace(self.terms(b.program, now.at), overfill="carry_over"))
        )
