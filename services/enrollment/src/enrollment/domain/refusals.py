"""A refusal is a decision: an event of its own and a stored answer, never an error."""

from typing import Any


class Refused(Exception):
    """*code* is stable and part of the API; *detail* goes into the answer."""

    def __init__(self, code: str, **detail: Any) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail
