"""What happens to a card, its holder and its figures by hand (R25, R60-R68)."""

from typing import Literal
from uuid import UUID

import msgspec

from stampbook_events.enrollment import Language

Reason = Literal["goodwill", "correction", "lost_receipt", "complaint", "other"]
CloseCause = Literal["leaving", "erasure", "misuse"]


class OpenCard(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.open_card.v1"):
    """The policy 'customer enrolled → open the card'. A closed one opens again at zero (R66)."""

    customer_id: UUID
    program_id: UUID
    store_id: UUID
    card_number: str
    language: Language
    test: bool


class LinkStore(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.link_store.v1"):
    """The policy 'customer recognised → link the store'."""

    customer_id: UUID
    program_id: UUID
    store_id: UUID


class ConfirmAddress(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.confirm_address.v1"):
    """The policy 'address confirmed → pay the welcome bonus that waited for it' (R25)."""

    customer_id: UUID
    program_id: UUID


class AdjustPoints(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.adjust_points.v1"):
    """Up or down by the sign of *points* (R60)."""

    card_id: UUID
    points: int
    reason: Reason
    store_id: UUID | None = None


class AdjustStamps(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.adjust_stamps.v1"):
    card_id: UUID
    stamps: int
    reason: Reason
    store_id: UUID | None = None


class ForgiveDebt(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.forgive_debt.v1"):
    """All that is owed (R56)."""

    card_id: UUID


class FreezeCard(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.freeze_card.v1"):
    card_id: UUID


class UnfreezeCard(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.unfreeze_card.v1"):
    card_id: UUID


class CloseCard(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.close_card.v1"):
    card_id: UUID
    cause: CloseCause


class ReplaceCard(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.replace_card.v1"):
    """A lost card: another number for the same card (R67)."""

    card_id: UUID
    card_number: str


class CheckHolder(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.check_holder.v1"):
    """Staff have seen who holds the join ticket (R67)."""

    card_id: UUID


class MergeCards(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.merge_cards.v1"):
    """*card_id* goes into *into* (R68)."""

    card_id: UUID
    into: UUID


class LowerCycle(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.lower_cycle.v1"):
    """The open cycle takes the target in force, if that is lower (R23)."""

    card_id: UUID


class ExtendLots(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.extend_lots.v1"):
    """The card's lots take the dates of the rule in force, where those are later (R37)."""

    card_id: UUID
