"""What the examples start from, and short ways to say times, lots and posting lines as the rule book writes them."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from rulebook.speaking import Books
from rulebook.terms import By, Cause, Expiry, RewardTerms, Role, Terms, Unit
from rulebook.views import Answer, Notable, Posting

LUXEMBOURG = "Europe/Luxembourg"
ROLLING = Expiry("rolling", 12, "months")
NO_DATE = Expiry("none")
KEYS = count(1)
SIGNS = {"+": 1, "−": -1}


def t(text: str, zone: str = LUXEMBOURG) -> datetime:
    """Store-local, the year 2026 unless said; with a Z, UTC: '6 June 10:00' is written '06-06 10:00'."""
    year = "" if re.match(r"\d{4}-", text) else "2026-"
    stamp = datetime.fromisoformat(year + text.rstrip("Z").replace("T", " "))
    if text.endswith("Z"):
        return stamp.replace(tzinfo=UTC)
    return stamp.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def key(name: str = "key") -> str:
    return f"{name}-{next(KEYS)}"


def terms(**changed: Any) -> Terms:
    """Program FG of the examples, without its welcome bonus: an example that needs it says so."""
    told: dict[str, Any] = {"expiry": ROLLING, "full_card_reward": "coffee"} | changed
    return Terms(**told)


class Shop:
    """One merchant's books with program FG and two stores, told in short words."""

    def __init__(self, books: Books, since: str = "01-01 00:00", **changed: Any) -> None:
        self.books = books
        self.at = t(since)
        self.gifts: set[str] = set()
        for store in ("FASHIONHUB", "FASHIONOUTLET"):
            self.store(store)
        books.publish_reward(key=key(), at=self.at, reward="coffee", terms=RewardTerms("FG"))
        self.program(since, **changed)

    def store(self, name: str, at: str | None = None, zone: str = LUXEMBOURG, **more: Any) -> str:
        self.books.set_store(key=key("store"), at=t(at) if at else self.at, store=name, zone=zone, **more)
        return name

    def program(self, at: str, effective_from: str | None = None, **changed: Any) -> Answer:
        starts = t(effective_from) if effective_from else None
        return self.books.publish_program(
            key=key("program"), at=t(at), program="FG", terms=terms(**changed), effective_from=starts
        )

    def reward(self, name: str, cost: int, at: str = "01-01 00:00", **changed: Any) -> str:
        self.books.publish_reward(
            key=key("reward"), at=t(at), reward=name, terms=RewardTerms("FG", cost=cost, **changed)
        )
        return name

    def card(self, at: str = "01-01 00:00", person: str = "ada@example.org", **more: Any) -> str:
        told: dict[str, Any] = {"program": "FG", "store": "FASHIONHUB", "number": None} | more
        answer = self.books.open_card(key=key("open"), at=t(at), person=person, **told)
        assert answer.card is not None, answer
        return answer.card

    def earn(self, card: str, amount: int, at: str, *, name: str | None = None, **more: Any) -> Answer:
        told: dict[str, Any] = {"store": "FASHIONHUB"} | more
        return self.books.earn(key=name or key("earn"), at=t(at), card=card, amount=amount, **told)

    def points(self, card: str, n: int, at: str, *, name: str | None = None, **more: Any) -> Answer:
        """A lot of n points, given by a purchase of n halves of a euro."""
        return self.earn(card, n * 50, at, name=name, **more)

    def stamp(self, card: str, n: int, at: str, *, name: str | None = None, **more: Any) -> Answer:
        told: dict[str, Any] = {"store": "FASHIONHUB"} | more
        return self.books.give_stamps(key=name or key("stamp"), at=t(at), card=card, n=n, **told)

    def redeem(self, card: str, reward: str, at: str, *, name: str | None = None, **more: Any) -> Answer:
        told: dict[str, Any] = {"store": "FASHIONHUB"} | more
        return self.books.redeem(key=name or key("redeem"), at=t(at), card=card, reward=reward, **told)

    def hold(self, card: str, reward: str, at: str, *, name: str | None = None, **more: Any) -> str:
        answer = self.books.hold(key=name or key("hold"), at=t(at), card=card, reward=reward, **more)
        assert answer.reservation is not None, answer
        return answer.reservation

    def spend(self, card: str, points: int, at: str, **more: Any) -> Answer:
        """On a gift of just so many points."""
        gift = f"gift of {points}"
        if gift not in self.gifts:
            self.gifts.add(self.reward(gift, points, at))
        return self.redeem(card, gift, at, **more)

    def use(self, code: str, at: str, *, name: str | None = None, **more: Any) -> Answer:
        told: dict[str, Any] = {"store": "FASHIONHUB"} | more
        return self.books.use_reward(key=name or key("use"), at=t(at), redeem_code=code, **told)

    def capture(self, reservation: str, at: str, *, name: str | None = None, **more: Any) -> Answer:
        told: dict[str, Any] = {"store": "FASHIONHUB"} | more
        return self.books.capture(key=name or key("capture"), at=t(at), reservation=reservation, **told)

    def release(self, reservation: str, at: str, *, name: str | None = None, **more: Any) -> Answer:
        return self.books.release(key=name or key("release"), at=t(at), reservation=reservation, **more)

    def freeze(self, card: str, at: str) -> Answer:
        return self.books.freeze(key=key("freeze"), at=t(at), card=card)

    def unfreeze(self, card: str, at: str) -> Answer:
        return self.books.unfreeze(key=key("unfreeze"), at=t(at), card=card)

    def close(self, card: str, at: str, *, name: str | None = None, cause: Cause = "leaving") -> Answer:
        return self.books.close(key=name or key("close"), at=t(at), card=card, cause=cause)

    def void(self, operation: str, at: str, *, name: str | None = None, role: Role = "owner") -> Answer:
        return self.books.void(
            key=name or key("void"), at=t(at), operation=operation, store="FASHIONHUB", by=By("olivier", role)
        )

    def refund(self, receipt: str, amount: int | None, at: str, *, name: str | None = None, **more: Any) -> Answer:
        return self.books.refund(
            key=name or key("refund"),
            at=t(at),
            program="FG",
            receipt=receipt,
            store="FASHIONHUB",
            amount=amount,
            **more,
        )

    def adjust(self, card: str, at: str, *, name: str | None = None, role: Role = "owner", **more: Any) -> Answer:
        return self.books.adjust(key=name or key("adjust"), at=t(at), card=card, by=By("olivier", role), **more)

    def lots(self, card: str, at: str | None = None) -> list[str]:
        """As the rule book writes them, without the letter: '50/2027-06-01'; held points stand behind a plus."""
        return [
            f"{lot.free}{f'+{lot.held}' if lot.held else ''}/{lot.expires_on or 'never'}"
            for lot in self.books.lots(card, t(at) if at else None)
        ]

    def told(self, card: str, name: Notable) -> list[tuple[datetime, int]]:
        """When it was told, by what it is dated to, and of how many points."""
        return [(notice.effective, notice.points) for notice in self.books.notices(card) if notice.name == name]

    def booked(self, card: str, operation: str, unit: Unit = "points") -> list[dict[str, int]]:
        return as_lines(p for p in self.books.postings(card) if p.operation == operation and p.unit == unit)

    def booked_as(self, card: str, kind: str, unit: Unit = "points") -> list[dict[str, int]]:
        return as_lines(p for p in self.books.postings(card) if p.kind == kind and p.unit == unit)


def as_lines(postings: Any) -> list[dict[str, int]]:
    """In an order of their own: the rule book does not say which event of one operation comes first."""
    return sorted((dict(each.lines) for each in postings), key=lambda lines: sorted(lines.items()))


def lines(*texts: str) -> list[dict[str, int]]:
    """'granted −169 · issued +169' as the rule book prints it."""
    read = [
        {account: SIGNS[sign] * int(n) for account, sign, n in re.findall(r"(\w+) ([+−])(\d+)", text)} for text in texts
    ]
    return sorted(read, key=lambda each: sorted(each.items()))


def day(text: str) -> date:
    return date.fromisoformat(text)


def net(postings: Sequence[Posting], unit: Unit = "points") -> dict[str, int]:
    sums: dict[str, int] = {}
    for posting in postings:
        for account, amount in posting.lines.items():
            if posting.unit == unit:
                sums[account] = sums.get(account, 0) + amount
    return {account: amount for account, amount in sums.items() if amount}
