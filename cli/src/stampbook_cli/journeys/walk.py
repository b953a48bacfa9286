"""A journey is a list of steps, each with its proof; the first one that fails ends it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx


class NotAsPromised(AssertionError):
    """What was seen is not what the journey promises; the text says what was seen."""


@dataclass(slots=True)
class Step:
    """*proof* is what was seen, in words and figures."""

    name: str
    ok: bool = False
    seconds: float = 0.0
    proof: str = ""


@dataclass(slots=True)
class Walk:
    """*say* is told about each step as it ends."""

    say: Callable[[str], None]
    steps: list[Step] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return bool(self.steps) and all(step.ok for step in self.steps)

    @asynccontextmanager
    async def step(self, name: str) -> AsyncIterator[Step]:
        """Inside, set ``proof``; whatever is raised makes the step fail and ends the walk."""
        step = Step(name)
        self.steps.append(step)
        began = time.monotonic()
        try:
            yield step
            step.ok = True
        except (NotAsPromised, httpx.HTTPError, TimeoutError) as trouble:
            step.proof = str(trouble) or type(trouble).__name__
            raise
        finally:
            step.seconds = round(time.monotonic() - began, 3)
            mark = "ok  " if step.ok else "FAIL"
            self.say(f"  {mark}  {step.seconds:6.2f} s  {name}: {step.proof}")

    def document(self) -> dict[str, Any]:
        """``{ok, steps: [{name, ok, seconds, proof}]}``."""
        steps = [
            {"name": step.name, "ok": step.ok, "seconds": step.seconds, "proof": step.proof} for step in self.steps
        ]
        return {"ok": self.ok, "steps": steps}


def demand(seen: object, what: str) -> None:
    """Go on only if *seen* is true; *what* says what was found instead."""
    if not seen:
        raise NotAsPromised(what)
