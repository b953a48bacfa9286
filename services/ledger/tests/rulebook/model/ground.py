"""The ground: once per key, the order of checks, versions in force, and the postings (R5-R10, R76)."""

import functools
import inspect
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, ParamSpec

from rulebook.model.days import end, local_day
from rulebook.model.entries import (
    Booked,
    Card,
    Ending,
    Entry,
    Hold,
    Lot,
    Operation,
    Refused,
    Situation,
    Store,
    Taking,
    Unlocked,
    Version,
)
from rulebook.terms import Account, RewardTerms, Terms, Unit
from rulebook.views import Answer, Notice, PostingKind

P = ParamSpec("P")
NOT_OF_THE_BODY = {"at", "not_after"}  # a retry is recorded later and waits longer; what it asks is the same


def operation(method: Callable[P, Answer]) -> Callable[P, Answer]:
    """An operation of a caller: replayed by its key, otherwise applied after all that was due before it."""
    signature = inspect.signature(method)

    @functools.wraps(method)
    def told(*args: P.args, **kwargs: P.kwargs) -> Answer:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        said = dict(bound.arguments)
        books: Ground = said.pop("self")
        return books.once(method, said)

    return told


class Ground:
    def __init__(self) -> None:
        self.now: datetime | None = None
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.answers: dict[str, tuple[object, Answer]] = {}
        self.merchant_state = "live"
        self.merchant_paused = False
        self.stores: dict[str, Store] = {}
        self.versions: dict[tuple[str, str], list[Version]] = {}
        self.retired: dict[str, datetime] = {}
        self.endings: dict[str, Ending] = {}
        self.cards: dict[str, Card] = {}
        self.persons: dict[tuple[str, str], str] = {}  # program and person: the card
        self.confirmed: set[str] = set()
        self.welcomed: set[str] = set()  # the once-keys of R25
        self.lost_welcomes: set[str] = set()  # the younger ones of two cards that became one
        self.birthdays: set[tuple[str, int]] = set()  # and of R27
        self.all_lots: list[Lot] = []
        self.holds: dict[str, Hold] = {}
        self.unlocked: dict[str, Unlocked] = {}
        self.dead_codes: set[str] = set()
        self.takings: list[Taking] = []
        self.operations: dict[str, Operation] = {}
        self.booked: list[Booked] = []
        self.noticed: list[tuple[str, Notice]] = []
        self.reach_told: dict[tuple[str, str], datetime] = {}
        self.warned: set[tuple[str, date]] = set()
        self.ended: set[str] = set()

    def catch_up(self, at: datetime) -> None:
        raise NotImplementedError

    def prove(self) -> None:
        raise NotImplementedError

    # Once (R5)

    def once(self, method: Callable[..., Answer], said: dict[str, Any]) -> Answer:
        key, at = said["key"], said["at"]
        body = (method.__name__, {name: value for name, value in said.items() if name not in NOT_OF_THE_BODY})
        if key in self.answers:
            first_body, first_answer = self.answers[key]
            return first_answer if first_body == body else Answer(accepted=False, code="idempotency_key_reused")
        if self.now is not None and at < self.now:
            raise ValueError(f"recorded-at goes back: {at} after {self.now}")
        self.now = at
        self.catch_up(at)
        try:
            answer = method(self, **said)
        except Refused as refusal:
            answer = refusal.answer
        self.answers[key] = (body, answer)
        self.calls.append((method.__name__, said))
        self.prove()
        return answer

    # Versions (R9, R10)

    def publish(self, what: str, name: str, terms: object, at: datetime, effective_from: datetime | None) -> Answer:
        starts = effective_from or at
        if starts < at:
            raise Refused("effective_from_in_the_past")
        versions = self.versions.setdefault((what, name), [])
        versions.append(Version(len(versions) + 1, terms, starts))
        return Answer(version=len(versions))

    def in_force(self, what: str, name: str, t: datetime) -> Version | None:
        started = [v for v in self.versions.get((what, name), []) if v.effective_from <= t and not v.withdrawn]
        return max(started, key=lambda v: (v.effective_from, v.number), default=None)

    def terms(self, program: str, t: datetime) -> Terms:
        version = self.in_force("program", program, t)
        if version is None:
            raise Refused("not_live")
        assert isinstance(version.terms, Terms)
        return version.terms

    def reward_terms(self, reward: str, t: datetime) -> RewardTerms | None:
        version = self.in_force("reward", reward, t)
        if version is None or (reward in self.retired and t >= self.retired[reward]):
            return None
        assert isinstance(version.terms, RewardTerms)
        return version.terms

    # Checks (R6)

    def check_not_after(self, at: datetime, not_after: datetime | None) -> None:
        if not_after is not None and at > not_after:
            raise Refused("too_late")

    def check_live(self, store: str | None) -> None:
        """Suspended, paused, unknown and closed alike: not live."""
        if self.merchant_state != "live" or self.merchant_paused:
            raise Refused("not_live")
        if store is not None and (store not in self.stores or not self.stores[store].live or self.stores[store].paused):
            raise Refused("not_live")

    def check_program(self, card: Card, t: datetime, *, earning: bool) -> None:
        self.terms(card.program, t)
        ending = self.endings.get(card.program)
        if ending and earning and t >= ending.ends_at:
            raise Refused("program_ended")
        if card.name in self.ended:
            raise Refused("program_ended")

    def find_card(self, name: str) -> Card:
        """The card, or the one it was merged into (R64)."""
        if name not in self.cards:
            raise Refused("card_unknown")
        card = self.cards[name]
        return self.find_card(card.merged_into) if card.merged_into else card

    def check_state(self, card: Card) -> None:
        if card.state in {"frozen", "closed"}:
            raise Refused(f"card_{card.state}")

    # Days (R3)

    def zone(self, store: str | None, card: Card) -> str:
        return self.stores[store or card.home_store].zone

    def day(self, now: Situation, card: Card) -> date:
        return local_day(now.effective, self.zone(now.store, card))

    # The clock (R35)

    def stopped(self, card: Card, store: str | None) -> bool:
        where = store or card.home_store
        return (
            card.state == "frozen"
            or self.merchant_state == "suspended"
            or self.merchant_paused
            or self.stores[where].paused
        )

    def ends(self, card: Card) -> list[datetime]:
        """The instant at which all that is left expires, if the program's end is told and not yet booked (R12)."""
        ending = self.endings.get(card.program)
        if ending is None or card.name in self.ended or card.state == "merged":
            return []
        return [end(ending.last_day, self.zone(None, card))]

    def lapsed(self, lot: Lot, t: datetime) -> bool:
        if lot.gone or any(over <= t for over in self.ends(self.cards[lot.card])):
            return True
        return lot.expires_at is not None and lot.expires_at <= t and not self.stopped(self.cards[lot.card], lot.store)

    # Postings (R76)

    def post(
        self,
        now: Situation,
        kind: PostingKind,
        card: Card,
        unit: Unit = "points",
        /,
        **lines: int,
    ) -> None:
        entries = [Entry(card.name, account, amount) for account, amount in lines.items() if amount]  # type: ignore[arg-type]
        self.post_entries(now, kind, unit, entries)

    def post_entries(self, now: Situation, kind: PostingKind, unit: Unit, entries: list[Entry]) -> None:
        if entries:
            self.booked.append(Booked(now.key, kind, unit, now.at, now.effective, entries))

    def totals(self, card: Card, unit: Unit = "points") -> Counter[Account]:
        """The net totals of the card and of all merged into it."""
        sums: Counter[Account] = Counter()
        for booked in self.booked:
            if booked.unit == unit:
                for entry in booked.entries:
                    if self.find_card(entry.card) is card:
                        sums[entry.account] += entry.amount
        return sums

    def debt_of(self, card: Card) -> int:
        return -self.totals(card)["debt"]

    # Small things

    def notice(self, card: Card, notice: Notice) -> None:
        self.noticed.append((card.name, notice))

    def own(self, card: Card) -> list[Lot]:
        return [lot for lot in self.all_lots if lot.card == card.name]

    def situation(self, key: str, at: datetime, **more: Any) -> Situation:
        """Where recorded-at is the effective time (R2)."""
        return Situation(key, at, at, **more)

    def record(self, now: Situation, kind: str, card: Card, **more: Any) -> Operation:
        entry = Operation(
            now.key, kind, card.name, now.at, now.effective, self.day(now, card), now.store, now.by, now.channel, **more
        )
        self.operations[now.key] = entry
        return entry

    def within(self, earlier: datetime, later: datetime, span: timedelta) -> bool:
        return later - earlier < span
