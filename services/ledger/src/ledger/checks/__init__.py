"""What ``stampbook audit`` asks of the ledger: do tables and log tell the same story, and do the sums hold.

Positions, versions and hashes of the log are checked for all services alike.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from ledger.checks import sums
from ledger.checks.beside import tables_are_the_fold
from stampbook_messaging.log_checks import Check

Db = Any

CHECKS: Mapping[str, Callable[[Db], Awaitable[Sequence[Check]]]] = {
    "tables_are_the_fold": tables_are_the_fold,
    "sums_hold": sums.sums_hold,
}


async def check_ledger(db: Db) -> list[Check]:
    """Every check of the ledger, on a connection whose search_path is its schema."""
    return [check for checking in CHECKS.values() for check in await checking(db)]
