"""What a batch of commands asks the tables for, look by look, until nothing new is asked."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from typing import Any, NamedTuple
from uuid import UUID

from ledger.domain.receipts import normalised
from ledger.domain.refusals import Refused
from ledger.domain.times import earliest
from ledger.store.parts import width_of
from stampbook_events.ledger import GiveStamps, PublishReward, RefundPurchase
from stampbook_messaging.messages import Received

Key = tuple[Any, ...]
_WEST, _EAST = timedelta(hours=-12), timedelta(hours=15)
"""From any instant to the local days that it may belong to, and an opening up to a quarter of an hour later (R70)."""


class Depth(IntEnum):
    """How much of what lies on a card is wanted.

    ``DUE``: lots that fall due within the batch, that are held or written off, or that live on from activity; open
    reservations, rewards that are open or that stamps are owed for. ``FREE``: also all lots that have free points.
    ``ALL``: whatever there ever was.
    """

    DUE = 0
    FREE = 1
    ALL = 2


class Window(NamedTuple):
    """Between which instants a merchant's commands of one batch may have happened, and on which local days."""

    since: datetime
    until: datetime

    @property
    def first(self) -> date:
        return (self.since.astimezone(UTC) + _WEST).date()

    @property
    def last(self) -> date:
        return (self.until.astimezone(UTC) + _EAST).date()

    def wider(self, other: "Window") -> "Window":
        return Window(min(self.since, other.since), max(self.until, other.until))


class Asked:
    """*depths*: how deep each card was asked for; *deep*: merchants whose cards are wanted with all that they hold.

    *has_looked*: what is not there by now was not there at the first look. *stamps*: how many may come to a card within the batch; *receipts*: the numbers that tills tell.
    *limited*: rewards that get a limit within the batch.
    """

    def __init__(self, batch: Sequence[Received]) -> None:
        self.windows: dict[UUID, Window] = {}
        self.depths: dict[tuple[UUID, UUID], Depth] = {}
        self.deep: set[UUID] = set()
        self.has_looked = False
        self.stamps: dict[tuple[UUID, UUID], int] = {}
        self.receipts: set[tuple[UUID, str]] = set()
        self.limited: set[tuple[UUID, UUID]] = set()
        self._known: dict[str, set[Key]] = {}
        self._new: dict[str, list[Key]] = {}
        for received in batch:
            self._foresee(received)

    def _foresee(self, received: Received) -> None:
        merchant, command = received.envelope.merchant, received.command
        window = Window(earliest(received), received.recorded_at)
        known = self.windows.get(merchant)
        self.windows[merchant] = window if known is None else known.wider(window)
        if isinstance(command, GiveStamps):
            key = merchant, command.card_id
            self.stamps[key] = self.stamps.get(key, 0) + max(0, min(command.stamps, 100))
        if isinstance(command, PublishReward) and command.terms.limit is not None:
            self.limited.add((merchant, command.reward_id))
        receipt = getattr(command, "receipt", None)
        if receipt is not None and not isinstance(command, RefundPurchase):
            text = printed(receipt)
            if text is not None:
                self.receipts.add((merchant, text))

    def deepen(self, merchant: UUID) -> None:
        """From now on the merchant's cards are wanted with all that they hold, those asked for before as well."""
        if merchant not in self.deep:
            self.deep.add(merchant)
            for owner, card_id in list(self.depths):
                if owner == merchant:
                    self.ask_card(owner, card_id, Depth.ALL)

    def ask(self, part: str, *key: Any) -> None:
        known = self._known.setdefault(part, set())
        if key not in known:
            known.add(key)
            self._new.setdefault(part, []).append(key)

    def ask_card(self, merchant: UUID, card_id: UUID, depth: Depth) -> None:
        depth = Depth.ALL if merchant in self.deep else depth
        known = self.depths.get((merchant, card_id))
        if known is None or known < depth:
            self.depths[merchant, card_id] = depth
            self._new.setdefault("cards", []).append((merchant, card_id))

    def ask_day(self, merchant: UUID, kind: str, subject: str) -> None:
        """What was counted on the days that the batch may belong to."""
        window = self.windows[merchant]
        self.ask("tallies", merchant, kind, subject, window.first, window.last)

    def take(self) -> tuple[tuple[str, ...], list[list[Any]]]:
        """The parts that are newly asked for, and the arrays of their keys; sorted, so that equal batches read alike."""
        new, self._new, self.has_looked = self._new, {}, True
        names = tuple(sorted(new))
        columns: list[list[Any]] = []
        for name in names:
            keys = sorted(map(self._whole, set(new[name]))) if name == "cards" else sorted(new[name])
            columns.extend(list(column) for column in zip(*keys, strict=True))
        assert len(columns) == sum(map(width_of, names))
        return names, columns

    def _whole(self, card: Key) -> Key:
        merchant, card_id = card
        window = self.windows[merchant]
        return merchant, card_id, self.depths[merchant, card_id], window.since, window.until


def whole_columns(cards: Sequence[tuple[UUID, UUID]]) -> list[list[Any]]:
    """The keys of *cards* with all that they ever held, whenever that was."""
    merchants, card_ids = [merchant for merchant, _ in cards], [card_id for _, card_id in cards]
    ever = [datetime.max.replace(tzinfo=UTC)] * len(cards)
    return [merchants, card_ids, [int(Depth.ALL)] * len(cards), ever, ever]


def printed(receipt: str) -> str | None:
    """The number as it is kept; None if no till could have printed it, which the decider refuses with its code."""
    try:
        return normalised(receipt)
    except Refused:
        return None
