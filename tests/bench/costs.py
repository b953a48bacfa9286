"""Processor time of everybody who takes part in a measurement: it tells more than the clock where others work, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import psutil

from stampbook_cli.embedded.testing import Servers


@dataclass(frozen=True, slots=True)
class Costs:
    """Processor seconds, by who spent them."""

    seconds: Mapping[str, float]

    def since(self, earlier: Costs) -> Costs:
        return Costs({who: spent - earlier.seconds[who] for who, spent in self.seconds.items()})

    def per(self, count: int) -> dict[str, float]:
        """Microseconds for each of *count*."""
        return {who: spent / count * 1e6 for who, spent in self.seconds.items()}


def spent(servers: Servers, client_pid: int) -> Costs:
    """Until now; *client_pid* is whoever uses the servers."""
    pids = {"client": client_pid, "PostgreSQL": servers.postgres.pid, "NATS": servers.nats.pid}
    return Costs({who: _of(pid) for who, pid in pids.items() if pid is not None})


def _of(pid: int) -> float:
    """A process, its children, and those of them that have ended."""
    process = psutil.Process(pid)
    own = process.cpu_times()
    children = [child.cpu_times() for child in process.children()]
    return float(own.children_user + own.children_system + sum(times.user + times.system for times in [own, *children]))
