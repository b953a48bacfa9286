"""What a check counted and what it found, in words."""

from __future__ import annotations

import msgspec

from stampbook_messaging.log_checks.finding import Finding

SHOWN = 20


class Check(msgspec.Struct, kw_only=True):
    """*counted* is what was looked at, *found* what is wrong, at most ``SHOWN`` of it, each in words.

    *findings*: the same with its place, where the check knows one.
    """

    name: str
    counted: int = 0
    found: list[str] = []
    wrong: int = 0
    findings: list[Finding] = []

    @property
    def ok(self) -> bool:
        return self.wrong == 0

    @property
    def full(self) -> bool:
        """Whether no more can be shown: what follows is only counted."""
        return self.wrong >= SHOWN

    def blame(self, what: str) -> None:
        self.wrong += 1
        if len(self.found) < SHOWN:
            self.found.append(what)

    def find(self, finding: Finding) -> None:
        if len(self.findings) < SHOWN:
            self.findings.append(finding)
        self.blame(finding.text)
