"""All that may be wrong with an operation, in the order in which R6 asks; two at once show which is asked first."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from rulebook.given import Shop, day, key, t
from rulebook.terms import OWNER, By, Caps, Device, OfflineCap, RewardTerms
from rulebook.views import Answer

NOW = "06-06 09:40:00"
STORE = "FASHIONHUB"
Arrange = Callable[["Faulty", str], object]


def nothing(shop: Shop, card: str) -> None:
    """It is in the words."""


@dataclass(frozen=True)
class Fault:
    """*when* it is arranged; *words* change what is asked, *terms* what the reward is like, *program* what its version says."""

    code: str
    when: str = "06-06 09:00:00"
    arrange: Arrange = nothing
    words: dict[str, Any] = field(default_factory=dict)
    terms: dict[str, Any] = field(default_factory=dict)
    program: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.code


def suspended(shop: Shop, card: str) -> None:
    shop.books.set_merchant(key=key(), at=t("06-06 09:39:58"), state="suspended")


def paused(shop: Shop, card: str) -> None:
    shop.books.pause_loyalty(key=key(), at=t("06-06 09:39:57"), store=STORE)


def ended(shop: Shop, card: str) -> None:
    """Its last day is over: nothing can be earned, and nothing redeemed any more."""
    ends, last = t("03-01 10:00"), day("2026-06-05")
    shop.books.end_program(key=key(), at=t("01-02 09:00"), program="FG", ends_at=ends, last_day=last)


def stopped_earning(shop: Shop, card: str) -> None:
    ends, last = t("06-06 09:39:57"), day("2026-12-31")
    shop.books.end_program(key=key(), at=t("06-06 09:39:56"), program="FG", ends_at=ends, last_day=last)


def renumbered(shop: Shop, card: str) -> None:
    shop.books.new_number(key=key(), at=t("06-06 09:00:00"), card=card, number="1002")


def frozen(shop: Shop, card: str) -> None:
    shop.freeze(card, "06-06 09:39:55")


def bought(shop: Shop, card: str) -> None:
    shop.earn(card, 1000, "06-06 09:05:00", receipt="T-1")


def stamped(shop: Shop, card: str) -> None:
    shop.stamp(card, 1, "06-06 09:05:00", receipt="T-1")


def stamped_before(shop: Shop, card: str) -> None:
    shop.stamp(card, 1, "06-06 09:04:00")


def just_stamped(shop: Shop, card: str) -> None:
    shop.stamp(card, 1, "06-06 09:39:50")


def full(shop: Shop, card: str) -> None:
    shop.adjust(card, "06-06 09:39:54", stamps=10)


def held(shop: Shop, card: str) -> None:
    for _ in range(4):
        shop.hold(card, "cup", "06-05 20:00:00")


def spent(shop: Shop, card: str) -> None:
    shop.adjust(card, "06-06 09:39:54", points=-shop.books.available(card))


def fetched(shop: "Faulty", card: str) -> None:
    shop.use(shop.code, "06-06 09:06:00")


def captured(shop: "Faulty", card: str) -> None:
    shop.capture(shop.reservation, "06-06 09:06:00")


def without_cap(shop: "Faulty", card: str) -> None:
    shop.store(STORE, "06-06 08:00:00")


MERCHANT = Fault("not_live", "06-06 09:39:58", suspended)
PAUSED = Fault("not_live", "06-06 09:39:57", paused)
UNKNOWN = Fault("card_unknown", words={"card": "nobody"})
ENDED = Fault("program_ended", "01-02 09:00", ended)
STOPPED = Fault("program_ended", "06-06 09:39:56", stopped_earning)
BLOCKED = Fault("card_number_blocked", "06-06 09:00:00", renumbered, {"number": "1001"})
REVOKED = Fault("device_revoked", words={"device": Device(revoked_at=t("06-01 10:00"))})
FROZEN = Fault("card_frozen", "06-06 09:39:55", frozen)
LATE = Fault("too_late", words={"not_after": t("06-06 09:39:00")})
TICKET = Fault("ticket_not_for_redeeming", words={"ticket": True})
EARLY = Fault("before_card_opened", words={"occurred_at": t("2025-12-01 10:00")})
NO_RECEIPT = Fault("receipt_invalid", words={"receipt": " "})
NONE_OF_IT = Fault("quantity_invalid", words={"quantity": 0})

GIVING = (MERCHANT, PAUSED, UNKNOWN, STOPPED, BLOCKED, REVOKED, FROZEN)
TAKING = (LATE, MERCHANT, PAUSED, UNKNOWN, ENDED, BLOCKED, FROZEN, TICKET)
OF_A_REWARD = (
    Fault("reward_unknown", words={"reward": "none"}),
    Fault("reward_not_valid", terms={"last_day": day("2026-06-05")}),
    Fault("reward_not_at_store", terms={"stores": frozenset({"FASHIONOUTLET"})}),
    Fault("out_of_stock", terms={"stock": 1}),
    Fault("limit_reached", terms={"limit": 1}),
    Fault("not_enough_points", "06-06 09:39:54", spent),
)

ORDER: dict[str, tuple[Fault, ...]] = {
    "earn": (
        *GIVING,
        Fault("amount_not_positive", words={"amount": 0}),
        EARLY,
        Fault("currency_not_accepted", words={"currency": "CHF"}),
        Fault("receipt_already_recorded", "06-06 09:05:00", bought, {"receipt": "T-1"}),
    ),
    "give_stamps": (
        *GIVING,
        Fault("stamps_not_positive", words={"n": 0}),
        EARLY,
        Fault("receipt_already_recorded", "06-06 09:05:00", stamped, {"receipt": "T-1"}),
        Fault("cap_card_day", "06-06 09:04:00", stamped_before, program={"caps": Caps(stamps_per_card=1)}),
        Fault("cooldown", "06-06 09:39:50", just_stamped),
        Fault("card_full", "06-06 09:39:54", full, program={"overfill": "cap"}),
    ),
    "redeem": (*TAKING, NONE_OF_IT, NO_RECEIPT, *OF_A_REWARD),
    "redeem_offline": (
        *TAKING[1:6],
        REVOKED,
        FROZEN,
        NONE_OF_IT,
        EARLY,
        NO_RECEIPT,
        *OF_A_REWARD[:3],
        OF_A_REWARD[4],
        Fault("offline_not_allowed", "06-06 08:00:00", without_cap),
    ),
    "hold": (*TAKING, NONE_OF_IT, Fault("too_many_reservations", "06-05 20:00:00", held), *OF_A_REWARD),
    "capture": (
        LATE,
        MERCHANT,
        PAUSED,
        Fault("reservation_unknown", words={"reservation": "none"}),
        ENDED,
        FROZEN,
        NONE_OF_IT,
        NO_RECEIPT,
        Fault("reservation_closed", "06-06 09:06:00", captured),
    ),
    "use_reward": (
        LATE,
        MERCHANT,
        PAUSED,
        Fault("code_unknown", words={"redeem_code": "22222222"}),
        ENDED,
        FROZEN,
        TICKET,
        NO_RECEIPT,
        Fault("code_already_used", "06-06 09:06:00", fetched),
    ),
    "adjust": (
        MERCHANT,
        PAUSED,
        UNKNOWN,
        ENDED,
        FROZEN,
        Fault("points_not_positive", words={"points": 0}),
        Fault("adjustment_over_limit", words={"by": By("anna", "staff")}),
        Fault("not_enough_points", "06-06 09:39:54", spent),
    ),
}


def together(changes: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {name: value for change in changes for name, value in change.items()}


def publishing(faults: tuple[Fault, ...]) -> Fault:
    """No fault, but the version in which some lie."""
    changed = {"hold_online": timedelta(hours=72)} | together(fault.program for fault in faults)
    return Fault("", "06-06 09:39:53", lambda shop, _: shop.program("06-06 09:39:53", **changed))


class Faulty(Shop):
    """A merchant, a card and one thing that a till asks, in which nothing is wrong but *faults*."""

    def arrange(self, faults: tuple[Fault, ...]) -> str:
        early = [fault for fault in faults if fault.when < "06"]
        card, coffee = self.card(number="1001"), RewardTerms("FG", valid_days=None)
        self.books.publish_reward(key=key(), at=self.at, reward="coffee", terms=coffee)
        self.books.publish_reward(key=key(), at=self.at, reward="cup", terms=RewardTerms("FG", cost=1))
        self.books.publish_reward(key=key(), at=self.at, reward="mug", terms=RewardTerms("FG", cost=10))
        self.store(STORE, "01-01 10:00", offline_cap=OfflineCap(100, 3))
        self.points(card, 200, "01-01 10:00")
        for fault in early:
            fault.arrange(self, card)
        self.code = (*self.stamp(card, 10, "02-28 11:00").unlocked, "none")[0]
        self.redeem(card, "mug", "06-05 18:00")
        self.reservation = self.hold(card, "cup", "06-05 19:00")
        mug = RewardTerms("FG", cost=10, **together(fault.terms for fault in faults))
        self.books.publish_reward(key=key(), at=t("06-05 19:30"), reward="mug", terms=mug)
        for fault in sorted((*faults, publishing(faults)), key=lambda each: each.when):
            if fault not in early:
                fault.arrange(self, card)
        return card

    def ask(self, method: str, card: str, faults: tuple[Fault, ...]) -> Answer:
        words = self.asked(method, card) | together(fault.words for fault in faults)
        answer: Answer = getattr(self.books, method)(key="asked", at=t(NOW), **words)
        return answer

    def asked(self, method: str, card: str) -> dict[str, Any]:
        told: dict[str, dict[str, Any]] = {
            "earn": {"card": card, "amount": 1000},
            "give_stamps": {"card": card, "n": 1},
            "redeem": {"card": card, "reward": "mug"},
            "redeem_offline": {"card": card, "reward": "mug", "occurred_at": t("06-06 09:39:59")},
            "hold": {"card": card, "reward": "mug"},
            "capture": {"reservation": self.reservation},
            "use_reward": {"redeem_code": self.code},
            "adjust": {"card": card, "points": -1, "by": OWNER},
        }
        return {"store": STORE} | told[method]
