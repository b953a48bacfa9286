"""Rows of cards and of what lies on them."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from ledger.domain.card import Card, Hold, Unlocked
from ledger.domain.lots import Lot
from ledger.domain.tenant import Tenant
from ledger.store import documents
from ledger.store.writing.ownership import Values, owner
from stampbook_events.ledger import InactivityExpiry


def opened(tenant: Tenant) -> Iterator[Values]:
    for card_id in tenant.changes.opened:
        card = tenant.cards[card_id]
        fixed = card.customer_id, card.program_id, card.store_id, card.test, card.opened_at
        yield (tenant.merchant, card_id, *fixed, *_figures(card))


def touched(tenant: Tenant) -> Iterator[Values]:
    """In the order of their ids, so that two writers of the same cards could never wait for each other."""
    for card_id in sorted(tenant.changes.touched.difference(tenant.changes.opened)):
        yield (tenant.merchant, card_id, *_figures(tenant.cards[card_id]))


def _figures(card: Card) -> Values:
    totals = card.holdings.totals
    return (
        card.number,
        card.language,
        card.state,
        card.version,
        totals.issued + totals.held - totals.owed,
        totals.held,
        totals.owed,
        card.count,
        card.target,
        card.owed_stamps,
        card.capped_by,
        card.merged_into,
        card.ended,
        card.promise.timing if card.promise else None,
        documents.rest_of(card),
    )


def new_lots(tenant: Tenant) -> Iterator[Values]:
    for card, lot in _lots(tenant, tenant.changes.new_lots):
        yield (
            tenant.merchant,
            card.card_id,
            lot.lot_id,
            card.program_id,
            lot.store_id,
            lot.source,
            lot.successor_of,
            lot.points,
            lot.effective_at,
            lot.recorded_at,
            isinstance(lot.expiry, InactivityExpiry),
            lot.cohort,
            documents.terms_of(lot),
            *_places(lot),
        )


def lots(tenant: Tenant) -> Iterator[Values]:
    for card, lot in _lots(tenant, tenant.changes.lots):
        yield (tenant.merchant, card.card_id, lot.lot_id, *_places(lot))


def _lots(tenant: Tenant, noted: Mapping[UUID, UUID]) -> Iterator[tuple[Card, Lot]]:
    for lot_id, card_id in noted.items():
        card = owner(tenant, card_id)
        yield card, card.holdings.lots[lot_id]


def _places(lot: Lot) -> Values:
    return (
        lot.free,
        lot.held,
        lot.redeemed,
        lot.expired,
        lot.reversed,
        lot.adjusted,
        lot.repaid,
        lot.succeeded,
        lot.written_off,
        lot.expires_on,
        lot.expires_at,
        lot.warned,
        lot.ended,
    )


def new_unlocked(tenant: Tenant) -> Iterator[Values]:
    for card, one in _unlocked(tenant, tenant.changes.new_unlocked):
        terms = one.terms
        fixed = terms.reward_id, terms.store_id, terms.unlocked_at, one.number, terms.target, terms.value_minor
        yield (tenant.merchant, card.card_id, one.id, *fixed, documents.as_bytes(terms), *_became_of(one))


def unlocked(tenant: Tenant) -> Iterator[Values]:
    for card, one in _unlocked(tenant, tenant.changes.unlocked):
        yield (tenant.merchant, card.card_id, one.id, *_became_of(one))


def _unlocked(tenant: Tenant, noted: Mapping[UUID, UUID]) -> Iterator[tuple[Card, Unlocked]]:
    for unlocked_id, card_id in noted.items():
        card = owner(tenant, card_id)
        yield card, card.unlocked[unlocked_id]


def _became_of(one: Unlocked) -> Values:
    dates = one.expires_on, one.expires_at
    return (one.state, one.code, *dates, one.owed, one.written_off, one.ended_at, one.used_store)


def new_holds(tenant: Tenant) -> Iterator[Values]:
    for card, hold in _holds(tenant, tenant.changes.new_holds):
        yield (
            tenant.merchant,
            card.card_id,
            hold.reservation_id,
            hold.reward_id,
            hold.reward_version,
            hold.quantity,
            hold.cost,
            hold.store_id,
            hold.day,
            hold.ends_at,
            documents.as_bytes(hold.taken),
            *_end_of(hold),
        )


def holds(tenant: Tenant) -> Iterator[Values]:
    for card, hold in _holds(tenant, tenant.changes.holds):
        yield (tenant.merchant, card.card_id, hold.reservation_id, *_end_of(hold))


def _holds(tenant: Tenant, noted: Mapping[UUID, UUID]) -> Iterator[tuple[Card, Hold]]:
    for reservation_id, card_id in noted.items():
        card = owner(tenant, card_id)
        yield card, card.holds[reservation_id]


def _end_of(hold: Hold) -> Values:
    return hold.state, hold.code, hold.ended_at, hold.used_store


def postings(tenant: Tenant) -> Iterator[Values]:
    for posted in tenant.changes.posted:
        where = posted.program_id, posted.store_id, posted.event_id, posted.recorded_at, posted.counts_at
        for line in posted.lines:
            yield (tenant.merchant, posted.card_id, posted.version, line.unit, line.account, line.amount, *where)
