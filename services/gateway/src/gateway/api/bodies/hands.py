"""Bodies of what is put right on a card by hand."""

from __future__ import annotations

from uuid import UUID

import msgspec

from gateway.api.bodies.words import PointsUpOrDown, StampsUpOrDown
from stampbook_events.ledger import CloseCause, Reason


class AdjustPointsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    points: PointsUpOrDown
    reason: Reason
    store_id: UUID | None = None


class AdjustStampsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    stamps: StampsUpOrDown
    reason: Reason
    store_id: UUID | None = None


class CloseCardBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    cause: CloseCause


class MergeCardsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """*into*: the card that stays (R68)."""

    into: UUID
