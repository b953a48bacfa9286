"""Double entry: the lines that an event writes between the accounts of R76. Those of one event sum to zero."""

from typing import Any

from ledger.domain.account import entry
from stampbook_events.ledger import Line, PointsEarned, StampsEarned, WelcomeBonusGranted


def lines(event: Any) -> tuple[Line, ...]:
    """The lines of *event*; whatever moves nothing has none."""
    match event:
        case PointsEarned(points=points) | WelcomeBonusGranted(points=points) if points:
            return entry("points", granted=-points, issued=points)
        case StampsEarned(stamps=stamps):
            return entry("stamps", granted=-stamps, issued=stamps)
        case _:
            return ()
