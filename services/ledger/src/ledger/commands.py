"""The ledger's commands, as the worker calls it: load a batch, decide one by one, save."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from ledger.domain import deciding
from ledger.store.loading import Books, load
from ledger.store.saving import save
from stampbook_messaging.messages import Decision, Received

Db = Any


class LedgerCommands:
    commands: Collection[type[msgspec.Struct]] = deciding.COMMANDS

    async def load(self, db: Db, batch: Sequence[Received]) -> Books:
        return await load(db, batch)

    def decide(self, state: Books, received: Received) -> Decision:
        return deciding.decide(state[received.envelope.merchant], received)

    async def save(self, db: Db, state: Books) -> None:
        await save(db, state)
