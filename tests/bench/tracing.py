"""What traces cost the ledger: 'ours' writes the spans of sampled commands to a file, 'bare' writes none.

The gateway lets ``TRACES_PER_SECOND`` begin, so a ledger under full load meets one among many commands.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench import ledger_rate
from tests.bench.ground import Card, Ground
from tests.bench.ledger_rate import Run

TRACED_EVERY = 60
"""What fifty a second are among the commands of a loaded ledger."""


async def traced(ground: Ground, buyers: Sequence[Card], every: int) -> Run:
    """One in *every* command belongs to a sampled trace, whose spans are written."""
    file = str(ground.folder / "traces.jsonl")
    return await ledger_rate.run(ground, buyers, settings={"STAMPBOOK_TRACES_FILE": file}, traced_every=every)


async def untraced(ground: Ground, buyers: Sequence[Card], every: int) -> Run:
    """The same commands with the same headers, and nobody who writes spans."""
    return await ledger_rate.run(ground, buyers, traced_every=every)
