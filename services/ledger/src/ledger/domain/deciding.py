"""From a command to what comes of it: the table of contents of the ledger's decisions."""

from collections.abc import Callable
from typing import Any, get_args
from uuid import UUID

from ledger.domain import (
    adjusting,
    birthday,
    closing,
    due,
    fetching,
    freezing,
    holding,
    merging,
    migrating,
    offers,
    opening,
    points,
    program,
    redeeming,
    refunding,
    stamps,
    voiding,
    warning,
    welcome,
)
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.refusals import Refused
from ledger.domain.refusing import refusal_of
from ledger.domain.tenant import Tenant
from stampbook_events import ids
from stampbook_events import ledger as told
from stampbook_events.ledger import LedgerCommand
from stampbook_messaging.messages import Decision, Received

COMMANDS: tuple[type[LedgerCommand], ...] = get_args(LedgerCommand)
Result = dict[str, object]


def decide(tenant: Tenant, received: Received) -> Decision:
    """Decide one command, and let *tenant* know what came of it. A refusal is an event of its own and a stored answer (R7)."""
    case = Case.of(tenant, received)
    try:
        result = _decide(case, received.command)
    except Refused as refused:
        case.flags.clear()
        aggregate, event = refusal_of(tenant, received.command, refused.code)
        operation_id = case.tell(aggregate, event)
        tenant.refused[operation_id] = event
        detail = {"operation_id": operation_id, **_named(received.command), **refused.detail}
        return Decision(facts=tuple(case.facts), result=detail, refused=refused.code)
    return Decision(facts=tuple(case.facts), result=result)


def _decide(case: Case, command: Any) -> Result:
    if case.received.late:
        raise Refused("too_late")
    setup = _SETUP.get(type(command))
    if setup is not None:
        return setup(case, command)
    if isinstance(command, _WHERE_LOYALTY_RUNS):
        case.tenant.must_take_part(command.store_id)
    card = card_for(case, command)
    due.catch_up(case, card)
    if isinstance(command, told.MergeCards):
        due.catch_up(case, case.tenant.card(command.into))
    return _ON_CARDS[type(command)](case, card, command)


def card_for(case: Case, command: Any) -> Card:
    """The card that *command* is about; of one that was merged the survivor (R64)."""
    tenant = case.tenant
    match command:
        case told.UseCode():
            return tenant.card(fetching.code_of(case, command).card_id)
        case told.VoidOperation():
            return tenant.card(voiding.operation_of(case, command).card_id)
        case told.RefundPurchase():
            return tenant.card(refunding.found(case, command).first.card_id)
        case told.LinkStore() | told.ConfirmAddress() | told.GrantBirthday():
            return tenant.card(ids.card_id(command.customer_id, command.program_id))
        case _:
            card_id: UUID = command.card_id
            return tenant.card(card_id)


def _named(command: Any) -> Result:
    """What the command is about stands in the answer, also when it is refused."""
    return {
        name: getattr(command, name)
        for name in ("card_id", "program_id", "reward_id", "campaign_id")
        if hasattr(command, name)
    }


def _book_due(case: Case, card: Card, command: told.BookDue) -> Result:  # noqa: ARG001  one shape for all
    """All of it was done on the way here."""
    return welcome.figures(case, card)


_WHERE_LOYALTY_RUNS = (
    told.EarnPoints,
    told.GiveStamps,
    told.HoldReward,
    told.CaptureReservation,
    told.RedeemReward,
    told.UseCode,
    told.AdjustPoints,
    told.AdjustStamps,
)
"""Whether merchant and store take part is asked before there is a card (R6); what gives back goes on all the same."""

_SETUP: dict[type, Callable[[Case, Any], Result]] = {
    told.PublishProgram: program.publish,
    told.WithdrawProgram: program.withdraw,
    told.EndProgram: program.end,
    told.PublishCampaign: offers.publish_campaign,
    told.WithdrawCampaign: offers.withdraw_campaign,
    told.PublishReward: offers.publish_reward,
    told.WithdrawReward: offers.withdraw_reward,
    told.RetireReward: offers.retire_reward,
    told.OpenCard: opening.open_card,
}

_ON_CARDS: dict[type, Callable[[Case, Card, Any], Result]] = {
    told.LinkStore: opening.link_store,
    told.ConfirmAddress: opening.confirm_address,
    told.EarnPoints: points.earn,
    told.GiveStamps: stamps.give,
    told.HoldReward: holding.hold,
    told.CaptureReservation: holding.capture,
    told.ReleaseReservation: holding.release,
    told.RedeemReward: redeeming.redeem,
    told.UseCode: fetching.use,
    told.VoidOperation: voiding.void,
    told.RefundPurchase: refunding.refund,
    told.AdjustPoints: adjusting.adjust_points,
    told.AdjustStamps: adjusting.adjust_stamps,
    told.ForgiveDebt: adjusting.forgive,
    told.FreezeCard: freezing.freeze,
    told.UnfreezeCard: freezing.unfreeze,
    told.CloseCard: closing.close,
    told.ReplaceCard: freezing.replace,
    told.CheckHolder: freezing.check_holder,
    told.MergeCards: merging.merge,
    told.LowerCycle: migrating.lower_cycle,
    told.ExtendLots: migrating.extend_lots,
    told.BookDue: _book_due,
    told.GrantBirthday: birthday.grant,
    told.WarnOfExpiry: warning.warn,
}
