"""The running head of one partition, followed event by event and held against its row and every seal."""

from __future__ import annotations

from dataclasses import dataclass, field

from stampbook_events import GENESIS, running_head
from stampbook_messaging.log_checks.check import Check
from stampbook_messaging.log_checks.finding import Finding, What
from stampbook_messaging.log_checks.reading import Bound
from stampbook_messaging.log_checks.seals import Anchor


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the heads of a partition confirm its events.

    *doubtful_from*: the first position from which on they confirm nothing; None where they agree to the end.
    *confirmed*: the last seal before that which agrees with the log.
    """

    partition: int
    position: int
    doubtful_from: int | None
    confirmed: Anchor | None


@dataclass(slots=True)
class Heads:
    """Once something is wrong no head can be right any more: what only follows from that is not told again."""

    service: str
    partition: int
    hashes: Check
    seals: Check
    anchors: list[Anchor]
    pos: int = 0
    head: bytes = GENESIS
    doubtful_from: int | None = None
    _next: int = 0
    _confirmed: dict[str, Anchor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.anchors = sorted(self.anchors)
        self.hold_against_seals()

    def go_on(self, pos: int, event_hash: bytes) -> None:
        self.pos, self.head = pos, running_head(self.head, pos, event_hash)
        if self._next < len(self.anchors):
            self.hold_against_seals()

    def doubt(self, position: int) -> None:
        if self.doubtful_from is None:
            self.doubtful_from = position

    def hold_against_seals(self) -> None:
        while self._next < len(self.anchors) and self.anchors[self._next].position <= self.pos:
            anchor = self.anchors[self._next]
            self._next += 1
            if self.doubtful_from is not None:
                continue
            if anchor.head == self.head:
                self._confirmed[anchor.source] = anchor
            else:
                self._differs(anchor)

    def end(self, bound: Bound) -> Standing:
        """The log has no more. Where it ends elsewhere than its row says, that is told by who counts positions."""
        if self.doubtful_from is None and self.pos == bound.pos and self.head != bound.head:
            last = self._last_confirmed()
            since = f"; seal {last.seal} of {last.day} agrees up to position {last.position}" if last else ""
            said = f"the running head differs from the log{since}"
            self.doubt(last.position + 1 if last else 1)
            self.hashes.find(
                Finding(what="head_differs", service=self.service, partition=self.partition, position=None, said=said)
            )
        for source in dict.fromkeys(anchor.source for anchor in self.anchors[self._next :]):
            self._ends_before(source)
        return Standing(self.partition, self.pos, self.doubtful_from, self._last_confirmed())

    def _last_confirmed(self) -> Anchor | None:
        sure = self.doubtful_from
        found = [one for one in self._confirmed.values() if sure is None or one.position < sure]
        return max(found, key=lambda one: one.position, default=None)

    def _differs(self, anchor: Anchor) -> None:
        agreed = self._confirmed.get(anchor.source)
        since = agreed.position + 1 if agreed is not None else 1
        self.doubt(since)
        events = f"the events from {since} to {anchor.position}" if anchor.position else "an empty partition"
        said = f"of {anchor.day} in {anchor.source} has another head: {events} are not what was sealed"
        self._find("seal_differs", anchor, since, said)

    def _ends_before(self, source: str) -> None:
        """The newest seal says how much is missing at least."""
        anchor = next(one for one in reversed(self.anchors) if one.source == source)
        self.doubt(self.pos + 1)
        said = f"of {anchor.day} in {source} was made at position {anchor.position}, the log ends at {self.pos}"
        self._find("missing", anchor, self.pos + 1, said)

    def _find(self, what: What, anchor: Anchor, position: int, said: str) -> None:
        self.seals.find(
            Finding(
                what=what,
                service=self.service,
                partition=self.partition,
                position=position,
                seal=anchor.seal,
                said=said,
            )
        )
