"""How many processes each service has, and what they are called: ``ledger``, ``ledger-2``, ``ledger-3``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from stampbook_cli.embedded.conditions import UnusableSetting
from stampbook_cli.embedded.settings import SERVICE_NAMES

MOST = 8
"""More on one machine would prove nothing that these do not."""
Processes = Mapping[str, int]
"""By service; one where nothing is said."""


def process_names(service: str, processes: Processes) -> list[str]:
    return [service, *(f"{service}-{number}" for number in range(2, processes.get(service, 1) + 1))]


def service_of_process(name: str) -> str:
    return re.sub(r"-\d+$", "", name)


def parse_processes(text: str | None) -> dict[str, int]:
    """``2`` for every service, or ``ledger=4,gateway=2``. Raises ``UnusableSetting``."""
    if not text:
        return {}
    if "=" not in text:
        return dict.fromkeys(SERVICE_NAMES, _number(text))
    counted = {}
    for part in text.split(","):
        service, _, number = part.strip().partition("=")
        if service not in SERVICE_NAMES:
            raise UnusableSetting(f"--processes: {service} is none of {', '.join(SERVICE_NAMES)}")
        counted[service] = _number(number)
    return counted


def _number(text: str) -> int:
    if not text.strip().isdigit() or not 1 <= int(text) <= MOST:
        raise UnusableSetting(f"--processes: {text} is no number from 1 to {MOST}")
    return int(text)
