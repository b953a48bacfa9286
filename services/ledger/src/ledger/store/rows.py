"""From rows of the ledger's tables, in the order of their shapes, to what the domain knows."""

from typing import Any
from uuid import UUID

import msgspec

from ledger.domain.account import Holdings
from ledger.domain.card import Card, Hold, Unlocked
from ledger.domain.keys import Operation
from ledger.domain.lots import Lot
from ledger.domain.terms import Store
from ledger.store import documents
from stampbook_events import EventEnvelope
from stampbook_events.upcasters import decode_event

Row = Any
_envelope = msgspec.json.Decoder(EventEnvelope)


def card_from(row: Row) -> Card:
    (_, card_id, customer_id, program_id, store_id, test, opened_at, *changing) = row
    (number, language, state, version, count, target, capped_by, merged_into, ended, rest) = changing
    more = documents.card_rest(rest)
    return Card(
        card_id=card_id,
        customer_id=customer_id,
        program_id=program_id,
        store_id=store_id,
        number=number,
        language=language,
        test=test,
        opened_at=opened_at,
        state=state,
        version=version,
        count=count,
        target=target,
        capped_by=capped_by,
        holdings=Holdings(totals=more.points),
        stamps=more.stamps,
        promise=more.promise,
        stops=more.stops,
        unfrozen_at=more.unfrozen_at,
        welcomes=more.welcomes,
        reached=more.reached,
        confirmed=more.confirmed,
        checked=more.checked,
        ended=ended,
        merged_into=merged_into,
    )


def lot_from(row: Row) -> Lot:
    (_, _, lot_id, _, store_id, source, successor_of, points, effective_at, recorded_at, _, *rest) = row
    cohort, document, *changing = rest
    (free, held, redeemed, expired, reversed_, adjusted, repaid, succeeded, *last) = changing
    written_off, expires_on, expires_at, warned, ended = last
    terms = documents.lot_terms(document)
    return Lot(
        lot_id=lot_id,
        source=source,
        points=points,
        free=free,
        effective_at=effective_at,
        recorded_at=recorded_at,
        zone=terms.zone,
        program_version=terms.program_version,
        expiry=terms.expiry,
        cohort=cohort,
        grace_days=terms.grace_days,
        store_id=store_id,
        held=held,
        redeemed=redeemed,
        expired=expired,
        reversed=reversed_,
        adjusted=adjusted,
        repaid=repaid,
        succeeded=succeeded,
        written_off=written_off,
        warned=warned,
        expires_on=expires_on,
        expires_at=expires_at,
        successor_of=successor_of,
        ended=ended,
    )


def unlocked_from(row: Row) -> Unlocked:
    (
        _,
        _,
        _,
        _,
        _,
        _,
        number,
        _,
        _,
        terms,
        state,
        code,
        expires_on,
        expires_at,
        owed,
        written_off,
        ended_at,
        used_store,
    ) = row
    return Unlocked(
        terms=documents.unlocked_terms(terms),
        code=code,
        number=number,
        state=state,
        expires_on=expires_on,
        expires_at=expires_at,
        owed=owed,
        written_off=written_off,
        ended_at=ended_at,
        used_store=used_store,
    )


def hold_from(row: Row) -> Hold:
    (_, _, reservation_id, reward_id, reward_version, quantity, cost, store_id, day, ends_at, taken, *changing) = row
    state, code, ended_at, used_store = changing
    return Hold(
        reservation_id=reservation_id,
        reward_id=reward_id,
        reward_version=reward_version,
        quantity=quantity,
        cost=cost,
        code=code,
        ends_at=ends_at,
        day=day,
        store_id=store_id,
        taken=documents.taken(taken),
        state=state,
        ended_at=ended_at,
        used_store=used_store,
    )


def store_from(row: Row) -> Store:
    (_, store_id, program_id, time_zone, currency, loyalty, receipt_scope, *offline) = row
    offline_points, offline_operations, stops, _ = offline
    return Store(
        store_id=store_id,
        program_id=program_id,
        time_zone=time_zone,
        currency=currency,
        loyalty=loyalty,
        receipt_scope=receipt_scope,
        offline_points=offline_points,
        offline_operations=offline_operations,
        stops=documents.stops(stops),
    )


def operation_from(row: Row) -> Operation:
    """Any event, as one that might be undone."""
    _, tag, body, voided, taken_back, refunded, refund_numbers = row
    envelope = _envelope.decode(body)
    return Operation(
        operation_id=envelope.id,
        card_id=envelope.aggregate,
        event=decode_event(tag, envelope.data),
        recorded_at=envelope.recorded_at,
        effective_at=envelope.occurred_at,
        actor=envelope.actor,
        voided=bool(voided),
        taken_back=bool(taken_back),
        refunded=refunded or 0,
        refund_numbers=documents.texts(refund_numbers) if refund_numbers else [],
    )


def merchant_of(row: Row) -> UUID:
    merchant: UUID = row[0]
    return merchant
