"""Time-driven work by due time (R34, R38, R74, R75)."""

from datetime import UTC, datetime, timedelta

from rulebook.model.days import local_day, start
from rulebook.model.entries import Card, Lot, Situation
from rulebook.model.settings import Settings
from rulebook.views import Due, Notice, WorkKind

ORDER: tuple[WorkKind, ...] = ("lapse", "reward_expire", "expire", "end", "birthday", "warn")
SEEN_AS_DONE = 4  # every operation sees these kinds as done; the others come from elsewhere or only tell
WARN_TOGETHER = timedelta(days=6)


class Work(Settings):
    def due(self, at: datetime) -> tuple[Due, ...]:
        return tuple(work for work in self.due_until(at, len(ORDER)) if self.has_effect(work))

    def has_effect(self, work: Due) -> bool:
        """An empty lot needs no event (R34)."""
        lots = [lot for lot in self.all_lots if lot.card == work.card and lot.expires_at == work.due]
        return work.kind != "expire" or any(lot.free for lot in lots if not lot.gone)

    def due_until(self, at: datetime, kinds: int) -> list[Due]:
        """Afresh: what is due by then and not done, by due time, then by the order of kinds."""
        found = [
            Due("lapse", hold.ends_at, hold.name, hold.card)
            for hold in self.holds.values()
            if hold.state == "open" and hold.ends_at <= at
        ]
        for entry in self.unlocked.values():
            stopped = self.stopped(self.cards[entry.card], entry.store)
            if entry.state == "open" and entry.expires_at is not None and entry.expires_at <= at and not stopped:
                found.append(Due("reward_expire", entry.expires_at, entry.redeem_code, entry.card))
        found += [
            Due("expire", lot.expires_at, lot.card, lot.card)
            for lot in self.all_lots
            if not lot.gone and lot.expires_at is not None and lot.expires_at <= at and self.lapsed(lot, at)
        ]
        for card in self.cards.values():
            found += [Due("end", t, card.name, card.name) for t in self.ends(card) if t <= at]
            if kinds == len(ORDER):
                found += [Due("birthday", t, card.name, card.name) for _, t in self.due_birthdays(card, at)]
                found += self.due_warning(card, at)
        ranked = sorted(set(found), key=lambda work: (work.due, ORDER.index(work.kind), work.card, work.subject))
        return [work for work in ranked if ORDER.index(work.kind) < kinds]

    def run_due_work(self, at: datetime, only: int | None = None) -> tuple[Due, ...]:
        if self.now is not None and at < self.now:
            raise ValueError(f"recorded-at goes back: {at} after {self.now}")
        self.now = at
        self.calls.append(("run_due_work", {"at": at, "only": only}))
        done = self.do_all(at, len(ORDER), only)
        self.prove()
        return tuple(done)

    def catch_up(self, at: datetime) -> None:
        self.do_all(at, SEEN_AS_DONE, None)

    def do_all(self, at: datetime, kinds: int, only: int | None) -> list[Due]:
        """One piece after the other: each may make another due."""
        done: list[Due] = []
        while only is None or len(done) < only:
            waiting = self.due_until(at, kinds)
            if not waiting:
                break
            if self.has_effect(waiting[0]):
                done.append(waiting[0])
            self.do(waiting[0], at)
        return done

    def do(self, work: Due, at: datetime) -> None:
        if work.kind == "lapse":
            self.do_lapse(work, at)
        elif work.kind == "reward_expire":
            self.do_reward_expire(work, at)
        elif work.kind == "expire":
            self.do_expire(work, at)
        elif work.kind == "end":
            self.do_end(work, at)
        elif work.kind == "birthday":
            self.do_birthday(work, at)
        else:
            self.do_warn(work, at)

    def do_reward_expire(self, work: Due, at: datetime) -> None:
        entry = self.unlocked[work.subject]
        card = self.cards[entry.card]
        entry.state = "expired"
        key = f"reward-expire:{entry.redeem_code}:{entry.expires_on}"
        self.reward_left(Situation(key, at, work.due, entry.store, overdue=True), card, entry)

    def do_expire(self, work: Due, at: datetime) -> None:
        """One event per card and instant; only free points expire (R34)."""
        card = self.cards[work.card]
        lots = [lot for lot in self.own(card) if lot.expires_at == work.due and not lot.gone and self.lapsed(lot, at)]
        for lot in lots:
            lot.gone = True
        now = Situation(f"expire:{card.name}:{work.due.astimezone(UTC).isoformat()}", at, work.due)
        self.expire_free(now, card, lots, "expiry")

    def do_end(self, work: Due, at: datetime) -> None:
        """All that is left expires (R12)."""
        card = self.cards[work.card]
        now = Situation(f"end:{card.program}:{card.name}", at, work.due)
        self.ended.add(card.name)
        for lot in self.own(card):
            lot.gone = lot.ended = True
        self.expire_free(now, card, self.own(card), "end")
        for entry in self.unlocked.values():
            if entry.card == card.name and entry.state == "open":
                entry.state = "expired"
        self.post(now, "end", card, "stamps", issued=-card.count, expired=card.count)
        card.count, card.capped_by = 0, None

    # Warnings (R38)

    def due_warning(self, card: Card, at: datetime) -> list[Due]:
        zone = self.zone(None, card)
        today = local_day(at, zone)
        if card.state != "active" or self.in_force("program", card.program, start(today, zone)) is None:
            return []
        days = timedelta(days=self.terms(card.program, start(today, zone)).warn_days)
        worth = [lot for lot in self.to_warn_of(card, at) if lot.expires_on and lot.expires_on <= today + days]
        if not days or not worth or (card.name, today) in self.warned:
            return []
        return [Due("warn", start(today, zone), card.name, card.name)]

    def to_warn_of(self, card: Card, at: datetime) -> list[Lot]:
        return [
            lot
            for lot in self.own(card)
            if lot.free and not lot.warned and not self.lapsed(lot, at) and not self.stopped(card, lot.store)
        ]

    def do_warn(self, work: Due, at: datetime) -> None:
        card = self.cards[work.card]
        today = local_day(work.due, self.zone(None, card))
        self.warned.add((card.name, today))
        last = today + timedelta(days=self.terms(card.program, work.due).warn_days) + WARN_TOGETHER
        lots = [lot for lot in self.to_warn_of(card, at) if lot.expires_on is not None and lot.expires_on <= last]
        for lot in lots:
            lot.warned = True
        self.notice(card, Notice("points_expiring", at, work.due, points=sum(lot.free for lot in lots)))
