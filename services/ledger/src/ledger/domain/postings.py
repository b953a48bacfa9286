"""Double entry: the lines that an event writes between the accounts of R76. Those of one event sum to zero."""

from typing import Any, Literal, NamedTuple

from stampbook_events.ledger import PointsEarned, StampsEarned, WelcomeBonusGranted

Unit = Literal["points", "stamps"]
Account = Literal["issued", "held", "debt", "granted", "redeemed", "expired", "adjusted", "absorbed"]


class Line(NamedTuple):
    """Credit is positive, debit negative."""

    unit: Unit
    account: Account
    amount: int


def lines(event: Any) -> tuple[Line, ...]:
    """The lines of *event*; whatever moves nothing has none."""
    match event:
        case PointsEarned(points=points) | WelcomeBonusGranted(points=points) if points:
            return _granted("points", points)
        case StampsEarned(stamps=stamps):
            return _granted("stamps", stamps)
        case _:
            return ()


def _granted(unit: Unit, amount: int) -> tuple[Line, ...]:
    return (Line(unit, "granted", -amount), Line(unit, "issued", amount))
