"""How many points an amount gives: exact whole-number arithmetic, rounded once at the end (R13)."""

from typing import assert_never

from stampbook_events.ledger import Rate, Rounding

AMOUNT_MINOR_MAX = 999_999_999
PLAIN = 100
"""The multiplier without a campaign, in hundredths."""


def points_for(amount_minor: int, rate: Rate, rounding: Rounding, multiplier: int = PLAIN) -> int:
    """``round(amount x points x multiplier / (per_minor x 100))``; *nearest* rounds half up."""
    dividend = amount_minor * rate.points * multiplier
    divisor = rate.per_minor * PLAIN
    match rounding:
        case "down":
            return dividend // divisor
        case "nearest":
            return (2 * dividend + divisor) // (2 * divisor)
        case "up":
            return -(-dividend // divisor)
        case _:
            assert_never(rounding)
