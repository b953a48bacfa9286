"""Every prepared text of the command path, to be tried once before the service is ready."""

from ledger.store import parts, saving
from ledger.store.knowing import STORES, UPSERT_STORES

ALL = (
    *parts.ALL,
    *(write.statement for write in (*saving.FIRST.values(), *saving.WRITES.values())),
    STORES,
    UPSERT_STORES,
)
