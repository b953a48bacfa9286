"""One thing wrong with a resource: where, and what."""

import msgspec


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path or 'The body'} {self.problem}."
