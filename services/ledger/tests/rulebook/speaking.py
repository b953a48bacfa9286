"""The vocabulary of the rule book: what can be told to a merchant's books, and what can be read in them.

Whoever keeps the books by R1-R78 implements `Books`; the tests of this folder know nothing else. Every operation
has a `key` (R5) and `at`, its recorded-at; `at` never goes back. Instants are aware datetimes, `store` is None
where there is none. Reads are as of an instant (R39): None = the last instant told.
"""

from datetime import date, datetime
from typing import Literal, Protocol

from rulebook.reading import Reading, Work
from rulebook.terms import (
    CUSTOMER,
    STAFF,
    By,
    CampaignTerms,
    Cause,
    Channel,
    Device,
    OfflineCap,
    Reason,
    RewardTerms,
    Scope,
    Terms,
    Whole,
)
from rulebook.views import Answer

Versioned = Literal["program", "campaign", "reward"]


class Settings(Protocol):
    """What the merchant decides."""

    def set_merchant(self, *, key: str, at: datetime, state: Literal["live", "not_live", "suspended"]) -> Answer: ...
    def set_store(
        self,
        *,
        key: str,
        at: datetime,
        store: str,
        zone: str,
        receipt_scope: Scope = "for_ever",
        offline_cap: OfflineCap | None = None,
        live: bool = True,
    ) -> Answer: ...
    def pause_loyalty(self, *, key: str, at: datetime, store: str | None = None) -> Answer:
        """For one store, or for the merchant."""
        ...

    def resume_loyalty(self, *, key: str, at: datetime, store: str | None = None) -> Answer: ...
    def publish_program(
        self, *, key: str, at: datetime, program: str, terms: Terms, effective_from: datetime | None = None
    ) -> Answer: ...
    def publish_campaign(
        self, *, key: str, at: datetime, campaign: str, terms: CampaignTerms, effective_from: datetime | None = None
    ) -> Answer: ...
    def publish_reward(
        self, *, key: str, at: datetime, reward: str, terms: RewardTerms, effective_from: datetime | None = None
    ) -> Answer: ...
    def withdraw(self, *, key: str, at: datetime, what: Versioned, name: str, version: int) -> Answer: ...
    def retire_reward(self, *, key: str, at: datetime, reward: str) -> Answer: ...
    def end_program(self, *, key: str, at: datetime, program: str, ends_at: datetime, last_day: date) -> Answer: ...
    def lower_open_cycles(self, *, key: str, at: datetime, program: str) -> Answer: ...
    def extend_lots(self, *, key: str, at: datetime, program: str) -> Answer:
        """The migration of R37, to the version in force."""
        ...


class Tills(Protocol):
    """What tills, shops and integrators tell. `linked_to`: sent again by a manager (R65, R71)."""

    def earn(
        self,
        *,
        key: str,
        at: datetime,
        card: str,
        amount: Whole,
        currency: str = "EUR",
        store: str | None = None,
        by: By = STAFF,
        channel: Channel = "till",
        occurred_at: datetime | None = None,
        device: Device | None = None,
        receipt: str | None = None,
        number: str | None = None,
        ticket: bool = False,
        linked_to: str | None = None,
    ) -> Answer: ...
    def give_stamps(
        self,
        *,
        key: str,
        at: datetime,
        card: str,
        n: Whole,
        store: str | None = None,
        by: By = STAFF,
        channel: Channel = "till",
        occurred_at: datetime | None = None,
        device: Device | None = None,
        receipt: str | None = None,
        number: str | None = None,
        ticket: bool = False,
        override: str | None = None,
        linked_to: str | None = None,
    ) -> Answer: ...
    def hold(
        self,
        *,
        key: str,
        at: datetime,
        card: str,
        reward: str,
        quantity: Whole = 1,
        store: str | None = None,
        by: By = CUSTOMER,
        channel: Channel = "online",
        number: str | None = None,
        ticket: bool = False,
        not_after: datetime | None = None,
    ) -> Answer: ...
    def capture(
        self,
        *,
        key: str,
        at: datetime,
        reservation: str,
        quantity: Whole | None = None,
        store: str | None = None,
        by: By = STAFF,
        receipt: str | None = None,
        not_after: datetime | None = None,
    ) -> Answer: ...
    def release(self, *, key: str, at: datetime, reservation: str, by: By = CUSTOMER) -> Answer: ...
    def redeem(
        self,
        *,
        key: str,
        at: datetime,
        card: str,
        reward: str,
        quantity: Whole = 1,
        store: str | None = None,
        by: By = STAFF,
        receipt: str | None = None,
        number: str | None = None,
        ticket: bool = False,
        not_after: datetime | None = None,
    ) -> Answer: ...
    def redeem_offline(
        self,
        *,
        key: str,
        at: datetime,
        card: str,
        reward: str,
        occurred_at: datetime,
        store: str,
        quantity: Whole = 1,
        by: By = STAFF,
        device: Device | None = None,
        receipt: str | None = None,
        number: str | None = None,
        linked_to: str | None = None,
    ) -> Answer: ...
    def use_reward(
        self,
        *,
        key: str,
        at: datetime,
        redeem_code: str,
        store: str | None = None,
        by: By = STAFF,
        receipt: str | None = None,
        number: str | None = None,
        ticket: bool = False,
        not_after: datetime | None = None,
    ) -> Answer: ...
    def void(self, *, key: str, at: datetime, operation: str, store: str | None = None, by: By = STAFF) -> Answer:
        """`operation` is the key of the voided one; a bonus is `welcome_of(card)` or `birthday_of(card, year)`."""
        ...

    def refund(
        self,
        *,
        key: str,
        at: datetime,
        program: str,
        receipt: str,
        store: str | None,
        amount: Whole | None = None,
        currency: str = "EUR",
        receipt_day: date | None = None,
        refund_number: str | None = None,
        keep_reward: bool = False,
        with_reward: bool = False,
        with_stamps: bool = False,
        at_store: str | None = None,
        by: By = STAFF,
    ) -> Answer:
        """`store` printed the receipt, `at_store` takes the goods back; amount None = whole (R53)."""
        ...


class Cards(Protocol):
    """What happens to a card, its owner and its figures by hand."""

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
        """`person` is the address joined with; letter case makes no other person."""
        ...

    def confirm_address(self, *, key: str, at: datetime, person: str) -> Answer: ...
    def set_birthday(self, *, key: str, at: datetime, card: str, month: int, day: int) -> Answer: ...
    def set_consent(self, *, key: str, at: datetime, card: str, given: bool) -> Answer:
        """To birthday greetings; given with the birthday unless told otherwise."""
        ...

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
        """One of points and stamps; the sign is the direction."""
        ...

    def forgive_debt(self, *, key: str, at: datetime, card: str, by: By) -> Answer: ...
    def freeze(self, *, key: str, at: datetime, card: str, by: By = STAFF) -> Answer: ...
    def unfreeze(self, *, key: str, at: datetime, card: str, by: By = STAFF) -> Answer: ...
    def close(self, *, key: str, at: datetime, card: str, cause: Cause = "leaving") -> Answer: ...
    def new_number(self, *, key: str, at: datetime, card: str, number: str, by: By = STAFF) -> Answer: ...
    def check_person(self, *, key: str, at: datetime, card: str, by: By = STAFF) -> Answer:
        """Staff have checked who holds the join ticket (R67)."""
        ...

    def merge(self, *, key: str, at: datetime, card: str, into: str) -> Answer: ...


class Books(Settings, Tills, Cards, Work, Reading, Protocol):
    """A whole merchant."""


def welcome_of(card: str) -> str:
    return f"welcome:{card}"


def birthday_of(card: str, year: int) -> str:
    return f"birthday:{card}:{year}"
