"""What came of a pass, as the wallet sync publishes it."""

from uuid import UUID

import msgspec


class PassUpdated(msgspec.Struct, frozen=True, kw_only=True, tag="wallet.pass_updated.v1"):
    """The wallet acknowledged the card as it was at *ledger_version*."""

    delivery_id: UUID
    card_id: UUID
    object_id: str
    ledger_version: int
    attempt: int
    points: int
    stamps: int | None = None


class PassFailed(msgspec.Struct, frozen=True, kw_only=True, tag="wallet.pass_failed.v1"):
    """Dead: the wallet refused it for good; somebody has to look."""

    delivery_id: UUID
    card_id: UUID
    object_id: str
    attempt: int
    reason: str


WalletEvent = PassUpdated | PassFailed
