"""What the ledger does about enrollment's events: knows its stores, opens cards, links stores, passes on whose address is confirmed."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from ledger.store.knowing import know_stores
from stampbook_events import ids
from stampbook_events.enrollment import CustomerEnrolled, CustomerRecognised, EmailConfirmed, StoreChanged
from stampbook_events.ledger import ConfirmAddress, LinkStore, OpenCard
from stampbook_messaging.messages import Recorded
from stampbook_messaging.protocols import Demand

Db = Any


class EnrollmentEvents:
    consumer = "ledger"
    handles: Collection[type[msgspec.Struct]] = (
        StoreChanged,
        CustomerEnrolled,
        CustomerRecognised,
        EmailConfirmed,
    )

    async def react(self, db: Db, events: Sequence[Recorded]) -> Sequence[Demand]:
        await know_stores(db, events)
        return [demand for recorded in events if (demand := _policy(recorded)) is not None]


def _policy(recorded: Recorded) -> Demand | None:
    match recorded.event:
        case CustomerEnrolled() as event:
            command: OpenCard | LinkStore | ConfirmAddress = OpenCard(
                customer_id=event.customer_id,
                program_id=event.program_id,
                store_id=event.store_id,
                card_number=event.card_number,
                language=event.language,
                test=event.test,
            )
            return _demand(recorded, "open_card", command)
        case CustomerRecognised() as event:
            command = LinkStore(customer_id=event.customer_id, program_id=event.program_id, store_id=event.store_id)
            return _demand(recorded, "link_store", command)
        case EmailConfirmed() as event:
            command = ConfirmAddress(customer_id=event.customer_id, program_id=event.program_id)
            return _demand(recorded, "confirm_address", command)
        case _:
            return None


def _demand(recorded: Recorded, kind: str, command: OpenCard | LinkStore | ConfirmAddress) -> Demand:
    """*occurred_at* is the enrollment's time: the terms promised then are the ones that hold (R10)."""
    return Demand(
        because_of=recorded,
        channel="command",
        kind=kind,
        recipient=command.customer_id,
        payload={
            "command": msgspec.to_builtins(command),
            "keys": [str(ids.card_id(command.customer_id, command.program_id))],
            "occurred_at": recorded.envelope.recorded_at.isoformat(),
        },
    )
