"""Whether anybody is there: where nothing flows, nothing else would show that nobody is."""

from __future__ import annotations

from typing import Any

from stampbook_messaging.log_checks.check import Check
from stampbook_messaging.partitions import LEASE_SECONDS

_LIVING = "SELECT count(*) FROM worker WHERE seen_at > stampbook_now() - make_interval(secs => $1)"


async def check_alive(db: Any, service: str) -> Check:
    """At least one process of *service* says that it lives."""
    check = Check(name=f"{service}.process_alive")
    check.counted = await db.fetchval(_LIVING, LEASE_SECONDS)
    if not check.counted:
        check.blame(f"{service}: no process has been heard for {LEASE_SECONDS:.0f} s or longer")
    return check
