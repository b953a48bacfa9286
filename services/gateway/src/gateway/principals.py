"""Who is asking: a key's holder with a role and a tenant, or nobody in particular."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from gateway.map import HeldKey
from stampbook_events import Actor
from stampbook_events.envelope import ActorKind, StaffRole
from stampbook_events.ids import PLATFORM

Right = Literal["super_admin", "merchant_key", "merchant_owner", "store_manager", "staff", "anonymous"]
"""What the authorizer goes by: the kind of a key or, for members of staff, their role."""

_KINDS: Mapping[Right, ActorKind] = {
    "super_admin": "super_admin",
    "merchant_key": "merchant_key",
    "merchant_owner": "staff",
    "store_manager": "staff",
    "staff": "staff",
    "anonymous": "anonymous",
}
_ROLES: Mapping[Right, StaffRole] = {
    "merchant_owner": "merchant_owner",
    "store_manager": "store_manager",
    "staff": "staff",
}
_BEARER = re.compile(r"Bearer ([A-Za-z0-9_\-.~+/]{16,200}=*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """*id* stays the same when a member of staff gets another key. *stores* is empty for who may act in all of them.

    *key_id* is what limits are counted by. *merchant* is the platform's id for the super admin.
    """

    right: Right
    id: str
    merchant: UUID
    key_id: UUID
    stores: frozenset[UUID] = frozenset()

    @property
    def everywhere(self) -> bool:
        """Whether every tenant is this principal's own."""
        return self.right == "super_admin"

    @property
    def is_staff(self) -> bool:
        return self.right in _ROLES

    def works_in(self, store_id: UUID) -> bool:
        return not self.stores or store_id in self.stores

    def actor(self, store_id: UUID | None = None) -> Actor:
        """By the role the ledger knows how far a member of staff may go (R61)."""
        return Actor(kind=_KINDS[self.right], id=self.id, role=_ROLES.get(self.right), store=store_id)


ANONYMOUS = Principal(right="anonymous", id="anonymous", merchant=PLATFORM, key_id=UUID(int=0))


def bearer_of(authorization: str | None) -> str | None:
    """The key in an Authorization header; None when there is none or it cannot be one."""
    found = _BEARER.fullmatch(authorization or "")
    return found[1] if found is not None else None


def principal_of(held: HeldKey) -> Principal:
    key = held.key
    if key.kind == "staff":
        assert key.role is not None, "enrollment issues no staff key without a role"
        owner = key.role == "merchant_owner"
        return Principal(
            right=key.role,
            id=str(key.staff_id),
            merchant=held.merchant,
            key_id=key.key_id,
            stores=frozenset() if owner else frozenset(key.store_ids),
        )
    return Principal(
        right=key.kind,
        id=str(key.key_id),
        merchant=held.merchant,
        key_id=key.key_id,
        stores=frozenset(key.store_ids),
    )
