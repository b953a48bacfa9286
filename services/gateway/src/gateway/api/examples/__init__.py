"""One example of each body, each result and each answer, for the documentation; tests send and read them all."""

from collections.abc import Mapping
from typing import Any

from gateway.api.examples import ledger, platform
from gateway.api.examples.answers import ANSWERS
from gateway.api.examples.results import RESULTS

BODIES: Mapping[str, dict[str, Any]] = {**platform.BODIES, **ledger.BODIES}

__all__ = ["ANSWERS", "BODIES", "RESULTS"]
