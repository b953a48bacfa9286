"""What is missing from a log, known by its position, by its version, or, where both are one, by its full name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from stampbook_events.subjects import partition_of
from stampbook_messaging.log_checks.check import SHOWN, Check
from stampbook_messaging.log_checks.finding import Finding


class LostVersion(NamedTuple):
    merchant: UUID
    aggregate: UUID
    version: int
    because: str


class LostPositions(NamedTuple):
    """From *first* to *last*, both included."""

    first: int
    last: int
    because: str


@dataclass(slots=True)
class Losses:
    """Collected while the log is read: an event that is gone leaves a gap in its partition and one on its aggregate."""

    service: str
    check: Check
    _positions: dict[int, list[LostPositions]] = field(default_factory=lambda: defaultdict(list))
    _versions: dict[int, list[LostVersion]] = field(default_factory=lambda: defaultdict(list))
    _named: int = 0

    @property
    def room(self) -> int:
        """So many more may be named; what is not named is counted by its position."""
        return max(SHOWN - self._named, 0)

    def positions(self, partition: int, first: int, last: int, because: str) -> None:
        if len(self._positions[partition]) <= SHOWN:
            self._positions[partition].append(LostPositions(first, last, because))
        else:
            self.check.wrong += 1

    def versions(self, lost: Iterable[LostVersion]) -> None:
        for one in lost:
            self._named += 1
            self._versions[partition_of(one.merchant)].append(one)

    def name_them(self) -> None:
        """One position and one version missing in a partition are one event; otherwise both are told as they are."""
        for partition in sorted(self._positions.keys() | self._versions.keys()):
            positions, versions = self._positions[partition], self._versions[partition]
            if len(positions) == len(versions) == 1 and positions[0].first == positions[0].last:
                because = f"is not in the log: {positions[0].because}; {versions[0].because}"
                self._find(partition, because, positions[0].first, versions[0])
                continue
            for gap in positions:
                to = f" to {gap.last}" if gap.last != gap.first else ""
                self._find(partition, f"{_the_event(to)} not in the log: {gap.because}", gap.first)
            for version in versions:
                self._find(partition, f"is not in the log: {version.because}", None, version)

    def _find(self, partition: int, said: str, position: int | None = None, version: LostVersion | None = None) -> None:
        self.check.find(
            Finding(
                what="missing",
                service=self.service,
                partition=partition,
                position=position,
                merchant=version.merchant if version else None,
                aggregate=version.aggregate if version else None,
                version=version.version if version else None,
                said=said,
            )
        )


def _the_event(to: str) -> str:
    return f"all{to} are" if to else "is"
