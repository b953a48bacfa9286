"""Enrollment's commands on real PostgreSQL, as its worker applies them."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
from told import HUB, MERCHANT, NOON, OUTLET, PROGRAM, SETUP, TEXTS, join, opening, received

from enrollment.commands import EnrollmentCommands
from enrollment.personal import Vault
from enrollment.sealing_keys import SealingKeys
from stampbook_events.enrollment import EnrollCustomer, Personal, RegisterMerchant, Sealed, SetJoinForm
from stampbook_events.ids import PLATFORM
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.messages import Decision
from stampbook_messaging.sealing import AskSealingKey, seal_to


class World:
    """One merchant with two stores, set up through the commands themselves."""

    def __init__(self, pool: Any, vault: Vault) -> None:
        self.pool, self.vault = pool, vault
        self.commands = EnrollmentCommands(vault.keyring, SETUP)
        self.keys = SealingKeys(pool, SystemClock(), vault.keyring)

    async def tell(self, *commands: tuple[msgspec.Struct, UUID], at: datetime = NOON) -> list[Decision]:
        """One batch, as the worker applies it."""
        batch = [received(command, merchant, at=at) for command, merchant in commands]
        async with self.pool.acquire() as db, db.transaction():
            realm = await self.commands.load(db, batch)
            decisions = [self.commands.decide(realm, one) for one in batch]
            await self.commands.save(db, realm)
        return decisions

    async def sealed(self, plain: bytes) -> Sealed:
        key = await self.keys.of_today(AskSealingKey())
        return Sealed(service="enrollment", day=key.day, key_id=key.key_id, box=seal_to(key.public, plain))

    async def join(self, store: UUID = HUB, *, gift: bool = False, **person: str) -> tuple[EnrollCustomer, UUID]:
        plain = msgspec.json.encode(Personal(**{"first_name": "Anna", **person}))
        return join(store, personal=await self.sealed(plain), birthday_gift=gift), MERCHANT

    async def set_up(self) -> None:
        await self.keys.ensure()
        form = SetJoinForm(
            program_id=PROGRAM,
            asked=("first_name", "email", "phone", "birthday"),
            required=("first_name",),
            terms_version="2026-11",
            terms=TEXTS,
            privacy=TEXTS,
        )
        await self.tell((RegisterMerchant(merchant_id=MERCHANT, name="Fashion Group S.A."), PLATFORM))
        await self.tell((opening(), PLATFORM), (opening(OUTLET), PLATFORM))
        await self.tell((form, MERCHANT))


def address() -> str:
    return f"{uuid4().hex}@reise.test"
