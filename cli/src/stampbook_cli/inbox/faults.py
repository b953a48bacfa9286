"""The faults a test has ordered: who is refused, slowed or cut off, at which step of the SMTP dialogue."""

import enum
from collections.abc import Iterable
from typing import Annotated

import msgspec

Seconds = Annotated[float, msgspec.Meta(ge=0, le=3600)]


class Stage(enum.StrEnum):
    CONNECT = "connect"
    RCPT = "rcpt"
    DATA = "data"
    AFTER_DATA = "after_data"


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault; of several that match, the first with uses left is taken.

    *match* is a part of a recipient's address, or ``*``; before recipients are known only ``*`` matches.
    *keep* stores the message although it is refused or the connection is dropped after the final dot.
    """

    stage: Stage
    match: Annotated[str, msgspec.Meta(min_length=1)] = "*"
    reply: Annotated[str, msgspec.Meta(pattern=r"\A[45][0-9]{2}( [ -~]*)?\Z")] | None = None
    drop: bool = False
    keep: bool = False
    delay_seconds: Seconds = 0
    seconds_per_byte: Seconds = 0
    times: Annotated[int, msgspec.Meta(ge=1)] | None = None

    @property
    def accepts(self) -> bool:
        return self.reply is None and not self.drop

    def matches(self, stage: Stage, recipients: Iterable[str]) -> bool:
        if stage is not self.stage:
            return False
        return self.match == "*" or any(self.match.lower() in recipient.lower() for recipient in recipients)


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

    def take(self, stage: Stage, recipients: Iterable[str] = ()) -> Rule | None:
        """The rule that strikes now; it is counted as used."""
        known = list(recipients)
        for armed in self._armed:
            if not armed.spent and armed.rule.matches(stage, known):
                armed.used += 1
                return armed.rule
        return None
