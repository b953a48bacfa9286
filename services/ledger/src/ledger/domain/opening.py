"""A card is opened for a customer, with the welcome bonus that was promised, or becomes known in one more store."""

from ledger.domain.card import Card
from ledger.domain.refusals import Refused
from ledger.domain.tenant import Tenant
from ledger.domain.times import promised_time
from stampbook_events import ids
from stampbook_events.ledger import CardOpened, LinkStore, OpenCard, StoreLinked, WelcomeBonusGranted
from stampbook_messaging.messages import Decision, Fact, Received


def open_card(tenant: Tenant, command: OpenCard, received: Received) -> Decision:
    program = tenant.program(command.program_id)
    card_id = ids.card_id(command.customer_id, command.program_id)
    if card_id in tenant.cards:
        raise Refused("card_exists", balance=tenant.cards[card_id].balance)
    if command.card_number in tenant.numbers:
        raise Refused("card_number_taken")
    terms = program.in_force(promised_time(received))
    opened = CardOpened(
        card_id=card_id,
        customer_id=command.customer_id,
        program_id=command.program_id,
        program_version=terms.version,
        store_id=command.store_id,
        card_number=command.card_number,
        language=command.language,
        test=command.test,
        stamp_target=terms.stamp_target,
    )
    bonus = _welcome_bonus(tenant, opened, terms.welcome_points)
    points = bonus.points if bonus else 0
    facts = [Fact(aggregate=card_id, event=event) for event in (opened, bonus) if event]
    result = {"card_id": card_id, "card_number": command.card_number, "points": points, "balance": points, "stamps": 0}
    return Decision(facts=tuple(facts), result=result)


def _welcome_bonus(tenant: Tenant, opened: CardOpened, points: int) -> WelcomeBonusGranted | None:
    """Once per person and merchant, whatever the program, store or card (R25)."""
    if not points or opened.customer_id in tenant.welcomed:
        return None
    return WelcomeBonusGranted(
        card_id=opened.card_id,
        customer_id=opened.customer_id,
        program_id=opened.program_id,
        program_version=opened.program_version,
        store_id=opened.store_id,
        points=points,
        balance=points,
    )


def link_store(tenant: Tenant, command: LinkStore) -> Decision:
    card = tenant.card(ids.card_id(command.customer_id, command.program_id))
    if (card.card_id, command.store_id) in tenant.links:
        raise Refused("store_already_linked")
    event = StoreLinked(
        card_id=card.card_id,
        customer_id=command.customer_id,
        program_id=command.program_id,
        store_id=command.store_id,
    )
    return Decision(facts=(Fact(aggregate=card.card_id, event=event),), result=standing(card))


def standing(card: Card) -> dict[str, object]:
    """What every answer about a card ends with."""
    return {
        "card_id": card.card_id,
        "balance": card.balance,
        "stamps": card.stamps,
        "stamp_target": card.stamp_target,
    }
