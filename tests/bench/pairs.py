"""Pairs of measurements, ours and bare by turns, and what their median ratio says beside the committed one."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.results import Result

BASELINE = Path(__file__).parents[2] / "bench" / "baseline.json"
LEAST = 0.7
"""Of the committed ratio; a busy machine moves a median of ratios by a tenth or two, never by so much."""

Measure = Callable[[], Awaitable[float]]


class NoBaseline(LookupError):
    """Something was measured that the committed baseline does not know, or the other way round."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rates, in the order they were measured: more is better."""

    name: str
    ours: tuple[float, ...]
    bare: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """The median of the pairs' own ratios: a busy moment meets both sides of a pair."""
        return statistics.median(ours / bare for ours, bare in zip(self.ours, self.bare, strict=True))

    @property
    def result(self) -> Result:
        """The medians of both sides; the unit is the last word of the name."""
        name, _, unit = self.name.rpartition(", ")
        return Result(name, statistics.median(self.ours), statistics.median(self.bare), unit)


@dataclass(frozen=True, slots=True)
class Verdict:
    pairs: Pairs
    baseline: float

    @property
    def holds(self) -> bool:
        return self.pairs.ratio >= LEAST * self.baseline


async def by_turns(name: str, count: int, ours: Measure, bare: Measure) -> Pairs:
    """Ours, bare, ours, bare, and the other way round in every second pair, so that neither always comes first."""
    taken: dict[str, list[float]] = {"ours": [], "bare": []}
    for number in range(count):
        order = [("ours", ours), ("bare", bare)]
        for side, measure in order if number % 2 == 0 else reversed(order):
            taken[side].append(await measure())
    return Pairs(name, tuple(taken["ours"]), tuple(taken["bare"]))


def judge(measured: Sequence[Pairs], ratios: Mapping[str, float]) -> list[Verdict]:
    """Raises ``NoBaseline`` unless both name the same things: what is not compared must not look as if it held."""
    if unknown := {pairs.name for pairs in measured} ^ set(ratios):
        raise NoBaseline(f"measured or committed, but not both: {', '.join(sorted(unknown))}")
    return [Verdict(pairs, ratios[pairs.name]) for pairs in measured]


def table(verdicts: Sequence[Verdict]) -> str:
    head = f"{'':<44} {'ours':>9} {'bare':>9} {'ratio':>7} {'baseline':>9} {'least':>7}"
    return "\n".join([head, *(_line(verdict) for verdict in verdicts)])


def _line(verdict: Verdict) -> str:
    pairs, least = verdict.pairs, LEAST * verdict.baseline
    ours, bare = statistics.median(pairs.ours), statistics.median(pairs.bare)
    said = "" if verdict.holds else "  TOO SLOW"
    return (
        f"{pairs.name:<44} {ours:>9.0f} {bare:>9.0f} {pairs.ratio:>7.2f} {verdict.baseline:>9.2f} {least:>7.2f}{said}"
    )


def committed(path: Path = BASELINE) -> dict[str, float]:
    ratios: dict[str, float] = json.loads(path.read_text())["ratios"]
    return ratios


def commit(measured: Sequence[Pairs], path: Path = BASELINE) -> None:
    """Write a new baseline, with what it was measured on; a person decides whether it goes into the repository."""
    document: dict[str, Any] = {
        "measured_on": {
            "day": datetime.now(UTC).date().isoformat(),
            "cores": os.cpu_count(),
            "processor": _processor(),
            "python": platform.python_version(),
            "pairs": len(measured[0].ours),
        },
        "ratios": {pairs.name: round(pairs.ratio, 3) for pairs in measured},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n")


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())
