"""Rows of the keys that cross cards."""

from collections.abc import Iterator

from ledger.domain.keeping import subjects_moved
from ledger.domain.keys import Tally
from ledger.domain.tenant import Tenant
from ledger.store import documents
from ledger.store.writing.ownership import Values, owner


def ended_cards(tenant: Tenant) -> Iterator[Values]:
    for card_id in sorted(tenant.changes.ended):
        yield (tenant.merchant, card_id)


def new_numbers(tenant: Tenant) -> Iterator[Values]:
    for number, use in tenant.changes.numbers.items():
        if use.until is None:
            yield (tenant.merchant, number, *use)


def old_numbers(tenant: Tenant) -> Iterator[Values]:
    for number, use in tenant.changes.numbers.items():
        if use.until is not None:
            yield (tenant.merchant, number, *use)


def new_codes(tenant: Tenant) -> Iterator[Values]:
    for code, use in tenant.changes.codes.items():
        if not use.dead:
            yield (tenant.merchant, code, *use)


def dead_codes(tenant: Tenant) -> Iterator[Values]:
    for code, use in tenant.changes.codes.items():
        if use.dead:
            yield (tenant.merchant, code, *use)


def links(tenant: Tenant) -> Iterator[Values]:
    for link in tenant.changes.links:
        yield (tenant.merchant, *link)


def receipts(tenant: Tenant) -> Iterator[Values]:
    for key, use in tenant.changes.receipts:
        yield (tenant.merchant, *key, use.operation_id, use.purpose, use.card_id, use.recorded_at, use.voided)


def freed(tenant: Tenant) -> Iterator[Values]:
    new = {use.operation_id for _, use in tenant.changes.receipts}
    for key, use in tenant.changes.freed:
        if use.operation_id not in new:
            yield (tenant.merchant, *key, use.operation_id, use.voided)


def undone(tenant: Tenant) -> Iterator[Values]:
    for operation_id in sorted(tenant.changes.undone):
        one = tenant.operations[operation_id]
        numbers = documents.as_bytes(one.refund_numbers)
        yield (tenant.merchant, operation_id, one.voided, one.taken_back, one.refunded, numbers)


def tallies(tenant: Tenant) -> Iterator[Values]:
    """What was counted, also where it came to nothing; of merged cards on the survivor."""
    subjects = _subjects(tenant)
    counted: dict[Tally, int] = {}
    for tally, amount in tenant.changes.tallies.items():
        now = tally._replace(subject=subjects.get(tally.subject, tally.subject))
        counted[now] = counted.get(now, 0) + amount
    for tally in sorted(counted):
        yield (tenant.merchant, *tally, counted[tally])


def _subjects(tenant: Tenant) -> dict[str, str]:
    moved: dict[str, str] = {}
    for other_id, _ in tenant.changes.merged:
        moved |= subjects_moved(tenant, tenant.cards[other_id], owner(tenant, other_id))
    return moved


def moved_subjects(tenant: Tenant) -> Iterator[Values]:
    for subject, now in _subjects(tenant).items():
        yield (tenant.merchant, subject, now)


def moved_cards(tenant: Tenant) -> Iterator[Values]:
    for other_id, _ in tenant.changes.merged:
        yield (tenant.merchant, other_id, owner(tenant, other_id).card_id)


def given(tenant: Tenant) -> Iterator[Values]:
    undone = {given.operation_id for _, _, given in tenant.changes.ungiven}
    for card_id, store_id, given in tenant.changes.given:
        if given.operation_id not in undone:
            yield (tenant.merchant, owner(tenant, card_id).card_id, *given, store_id)


def ungiven(tenant: Tenant) -> Iterator[Values]:
    for card_id, _, given in tenant.changes.ungiven:
        yield (tenant.merchant, owner(tenant, card_id).card_id, *given)


def welcomed(tenant: Tenant) -> Iterator[Values]:
    for customer_id, card_id, event_id in tenant.changes.welcomed:
        if tenant.welcomed.get(customer_id) == event_id:
            yield (tenant.merchant, customer_id, card_id, event_id)


def unwelcomed(tenant: Tenant) -> Iterator[Values]:
    for customer_id in tenant.changes.unwelcomed:
        yield (tenant.merchant, customer_id)


def birthdays(tenant: Tenant) -> Iterator[Values]:
    for card_id, year in sorted({(owner(tenant, one).card_id, year) for one, year in tenant.changes.birthdays}):
        yield (tenant.merchant, card_id, year)
