"""Stories of the simulation as tests: servers of their own, and every seed that failed named with its command."""

import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "simulated"))

from backend import Backend
from statements import WAITS
from story import Story, furnish, tell

from stampbook_cli.embedded.testing import start_servers
from stampbook_messaging.logging import configure_logging

AT_ONCE = 10
"""So many stories in one test: a failing one names the seeds that failed."""

_TOLD: dict[tuple[int, bool], Story] = {}


@contextmanager
def town_on(folder: Path) -> Iterator[dict[str, Backend]]:
    servers = start_servers(folder, durable=False)
    configure_logging("simulation", "simulation", "error", stream=io.StringIO())  # the trail says more
    try:
        # An autovacuum would come when it likes, and move rows.
        servers.postgres.run_sql("ALTER SYSTEM SET autovacuum = off")
        servers.postgres.run_sql("SELECT pg_reload_conf()")
        backends = furnish({token: servers.dsn(token) for token in ("ledger", "wallet")})
        yield backends
        for backend in backends.values():
            backend.close()
    finally:
        configure_logging("", "")
        servers.stop()


def told(seed: int, backends: dict[str, Backend], *, deadly: bool = False) -> Story:
    """The story of *seed*, told now or, in this process, before."""
    if (seed, deadly) not in _TOLD:
        _TOLD[seed, deadly] = tell(seed, backends, deadly=deadly)
    return _TOLD[seed, deadly]


def broken(backends: dict[str, Backend], seeds: Iterable[int], *, deadly: bool = False) -> list[str]:
    """What went wrong in the stories of *seeds*, each with the command that tells it again."""
    stories = [told(seed, backends, deadly=deadly) for seed in seeds]
    again = "--deadly" if deadly else ""
    return [f"make simulation SEED={story.seed} WITH={again!r}: {story}" for story in stories if story.found]


def settled(trail: list[str]) -> list[str]:
    """What happened up to the first time that two wanted the same row."""
    waits = [n for n, line in enumerate(trail) if line.endswith(WAITS)]
    return trail[: waits[0]] if waits else trail
