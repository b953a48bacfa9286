"""A card is frozen and goes on; its holder is checked; it gets another number (R35, R64, R67)."""

from ledger.domain import due, guards, welcome
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.refusals import Refused
from ledger.domain.welcome import figures
from stampbook_events.ledger import (
    CardFrozen,
    CardReplaced,
    CardUnfrozen,
    CheckHolder,
    FreezeCard,
    HolderChecked,
    ReplaceCard,
    UnfreezeCard,
)


def freeze(case: Case, card: Card, command: FreezeCard) -> dict[str, object]:  # noqa: ARG001  one shape for all
    guards.must_be_active(card)
    case.tell(card.card_id, CardFrozen(**case.about(card)))
    return figures(case, card)


def unfreeze(case: Case, card: Card, command: UnfreezeCard) -> dict[str, object]:  # noqa: ARG001
    """An active one stays as it is. What would have ended meanwhile has a later day, and a bonus that waited is paid."""
    if card.state == "closed":
        raise Refused("card_closed")
    if card.state == "frozen":
        case.tell(card.card_id, CardUnfrozen(**case.about(card)))
        due.catch_up(case, card)
        welcome.pay(case, card, "at_enrollment")
        if card.confirmed:
            welcome.pay(case, card, "address_confirmed")
    return figures(case, card)


def check_holder(case: Case, card: Card, command: CheckHolder) -> dict[str, object]:  # noqa: ARG001
    if not card.checked:
        case.tell(card.card_id, HolderChecked(**case.about(card)))
    return figures(case, card)


def replace(case: Case, card: Card, command: ReplaceCard) -> dict[str, object]:
    """The old number is blocked, open codes are renewed (R67)."""
    if card.state == "closed":
        raise Refused("card_closed")
    if command.card_number in case.tenant.numbers:
        raise Refused("card_number_taken")
    subjects = [one.id for one in card.open_rewards()]
    subjects += [held.reservation_id for held in card.open_holds()]
    event = CardReplaced(
        **case.about(card),
        card_number=command.card_number,
        old_number=card.number,
        codes={subject: case.draw_code() for subject in subjects},
    )
    case.tell(card.card_id, event)
    return figures(case, card) | {"card_number": command.card_number}
