"""Each kind of command has its own refusal event (R7)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from ledger.domain.codes import normalised
from ledger.domain.tenant import Tenant
from stampbook_events import ids
from stampbook_events import ledger as told


def refusal_of(tenant: Tenant, command: Any, code: str) -> tuple[UUID, Any]:
    """The aggregate on which it is recorded, and the event."""
    of = _OTHERWISE.get(type(command))
    if of is not None:
        return of(tenant, command, code)
    aggregate, card_id = _known(tenant, _card_of(command))
    kind = _KINDS.get(type(command), told.CardRefused)
    return aggregate, kind(card_id=card_id, store_id=getattr(command, "store_id", None), code=code)


def _known(tenant: Tenant, card_id: UUID) -> tuple[UUID, UUID]:
    """The aggregate and the card's id: of a card that was merged those of the survivor."""
    aggregate = tenant.aggregate_of(card_id)
    return aggregate, (card_id if aggregate == tenant.merchant else aggregate)


def _card_of(command: Any) -> UUID:
    if isinstance(command, told.OpenCard | told.LinkStore | told.ConfirmAddress | told.GrantBirthday):
        return ids.card_id(command.customer_id, command.program_id)
    card_id: UUID = command.card_id
    return card_id


def _opening(tenant: Tenant, command: told.OpenCard, code: str) -> tuple[UUID, Any]:
    aggregate, card_id = _known(tenant, _card_of(command))
    event = told.OpeningRefused(
        card_id=card_id,
        store_id=command.store_id,
        code=code,
        customer_id=command.customer_id,
        program_id=command.program_id,
    )
    return aggregate, event


def _program(tenant: Tenant, command: Any, code: str) -> tuple[UUID, Any]:  # noqa: ARG001  one shape for all
    return command.program_id, told.ProgramRefused(program_id=command.program_id, code=code)


def _campaign(tenant: Tenant, command: Any, code: str) -> tuple[UUID, Any]:  # noqa: ARG001
    return command.campaign_id, told.CampaignRefused(campaign_id=command.campaign_id, code=code)


def _reward(tenant: Tenant, command: Any, code: str) -> tuple[UUID, Any]:  # noqa: ARG001
    return command.reward_id, told.RewardRefused(reward_id=command.reward_id, code=code)


def _code(tenant: Tenant, command: told.UseCode, code: str) -> tuple[UUID, Any]:
    use = tenant.codes.get(normalised(command.code))
    card_id = tenant.card(use.card_id).card_id if use else None
    event = told.CodeRefused(store_id=command.store_id, code=code, card_id=card_id)
    return card_id or tenant.merchant, event


def _void(tenant: Tenant, command: told.VoidOperation, code: str) -> tuple[UUID, Any]:
    operation = tenant.operations.get(command.operation_id)
    event = told.VoidRefused(operation_id=command.operation_id, store_id=command.store_id, code=code)
    return tenant.aggregate_of(operation.card_id) if operation else tenant.merchant, event


def _refund(tenant: Tenant, command: told.RefundPurchase, code: str) -> tuple[UUID, Any]:  # noqa: ARG001
    event = told.RefundRefused(program_id=command.program_id, store_id=command.store_id, code=code)
    return command.program_id, event


def _work(tenant: Tenant, command: Any, code: str) -> tuple[UUID, Any]:
    aggregate, card_id = _known(tenant, _card_of(command))
    return aggregate, told.WorkRefused(card_id=card_id, code=code)


_OTHERWISE: dict[type, Callable[[Tenant, Any, str], tuple[UUID, Any]]] = {
    told.PublishProgram: _program,
    told.WithdrawProgram: _program,
    told.EndProgram: _program,
    told.PublishCampaign: _campaign,
    told.WithdrawCampaign: _campaign,
    told.PublishReward: _reward,
    told.WithdrawReward: _reward,
    told.RetireReward: _reward,
    told.UseCode: _code,
    told.VoidOperation: _void,
    told.RefundPurchase: _refund,
    told.OpenCard: _opening,
    told.BookDue: _work,
    told.GrantBirthday: _work,
    told.WarnOfExpiry: _work,
}

_KINDS: dict[type, Any] = {
    told.EarnPoints: told.EarningRefused,
    told.GiveStamps: told.StampsRefused,
    told.HoldReward: told.ReservationRefused,
    told.CaptureReservation: told.ReservationRefused,
    told.ReleaseReservation: told.ReservationRefused,
    told.RedeemReward: told.RedemptionRefused,
    told.AdjustPoints: told.AdjustmentRefused,
    told.AdjustStamps: told.AdjustmentRefused,
    told.ForgiveDebt: told.AdjustmentRefused,
}
