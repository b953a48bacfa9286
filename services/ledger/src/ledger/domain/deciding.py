"""From a command to what comes of it: the table of contents of the ledger's decisions."""

from typing import Any, assert_never, get_args
from uuid import UUID

from ledger.domain import opening, points, program, stamps
from ledger.domain.refusals import Refused
from ledger.domain.tenant import Place, Tenant
from stampbook_events import ids
from stampbook_events.ledger import (
    CardRefused,
    EarningRefused,
    EarnPoints,
    GiveStamps,
    LedgerCommand,
    LinkStore,
    OpenCard,
    ProgramRefused,
    PublishProgram,
    StampsRefused,
)
from stampbook_messaging.messages import Decision, Fact, Received

COMMANDS: tuple[type[LedgerCommand], ...] = get_args(LedgerCommand)


def decide(tenant: Tenant, received: Received) -> Decision:
    """Decide one command. A refusal is an event of its own and a stored answer (R7)."""
    command: LedgerCommand = received.command
    try:
        return _decide(tenant, command, received)
    except Refused as refused:
        return _refusal(tenant, command, refused)


def record(tenant: Tenant, received: Received, decision: Decision) -> None:
    """Let *tenant* know what *decision* led to; the ids are those the log will give."""
    for n, fact in enumerate(decision.facts):
        place = Place(
            event_id=ids.event_id(received.envelope.id, n),
            recorded_at=received.recorded_at,
            effective_at=fact.occurred_at or received.recorded_at,
        )
        tenant.record(fact.event, place)


def card_of(command: LedgerCommand) -> UUID | None:
    """The card that *command* is about."""
    match command:
        case EarnPoints(card_id=card_id) | GiveStamps(card_id=card_id):
            return card_id
        case OpenCard() | LinkStore():
            return ids.card_id(command.customer_id, command.program_id)
        case PublishProgram():
            return None
        case _:
            assert_never(command)


def _decide(tenant: Tenant, command: LedgerCommand, received: Received) -> Decision:
    if received.late:
        raise Refused("too_late")
    match command:
        case EarnPoints():
            return points.earn(tenant, command, received)
        case GiveStamps():
            return stamps.give(tenant, command, received)
        case OpenCard():
            return opening.open_card(tenant, command, received)
        case LinkStore():
            return opening.link_store(tenant, command)
        case PublishProgram():
            return program.publish(tenant.programs.get(command.program_id), command)
        case _:
            assert_never(command)


def _refusal(tenant: Tenant, command: LedgerCommand, refused: Refused) -> Decision:
    card_id = card_of(command)
    event: Any
    match command:
        case PublishProgram(program_id=program_id):
            event = ProgramRefused(program_id=program_id, code=refused.code)
            fact = Fact(aggregate=program_id, event=event)
            return Decision(facts=(fact,), result={"program_id": program_id, **refused.detail}, refused=refused.code)
        case EarnPoints():
            kind: Any = EarningRefused
        case GiveStamps():
            kind = StampsRefused
        case OpenCard() | LinkStore():
            kind = CardRefused
        case _:
            assert_never(command)
    assert card_id is not None
    fact = Fact(
        aggregate=tenant.aggregate_of(card_id),
        event=kind(card_id=card_id, store_id=command.store_id, code=refused.code),
    )
    return Decision(facts=(fact,), result={"card_id": card_id, **refused.detail}, refused=refused.code)
