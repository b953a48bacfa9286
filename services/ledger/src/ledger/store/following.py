"""Questions that follow from a card: what it was merged into, the number that was shown, the end of its program."""

from uuid import UUID

from ledger.domain.card import Card
from ledger.domain.tenant import Tenant
from ledger.store.asking import Asked, Depth, printed
from ledger.store.drawing import ask_for_codes, drawn_at_most
from stampbook_events.ledger import EarnPoints, GiveStamps, Telling
from stampbook_messaging.messages import Received

_PLAIN: frozenset[type] = frozenset((EarnPoints, GiveStamps))


def owners(asked: Asked, tenant: Tenant, card_id: UUID, depth: Depth = Depth.DUE) -> list[UUID]:
    """Ask for a card and for what it was merged into; the ids as far as they are known, the last one holds all."""
    found: list[UUID] = []
    following: UUID | None = card_id
    while following is not None and following not in found:
        asked.ask_card(tenant.merchant, following, depth)
        found.append(following)
        card = tenant.cards.get(following)
        following = card.merged_into if card is not None else None
    return found


def on_card(
    asked: Asked, tenant: Tenant, received: Received, card_id: UUID, depth: Depth = Depth.DUE
) -> tuple[list[UUID], Card | None]:
    """The ids of the card and its survivors, and the card that holds all of it, once it is known."""
    found = owners(asked, tenant, card_id, depth)
    card = tenant.cards.get(found[-1])
    if card is not None:
        if may_be_over(asked, tenant, card):
            asked.ask_card(tenant.merchant, card.card_id, Depth.FREE)
        ask_for_codes(asked, tenant, received, card)
    return found, card


def at_till(asked: Asked, tenant: Tenant, telling: Telling, card: Card | None) -> None:
    """The store, the number that was shown if it is not the card's own, and what is sent again."""
    merchant = tenant.merchant
    if telling.store_id is not None:
        asked.ask("stores", merchant, telling.store_id)
    if telling.linked_to is not None:
        asked.ask("operations", merchant, telling.linked_to)
    number = telling.card_number
    if number is not None and card is not None and number != card.number:
        asked.ask("numbers", merchant, number)
        if number in tenant.numbers:
            owners(asked, tenant, tenant.numbers[number].card_id)


def may_be_over(asked: Asked, tenant: Tenant, card: Card) -> bool:
    """The end of its program takes all that is left (R12)."""
    program = tenant.programs.get(card.program_id)
    if program is None or card.ended:
        return False
    if program.ending is None:
        return (tenant.merchant, card.program_id) in asked.ending
    return program.ending.last_day <= asked.window.last


def settled(asked: Asked, tenant: Tenant, received: Received) -> bool:
    """After the first look: nothing more has to be asked for the plain purchases and stamps that most batches consist of."""
    command, card = received.command, None
    if type(command) not in _PLAIN or command.store_id is None or command.linked_to is not None:
        return False
    if tenant.merchant in asked.deep:
        return False
    card = tenant.cards.get(command.card_id)
    if card is None:
        return True
    own_number = command.card_number is None or command.card_number == card.number
    return (
        own_number
        and card.merged_into is None
        and not may_be_over(asked, tenant, card)
        and not drawn_at_most(asked, tenant, received, card)
    )


def receipts_at(asked: Asked, tenant: Tenant, store_id: UUID | None, card: Card | None, receipt: str | None) -> None:
    """Under a number as the store of the operation counts it now (R19); without one the card's home store stands in."""
    text = printed(receipt) if receipt is not None else None
    if text is None:
        return
    if store_id is not None:
        stores = {store_id}
    else:
        stores = {home for merchant, home in asked.homes if merchant == tenant.merchant}
        stores |= {card.store_id} if card is not None else set()
    for one in stores:
        asked.ask("receipts", tenant.merchant, one, text)
