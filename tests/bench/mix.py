"""The mixed load: what tills send of many cards, in the shares of the issue, so that every command is applied."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple
from uuid import UUID

import msgspec

from ledger import testing as rule_book
from stampbook_events import Actor, ids
from stampbook_events.ledger import (
    EarnPoints,
    GiveStamps,
    OpenCard,
    PublishReward,
    RedeemReward,
    RefundPurchase,
    RewardTerms,
    RollingExpiry,
    Rules,
    VoidOperation,
)
from stampbook_events.ledger.terms import Caps

ACTOR = Actor(kind="merchant_key", id="bench")
SHARES = {"earn": 70, "stamp": 15, "redeem": 10, "undo": 5}
AMOUNT, EARNED, COST = 1250, 25, 50
"""Minor units of a purchase, the points that it brings, and what the reward costs; a card is opened with as many."""

_RULES = Rules(
    expiry=RollingExpiry(count=12, unit="months"),
    cooldown_seconds=0,
    caps=Caps(stamps_per_card=None),
)


class Said(NamedTuple):
    """A command with its id; *card*: what it is about, which its keys name."""

    id: UUID
    merchant: UUID
    command: msgspec.Struct
    card: UUID | None = None


class Shop(NamedTuple):
    """A merchant with one program, one store and one reward."""

    merchant: UUID
    program: UUID
    store: UUID
    reward: UUID


@dataclass(slots=True)
class Holder:
    """*points*: what is surely available."""

    shop: Shop
    customer: UUID
    number: str
    points: int = rule_book.publish().welcome_points

    @property
    def card(self) -> UUID:
        return ids.card_id(self.customer, self.shop.program)


class Earned(NamedTuple):
    operation: UUID
    holder: Holder
    receipt: str


@dataclass(slots=True)
class Mix:
    """*cards*: of the first *acting* shops, of all if nothing is told. The same seed makes the same ids.

    *aged*: so many purchases lie between one and its void or refund; goods do not come back within the batch that sold
    them.
    """

    merchants: int
    cards: int
    seed: int = 1
    acting: int | None = None
    aged: int = 2000
    shops: list[Shop] = field(init=False)
    holders: list[Holder] = field(init=False)
    _random: Random = field(init=False)
    earned: deque[Earned] = field(default_factory=deque)
    _receipts: int = 0

    def __post_init__(self) -> None:
        self._random = Random(self.seed)
        self.shops = [Shop(self.new_id(), self.new_id(), self.new_id(), self.new_id()) for _ in range(self.merchants)]
        self.holders = [
            Holder(self.shops[number % (self.acting or self.merchants)], self.new_id(), f"{number:016d}")
            for number in range(self.cards)
        ]

    def setup(self) -> Iterator[Said]:
        """Programs and rewards."""
        for shop in self.shops:
            yield Said(self.new_id(), shop.merchant, rule_book.publish(shop.program, rules=_RULES))
            terms = RewardTerms(program_id=shop.program, names={"en": "Coffee"}, cost=COST)
            yield Said(self.new_id(), shop.merchant, PublishReward(reward_id=shop.reward, terms=terms))

    def openings(self) -> Iterator[Said]:
        for holder in self.holders:
            shop = holder.shop
            command = OpenCard(
                customer_id=holder.customer,
                program_id=shop.program,
                store_id=shop.store,
                card_number=holder.number,
                language="fr",
                test=False,
            )
            yield Said(self.new_id(), shop.merchant, command, holder.card)

    def commands(self, count: int) -> Iterator[Said]:
        kinds = self._random.choices(list(SHARES), list(SHARES.values()), k=count)
        for kind in kinds:
            yield _MAKE[kind](self)

    def earn(self) -> Said:
        holder, command_id = self._random.choice(self.holders), self.new_id()
        self._receipts += 1
        receipt = f"R-{self.seed}-{self._receipts:09d}"
        self.earned.append(Earned(ids.event_id(command_id, 0), holder, receipt))
        holder.points += EARNED
        shop = holder.shop
        command = EarnPoints(
            card_id=holder.card, store_id=shop.store, amount_minor=AMOUNT, currency="EUR", receipt=receipt
        )
        return Said(command_id, shop.merchant, command, holder.card)

    def stamp(self) -> Said:
        holder = self._random.choice(self.holders)
        command = GiveStamps(card_id=holder.card, store_id=holder.shop.store, stamps=1)
        return Said(self.new_id(), holder.shop.merchant, command, holder.card)

    def redeem(self) -> Said:
        """By somebody who can pay; where nobody is found there is one more purchase."""
        holder = self._who_has(COST, self._random.choices(self.holders, k=20))
        if holder is None:
            return self.earn()
        holder.points -= COST
        shop = holder.shop
        command = RedeemReward(card_id=holder.card, store_id=shop.store, reward_id=shop.reward)
        return Said(self.new_id(), shop.merchant, command, holder.card)

    def undo(self) -> Said:
        """A void or a refund, in turn, of the oldest purchase whose points are still there."""
        while len(self.earned) > self.aged:
            earned = self.earned.popleft()
            holder, shop = earned.holder, earned.holder.shop
            if self._who_has(EARNED, [holder]) is None:
                continue
            holder.points -= EARNED
            command: msgspec.Struct = VoidOperation(store_id=shop.store, operation_id=earned.operation)
            if self._random.getrandbits(1):
                command = RefundPurchase(program_id=shop.program, store_id=shop.store, receipt=earned.receipt)
            return Said(self.new_id(), shop.merchant, command, holder.card)
        return self.earn()

    def _who_has(self, points: int, holders: Sequence[Holder]) -> Holder | None:
        return next((holder for holder in holders if holder.points >= points), None)

    def new_id(self) -> UUID:
        return UUID(int=self._random.getrandbits(128), version=4)


_MAKE = {"earn": Mix.earn, "stamp": Mix.stamp, "redeem": Mix.redeem, "undo": Mix.undo}
