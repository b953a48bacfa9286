"""The books that the deciders keep, read as a customer, an accountant or an operator would."""

import copy
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID, uuid5

import msgspec

from ledger.domain import due as dues
from ledger.domain import reported, reports
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.clock import stands_at
from ledger.domain.days import in_year, local_day, start_of
from ledger.domain.evolving import Place
from ledger.domain.lots import in_order
from ledger.domain.warning import ending_soon
from rulebook.deciders.naming import MERCHANT, actor_of, id_of
from rulebook.deciders.postings import postings_of
from rulebook.deciders.telling import SYSTEM
from rulebook.deciders.tills import Tills
from rulebook.views import Cohort, Due, Liability, LotView, Notice, Posting, RewardView, RollForward, WorkKind
from stampbook_events import CommandEnvelope
from stampbook_events import ledger as told
from stampbook_messaging.messages import Received

KINDS: dict[dues.Kind, WorkKind] = {
    dues.Kind.LAPSE: "lapse",
    dues.Kind.REWARD: "reward_expire",
    dues.Kind.POINTS: "expire",
    dues.Kind.END: "end",
}
ORDER: tuple[WorkKind, ...] = ("lapse", "reward_expire", "expire", "end", "birthday", "warn")
AHEAD_DAYS = 30


class Working(Tills):
    """The scheduler's part, and enrollment's: who is told of a birthday, and when."""

    def __init__(self, merchant: UUID = MERCHANT) -> None:
        super().__init__(merchant)
        self.warned: set[tuple[UUID, date]] = set()

    def due(self, at: datetime) -> tuple[Due, ...]:
        found = [work for card in self._cards() for work in self._due_on(card, at)]
        return tuple(sorted(set(found), key=lambda work: (work.due, ORDER.index(work.kind), work.card, work.subject)))

    def _cards(self) -> list[Card]:
        return [self.tenant.cards[card_id] for card_id in self.cards if card_id in self.tenant.cards]

    def _due_on(self, card: Card, at: datetime) -> Iterator[Due]:
        name = self.cards[card.card_id]
        if card.state not in {"closed", "merged"}:
            for work in dues._due(self._case(at), card):
                if work.kind in KINDS:
                    yield Due(KINDS[work.kind], work.at, self._subject(card, work), name)
        yield from (Due("birthday", begins, name, name) for _, begins in self.birthdays(card, at))
        if self._warns(card, at):
            zone = self.tenant.zone_of(card.store_id)
            yield Due("warn", start_of(local_day(at, zone), zone), name, name)

    def _subject(self, card: Card, work: dues.Due) -> str:
        match work.kind:
            case dues.Kind.LAPSE:
                return self.names[work.subject]
            case dues.Kind.REWARD:
                return card.unlocked[work.subject].code
            case _:
                return self.cards[card.card_id]

    def _case(self, at: datetime, command: Any = None) -> Case:
        self.sent += 1
        command = command or told.BookDue(card_id=next(iter(self.cards)))
        envelope = CommandEnvelope(
            id=uuid5(MERCHANT, f"work {self.sent}"),
            type="ledger.book_due.v1",
            merchant=self.tenant.merchant,
            actor=actor_of(SYSTEM),
            correlation=self.tenant.merchant,
            fingerprint=b"",
            data=msgspec.Raw(b"{}"),
        )
        return Case.of(
            self.tenant, Received(envelope=envelope, command=command, partition=0, seq=self.sent, recorded_at=at)
        )

    def birthdays(self, card: Card, at: datetime) -> list[tuple[date, datetime]]:
        """Days that came, were told in time and are neither granted nor skipped (R27)."""
        holder = self.holders.get(card.card_id)
        stopped = stands_at(self.tenant.stops_of(card, None), at)
        if holder is None or holder.birthday is None or card.state != "active" or stopped:
            return []
        month, day, entered = holder.birthday
        zone = self.tenant.zone_of(card.store_id)
        days = [in_year(year, month, day) for year in range(card.opened_at.year, local_day(at, zone).year + 1)]
        return [
            (each, start_of(each, zone))
            for each in days
            if start_of(each, zone) <= at
            and (each - entered).days >= AHEAD_DAYS
            and (card.card_id, each.year) not in self.tenant.birthdays
            and self._offers_birthday(card, start_of(each, zone))
            and self._consents(holder, start_of(each, zone))
        ]

    def _offers_birthday(self, card: Card, at: datetime) -> bool:
        program = self.tenant.program(card.program_id)
        version = program.in_force(at)
        ended = program.ending is not None and at >= program.ending.ends_at
        return version is not None and version.terms.rules.birthday is not None and not ended

    def _consents(self, holder: Any, at: datetime) -> bool:
        said = [given for since, given in holder.consent if since <= at]
        return bool(said) and said[-1]

    def _warns(self, card: Card, at: datetime) -> bool:
        """Once a day: the command has a fixed id (R74)."""
        today = local_day(at, self.tenant.zone_of(card.store_id))
        once = (card.card_id, today) not in self.warned
        return once and card.state == "active" and ending_soon(self._case(at), card) is not None

    def run_due_work(self, at: datetime, only: int | None = None) -> tuple[Due, ...]:
        self.now = at
        self.calls.append(("run_due_work", {"at": at, "only": only}))
        done: list[Due] = []
        while only is None or len(done) < only:
            for card in self._cards():
                self._go_on(card, at)
            waiting = self.due(at)
            if not waiting:
                break
            done.append(waiting[0])
            self._do(waiting[0], at)
        return tuple(done)

    def _go_on(self, card: Card, at: datetime) -> None:
        """That a clock goes on is no work of its own in these tests."""
        case = self._case(at)
        while card.state not in {"closed", "merged"}:
            work = min((each for each in dues._due(case, card)), default=None)
            if work is None or work.kind is not dues.Kind.GOES_ON:
                break
            self._book(case, card, work)
        self.note("clock", case.received, case.facts)

    def _do(self, piece: Due, at: datetime) -> None:
        card = self.tenant.cards[self.card_id(piece.card)]
        if piece.kind == "birthday":
            day = local_day(piece.due, self.tenant.zone_of(card.store_id))
            command = told.GrantBirthday(customer_id=card.customer_id, program_id=card.program_id, day=day)
            self.send(f"birthday:{piece.card}:{day.year}", at, command)
        elif piece.kind == "warn":
            self.warned.add((card.card_id, local_day(at, self.tenant.zone_of(card.store_id))))
            self.send("warn", at, told.WarnOfExpiry(card_id=card.card_id))
        else:
            case = self._case(at)
            work = next(
                each
                for each in dues._due(case, card)
                if KINDS.get(each.kind) == piece.kind
                and each.at == piece.due
                and self._subject(card, each) == piece.subject
            )
            self._book(case, card, work)
            self.note("work", case.received, case.facts)

    def _book(self, case: Case, card: Card, work: dues.Due) -> None:
        """One piece of what ``catch_up`` books one after the other."""
        dues._stand(case, card, work.at)
        dues._BOOK[work.kind](case, card, work)


class DecidedBooks(Working):
    seen_before: tuple[object, "DecidedBooks"] | None = None

    def as_of(self, at: datetime | None) -> "DecidedBooks":
        """The books as they stood, with what has fallen due since booked: in no balance any more (R29)."""
        asked = at, self.now, self.sent, len(self.calls)
        if self.seen_before is None or self.seen_before[0] != asked:
            self.seen_before = asked, self._as_of(at)
        return self.seen_before[1]

    def _as_of(self, at: datetime | None) -> "DecidedBooks":
        if at is not None and self.now is not None and at < self.now:
            then = DecidedBooks()
            for name, said in self.calls:
                if said["at"] <= at:
                    getattr(then, name)(**said)
        else:
            then = copy.copy(self)
            then.tenant, then.log, then.names = copy.deepcopy(self.tenant), list(self.log), dict(self.names)
            then.operations = dict(self.operations)
        instant = at or self.now
        assert instant is not None
        for card in then._cards():
            case = then._case(instant)
            dues.catch_up(case, card)
            then.note("seen", case.received, case.facts)
        then.now = instant
        return then

    def seen(self, card: str, at: datetime | None) -> tuple["DecidedBooks", Card, datetime]:
        then = self.as_of(at)
        assert then.now is not None
        return then, then.tenant.card(then.card_id(card)), then.now

    def balance(self, card: str, at: datetime | None = None) -> int:
        _, mine, instant = self.seen(card, at)
        return mine.holdings.balance(instant)

    def available(self, card: str, at: datetime | None = None) -> int:
        _, mine, instant = self.seen(card, at)
        return mine.holdings.available(instant)

    def held(self, card: str, at: datetime | None = None) -> int:
        _, mine, _ = self.seen(card, at)
        return mine.holdings.totals.held

    def debt(self, card: str, at: datetime | None = None) -> int:
        _, mine, _ = self.seen(card, at)
        return mine.holdings.totals.owed

    def lots(self, card: str, at: datetime | None = None) -> tuple[LotView, ...]:
        then, mine, instant = self.seen(card, at)
        return tuple(
            LotView(
                then.names[lot.source],
                lot.free,
                lot.held,
                lot.effective_at,
                lot.expires_on,
                lot.expires_at,
                lot.successor_of is not None,
            )
            for lot in in_order(mine.holdings.lots.values())
            if lot.held or (lot.free and not lot.lapsed(instant))
        )

    def stamps(self, card: str, at: datetime | None = None) -> str:
        _, mine, _ = self.seen(card, at)
        return f"{mine.target if mine.capped_by else mine.count}/{mine.target}"

    def owed_stamps(self, card: str, at: datetime | None = None) -> int:
        _, mine, _ = self.seen(card, at)
        return mine.owed_stamps

    def rewards(self, card: str, at: datetime | None = None) -> tuple[RewardView, ...]:
        then, mine, _ = self.seen(card, at)
        return tuple(
            RewardView(
                each.code,
                then.names.get(each.terms.reward_id) if each.terms.reward_id else None,  # type: ignore[arg-type]
                each.state,
                each.terms.unlocked_at,
                each.expires_on,
                each.expires_at,
                each.terms.value_minor,
            )
            for each in sorted(mine.unlocked.values(), key=lambda one: one.age)
        )

    def stock(self, reward: str, at: datetime | None = None) -> int | None:
        then = self.as_of(at)
        assert then.now is not None
        made = next(each for each in then.tenant.rewards.values() if then.names[each.id] == reward)
        return made.left(then.now)

    def postings(self, card: str, at: datetime | None = None) -> tuple[Posting, ...]:
        then = self.as_of(at) if at else self
        return tuple(posting for logged in then.log for posting in postings_of(then.card_id(card), logged))

    def accounts(self, card: str, unit: Literal["points", "stamps"], at: datetime | None = None) -> dict[str, int]:
        _, mine, _ = self.seen(card, at)
        totals = mine.holdings.totals if unit == "points" else mine.stamps
        return {name: getattr(totals, name) for name in totals.__struct_fields__ if getattr(totals, name)}

    def notices(self, card: str, at: datetime | None = None) -> tuple[Notice, ...]:
        then = self.as_of(at) if at else self
        card_id = then.card_id(card)
        return tuple(notice for each in then.log if each.aggregate == card_id for notice in then._notices(each))

    def _notices(self, logged: Any) -> Iterator[Notice]:
        when = {"recorded_at": logged.recorded_at, "effective": logged.effective_at}
        match logged.event:
            case told.RewardUnlocked(rewards=rewards):
                yield Notice("reward_unlocked", **when, redeem_codes=tuple(one.code for one in rewards))
            case told.PointsExpiring(points=points):
                yield Notice("points_expiring", **when, points=points)
            case told.RewardWithinReach(reward_id=reward_id, available=available):
                yield Notice("reward_within_reach", **when, points=available, reward=self.names[reward_id])
            case told.BirthdaySkipped():
                yield Notice("birthday_window_passed", **when)
            case told.ExpiryReversed(points=points):
                yield Notice("expiry_reversed", **when, points=points)
            case told.LotsExtended(points=points):
                yield Notice("lots_extended", **when, points=points)
            case _:
                return

    # Reports

    def of_program(self, program: str) -> list[Card]:
        return [card for card in self._cards() if card.program_id == id_of("program", program)]

    def liability(self, at: datetime, program: str) -> Liability:
        then = self.as_of(at)
        version = then.tenant.program(id_of("program", program)).in_force(at)
        assert version is not None
        return Liability(**reports.liability(then.of_program(program), at, version.terms.rules.point_value)._asdict())

    def counted(self, until: datetime) -> Iterator[tuple[Card, reports.Counted]]:
        """Expiry counts at its due time, booked or not: so all that is due by *until* is booked first."""
        assert self.now is not None
        then = self.as_of(max(until, self.now))
        for logged in then.log:
            event = logged.event
            moves = getattr(event, "moves", None)
            when = reported.counts_at(event, Place(logged.event_id, logged.recorded_at, logged.effective_at))
            if moves is not None and moves.lines:
                card = then.tenant.card(logged.aggregate)
                yield card, reports.Counted(when, moves.lines)
            if isinstance(event, told.CardTakenOver):
                others = tuple(line for line in event.other_lines if line.unit == "points")
                yield then.tenant.card(logged.aggregate), reports.Counted(when, others)

    def breakage(self, program: str, first: datetime, until: datetime) -> int:
        made = id_of("program", program)
        mine = [one for card, one in self.counted(until) if card.program_id == made and not card.test]
        return reports.roll_forward(mine, first, until).expired

    def cohort(self, program: str, year: int, month: int, at: datetime) -> Cohort:
        then = self.as_of(at)
        return Cohort(**reports.cohort(then.of_program(program), year, month)._asdict())

    def roll_forward(self, card: str, first: datetime, until: datetime) -> RollForward:
        mine = self.tenant.card(self.card_id(card)).card_id
        counted = [one for whose, one in self.counted(until) if whose.card_id == mine]
        return RollForward(**reports.roll_forward(counted, first, until)._asdict())
