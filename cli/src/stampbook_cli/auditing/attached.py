"""Auditing the embedded Stampbook that another process, or this one, keeps up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stampbook_cli.auditing.audit import audit, document, reaching
from stampbook_cli.auditing.evidence import StandIns
from stampbook_cli.auditing.history import Line
from stampbook_cli.embedded.attached import Attached
from stampbook_events.subjects import SERVICES


async def audit_attached(attached: Attached, histories: Sequence[Sequence[Line]] = ()) -> dict[str, Any]:
    """The audit's document. Raises what the connections raise."""
    async with reaching(
        nats_url=attached.nats_url,
        seed=str(attached.seed_file("operator")),
        server_name=attached.nats_server_name,
        dsns={service: attached.dsn(service) for service in SERVICES},
        stand_ins=StandIns(inbox=attached.urls.get("inbox"), wallet=attached.urls.get("wallet")),
        histories=histories,
    ) as parts:
        return document(await audit(parts))
