"""What is still on its way in a town of ledgers, and, when nothing is, in what they differ from the clean run."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, zip_longest
from typing import Any
from uuid import UUID

import msgspec
from comparing import differences, not_the_fold, of_card, recorded
from days import Told
from rulebook.figures import figures
from rulebook.pair import differing

from ledger.checks import check_ledger
from ledger.domain import deciding
from ledger.domain.card import Card
from ledger.domain.tenant import Tenant
from ledger.domain.terms import Store
from ledger.store.loading import load, whole_cards
from stampbook_messaging import log_checks
from stampbook_messaging.messages import Decision, Received

_LETTERS = "SELECT count(*) FROM dead_letter"
_ANSWERS = "SELECT command_id, code, result FROM inbox WHERE command_id = ANY($1::uuid[])"


async def unfinished(town: Any, pool: Any) -> str:
    answered = {row["command_id"] for row in await pool.fetch("SELECT command_id FROM inbox")}
    if waiting := town.sent_ids - answered:
        return f"{len(waiting)} commands without an inbox row"
    logged = await pool.fetchval("SELECT count(*) FROM event")
    there = len(town.broker.streams["EVT_ledger"].messages)
    return f"{there} of {logged} events on the stream" if there < logged else ""


async def judged(town: Any, pool: Any, bus: Any) -> list[str]:
    checks = [
        *await log_checks.check_log(pool, "ledger"),
        await log_checks.check_stream(pool, bus, "ledger"),
        await log_checks.check_commands(pool, bus, "ledger"),
    ]
    async with pool.acquire() as db:
        checks += await check_ledger(db)
    found = [what for check in checks for what in check.found]
    if letters := await pool.fetchval(_LETTERS):
        found.append(f"{letters} dead letters")
    for told in town.merchants:
        async with pool.acquire() as db:
            found += [f"{told.merchant}: {what}" async for what in _of_merchant(town, db, told)]
    return found


async def _of_merchant(town: Any, db: Any, told: Told) -> AsyncIterator[str]:
    tenant, taken, decisions = clean_run(town, told)
    facts = [(fact.aggregate, fact.event) for decision in decisions for fact in decision.facts]
    if (logged := await recorded(db, told.merchant)) != facts:
        yield _first_difference(logged, facts)
    for what in await not_the_fold(db, told.merchant):
        yield f"not the fold: {what}"
    async for what in _answers(db, taken, decisions):
        yield what
    fresh = (await load(db, taken))[told.merchant]
    for what in differences(tenant, fresh):
        yield what
    kept = await whole_cards(db, [(told.merchant, card_id) for card_id in tenant.cards])
    for card_id, card in tenant.cards.items():
        for what in of_card(card, kept[told.merchant, card_id]):
            yield f"card {card_id}: {what}"
    for what in _beside_the_model(told, {card_id: kept[told.merchant, card_id] for card_id in tenant.cards}):
        yield what


def clean_run(town: Any, told: Told) -> tuple[Tenant, list[Received], list[Decision]]:
    """What the deciders alone make of the commands as the stream has them, each taken once."""
    tenant = Tenant(told.merchant, stores={store.store_id: store for store in told.stores})
    sent, stores = _as_sent(told)
    taken = [replace(sent[each], recorded_at=at) for each, at in town.broker.taken.items() if each in sent]
    decisions = []
    for one in taken:
        tenant.stores |= stores.get(one.envelope.id, {})
        decisions.append(deciding.decide(tenant, one))
    return tenant, taken, decisions


def _as_sent(told: Told) -> tuple[dict[UUID, Received], dict[UUID, dict[UUID, Store]]]:
    """The commands, and the stores as they were told of just before one of them."""
    sent: dict[UUID, Received] = {}
    stores: dict[UUID, dict[UUID, Store]] = {}
    for till in told.series:
        for before, step in pairwise((None, *till)):
            if step.received is not None:
                sent[step.received.envelope.id] = step.received
                if before is not None and before.stores:
                    stores[step.received.envelope.id] = {store.store_id: store for store in before.stores}
    return sent, stores


def _first_difference(logged: list[Any], facts: list[Any]) -> str:
    for n, (kept, clean) in enumerate(zip_longest(logged, facts)):
        if kept != clean:
            return f"event {n} of {len(logged)}, {len(facts)} in the clean run: {kept} where {clean} has to be"
    return ""


async def _answers(db: Any, taken: Sequence[Received], decisions: Sequence[Decision]) -> AsyncIterator[str]:
    """Each command has the answer of the clean run."""
    rows = await db.fetch(_ANSWERS, [one.envelope.id for one in taken])
    kept = {row["command_id"]: (row["code"], msgspec.json.decode(row["result"] or b"{}")) for row in rows}
    for one, decision in zip(taken, decisions, strict=True):
        clean = decision.refused, msgspec.json.decode(msgspec.json.encode(decision.result))
        if kept[one.envelope.id] != clean:
            yield f"{one.envelope.type} was answered {kept[one.envelope.id]} where {clean} has to be"


def _beside_the_model(told: Told, cards: dict[UUID, Card]) -> Iterator[str]:
    """The cards as they are kept, read with the eyes of who told the model the same days."""
    if told.pair is None:
        return
    ours, theirs = copy.copy(told.pair.deciders.books), told.pair.model.books
    ours.tenant = copy.copy(ours.tenant)
    ours.tenant.cards = cards
    ours.seen_before = None
    for card in told.pair.model.cards:
        if odd := differing(figures(ours, card), figures(theirs, card)):
            yield f"{card} beside the model: {odd}"
