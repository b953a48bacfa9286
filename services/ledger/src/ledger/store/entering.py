"""What was found in the tables becomes known of its merchant."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from ledger.domain.card import Card
from ledger.domain.keeping import NAMED
from ledger.domain.keys import CodeUse, Given, NumberUse, ReceiptKey, ReceiptUse, Tally
from ledger.domain.tenant import Tenant
from ledger.domain.terms import Campaign, Ending, Program, Reward
from ledger.domain.versions import Version
from ledger.store import documents
from ledger.store.parts import PARTS
from ledger.store.rows import card_from, hold_from, lot_from, operation_from, store_from, unlocked_from
from stampbook_events.ledger import EarningRefused, StampsRefused

Row = Any
Books = dict[UUID, Tenant]
Enter = Callable[[Tenant, Row], None]


def enter(books: Books, names: Iterable[str], found: Sequence[Sequence[Row] | None]) -> None:
    """*found*: an array of rows for each thing that the parts *names* find, in their order."""
    place = iter(found)
    for name in names:
        for one in _ENTER[name]:
            for row in next(place) or ():
                one(books[row[0]], row)


def _card(tenant: Tenant, row: Row) -> None:
    card_id: UUID = row[1]
    if card_id not in tenant.cards:  # It may be asked for again, for more of its lots.
        tenant.cards[card_id] = card_from(row)


def _owner(tenant: Tenant, row: Row) -> Card:
    return tenant.cards[row[1]]


def _lot(tenant: Tenant, row: Row) -> None:
    lot = lot_from(row)
    _owner(tenant, row).holdings.lots[lot.lot_id] = lot


def _unlocked(tenant: Tenant, row: Row) -> None:
    card, one = _owner(tenant, row), unlocked_from(row)
    card.unlocked[one.id] = one
    tenant.codes[one.code] = CodeUse(card.card_id, one.id)


def _hold(tenant: Tenant, row: Row) -> None:
    card, hold = _owner(tenant, row), hold_from(row)
    card.holds[hold.reservation_id] = hold
    tenant.codes[hold.code] = CodeUse(card.card_id, hold.reservation_id)


def _store(tenant: Tenant, row: Row) -> None:
    store = store_from(row)
    tenant.stores[store.store_id] = store


def _welcome(tenant: Tenant, row: Row) -> None:
    _, customer_id, _, event_id = row
    tenant.welcomed[customer_id] = event_id


def _program(tenant: Tenant, row: Row) -> None:
    _, program_id, number, effective_from, withdrawn, *terms, ends_at, last_day = row
    program = tenant.programs.get(program_id)
    if program is None:
        ending = Ending(ends_at, last_day) if ends_at is not None else None
        program = tenant.programs[program_id] = Program(id=program_id, versions=[], ending=ending)
    published = documents.program_terms(*terms)
    program.versions.append(Version(number=number, effective_from=effective_from, terms=published, withdrawn=withdrawn))


def _campaign(tenant: Tenant, row: Row) -> None:
    _, campaign_id, number, effective_from, document, withdrawn = row
    campaign = tenant.campaigns.setdefault(campaign_id, Campaign(id=campaign_id, versions=[]))
    terms = documents.campaign_terms(document)
    campaign.versions.append(Version(number=number, effective_from=effective_from, terms=terms, withdrawn=withdrawn))


def _reward(tenant: Tenant, row: Row) -> None:
    _, reward_id, number, effective_from, document, withdrawn, taken, retired_at = row
    reward = tenant.rewards.get(reward_id)
    if reward is None:
        reward = Reward(id=reward_id, versions=[], taken=taken or 0, retired_at=retired_at)
        tenant.rewards[reward_id] = reward
    terms = documents.reward_terms(document)
    reward.versions.append(Version(number=number, effective_from=effective_from, terms=terms, withdrawn=withdrawn))


def _number(tenant: Tenant, row: Row) -> None:
    _, number, card_id, until = row
    tenant.numbers[number] = NumberUse(card_id, until)


def _code(tenant: Tenant, row: Row) -> None:
    _, code, card_id, subject_id, dead = row
    tenant.codes[code] = CodeUse(card_id, subject_id, dead)


def _link(tenant: Tenant, row: Row) -> None:
    tenant.links.add((row[1], row[2]))


def _receipt(tenant: Tenant, row: Row) -> None:
    _, program_id, store_id, receipt, period, operation_id, purpose, card_id, recorded_at, voided = row
    uses = tenant.receipts.setdefault(ReceiptKey(program_id, store_id, receipt, period), [])
    if all(use.operation_id != operation_id for use in uses):
        use = ReceiptUse(
            purpose=purpose, operation_id=operation_id, card_id=card_id, recorded_at=recorded_at, voided=voided
        )
        uses.append(use)


def _operation(tenant: Tenant, row: Row) -> None:
    operation = operation_from(row)
    event = operation.event
    if type(event) in NAMED:
        tenant.operations[operation.operation_id] = operation
    elif isinstance(event, EarningRefused | StampsRefused):
        tenant.refused[operation.operation_id] = event


def _tally(tenant: Tenant, row: Row) -> None:
    _, kind, subject, day, amount = row
    tenant.tallies[Tally(kind, subject, day)] = amount


def _given(tenant: Tenant, row: Row) -> None:
    _, card_id, effective_at, operation_id, store_id = row
    tenant.given.setdefault((card_id, store_id), []).append(Given(effective_at, operation_id))


def _birthday(tenant: Tenant, row: Row) -> None:
    tenant.birthdays.add((row[1], row[2]))


_ENTER: dict[str, tuple[Enter, ...]] = {
    "cards": (_card, _lot, _unlocked, _hold, _store, _welcome),
    "subjects": (_unlocked, _hold),
    "stores": (_store,),
    "stores_of": (_store,),
    "setups": (_program, _campaign, _reward),
    "numbers": (_number,),
    "codes": (_code,),
    "links": (_link,),
    "receipts": (_receipt,),
    "receipts_named": (_receipt,),
    "operations": (_operation,),
    "tallies": (_tally,),
    "rewards_had": (_tally,),
    "given": (_given,),
    "welcomes": (_welcome,),
    "birthdays": (_birthday,),
}
assert {name: len(found) for name, found in _ENTER.items()} == {name: len(part.found) for name, part in PARTS.items()}
