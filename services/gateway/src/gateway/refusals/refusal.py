"""What one refusal is: a stable code, a status, and words for whoever reads it."""

from __future__ import annotations

from typing import Literal, NamedTuple

Status = Literal[403, 404, 409, 410, 422]


class Refusal(NamedTuple):
    """*title* says what is the matter, *advice* what can be done about it. *rules* are the rule book's numbers.

    *more*: what the problem's ``more`` may hold beside what the command was about.
    """

    code: str
    status: Status
    title: str
    advice: str
    rules: str
    more: tuple[str, ...] = ()


class Section(NamedTuple):
    title: str
    refusals: tuple[Refusal, ...]
