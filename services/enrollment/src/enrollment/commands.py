"""Enrollment's commands, as the worker calls it: load a batch, decide one by one, save."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from enrollment.domain import deciding
from enrollment.domain.realm import Realm
from enrollment.personal import Vault
from enrollment.store.loading import load
from enrollment.store.saving import save
from stampbook_messaging.keyring import Keyring
from stampbook_messaging.messages import Decision, Received

Db = Any


class EnrollmentCommands:
    """*setup_token_hash*: SHA-256, hexadecimal, of the token that lets somebody give the first super admin's key."""

    commands: Collection[type[msgspec.Struct]] = deciding.COMMANDS

    def __init__(self, keyring: Keyring, setup_token_hash: str) -> None:
        self._vault = Vault(keyring)
        self._setup_token_hash = setup_token_hash

    async def load(self, db: Db, batch: Sequence[Received]) -> Realm:
        return await load(db, batch, self._vault, self._setup_token_hash)

    def decide(self, state: Realm, received: Received) -> Decision:
        return deciding.decide(state, received)

    async def save(self, db: Db, state: Realm) -> None:
        await save(db, state, self._vault)
