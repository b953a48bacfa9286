"""What a batch of commands asks the tables for, look by look, until nothing new is asked."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from typing import Any, NamedTuple
from uuid import UUID

from ledger.domain.receipts import normalised
from ledger.domain.refusals import Refused
from ledger.domain.times import earliest
from ledger.store.parts import PARTS, Part
from stampbook_events.ledger import EndProgram, GiveStamps, OpenCard, PublishReward, RefundPurchase
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
    """Between which instants the commands of a batch may have happened, and on which local days."""

    since: datetime
    until: datetime

    @classmethod
    def of(cls, batch: Sequence[Received]) -> "Window":
        return cls(min(map(earliest, batch)), max(received.recorded_at for received in batch))

    @property
    def first(self) -> date:
        return (self.since.astimezone(UTC) + _WEST).date()

    @property
    def last(self) -> date:
        return (self.until.astimezone(UTC) + _EAST).date()

    def values(self, part: Part) -> list[datetime | date]:
        return [getattr(self, name) for name in part.window.split()[::2]]


class Asked:
    """*depths*: how deep each card was asked for; *deep*: merchants whose cards are wanted with all that they hold.

    *has_looked*: what is not there by now was not there at the first look. *stamps*: how many may come to a card within the batch; *receipts*: the numbers that tills tell.
    *limited*: rewards that get a limit within the batch; *homes*: stores of cards that it opens or merges;
    *ending*: programs whose end it tells.
    """

    def __init__(self, batch: Sequence[Received]) -> None:
        self.window = Window.of(batch)
        self.depths: dict[tuple[UUID, UUID], Depth] = {}
        self.deep: set[UUID] = set()
        self.has_looked = False
        self.stamps: dict[tuple[UUID, UUID], int] = {}
        self.receipts: set[tuple[UUID, str]] = set()
        self.limited: set[tuple[UUID, UUID]] = set()
        self.homes: set[tuple[UUID, UUID]] = set()
        self.ending: set[tuple[UUID, UUID]] = set()
        self._known: dict[str, set[Key]] = {}
        self._new: dict[str, list[Key]] = {}
        for received in batch:
            self._foresee(received)

    def _foresee(self, received: Received) -> None:
        merchant, command = received.envelope.merchant, received.command
        kind = type(command)
        if kind is GiveStamps:
            key = merchant, command.card_id
            self.stamps[key] = self.stamps.get(key, 0) + max(0, min(command.stamps, 100))
        elif kind is PublishReward and command.terms.limit is not None:
            self.limited.add((merchant, command.reward_id))
        elif kind is EndProgram:
            self.ending.add((merchant, command.program_id))
        elif kind is OpenCard:
            self.homes.add((merchant, command.store_id))
        receipt = getattr(command, "receipt", None)
        if receipt is not None and kind is not RefundPurchase:
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

    def take(self) -> tuple[tuple[str, ...], list[Any]]:
        """The parts that are newly asked for, and the arrays of their keys, in the order of asking: equal batches read alike."""
        new, self._new, self.has_looked = self._new, {}, True
        names = tuple(sorted(new))
        values: list[Any] = []
        for name in names:
            keys = self._depths_of(new[name]) if name == "cards" else new[name]
            values.extend(list(column) for column in zip(*keys, strict=True))
            values.extend(self.window.values(PARTS[name]))
        return names, values

    def _depths_of(self, cards: Iterable[Key]) -> Iterator[Key]:
        for merchant, card_id in dict.fromkeys(cards):
            yield merchant, card_id, self.depths[merchant, card_id]


def whole_columns(cards: Sequence[tuple[UUID, UUID]]) -> list[Any]:
    """The keys of *cards* with all that they ever held, whenever that was."""
    merchants, card_ids = [merchant for merchant, _ in cards], [card_id for _, card_id in cards]
    ever = datetime.max.replace(tzinfo=UTC)
    return [merchants, card_ids, [Depth.ALL] * len(cards), ever, ever]


def printed(receipt: str) -> str | None:
    """The number as it is kept; None if no till could have printed it, which the decider refuses with its code."""
    try:
        return normalised(receipt)
    except Refused:
        return None
