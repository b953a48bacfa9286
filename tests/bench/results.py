"""A bench result: ours, the bare limit beside it, and their ratio; as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
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
    def ratio(self) -> float:
        return round(self.ours / self.bare, 2) if self.bare else 0.0


def document(results: Sequence[Result]) -> list[dict[str, object]]:
    return [{**asdict(one), "ratio": one.ratio} for one in results]


def table(results: Sequence[Result]) -> str:
    head = f"{'':<44} {'ours':>10} {'bare':>10} {'ratio':>7}  unit"
    lines = [f"{one.name:<44} {one.ours:>10.6g} {one.bare:>10.6g} {one.ratio:>7.2f}  {one.unit}" for one in results]
    return "\n".join([head, *lines])


def keep(results: Sequence[Result]) -> Path:
    """Write the run beside the earlier ones, which are never overwritten."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    day = datetime.now(UTC).date().isoformat()
    number = 1 + sum(1 for _ in FOLDER.glob(f"{day}-*.json"))
    path = FOLDER / f"{day}-{number}.json"
    path.write_text(json.dumps(document(results), indent=2) + "\n")
    return path
