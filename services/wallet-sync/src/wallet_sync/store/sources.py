"""What passes are built from besides cards: merchants, stores and programs, as their owners last told."""

from collections.abc import Sequence
from typing import Any

from stampbook_events.enrollment import MerchantRegistered, StoreChanged
from stampbook_events.ledger import ProgramPublished, ProgramWithdrawn
from stampbook_messaging.messages import Recorded

Db = Any

_MERCHANT = """
INSERT INTO merchant (merchant, name) VALUES ($1, $2) ON CONFLICT (merchant) DO UPDATE SET name = excluded.name
"""
_STORE = """
INSERT INTO store (merchant, store_id, program_id, name, subdomain, accent, logo_url)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (merchant, store_id) DO UPDATE SET program_id = excluded.program_id, name = excluded.name,
  subdomain = excluded.subdomain, accent = excluded.accent, logo_url = excluded.logo_url
"""
_PROGRAM = """
INSERT INTO program (merchant, program_id, version, names, effective_from, withdrawn) VALUES ($1, $2, $3, $4, $5, false)
ON CONFLICT (merchant, program_id, version) DO NOTHING
"""
_WITHDRAWN = "UPDATE program SET withdrawn = true WHERE merchant = $1 AND program_id = $2 AND version = $3"


async def learn(db: Db, events: Sequence[Recorded]) -> None:
    """Take in merchants, stores and programs; they are few, so one statement each."""
    for one in events:
        merchant = one.envelope.merchant
        match one.event:
            case MerchantRegistered(name=name):
                await db.execute(_MERCHANT, merchant, name)
            case StoreChanged() as store:
                await db.execute(
                    _STORE,
                    merchant,
                    store.store_id,
                    store.program_id,
                    store.name,
                    store.subdomain,
                    store.accent,
                    store.logo_url,
                )
            case ProgramPublished() as program:
                begins = program.effective_from or one.envelope.recorded_at
                await db.execute(_PROGRAM, merchant, program.program_id, program.program_version, program.names, begins)
            case ProgramWithdrawn(program_id=program_id, program_version=version):
                await db.execute(_WITHDRAWN, merchant, program_id, version)
