"""What one consumer makes of one event, and who may see it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Handled:
    """*demands*: the deliveries one event asks for, as ``channel:kind``; none for a projection that only learns."""

    demands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ignored:
    reason: str


@dataclass(frozen=True, slots=True)
class Declared:
    """*demands* that a later release of the consumer is to answer; until then it passes the event over, for a *reason*."""

    demands: tuple[str, ...]
    reason: str


Verdict = Handled | Declared | Ignored


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """*public*: a merchant's read-only credential may see it. *to*: every consumer of the owner's log, none left out."""

    public: bool
    to: dict[str, Verdict]


SETUP = Ignored("set-up: nobody has to be told")
REFUSED = Ignored("a refusal changes nothing and its caller has the answer")
