"""What was refused, with the rule book's code (R7). A refusal changes nothing else."""

from uuid import UUID

import msgspec


class _OfCard(msgspec.Struct, frozen=True, kw_only=True):
    card_id: UUID
    store_id: UUID | None
    code: str


class EarningRefused(_OfCard, frozen=True, kw_only=True, tag="ledger.earning_refused.v1"):
    pass


class StampsRefused(_OfCard, frozen=True, kw_only=True, tag="ledger.stamps_refused.v1"):
    pass


class RedemptionRefused(_OfCard, frozen=True, kw_only=True, tag="ledger.redemption_refused.v1"):
    pass


class ReservationRefused(_OfCard, frozen=True, kw_only=True, tag="ledger.reservation_refused.v1"):
    """Not held, not captured or not released."""


class AdjustmentRefused(_OfCard, frozen=True, kw_only=True, tag="ledger.adjustment_refused.v1"):
    pass


class CardRefused(_OfCard, frozen=True, kw_only=True, tag="ledger.card_refused.v1"):
    """A card was not linked, frozen, closed, replaced or merged."""


class OpeningRefused(_OfCard, frozen=True, kw_only=True, tag="ledger.opening_refused.v1"):
    """No card was opened for who had joined. ``program_ended``: there will be none, and the customer is to be told."""

    customer_id: UUID
    program_id: UUID


class CodeRefused(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.code_refused.v1"):
    """A redeem code was not taken; *card_id* if it is one of ours."""

    store_id: UUID | None
    code: str
    card_id: UUID | None = None


class VoidRefused(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.void_refused.v1"):
    operation_id: UUID
    store_id: UUID | None
    code: str


class RefundRefused(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.refund_refused.v1"):
    program_id: UUID
    store_id: UUID | None
    code: str


class WorkRefused(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.work_refused.v1"):
    """What the clock asked for could not be done."""

    code: str
    card_id: UUID | None = None


class ProgramRefused(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.program_refused.v1"):
    program_id: UUID
    code: str


class CampaignRefused(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.campaign_refused.v1"):
    campaign_id: UUID
    code: str


class RewardRefused(msgspec.Struct, frozen=True, kw_only=True, tag="ledger.reward_refused.v1"):
    reward_id: UUID
    code: str
