"""The words that bodies are made of. A number that is not whole, or that no command could carry, is refused by its noun."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

FURTHEST = 2**53
"""Beyond it JSON's readers lose the last digits of a whole number. What is within, the ledger judges (R1)."""


def _whole(noun: str, description: str, *, signed: bool = False) -> Any:
    extra = {"noun": noun, "signed": signed}
    return msgspec.Meta(ge=-FURTHEST, le=FURTHEST, description=description, extra=extra)


AmountMinor = Annotated[int, _whole("amount", "Whole minor units of the currency (R1).")]
Stamps = Annotated[int, _whole("stamps", "Whole stamps (R1).")]
Quantity = Annotated[int, _whole("quantity", "How many of the reward: 1 to 10 (R48).")]
PointsUpOrDown = Annotated[int, _whole("points", "Whole points; below zero they are taken (R60).", signed=True)]
StampsUpOrDown = Annotated[int, _whole("stamps", "Whole stamps; below zero they are taken (R60).", signed=True)]
Moment = Annotated[
    datetime, msgspec.Meta(tz=True, description="An instant of the years 2000 to 2199, with a time zone.")
]
CardNumber = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{16}$", description="The number that was shown (R67).")]
