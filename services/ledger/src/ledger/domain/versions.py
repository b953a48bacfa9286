"""What is published in versions: programs, campaigns and rewards (R9, R10)."""

from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

import msgspec

from ledger.domain.refusals import Refused

T = TypeVar("T")


class Version(msgspec.Struct, Generic[T], kw_only=True):
    """One published version; withdrawn before it was ever in force, or not at all."""

    number: int
    effective_from: datetime
    terms: T
    withdrawn: bool = False


class Published(msgspec.Struct, Generic[T], kw_only=True):
    """*versions*: every one there is, oldest first; never empty. *retired_at*: nobody gets it from then on."""

    id: UUID
    versions: list[Version[T]]
    retired_at: datetime | None = None

    @property
    def newest(self) -> Version[T]:
        return self.versions[-1]

    def in_force(self, at: datetime) -> Version[T] | None:
        """The version with the greatest ``effective_from`` not after *at*, of equal ones the last published."""
        if len(self.versions) == 1 and self.newest.effective_from <= at and not self.newest.withdrawn:
            return self.newest
        begun = [one for one in self.versions if one.effective_from <= at and not one.withdrawn]
        return max(begun, key=lambda one: (one.effective_from, one.number), default=None)

    def withdraw(self, number: int) -> None:
        self.versions[number - 1].withdrawn = True


def next_version(
    published: "Published[T] | None", effective_from: datetime | None, at: datetime
) -> tuple[int, datetime]:
    """The number and the first instant of one more version."""
    if effective_from is not None and effective_from.tzinfo is None:
        raise Refused("time_without_zone")
    if effective_from is not None and effective_from < at:
        raise Refused("effective_from_in_the_past")
    return (published.newest.number + 1 if published else 1), effective_from or at


def must_be_ahead(published: "Published[T] | None", number: int, at: datetime, noun: str) -> None:
    """A version can be withdrawn while it is not yet in force (R9)."""
    if published is None or not 1 <= number <= len(published.versions):
        raise Refused(f"{noun}_unknown")
    if published.versions[number - 1].effective_from <= at:
        raise Refused("version_in_force")
