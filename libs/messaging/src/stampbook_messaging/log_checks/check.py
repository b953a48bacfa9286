"""What a check counted and what it found, in words."""

from __future__ import annotations

import msgspec

SHOWN = 20


class Check(msgspec.Struct, kw_only=True):
    """*counted* is what was looked at, *found* what is wrong, at most ``SHOWN`` of it, each in words."""

    name: str
    counted: int = 0
    found: list[str] = []
    wrong: int = 0

    @property
    def ok(self) -> bool:
        return self.wrong == 0

    def blame(self, what: str) -> None:
        self.wrong += 1
        if len(self.found) < SHOWN:
            self.found.append(what)
