"""A bench result: ours, the bare limit beside it, and their ratio; as a table and as JSON."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "bench" / "results"


@dataclass(frozen=True, slots=True)
class Result:
    """*ratio* is ours by bare: of a rate more is better, of a time or a size less."""

    name: str
    ours: float
    bare: float
    unit: str

    @property
    def row(self) -> dict[str, str | float]:
        return {
            "name": self.name,
            "ours": round(self.ours, 3),
            "bare": round(self.bare, 3),
            "ratio": round(self.ours / self.bare, 3),
            "unit": self.unit,
        }


def at_percent(values: Sequence[float], percent: int) -> float:
    """A percentile of *values*, never beyond the largest."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def document(results: Sequence[Result]) -> list[dict[str, str | float]]:
    return [one.row for one in results]


def table(results: Sequence[Result]) -> str:
    head = f"{'':<44} {'ours':>10} {'bare':>10} {'ratio':>8}  unit"
    lines = [
        f"{one.name:<44} {one.ours:>10.5g} {one.bare:>10.5g} {one.ours / one.bare:>8.2f}  {one.unit}" for one in results
    ]
    return "\n".join([head, *lines])


def keep(results: Sequence[Result]) -> Path:
    """Write the run beside the earlier ones, which are never overwritten."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    day = datetime.now(UTC).date().isoformat()
    path = next(path for n in count(1) if not (path := FOLDER / f"{day}-{n}.json").exists())
    path.write_text(json.dumps(document(results), indent=2) + "\n")
    return path
