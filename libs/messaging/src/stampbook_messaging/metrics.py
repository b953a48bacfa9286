"""Counters and gauges of one process, written out in Prometheus' text format; a mistyped name fails the type check."""

from __future__ import annotations

import re
from typing import Literal, get_args

Counter = Literal[
    "stampbook_alarms_raised_total",  # by alarm: how often something asked for an operator
    "stampbook_deliveries_claimed_total",  # by channel: deliveries taken up by this process
    "stampbook_deliveries_settled_total",  # by channel and state: what came of attempts
    "stampbook_deliveries_reclaimed_total",  # by channel and state: taken over from a process that died
    "stampbook_deliveries_lease_lost_total",  # by channel: somebody else had taken the delivery over
    "stampbook_commands_applied_total",  # commands that led to an inbox row
    "stampbook_events_recorded_total",  # events appended to the log
    "stampbook_events_relayed_total",  # events stored on the stream
    "stampbook_events_consumed_total",  # by owner: events whose cursor this process moved
    "stampbook_events_healed_total",  # by owner: events the stream did not bring, fetched from the owner's log
    "stampbook_queries_answered_total",  # by query and outcome (ok, refused, failed)
    "stampbook_queries_asked_total",  # by service, query and outcome (ok, refused, unavailable)
    "stampbook_dead_letters_total",  # by cause: messages put aside in sight of operators
]
Gauge = Literal[
    "stampbook_ready",  # 1 while the process is ready
    "stampbook_loop_beat_age_seconds",  # how late the event loop's own heartbeat is
    "stampbook_deliveries_running",  # by channel: attempts under way in this process
    "stampbook_circuit_open",  # by circuit: 1 while nothing is tried
    "stampbook_partitions_held",  # partitions this process has a lease on
    "stampbook_commands_waiting",  # by partition: commands on the stream behind the cursor
    "stampbook_relay_oldest_seconds",  # age of the oldest recorded event that is not on the stream yet
]
Labels = tuple[tuple[str, str], ...]

_WORD = re.compile(r"[^\w.:/-]")


class Metrics:
    """Values by name and labels. Labels are few and never personal: channel, state, service, name of a query."""

    def __init__(self) -> None:
        self._values: dict[str, dict[Labels, float]] = {}

    def count(self, name: Counter, amount: float = 1, **labels: str) -> None:
        of_name = self._values.setdefault(name, {})
        key = tuple(sorted(labels.items()))
        of_name[key] = of_name.get(key, 0.0) + amount

    def gauge(self, name: Gauge, value: float, **labels: str) -> None:
        self._values.setdefault(name, {})[tuple(sorted(labels.items()))] = value

    def value(self, name: Counter | Gauge, **labels: str) -> float:
        return self._values.get(name, {}).get(tuple(sorted(labels.items())), 0.0)

    def text(self) -> str:
        """Everything in Prometheus' text format, in a stable order."""
        lines: list[str] = []
        for name in sorted(self._values):
            lines.append(f"# TYPE {name} {'counter' if name in get_args(Counter) else 'gauge'}")
            for labels, value in sorted(self._values[name].items()):
                shown = ",".join(f'{label}="{_WORD.sub("_", text)}"' for label, text in labels)
                lines.append(f"{name}{{{shown}}} {value:g}" if shown else f"{name} {value:g}")
        return "\n".join(lines) + "\n"


METRICS = Metrics()
