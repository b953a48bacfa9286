"""Who tells a merchant's days, and remembers what may be named later."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rulebook.given import LUXEMBOURG, t
from rulebook.speaking import Books
from rulebook.terms import OfflineCap, RewardTerms, Scope, Terms
from rulebook.views import Answer

STORES = ("HUB", "AZORES")
ZONES = {"HUB": LUXEMBOURG, "AZORES": "Atlantic/Azores"}
PERSONS = ("ada@example.org", "bob@example.org", "cleo@example.org")
REWARDS = {"mug": 20, "bag": 70}
RECEIPTS = ("R1", "R2", "R3", "R4")
UNDOABLE = {"earn", "give_stamps", "redeem", "redeem_offline", "capture", "use_reward", "adjust", "refund", "hold"}
OPENED = t("05-01 00:00")
BEGINS = t("05-20 10:00")  # the cards are older, so that a late arrival has room


@dataclass(frozen=True)
class Happening:
    """*who* of the customers, *n* of something, *which* of those that there are, how *late*, and dice for the rest."""

    what: "Callable[[Teller, Happening], Answer]"
    gap: timedelta
    who: int
    n: int
    which: int
    choice: int
    late: timedelta
    dice: int


@dataclass
class Teller:
    """Tells happenings under keys of their own. *timely*: the work by the clock is done before each of them."""

    books: Books
    terms: list[Terms]
    timely: bool = False
    now: datetime = BEGINS
    told: int = 0
    keys: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    reservations: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    cards: list[str] = field(default_factory=list)
    versions: dict[tuple[str, str], int] = field(default_factory=dict)
    said: list[tuple[str, dict[str, Any], Answer]] = field(default_factory=list)

    def open_shop(self) -> None:
        scopes: dict[str, Scope] = {"HUB": "for_ever", "AZORES": "day"}
        caps = {"HUB": OfflineCap(200, 3), "AZORES": OfflineCap(60, 1)}
        for store in STORES:
            more = {"zone": ZONES[store], "receipt_scope": scopes[store], "offline_cap": caps[store]}
            self.say("set_store", at=OPENED, store=store, **more)
        self.say("publish_reward", at=OPENED, reward="coffee", terms=RewardTerms("FG", valid_days=15))
        for name, cost in REWARDS.items():
            self.say("publish_reward", at=OPENED, reward=name, terms=RewardTerms("FG", cost=cost, stock=12))
        self.say("publish_program", at=OPENED, program="FG", terms=self.terms[0])
        for person in PERSONS:
            number = self.number(f"of {person}")
            self.say("open_card", at=OPENED, program="FG", person=person, store="HUB", number=number)

    def number(self, number: str) -> str:
        self.numbers.append(number)
        return number

    def say(self, method: str, **words: Any) -> Answer:
        self.told += 1
        words = {"key": f"told-{self.told}", "at": self.now, **words}
        answer: Answer = getattr(self.books, method)(**words)
        self.said.append((method, words, answer))
        if method == "open_card" and answer.card and answer.card not in self.cards:
            self.cards.append(answer.card)
        if answer.accepted and method in UNDOABLE:
            self.keys.append(words["key"])
        if answer.code in {"card_frozen", "review"}:
            self.refused.append(words["key"])
        self.codes += answer.unlocked
        if answer.accepted and answer.redeem_code:
            self.codes.append(answer.redeem_code)
        return answer

    def say_again(self, it: Happening) -> Answer:
        """What was said before, under its key; by every fourth dice with another body."""
        method, words, _ = self.said[it.which % len(self.said)]
        words = words | {"at": self.now} | ({"store": "ELSEWHERE"} if it.dice % 4 == 0 and "store" in words else {})
        answer: Answer = getattr(self.books, method)(**words)
        self.said.append((method, words, answer))
        return answer

    def publish(self, what: str, name: str, **words: Any) -> Answer:
        answer = self.say(f"publish_{what}", **{what: name}, **words)
        if answer.version:
            self.versions[what, name] = answer.version
        return answer

    def tell(self, it: Happening) -> Answer:
        self.wait(it.gap)
        return it.what(self, it)

    def wait(self, gap: timedelta) -> None:
        self.now += gap
        if self.timely:
            self.books.run_due_work(self.now)

    def card(self, it: Happening) -> str:
        return self.cards[it.who % len(self.cards)]

    def store(self, it: Happening) -> str:
        return STORES[it.choice % 2]
