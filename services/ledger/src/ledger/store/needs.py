"""What each kind of command needs to be known before it can be decided.

All are asked again after every look: the more is known, the further the questions reach.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from ledger.domain.card import Card
from ledger.domain.codes import normalised
from ledger.domain.keys import CARD_COUNTS
from ledger.domain.tenant import Tenant
from ledger.store.asking import Asked, Depth
from ledger.store.following import at_till, on_card, owners, receipts_at
from ledger.store.undoing import need_refund, need_void, of_welcome
from stampbook_events import ids
from stampbook_events import ledger as told
from stampbook_messaging.messages import Received

Need = Callable[[Asked, Tenant, Received], None]


def need(asked: Asked, tenant: Tenant, received: Received) -> None:
    asked.ask("setups", tenant.merchant)
    _NEEDS[type(received.command)](asked, tenant, received)


def _nothing_else(asked: Asked, tenant: Tenant, received: Received) -> None:
    """Programs, campaigns and rewards are there for every command."""


def _end(asked: Asked, tenant: Tenant, received: Received) -> None:
    asked.ask("stores_of", tenant.merchant, received.command.program_id)


def _open(asked: Asked, tenant: Tenant, received: Received) -> None:
    command: told.OpenCard = received.command
    asked.ask("stores", tenant.merchant, command.store_id)
    asked.ask("numbers", tenant.merchant, command.card_number)
    _welcome(asked, tenant, received)
    _link(asked, tenant, received)


def _link(asked: Asked, tenant: Tenant, received: Received) -> None:
    for card_id in on_card(asked, tenant, received, _card_of(received.command))[0]:
        asked.ask("links", tenant.merchant, card_id)


def _card_of(command: Any) -> UUID:
    return ids.card_id(command.customer_id, command.program_id)


def _confirm(asked: Asked, tenant: Tenant, received: Received) -> None:
    _welcome(asked, tenant, received)


def _welcome(asked: Asked, tenant: Tenant, received: Received) -> None:
    """Of whom the command names, and of whose card theirs was merged into: that one would be paid."""
    asked.ask("welcomes", tenant.merchant, received.command.customer_id)
    _, card = on_card(asked, tenant, received, _card_of(received.command))
    if card is not None:
        asked.ask("welcomes", tenant.merchant, card.customer_id)


def _birthday(asked: Asked, tenant: Tenant, received: Received) -> None:
    for card_id in on_card(asked, tenant, received, _card_of(received.command))[0]:
        asked.ask("birthdays", tenant.merchant, card_id)


def _earn(asked: Asked, tenant: Tenant, received: Received) -> None:
    command: told.EarnPoints = received.command
    card_ids, card = on_card(asked, tenant, received, command.card_id)
    at_till(asked, tenant, command, card)
    receipts_at(asked, tenant, command.store_id, card, command.receipt)
    _count(asked, tenant, received, "points_of_card", card_ids, "points_by_staff")


def _stamp(asked: Asked, tenant: Tenant, received: Received) -> None:
    command: told.GiveStamps = received.command
    card_ids, card = on_card(asked, tenant, received, command.card_id)
    at_till(asked, tenant, command, card)
    receipts_at(asked, tenant, command.store_id, card, command.receipt)
    _count(asked, tenant, received, "stamps_of_card", card_ids, "stamps_by_staff")
    for card_id in card_ids:
        asked.ask("given", tenant.merchant, card_id)


def _count(asked: Asked, tenant: Tenant, received: Received, of_card: str, card_ids: list[UUID], by_staff: str) -> None:
    for card_id in card_ids:
        asked.ask("tallies", tenant.merchant, of_card, str(card_id))
    actor = received.envelope.actor
    if actor.kind == "staff":
        asked.ask("tallies", tenant.merchant, by_staff, actor.id)


def _want_reward(asked: Asked, tenant: Tenant, received: Received) -> None:
    """Where the reward has a limit, how often the person had it (R43)."""
    command: told.HoldReward | told.RedeemReward = received.command
    card_ids, card = on_card(asked, tenant, received, command.card_id, Depth.FREE)
    at_till(asked, tenant, command, card)
    if card is not None:
        _had(asked, tenant, card, command.reward_id)
    if command.channel == "offline":
        for card_id in card_ids:
            asked.ask("tallies", tenant.merchant, "offline", str(card_id))


def _had(asked: Asked, tenant: Tenant, card: Card, reward_id: UUID) -> None:
    reward = tenant.rewards.get(reward_id)
    limits = (version.terms.limit for version in reward.versions) if reward is not None else ()
    if any(limits) or (tenant.merchant, reward_id) in asked.limited:
        asked.ask("rewards_had", tenant.merchant, f"{card.customer_id}:{reward_id}")


def _end_hold(asked: Asked, tenant: Tenant, received: Received) -> None:
    command: told.CaptureReservation | told.ReleaseReservation = received.command
    card_ids, card = on_card(asked, tenant, received, command.card_id)
    at_till(asked, tenant, command, card)
    for card_id in card_ids:
        asked.ask("subjects", tenant.merchant, card_id, command.reservation_id)


def _use_code(asked: Asked, tenant: Tenant, received: Received) -> None:
    command: told.UseCode = received.command
    code, card = normalised(command.code), None
    asked.ask("codes", tenant.merchant, code)
    use = tenant.codes.get(code)
    if use is not None:
        card_ids, card = on_card(asked, tenant, received, use.card_id)
        for card_id in card_ids:
            asked.ask("subjects", tenant.merchant, card_id, use.subject_id)
    elif command.card_number is not None:
        asked.ask("numbers", tenant.merchant, command.card_number)
    at_till(asked, tenant, command, card)


def _adjust(asked: Asked, tenant: Tenant, received: Received) -> None:
    command: told.AdjustPoints | told.AdjustStamps = received.command
    kind = "adjusted_points" if isinstance(command, told.AdjustPoints) else "adjusted_stamps"
    on_card(asked, tenant, received, command.card_id, Depth.FREE)
    asked.ask("tallies", tenant.merchant, kind, received.envelope.actor.id)
    if command.store_id is not None:
        asked.ask("stores", tenant.merchant, command.store_id)


def _unfreeze(asked: Asked, tenant: Tenant, received: Received) -> None:
    _, card = on_card(asked, tenant, received, received.command.card_id)
    if card is not None:
        asked.ask("welcomes", tenant.merchant, card.customer_id)


def _replace(asked: Asked, tenant: Tenant, received: Received) -> None:
    asked.ask("numbers", tenant.merchant, received.command.card_number)
    on_card(asked, tenant, received, received.command.card_id)


def _merge(asked: Asked, tenant: Tenant, received: Received) -> None:
    """What counted for either card counts for the survivor, also for what follows in the same batch."""
    command: told.MergeCards = received.command
    for named in (command.card_id, command.into):
        card_ids, card = on_card(asked, tenant, received, named, Depth.ALL)
        for card_id in card_ids:
            for kind in CARD_COUNTS:
                asked.ask("tallies", tenant.merchant, kind, str(card_id))
            asked.ask("birthdays", tenant.merchant, card_id)
            asked.ask("links", tenant.merchant, card_id)
            asked.ask("given", tenant.merchant, card_id)
        if card is not None:
            asked.homes.add((tenant.merchant, card.store_id))
            for reward_id in tenant.rewards:
                _had(asked, tenant, card, reward_id)
            bonus = of_welcome(asked, tenant, card.customer_id)
            if bonus is not None:
                owners(asked, tenant, bonus.card_id)


def _on_card(depth: Depth) -> Need:
    def on_the_card(asked: Asked, tenant: Tenant, received: Received) -> None:
        on_card(asked, tenant, received, received.command.card_id, depth)

    return on_the_card


_NEEDS: dict[type, Need] = {
    told.PublishProgram: _nothing_else,
    told.WithdrawProgram: _nothing_else,
    told.EndProgram: _end,
    told.PublishCampaign: _nothing_else,
    told.WithdrawCampaign: _nothing_else,
    told.PublishReward: _nothing_else,
    told.WithdrawReward: _nothing_else,
    told.RetireReward: _nothing_else,
    told.OpenCard: _open,
    told.LinkStore: _link,
    told.ConfirmAddress: _confirm,
    told.EarnPoints: _earn,
    told.GiveStamps: _stamp,
    told.HoldReward: _want_reward,
    told.RedeemReward: _want_reward,
    told.CaptureReservation: _end_hold,
    told.ReleaseReservation: _end_hold,
    told.UseCode: _use_code,
    told.VoidOperation: need_void,
    told.RefundPurchase: need_refund,
    told.AdjustPoints: _adjust,
    told.AdjustStamps: _adjust,
    told.ForgiveDebt: _on_card(Depth.DUE),
    told.FreezeCard: _on_card(Depth.DUE),
    told.UnfreezeCard: _unfreeze,
    told.CloseCard: _on_card(Depth.FREE),
    told.ReplaceCard: _replace,
    told.CheckHolder: _on_card(Depth.DUE),
    told.MergeCards: _merge,
    told.LowerCycle: _on_card(Depth.DUE),
    told.ExtendLots: _on_card(Depth.ALL),
    told.BookDue: _on_card(Depth.DUE),
    told.GrantBirthday: _birthday,
    told.WarnOfExpiry: _on_card(Depth.FREE),
}
