"""Who reacts to which event: handled with which kinds, declared, or ignored with a reason. A test walks the whole table."""

import msgspec

from stampbook_events.registry import tag_of
from stampbook_events.routing.enrollment import ENROLLMENT_ROUTES
from stampbook_events.routing.ledger import LEDGER_ROUTES
from stampbook_events.routing.outcomes import OUTCOME_ROUTES
from stampbook_events.routing.seals import SEAL_ROUTES
from stampbook_events.routing.verdicts import Declared, Handled, Ignored, Route, Verdict

__all__ = [
    "ACCEPTABLE_REFUSALS",
    "CONSUMERS",
    "PUBLIC",
    "ROUTES",
    "Declared",
    "Handled",
    "Ignored",
    "Route",
    "Verdict",
    "demanding",
    "demands_of",
]

CONSUMERS: dict[str, tuple[str, ...]] = {
    "ledger": ("enrollment",),
    "notifier": ("enrollment", "ledger"),
    "wallet": ("enrollment", "ledger"),
}
"""Which logs each consumer reads."""

ROUTES: dict[type[msgspec.Struct], Route] = {**ENROLLMENT_ROUTES, **LEDGER_ROUTES, **OUTCOME_ROUTES, **SEAL_ROUTES}

ACCEPTABLE_REFUSALS: dict[str, frozenset[str]] = {
    "open_card": frozenset({"card_exists", "program_ended"}),
    "link_store": frozenset({"store_already_linked", "card_unknown"}),
    "confirm_address": frozenset({"card_unknown"}),
}
"""Refusals that end a policy well; any other leaves a dead delivery and an alarm.

Of a program that ended while somebody was joining it no card is opened, and ``opening_refused`` is the customer's end of
it; what follows on that join then knows no card. Policies for one customer are carried out in order, so that there is
none for no other reason.
"""

PUBLIC: dict[str, bool] = {tag_of(kind): route.public for kind, route in ROUTES.items()}


def demands_of(kind: type[msgspec.Struct], consumer: str) -> tuple[str, ...]:
    """The deliveries that *consumer* owes for one event of *kind*, as ``channel:kind``."""
    verdict = ROUTES[kind].to.get(consumer)
    return verdict.demands if isinstance(verdict, Handled) else ()


def demanding(demand: str, consumer: str) -> tuple[type[msgspec.Struct], ...]:
    """The events for which *consumer* owes *demand*."""
    return tuple(kind for kind in ROUTES if demand in demands_of(kind, consumer))
