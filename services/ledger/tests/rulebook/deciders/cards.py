"""What happens to a card, its owner and its figures by hand. Who is whose, and born when, is enrollment's."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid5

from ledger.domain.days import local_day
from rulebook.deciders.naming import MERCHANT, id_of
from rulebook.deciders.settings import Settings
from rulebook.deciders.telling import told_once
from rulebook.terms import STAFF, By, Cause, Reason, Whole
from rulebook.views import Answer
from stampbook_events import ids
from stampbook_events import ledger as told


@dataclass
class Holder:
    """*birthday*: month, day and the local day on which it was entered."""

    birthday: tuple[int, int, date] | None = None
    consent: list[tuple[datetime, bool]] = field(default_factory=list)


class Cards(Settings):
    def __init__(self, merchant: UUID = MERCHANT) -> None:
        super().__init__(merchant)
        self.confirmed: set[str] = set()
        self.holders: dict[UUID, Holder] = {}
        self.persons: dict[UUID, str] = {}

    @told_once
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
        who = person.strip().casefold()
        self.program = program  # Enrollment's: a store belongs to the program that is joined there.
        self.write_stores()
        if self.tenant.stores[id_of("store", store)].loyalty != "live":
            return Answer(accepted=False, code="not_live")  # Enrollment's: the join page of a paused store is closed.
        customer = self.people.setdefault(who, uuid5(MERCHANT, f"{who} {self.sent}"))
        card_id = ids.card_id(customer, id_of("program", program))
        command = told.OpenCard(
            customer_id=customer,
            program_id=id_of("program", program),
            store_id=id_of("store", store),
            card_number=number or f"of {key}",
            language="en",
            test=test,
        )
        self.cards.setdefault(card_id, f"card-{len(self.cards) + 1}")
        decision = self.send(key, at, command)
        if decision.refused not in {None, "card_exists"}:
            if card_id not in self.tenant.cards:
                self.cards.pop(card_id)
            return self.refused(decision)
        self.persons[card_id] = who
        if decision.refused is None:
            self.holders[card_id] = Holder()
            if who in self.confirmed:
                self.send(key, at, told.ConfirmAddress(customer_id=customer, program_id=command.program_id))
        card = self.tenant.card(card_id)
        return Answer(card=self.cards[card.card_id], balance=card.holdings.balance(at))

    @told_once
    def confirm_address(self, *, key: str, at: datetime, person: str) -> Answer:
        who = person.strip().casefold()
        self.confirmed.add(who)
        for card_id in [card_id for card_id, whose in self.persons.items() if whose == who]:
            card = self.tenant.cards[card_id]
            self.send(key, at, told.ConfirmAddress(customer_id=card.customer_id, program_id=card.program_id))
        return Answer()

    @told_once
    def set_birthday(self, *, key: str, at: datetime, card: str, month: int, day: int) -> Answer:
        mine = self.tenant.card(self.card_id(card))
        if mine.state == "closed":
            return Answer(accepted=False, code="card_closed")
        holder = self.holders[mine.card_id]
        holder.birthday = (month, day, local_day(at, self.tenant.zone_of(mine.store_id)))
        if not holder.consent:
            holder.consent.append((at, True))
        return Answer(card=self.cards[mine.card_id])

    @told_once
    def set_consent(self, *, key: str, at: datetime, card: str, given: bool) -> Answer:
        mine = self.tenant.card(self.card_id(card))
        self.holders[mine.card_id].consent.append((at, given))
        return Answer(card=self.cards[mine.card_id])

    @told_once
    def adjust(
        self,
        *,
        key: str,
        at: datetime,
        card: str,
        points: Whole | None = None,
        stamps: Whole | None = None,
        reason: Reason = "goodwill",
        store: str | None = None,
        by: By,
    ) -> Answer:
        unit, value = ("points", points) if points is not None else ("stamps", stamps or 0)
        if value != int(value):
            return Answer(accepted=False, code=f"{unit}_not_whole")  # The gateway's: no command can say it.
        card_id = self.card_id(card)
        store_id = id_of("store", store) if store else None
        if points is not None:
            command = told.AdjustPoints(card_id=card_id, points=int(points), reason=reason, store_id=store_id)
            decision = self.send(key, at, command, by)
            if decision.refused is not None:
                return self.refused(decision)
            balance = decision.result["balance"]
            return Answer(card=self._name(decision.result), effective=at, points=int(points), balance=balance)
        stamped = told.AdjustStamps(card_id=card_id, stamps=int(stamps or 0), reason=reason, store_id=store_id)
        decision = self.send(key, at, stamped, by)
        if decision.refused is not None:
            return self.refused(decision)
        given = decision.result["given"]
        words = {"card": self._name(decision.result), "given": given}
        if given < 0:
            return Answer(**words, effective=at)
        unlocked = tuple(one["code"] for one in decision.result["unlocked"])
        rest, because = decision.result["not_given"], decision.result["not_given_because"]
        return Answer(**words, not_given=rest, reason=because, unlocked=unlocked)

    def _name(self, result: dict[str, object]) -> str:
        return self.cards[result["card_id"]]  # type: ignore[index]

    def on_card(self, key: str, at: datetime, command: told.LedgerCommand, by: By = STAFF) -> Answer:
        decision = self.send(key, at, command, by)
        if decision.refused is not None:
            return self.refused(decision)
        return Answer(card=self._name(decision.result))

    @told_once
    def forgive_debt(self, *, key: str, at: datetime, card: str, by: By) -> Answer:
        decision = self.send(key, at, told.ForgiveDebt(card_id=self.card_id(card)), by)
        if decision.refused is not None:
            return self.refused(decision)
        result = decision.result
        return Answer(card=self._name(result), effective=at, points=result["points"], balance=result["balance"])

    @told_once
    def freeze(self, *, key: str, at: datetime, card: str, by: By = STAFF) -> Answer:
        return self.on_card(key, at, told.FreezeCard(card_id=self.card_id(card)), by)

    @told_once
    def unfreeze(self, *, key: str, at: datetime, card: str, by: By = STAFF) -> Answer:
        return self.on_card(key, at, told.UnfreezeCard(card_id=self.card_id(card)), by)

    @told_once
    def close(self, *, key: str, at: datetime, card: str, cause: Cause = "leaving") -> Answer:
        decision = self.send(key, at, told.CloseCard(card_id=self.card_id(card), cause=cause))
        if decision.refused is not None:
            return self.refused(decision)
        mine = self.tenant.card(self.card_id(card))
        self.holders[mine.card_id] = Holder()
        if cause == "erasure":
            self._forget(mine.card_id)
        return Answer(card=self._name(decision.result), balance=decision.result["balance"])  # type: ignore[arg-type]

    def _forget(self, card_id: UUID) -> None:
        """Nobody knows any more who it was (R26): the person who joins next is another one."""
        for merged in [each for each in self.cards if self.tenant.card(each).card_id == card_id]:
            who = self.persons.pop(merged, "")
            self.people.pop(who, None)
            self.confirmed.discard(who)

    @told_once
    def new_number(self, *, key: str, at: datetime, card: str, number: str, by: By = STAFF) -> Answer:
        return self.on_card(key, at, told.ReplaceCard(card_id=self.card_id(card), card_number=number), by)

    @told_once
    def check_person(self, *, key: str, at: datetime, card: str, by: By = STAFF) -> Answer:
        return self.on_card(key, at, told.CheckHolder(card_id=self.card_id(card)), by)

    @told_once
    def merge(self, *, key: str, at: datetime, card: str, into: str) -> Answer:
        a, b = self.card_id(card), self.card_id(into)
        first = self.tenant.cards.get(a)
        decision = self.send(key, at, told.MergeCards(card_id=a, into=b))
        if decision.refused is not None or first is None:
            return self.refused(decision)
        survivor = self.tenant.card(b)
        gone = next(fact.event.card_id for fact in decision.facts if isinstance(fact.event, told.CardMerged))
        mine, other = self.holders[survivor.card_id], self.holders[gone]
        mine.birthday, mine.consent = mine.birthday or other.birthday, mine.consent or other.consent
        return Answer(card=self.cards[survivor.card_id], balance=decision.result["balance"])  # type: ignore[arg-type]
