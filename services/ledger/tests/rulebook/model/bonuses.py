"""Welcome and birthday bonuses, each once (R25-R28)."""

from datetime import UTC, date, datetime, timedelta

from rulebook.model.days import in_year, local_day, start
from rulebook.model.entries import Card, Operation, Refused, Situation
from rulebook.model.ground import operation
from rulebook.model.guards import Guards
from rulebook.speaking import birthday_of, welcome_of
from rulebook.terms import Bonus, Timing
from rulebook.views import Answer, Due, Notice

AHEAD_DAYS = 30
CATCH_UP_DAYS = 14


class Bonuses(Guards):
    # Welcome (R25, R26)

    def welcome(self, card: Card, at: datetime, timing: Timing) -> str | None:
        """The promise is kept once per person; on a frozen card it waits. The bonus' operation."""
        promise, person = card.promise, card.person
        if not isinstance(promise, Bonus) or promise.timing != timing or person in self.welcomed:
            return None
        ending = self.endings.get(card.program)
        if card.state != "active" or (ending and at >= ending.ends_at):
            return None
        self.welcomed.add(person)
        now = Situation(welcome_of(card.name), at, at, card.home_store)
        self.grant(now, card, promise, "welcome")
        return now.key

    def grant(self, now: Situation, card: Card, bonus: Bonus, kind: str) -> None:
        terms = self.terms(card.program, now.effective)
        entry = self.record(now, kind, card, policy="absorb", points=bonus.points)
        if bonus.points:
            _, entry.lot = self.credit(now, card, bonus.points, terms, "bonus", "granted")
        if bonus.stamps:
            entry.stamps = self.add_stamps(now, card, bonus.stamps, terms).given
        if bonus.reward is not None:
            entry.unlocked = self.unlock(now, card, bonus.reward)
            codes = (entry.unlocked.redeem_code,)
            self.notice(card, Notice("reward_unlocked", now.at, now.effective, redeem_codes=codes))

    def first_purchase(self, now: Situation, card: Card, entry: Operation) -> None:
        entry.bonus = self.welcome(card, now.at, "first_purchase")

    def take_back_bonus(self, now: Situation, card: Card, entry: Operation) -> None:
        """A voided first purchase never happened, nor did its bonus (R26)."""
        bonus = self.operations.get(entry.bonus or "")
        if bonus is None or bonus.voided:
            return
        self.reverse_bonus(now, card, bonus)
        self.welcomed.discard(self.cards[bonus.card].person)

    def reverse_bonus(self, now: Situation, card: Card, bonus: Operation) -> None:
        """Always absorbs (R56)."""
        bonus.voided = True
        if bonus.points:
            self.reverse_points(now, card, bonus.points, bonus.lot, "absorb")
        if bonus.stamps:
            self.reverse_stamps(now, card, bonus.stamps, "absorb")
        if bonus.unlocked is not None and bonus.unlocked.state == "open":
            bonus.unlocked.state = "withdrawn"

    @operation
    def confirm_address(self, *, key: str, at: datetime, person: str) -> Answer:
        who = person.strip().casefold()
        self.confirmed.add(who)
        for card in [self.find_card(card.name) for card in self.cards.values() if card.person == who]:
            self.confirmed.add(card.person)  # Of two cards that became one the person is one.
            self.welcome(card, at, "address_confirmed")
        return Answer()

    # Birthday (R27, R28)

    @operation
    def set_birthday(self, *, key: str, at: datetime, card: str, month: int, day: int) -> Answer:
        mine = self.find_card(card)
        if mine.state == "closed":
            raise Refused("card_closed")
        mine.birthday = (month, day, local_day(at, self.zone(None, mine)))
        if not mine.consent:
            mine.consent.append((at, True))
        return Answer(card=mine.name)

    @operation
    def set_consent(self, *, key: str, at: datetime, card: str, given: bool) -> Answer:
        mine = self.find_card(card)
        mine.consent.append((at, given))
        return Answer(card=mine.name)

    def consents(self, card: Card, t: datetime) -> bool:
        said = [given for since, given in card.consent if since <= t]
        return said[-1] if said else False

    def due_birthdays(self, card: Card, at: datetime) -> list[tuple[date, datetime]]:
        """Days that came, were told in time and are neither granted nor skipped."""
        if card.birthday is None or card.state != "active" or self.stopped(card, card.home_store):
            return []
        month, day, entered = card.birthday
        zone = self.zone(None, card)
        days = [in_year(year, month, day) for year in range(card.opened_at.year, local_day(at, zone).year + 1)]
        ending = self.endings.get(card.program)
        return [
            (each, start(each, zone))
            for each in days
            if start(each, zone) <= at
            and (each - entered).days >= AHEAD_DAYS
            and (card.name, each.year) not in self.birthdays
            and self.birthday_bonus(card, start(each, zone)) is not None
            and self.consents(card, start(each, zone))
            and not (ending and start(each, zone) >= ending.ends_at)
        ]

    def birthday_bonus(self, card: Card, t: datetime) -> Bonus | None:
        version = self.in_force("program", card.program, t)
        return getattr(version.terms, "birthday", None) if version else None

    def do_birthday(self, work: Due, at: datetime) -> None:
        card = self.cards[work.card]
        day = local_day(work.due, self.zone(None, card))
        self.birthdays.add((card.name, day.year))
        now = Situation(birthday_of(card.name, day.year), at, work.due.astimezone(UTC), card.home_store)
        if (local_day(at, self.zone(None, card)) - day) > timedelta(days=CATCH_UP_DAYS):
            self.notice(card, Notice("birthday_window_passed", at, work.due))
            return
        bonus = self.birthday_bonus(card, work.due)
        assert bonus is not None
        self.grant(now, card, bonus, "birthday")
