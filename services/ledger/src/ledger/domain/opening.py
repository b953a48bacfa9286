"""A card is opened for a customer, with the welcome bonus that was promised, or becomes known in one more store."""

from ledger.domain import due, welcome
from ledger.domain.card import Card
from ledger.domain.case import Case
from ledger.domain.refusals import Refused
from ledger.domain.terms import ProgramTerms
from ledger.domain.times import promised_time
from ledger.domain.versions import Version
from ledger.domain.welcome import figures, promise_of
from stampbook_events import ids
from stampbook_events.ledger import (
    AddressConfirmed,
    CardOpened,
    CardReopened,
    ConfirmAddress,
    LinkStore,
    OpenCard,
    StoreLinked,
)


def open_card(case: Case, command: OpenCard) -> dict[str, object]:
    """By the terms in force when the customer was promised them (R10); a closed card opens again at zero (R66)."""
    program = case.tenant.program(command.program_id)
    if program.ending is not None and case.at >= program.ending.ends_at:
        raise Refused("program_ended")
    card_id = ids.card_id(command.customer_id, command.program_id)
    known = case.tenant.card(card_id) if card_id in case.tenant.cards else None
    if known is not None:
        due.catch_up(case, known)
    if known is not None and known.state != "closed":
        raise Refused("card_exists", balance=known.holdings.balance(case.at))
    if command.card_number in case.tenant.numbers:
        raise Refused("card_number_taken")
    store = case.tenant.stores.get(command.store_id)
    if store is None or store.program_id != command.program_id:
        raise Refused("store_unknown")  # The program has no such store.
    version = program.in_force(promised_time(case.received)) or program.versions[0]
    if known is None:
        case.tell(card_id, _opened(command, version))
    else:
        case.tell(known.card_id, _reopened(known, command, version))
    card = case.tenant.card(card_id)
    before = card.holdings.balance(case.at)
    _pay_what_waits(case, card)
    paid = card.holdings.balance(case.at) - before
    return figures(case, card) | {"card_number": command.card_number, "points": paid}


def _opened(command: OpenCard, version: Version[ProgramTerms]) -> CardOpened:
    return CardOpened(
        card_id=ids.card_id(command.customer_id, command.program_id),
        customer_id=command.customer_id,
        program_id=command.program_id,
        program_version=version.number,
        store_id=command.store_id,
        card_number=command.card_number,
        language=command.language,
        test=command.test,
        stamp_target=version.terms.stamp_target,
        welcome=promise_of(version.terms),
    )


def _reopened(card: Card, command: OpenCard, version: Version[ProgramTerms]) -> CardReopened:
    return CardReopened(
        card_id=card.card_id,
        customer_id=card.customer_id,
        program_id=card.program_id,
        program_version=version.number,
        store_id=command.store_id,
        card_number=command.card_number,
        language=command.language,
        stamp_target=version.terms.stamp_target,
        welcome=promise_of(version.terms),
    )


def _pay_what_waits(case: Case, card: Card) -> None:
    welcome.pay(case, card, "at_enrollment")
    if card.confirmed:
        welcome.pay(case, card, "address_confirmed")


def link_store(case: Case, card: Card, command: LinkStore) -> dict[str, object]:
    if (card.card_id, command.store_id) in case.tenant.links:
        raise Refused("store_already_linked")
    case.tell(card.card_id, StoreLinked(**case.about(card), store_id=command.store_id))
    return figures(case, card)


def confirm_address(case: Case, card: Card, command: ConfirmAddress) -> dict[str, object]:  # noqa: ARG001  one shape for all
    """Twice is as good as once."""
    if not card.confirmed:
        case.tell(card.card_id, AddressConfirmed(**case.about(card)))
    welcome.pay(case, card, "address_confirmed")
    return figures(case, card)
