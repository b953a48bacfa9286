"""The way a check says no; the decider turns it into the refusal event of its kind (R7)."""

from typing import Any


class Refused(Exception):
    """An expected end, not an error. *detail* goes into the answer beside *code*, never into the event."""

    def __init__(self, code: str, **detail: Any) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def within(noun: str, value: int, most: int) -> None:
    """Check an operation's size (R1): 1 to *most*."""
    if value < 1:
        raise Refused(f"{noun}_not_positive")
    if value > most:
        raise Refused(f"{noun}_too_large", most=most)
