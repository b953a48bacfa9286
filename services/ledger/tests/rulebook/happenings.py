"""Random days at a merchant: what may happen, drawn by hypothesis, and a teller who tells it to any books."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from rulebook.given import LUXEMBOURG, t
from rulebook.speaking import Books
from rulebook.terms import OWNER, Bonus, By, Caps, Channel, Expiry, OfflineCap, RewardTerms, Terms
from rulebook.views import Answer

STORES = ("HUB", "AZORES")
PERSONS = ("ada@example.org", "bob@example.org", "cleo@example.org")
REWARDS = {"mug": 20, "bag": 70}
RECEIPTS = ("R1", "R2", "R3", "R4")
UNDOABLE = {"earn", "give_stamps", "redeem", "redeem_offline", "capture", "use_reward", "adjust", "refund", "hold"}
GAPS_MINUTES = (0, 1, 7, 45, 180, 24 * 60, 9 * 24 * 60, 33 * 24 * 60)
BEGINS = t("05-20 10:00")  # the cards are older, so that a late arrival has room
CHANNELS: tuple[Channel, ...] = ("till", "offline", "api")


@dataclass(frozen=True)
class Happening:
    what: str
    gap: timedelta
    who: int
    n: int
    which: int
    choice: int
    late: timedelta


def happening() -> st.SearchStrategy[Happening]:
    return st.builds(
        Happening,
        what=st.sampled_from(sorted(TOLD)),
        gap=st.sampled_from([timedelta(minutes=minutes) for minutes in GAPS_MINUTES]),
        who=st.integers(0, len(PERSONS) - 1),
        n=st.integers(1, 120),
        which=st.integers(0, 30),
        choice=st.integers(0, 3),
        late=st.sampled_from([timedelta(0), timedelta(0), timedelta(hours=5), timedelta(days=12), timedelta(days=40)]),
    )


def merchant_terms() -> st.SearchStrategy[Terms]:
    return st.builds(
        Terms,
        expiry=st.sampled_from(
            [
                Expiry("none"),
                Expiry("rolling", 1, "months"),
                Expiry("rolling", 10, "days", end_of="month"),
                Expiry("fixed", month=6, day=30, min_days=1),
                Expiry("inactivity", 20, "days"),
            ]
        ),
        grace_days=st.sampled_from([0, 3]),
        restore_days=st.sampled_from([1, 30]),
        target=st.sampled_from([2, 5, 10]),
        overfill=st.sampled_from(["carry_over", "cap", "bank_to_limit"]),
        bank_limit=st.sampled_from([1, 3]),
        full_card_reward=st.just("coffee"),
        welcome=st.sampled_from([None, Bonus(points=50), Bonus(points=5, stamps=3, timing="first_purchase")]),
        policy=st.sampled_from(["debt", "absorb"]),
        caps=st.sampled_from([Caps(), Caps(stamps_per_card=4, points_per_card=90)]),
    )


def merchant_days(most: int = 30) -> st.SearchStrategy[tuple[list[Terms], list[Happening]]]:
    return st.tuples(
        st.lists(merchant_terms(), min_size=1, max_size=3), st.lists(happening(), min_size=1, max_size=most)
    )


@dataclass
class Teller:
    """Tells happenings under keys of their own and remembers what it may name later."""

    books: Books
    terms: list[Terms]
    now: datetime = BEGINS
    told: int = 0
    keys: list[str] = field(default_factory=list)
    reservations: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    said: list[tuple[str, dict[str, Any], Answer]] = field(default_factory=list)

    def open_shop(self) -> None:
        at = t("05-01 00:00")
        zones = {"HUB": LUXEMBOURG, "AZORES": "Atlantic/Azores"}
        for store in STORES:
            self.books.set_store(
                key=f"store {store}", at=at, store=store, zone=zones[store], offline_cap=OfflineCap(200, 3)
            )
        self.books.publish_reward(key="coffee", at=at, reward="coffee", terms=RewardTerms("FG", valid_days=15))
        for name, cost in REWARDS.items():
            terms = RewardTerms("FG", cost=cost, stock=12)
            self.books.publish_reward(key=name, at=at, reward=name, terms=terms)
        self.books.publish_program(key="program", at=at, program="FG", terms=self.terms[0])
        for person in PERSONS:
            self.say("open_card", program="FG", person=person, store="HUB", at=t("05-01 00:00"))

    def say(self, method: str, **words: Any) -> Answer:
        self.told += 1
        words = {"key": f"told-{self.told}", "at": self.now, **words}
        answer: Answer = getattr(self.books, method)(**words)
        self.said.append((method, words, answer))
        if answer.accepted and method in UNDOABLE:
            self.keys.append(words["key"])
        self.codes += answer.unlocked
        return answer

    def tell(self, it: Happening) -> Answer:
        self.now += it.gap
        answer: Answer = TOLD[it.what](self, it)
        return answer

    def card(self, it: Happening) -> str:
        return f"card-{it.who + 1}"

    def store(self, it: Happening) -> str:
        return STORES[it.choice % 2]

    def where(self, it: Happening) -> dict[str, Any]:
        channel = CHANNELS[it.choice % 3]
        occurred = self.now - it.late if channel != "till" else None
        receipt = RECEIPTS[it.which % 4] if it.which % 3 else None
        return {"store": self.store(it), "channel": channel, "occurred_at": occurred, "receipt": receipt}


def code_of(teller: Teller, it: Happening) -> str:
    """A code that was answered; one unlocked by overdue work nobody could know yet."""
    return teller.codes[-1 - it.which % len(teller.codes)] if teller.codes else "22222222"


def reservation_of(teller: Teller, it: Happening) -> str:
    return teller.reservations[-1 - it.which % len(teller.reservations)] if teller.reservations else "none"


def hold(teller: Teller, it: Happening) -> Answer:
    answer = teller.say("hold", card=teller.card(it), reward=sorted(REWARDS)[it.choice % 2], quantity=1 + it.which % 3)
    if answer.reservation:
        teller.reservations.append(answer.reservation)
    return answer


def hold_and_capture(teller: Teller, it: Happening) -> Answer:
    teller.say("adjust", card=teller.card(it), by=OWNER, points=it.n)
    held = hold(teller, it)
    quantity = 1 if it.choice % 2 else None
    return teller.say("capture", reservation=held.reservation or "none", quantity=quantity, store="HUB", receipt="R2")


def hold_and_release(teller: Teller, it: Happening) -> Answer:
    teller.say("adjust", card=teller.card(it), by=OWNER, points=it.n)
    held = hold(teller, it)
    teller.now += it.late
    return teller.say("release", reservation=held.reservation or "none")


def buy_spend_refund(teller: Teller, it: Happening) -> Answer:
    receipt = f"S{teller.told}"
    bought = {"card": teller.card(it), "amount": it.n * 60, "store": "HUB", "receipt": receipt}
    teller.say("earn", **bought)
    teller.say("give_stamps", card=teller.card(it), n=1 + it.which % 5, store="HUB", receipt=receipt, override="busy")
    redeem(teller, it)
    amount = it.n * 60 if it.choice else it.n * 20
    words = {"program": "FG", "receipt": receipt, "store": "HUB", "amount": amount}
    return teller.say("refund", **words, with_stamps=it.choice == 1)


def redeem(teller: Teller, it: Happening) -> Answer:
    words = {"card": teller.card(it), "reward": sorted(REWARDS)[it.which % 2], "store": teller.store(it)}
    receipt = RECEIPTS[it.n % 4] if it.n % 2 else None
    return teller.say("redeem", **words, quantity=1 + it.choice % 2, receipt=receipt)


def redeem_offline(teller: Teller, it: Happening) -> Answer:
    words = {"card": teller.card(it), "reward": sorted(REWARDS)[it.which % 2], "store": teller.store(it)}
    return teller.say("redeem_offline", **words, occurred_at=teller.now - it.late)


def void(teller: Teller, it: Happening) -> Answer:
    operation = teller.keys[-1 - it.which % len(teller.keys)] if teller.keys else "none"
    return teller.say("void", operation=operation, by=OWNER)


def refund(teller: Teller, it: Happening) -> Answer:
    amount = None if it.choice == 0 else it.n * 17
    words = {"program": "FG", "receipt": RECEIPTS[it.which % 4], "store": teller.store(it), "amount": amount}
    return teller.say("refund", **words, keep_reward=it.choice == 1, with_stamps=it.choice == 2)


def adjust(teller: Teller, it: Happening) -> Answer:
    sign = 1 if it.which % 2 else -1
    value = {"points": sign * it.n} if it.choice % 2 else {"stamps": sign * (1 + it.n % 7)}
    return teller.say("adjust", card=teller.card(it), by=OWNER, **value)


def publish(teller: Teller, it: Happening) -> Answer:
    return teller.say("publish_program", program="FG", terms=teller.terms[it.which % len(teller.terms)])


def end_program(teller: Teller, it: Happening) -> Answer:
    """Seldom, or nothing would be earned any more."""
    if it.which:
        return teller.say("lower_open_cycles", program="FG")
    ends_at = teller.now + timedelta(days=1)
    return teller.say("end_program", program="FG", ends_at=ends_at, last_day=(ends_at + timedelta(days=92)).date())


def on_card(method: str, **words: Any) -> Any:
    return lambda teller, it: teller.say(method, card=teller.card(it), **words)


TOLD: dict[str, Any] = {
    "earn": lambda teller, it: teller.say("earn", card=teller.card(it), amount=it.n * 49, **teller.where(it)),
    "earn more": lambda teller, it: teller.say("earn", card=teller.card(it), amount=it.n * 99, **teller.where(it)),
    "stamp": lambda teller, it: teller.say(
        "give_stamps", card=teller.card(it), n=1 + it.n % 14, **teller.where(it), by=By("anna"), override="busy"
    ),
    "hold": hold,
    "hold and capture": hold_and_capture,
    "hold and release": hold_and_release,
    "buy, spend, refund": buy_spend_refund,
    "capture": lambda teller, it: teller.say(
        "capture", reservation=reservation_of(teller, it), quantity=None if it.choice else 1, store="HUB"
    ),
    "release": lambda teller, it: teller.say("release", reservation=reservation_of(teller, it)),
    "redeem": redeem,
    "redeem offline": redeem_offline,
    "use": lambda teller, it: teller.say("use_reward", redeem_code=code_of(teller, it), store=teller.store(it)),
    "void": void,
    "void again": void,
    "refund": refund,
    "adjust": adjust,
    "forgive": on_card("forgive_debt", by=OWNER),
    "freeze": on_card("freeze"),
    "unfreeze": on_card("unfreeze"),
    "close": on_card("close"),
    "join again": lambda teller, it: teller.say("open_card", program="FG", person=PERSONS[it.who], store="AZORES"),
    "merge": lambda teller, it: teller.say("merge", card=teller.card(it), into=f"card-{1 + it.which % 3}"),
    "new number": lambda teller, it: teller.say("new_number", card=teller.card(it), number=f"N{teller.told}"),
    "pause": lambda teller, it: teller.say("pause_loyalty", store=teller.store(it) if it.choice else None),
    "resume": lambda teller, it: teller.say("resume_loyalty", store=teller.store(it) if it.choice else None),
    "publish": publish,
    "lower cycles or end": end_program,
    "extend lots": lambda teller, it: teller.say("extend_lots", program="FG"),
    "resumed": lambda teller, it: teller.say("resume_loyalty"),
}
