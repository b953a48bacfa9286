"""Made-up days of a merchant: commands that follow on one another, told to a ledger that keeps all in memory.

What comes next is chosen by what there is by then, so that most of it can be done; some of it is nonsense.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from ledger import testing as rules
from ledger.domain import deciding
from ledger.domain.card import Card
from ledger.domain.clock import Stop
from ledger.domain.tenant import Tenant
from ledger.domain.terms import Store
from stampbook_events import Actor, ids
from stampbook_events import ledger as told
from stampbook_messaging.messages import Decision, Received

T = TypeVar("T")
MERCHANT = UUID("73746f72-0000-4000-8000-000000000001")
CUSTOMERS = tuple(UUID(int=n) for n in range(1, 5))
NOBODY, BOOKSHOP, COFFEE, CAKE, SALE = (UUID(int=n) for n in (8, 9, 10, 11, 12))
KEY = Actor(kind="merchant_key", id="key-1")
ACTORS = [rules.CLERK, rules.CLERK, rules.MANAGER, rules.OWNER, KEY]
GAPS = [timedelta(seconds=1)] * 6 + [timedelta(seconds=25)] * 3 + [timedelta(minutes=6)] * 3
LONG_GAPS = [timedelta(hours=20), timedelta(days=1), timedelta(days=2)]
AGO = [None] * 6 + [timedelta(minutes=4), timedelta(hours=30), timedelta(days=3)]
DAY = timedelta(days=1)


@dataclass
class Story:
    """*steps* with what came of each by the ledger in memory."""

    random: Random
    tenant: Tenant = field(default_factory=lambda: Tenant(MERCHANT))
    at: datetime = rules.NOON
    steps: list[tuple[Received, Decision]] = field(default_factory=list)

    def tell(self, command: msgspec.Struct, actor: Actor = rules.OWNER, said: datetime | None = None) -> None:
        one = rules.received(
            command, len(self.steps), recorded=self.at, said=said, merchant=self.tenant.merchant, actor=actor
        )
        self.steps.append((one, deciding.decide(self.tenant, one)))

    def go_on(self) -> None:
        """One more command, a while later."""
        self.at += self.random.choice(LONG_GAPS if self.random.random() < 0.06 else GAPS)
        kind = self.random.choices(list(_NEXT), list(_NEXT.values()))[0]
        ago = self.random.choice(AGO)
        self.tell(kind(self), self.random.choice(ACTORS), self.at - ago if ago is not None else None)

    def one_of(self, known: list[T], nonsense: T, often: float = 0.93) -> T:
        """Mostly what is known, and of that mostly what is young."""
        if not known or self.random.random() > often:
            return nonsense
        return self.random.choice(known[-6:] if self.random.random() < 0.7 else known)

    def card(self) -> Card:
        return self.random.choice(list(self.tenant.cards.values()))

    def card_id(self) -> UUID:
        return self.one_of([one.card_id for one in self.tenant.cards.values()], NOBODY, 0.98)

    def till(self) -> dict[str, Any]:
        number = self.one_of(list(self.tenant.numbers), "0" * 16) if self.random.random() < 0.1 else None
        return {
            "store_id": self.random.choice([*2 * [rules.FASHIONHUB], rules.FASHIONOUTLET, None]),
            "card_number": number,
        }

    def channel(self) -> Any:
        return self.random.choice(["till", "till", "till", "offline", "api"])

    def receipt(self) -> str | None:
        return self.random.choice([None, None, *(f"r-{n} " for n in range(1, 9))])

    def reward(self) -> UUID:
        return self.random.choice([*10 * [COFFEE], CAKE, NOBODY])

    def number(self) -> str:
        return f"{self.random.randrange(10, 40)}" * 8


def earn(story: Story) -> told.EarnPoints:
    return told.EarnPoints(
        **story.till(),
        card_id=story.card_id(),
        channel=story.channel(),
        amount_minor=story.random.choice([0, 40, 1000, 2000, 3000]),
        currency="EUR",
        receipt=story.receipt(),
        linked_to=story.one_of(list(story.tenant.refused), NOBODY) if story.random.random() < 0.1 else None,
    )


def stamp(story: Story) -> told.GiveStamps:
    return told.GiveStamps(
        **story.till(),
        card_id=story.card_id(),
        channel=story.channel(),
        stamps=story.random.randrange(1, 5),
        receipt=story.receipt(),
        override=story.random.choice([None, "a long queue"]),
    )


def hold(story: Story) -> told.HoldReward:
    quantity = story.random.choice([1, 1, 2])
    return told.HoldReward(**story.till(), card_id=story.card_id(), reward_id=story.reward(), quantity=quantity)


def redeem(story: Story) -> told.RedeemReward:
    return told.RedeemReward(
        **story.till(),
        card_id=story.card_id(),
        channel=story.channel(),
        reward_id=story.reward(),
        quantity=story.random.choice([1, 1, 2]),
        receipt=story.receipt(),
    )


def _held(story: Story) -> tuple[UUID, UUID]:
    holds = [
        (card.card_id, hold.reservation_id)
        for card in story.tenant.cards.values()
        for hold in card.holds.values()
        if hold.state == "open" or story.random.random() < 0.1
    ]
    return story.one_of(holds, (story.card_id(), NOBODY))


def capture(story: Story) -> told.CaptureReservation | told.HoldReward:
    card_id, reservation_id = _held(story)
    if reservation_id == NOBODY:
        return hold(story)
    quantity = story.random.choice([None, 1])
    return told.CaptureReservation(
        **story.till(), card_id=card_id, reservation_id=reservation_id, quantity=quantity, receipt=story.receipt()
    )


def release(story: Story) -> told.ReleaseReservation | told.HoldReward:
    card_id, reservation_id = _held(story)
    if reservation_id == NOBODY and story.random.random() < 0.9:
        return hold(story)
    return told.ReleaseReservation(card_id=card_id, reservation_id=reservation_id)


def use(story: Story) -> told.UseCode:
    cards = story.tenant.cards.values()
    waiting = [one.code for card in cards for one in (*card.open_rewards(), *card.open_holds())]
    known = story.one_of(list(story.tenant.codes), "NONESUCH")
    return told.UseCode(**story.till(), code=story.one_of(waiting, known, 0.8), receipt=story.receipt())


def void(story: Story) -> told.VoidOperation:
    store_id = story.random.choice([rules.FASHIONHUB, rules.FASHIONOUTLET, None])
    return told.VoidOperation(store_id=store_id, operation_id=story.one_of(list(story.tenant.operations), NOBODY))


def refund(story: Story) -> told.RefundPurchase:
    known = [(key.store_id, key.receipt) for key in story.tenant.receipts]
    named = [(rules.FASHIONHUB, str(one)) for one in story.tenant.operations]
    sold_by, receipt = story.one_of(story.random.choice([known, known, known, named]), (rules.FASHIONHUB, "R-0"))
    return told.RefundPurchase(
        program_id=rules.FG,
        store_id=story.random.choice([rules.FASHIONHUB, sold_by]),
        sold_by=sold_by,
        receipt=receipt,
        receipt_day=story.random.choice([story.at.date(), story.at.date(), (story.at - DAY).date()]),
        amount_minor=story.random.choice([None, None, 100, 600]),
        refund_number=story.random.choice([None, None, "b-1", "b-2"]),
        keep_reward=story.random.random() < 0.3,
        with_reward=story.random.random() < 0.3,
        with_stamps=story.random.random() < 0.3,
    )


def open_card(story: Story) -> told.OpenCard:
    return told.OpenCard(
        customer_id=story.random.choice(CUSTOMERS),
        program_id=story.random.choice([rules.FG, rules.FG, BOOKSHOP]),
        store_id=story.random.choice([rules.FASHIONHUB, rules.FASHIONOUTLET]),
        card_number=story.number(),
        language="fr",
        test=False,
    )


def _holder(story: Story) -> dict[str, UUID]:
    return {"customer_id": story.random.choice(CUSTOMERS), "program_id": rules.FG}


def link(story: Story) -> told.LinkStore:
    return told.LinkStore(**_holder(story), store_id=story.random.choice([rules.FASHIONHUB, rules.FASHIONOUTLET]))


def birthday(story: Story) -> told.GrantBirthday:
    return told.GrantBirthday(**_holder(story), day=(story.at - story.random.choice([0, 1, 20]) * DAY).date())


def adjust_points(story: Story) -> told.AdjustPoints:
    points = story.random.choice([-30, -10, 40, 100])
    return told.AdjustPoints(
        card_id=story.card_id(), points=points, reason="goodwill", store_id=story.till()["store_id"]
    )


def adjust_stamps(story: Story) -> told.AdjustStamps:
    return told.AdjustStamps(card_id=story.card_id(), stamps=story.random.choice([-2, 1, 5]), reason="goodwill")


def merge(story: Story) -> told.MergeCards:
    card_ids = [card.card_id for card in story.tenant.cards.values() if card.program_id == rules.FG]
    return told.MergeCards(card_id=story.one_of(card_ids, NOBODY), into=story.one_of(card_ids, NOBODY))


def program(story: Story) -> told.PublishProgram:
    draw = story.random.choice
    target = draw([2, 3, 3, 10, None])
    return told.PublishProgram(
        program_id=draw([rules.FG, rules.FG, BOOKSHOP]),
        names={"en": "Fashion Group"},
        rates={"EUR": told.Rate(points=2, per_minor=100)},
        welcome_points=draw([0, 30]),
        stamp_target=target,
        rules=rules_of(story.random, stamps=target is not None),
    )


def rules_of(random: Random, *, stamps: bool = True) -> told.Rules:
    draw = random.choice
    days: Any = {"count": draw([1, 2]), "unit": "days"}
    return told.Rules(
        stacking=draw(["best", "add"]),
        expiry=draw([told.NoExpiry(), told.RollingExpiry(**days), told.InactivityExpiry(**days)]),
        warn_days=draw([0, 1]),
        restore_days=2,
        overfill=draw(["carry_over", "cap", "bank_to_limit"]),
        bank_limit=1,
        full_card_reward=draw([CAKE, None]),
        welcome_stamps=draw([0, 3]) if stamps else 0,
        welcome_timing=draw(["at_enrollment", "first_purchase", "first_purchase", "address_confirmed"]),
        birthday=draw([told.BirthdayBonus(points=10, stamps=1, reward_id=CAKE), told.BirthdayBonus(points=5), None]),
        policy=draw(["debt", "absorb"]),
        caps=draw([told.Caps(), told.Caps(stamps_per_card=4, points_per_card=70, points_per_staff=120)]),
        cooldown_seconds=draw([0, 0, 30]),
    )


def reward(story: Story) -> told.PublishReward:
    draw = story.random.choice
    terms = told.RewardTerms(
        program_id=rules.FG,
        names={"en": "Coffee"},
        cost=draw([10, 20, None]),
        stock=draw([None, 4]),
        limit=draw([None, None, 2]),
        limit_per=draw(["day", "ever"]),
        valid_days=draw([1, 2, None]),
    )
    return told.PublishReward(reward_id=draw([COFFEE, CAKE]), terms=terms, effective_from=draw([None, story.at + DAY]))


def campaign(story: Story) -> told.PublishCampaign:
    terms = told.CampaignTerms(program_id=rules.FG, multiplier=story.random.choice([150, 200]), names={"en": "Sale"})
    return told.PublishCampaign(
        campaign_id=SALE, terms=terms, effective_from=story.random.choice([None, story.at + DAY])
    )


def end(story: Story) -> told.EndProgram:
    return told.EndProgram(
        program_id=story.random.choice([rules.FG, BOOKSHOP]),
        ends_at=story.at + DAY,
        last_day=(story.at + 95 * DAY).date(),
    )


def months_later(story: Story) -> told.BookDue:
    story.at += 96 * DAY
    return told.BookDue(card_id=story.card_id())


def _of_card(kind: Callable[..., msgspec.Struct], **fields: Any) -> Callable[[Story], msgspec.Struct]:
    return lambda story: kind(card_id=story.card_id(), **fields)


_NEXT: dict[Callable[[Story], msgspec.Struct], float] = {
    earn: 22,
    stamp: 14,
    hold: 8,
    redeem: 8,
    capture: 5,
    release: 3,
    use: 9,
    void: 10,
    refund: 8,
    open_card: 3,
    link: 1,
    birthday: 2,
    adjust_points: 3,
    adjust_stamps: 3,
    merge: 2,
    program: 1.5,
    reward: 1.5,
    campaign: 0.7,
    end: 0.2,
    months_later: 0.2,
    _of_card(told.ForgiveDebt): 1,
    _of_card(told.FreezeCard): 1,
    _of_card(told.UnfreezeCard): 3,
    _of_card(told.CloseCard, cause="leaving"): 0.5,
    _of_card(told.CheckHolder): 0.5,
    _of_card(told.LowerCycle): 1,
    _of_card(told.ExtendLots): 1,
    _of_card(told.BookDue): 3,
    _of_card(told.WarnOfExpiry): 2,
    lambda story: told.ReplaceCard(card_id=story.card_id(), card_number=story.number()): 2,
    lambda story: told.ConfirmAddress(**_holder(story)): 1,
    lambda story: told.RetireReward(reward_id=story.reward()): 0.2,
    lambda story: told.WithdrawReward(reward_id=COFFEE, version=story.random.randrange(1, 4)): 0.5,
    lambda story: told.WithdrawCampaign(campaign_id=SALE, version=story.random.randrange(1, 3)): 0.3,
    lambda story: told.WithdrawProgram(program_id=rules.FG, version=story.random.randrange(1, 4)): 0.3,
}
"""What comes next, and how often."""


def stores_of(random: Random) -> list[Store]:
    """One of them may have been paused for a while, and counts its receipts anew each day or year."""
    begins = rules.NOON + random.choice([1, 2]) * DAY
    paused = random.choice([(), (), (Stop(begins, begins + random.choice([1, 3]) * DAY),)])
    scope = random.choice(["for_ever", "for_ever", "year", "day"])
    plain: dict[str, Any] = {"time_zone": "Europe/Luxembourg", "currency": "EUR", "loyalty": "live"}
    return [
        Store(rules.FASHIONHUB, rules.FG, **plain, receipt_scope=scope, offline_points=60, offline_operations=2),
        Store(rules.FASHIONOUTLET, rules.FG, **plain, stops=paused),
    ]


def story_of(seed: int, length: int, merchant: UUID = MERCHANT) -> Story:
    """Two cards in a program with a reward to buy and one for full cards, another program, and then *length* commands."""
    random = Random(seed)
    story = Story(random, Tenant(merchant))
    story.tenant.stores = {store.store_id: store for store in stores_of(random)}
    story.tell(rules.publish(rules=rules_of(random), stamp_target=3))
    story.tell(rules.publish(BOOKSHOP))
    for reward_id, cost in ((COFFEE, 20), (CAKE, None)):
        terms = told.RewardTerms(program_id=rules.FG, names={"en": "Coffee"}, cost=cost, valid_days=2)
        story.tell(told.PublishReward(reward_id=reward_id, terms=terms))
    for n, customer in enumerate(CUSTOMERS[:2]):
        story.tell(rules.open_card(customer, number=f"{n}" * 16))
    for _ in range(length):
        story.go_on()
    return story


def card_of(customer: UUID) -> UUID:
    return ids.card_id(customer, rules.FG)
