"""The faults a test has ordered for the wallet API: an error, a delay, a cut connection, before or after the work."""

from collections.abc import Iterable
from typing import Annotated

import msgspec


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault; of several that match, the first with uses left is taken.

    *path* is a part of the address, or ``*``. With *apply* the request takes effect first and only its answer
    is lost or replaced: what a client sees as a time-out may have happened.
    """

    path: Annotated[str, msgspec.Meta(min_length=1)] = "*"
    method: str = "*"
    status: Annotated[int, msgspec.Meta(ge=400, le=599)] | None = None
    delay_seconds: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 0
    drop: bool = False
    apply: bool = False
    times: Annotated[int, msgspec.Meta(ge=1)] | None = None
    retry_after: Annotated[int, msgspec.Meta(ge=0)] | None = None

    def matches(self, method: str, path: str) -> bool:
        return self.method.upper() in {"*", method.upper()} and (self.path == "*" or self.path in path)


class ArmedRule(msgspec.Struct, kw_only=True):
    rule: Rule
    used: int = 0

    @property
    def spent(self) -> bool:
        return self.rule.times is not None and self.used >= self.rule.times


class FaultRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    rules: list[Rule]


class Faults:
    def __init__(self) -> None:
        self._armed: list[ArmedRule] = []

    @property
    def armed(self) -> list[ArmedRule]:
        return list(self._armed)

    def arm(self, rules: Iterable[Rule]) -> None:
        """Replace what was armed before."""
        self._armed = [ArmedRule(rule=rule) for rule in rules]

    def take(self, method: str, path: str) -> Rule | None:
        """The rule that strikes now; it is counted as used."""
        for armed in self._armed:
            if not armed.spent and armed.rule.matches(method, path):
                armed.used += 1
                return armed.rule
        return None
