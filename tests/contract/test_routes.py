"""The routing table leaves nothing open: every event, every consumer of its log, a verdict with its reason."""

import msgspec
import pytest

from stampbook_events import EVENTS, tag_of
from stampbook_events.registry import service_of
from stampbook_events.routing import (
    ACCEPTABLE_REFUSALS,
    CONSUMERS,
    PUBLIC,
    ROUTES,
    Declared,
    Handled,
    Ignored,
    demands_of,
)
from stampbook_events.subjects import SERVICES

CHANNELS = {"command", "mail", "pass"}
KINDS = list(ROUTES)


def readers_of(service: str) -> set[str]:
    return {consumer for consumer, owners in CONSUMERS.items() if service in owners}


def test_every_event_that_a_service_can_record_is_routed_and_nothing_else_is() -> None:
    assert set(ROUTES) == set(EVENTS.values())
    assert set(PUBLIC) == set(EVENTS)


@pytest.mark.parametrize("kind", KINDS, ids=tag_of)
def test_every_consumer_of_the_log_has_its_verdict(kind: type[msgspec.Struct]) -> None:
    assert set(ROUTES[kind].to) == readers_of(service_of(tag_of(kind)))


@pytest.mark.parametrize("kind", KINDS, ids=tag_of)
def test_whoever_ignores_an_event_says_why(kind: type[msgspec.Struct]) -> None:
    reasons = [verdict.reason for verdict in ROUTES[kind].to.values() if isinstance(verdict, Ignored | Declared)]
    assert [reason for reason in reasons if len(reason.split()) < 3] == []


@pytest.mark.parametrize("kind", KINDS, ids=tag_of)
def test_every_demand_names_a_channel_and_a_kind(kind: type[msgspec.Struct]) -> None:
    demands = [demand for consumer in CONSUMERS for demand in demands_of(kind, consumer)]
    assert {demand.partition(":")[0] for demand in demands} <= CHANNELS
    assert [demand for demand in demands if not demand.partition(":")[2]] == []
    assert len(set(demands)) == len(demands)


@pytest.mark.parametrize("kind", KINDS, ids=tag_of)
def test_what_is_declared_names_a_channel_and_a_kind_and_is_not_owed(kind: type[msgspec.Struct]) -> None:
    declared = {to: verdict.demands for to, verdict in ROUTES[kind].to.items() if isinstance(verdict, Declared)}
    assert {demand.partition(":")[0] for demands in declared.values() for demand in demands} <= CHANNELS
    assert [demand for demands in declared.values() for demand in demands if not demand.partition(":")[2]] == []
    assert [demands_of(kind, consumer) for consumer in declared if demands_of(kind, consumer)] == []


def test_every_seal_that_somebody_reads_declares_the_owners_mail() -> None:
    sealed = [route.to for kind, route in ROUTES.items() if ".log_sealed." in tag_of(kind)]
    assert len(sealed) == len(SERVICES)
    declared = [verdict.demands for to in sealed for verdict in to.values() if isinstance(verdict, Declared)]
    assert declared == [("mail:log_sealed",)] * 2


def test_every_policy_says_which_refusals_end_it_well() -> None:
    policies = {
        demand.removeprefix("command:")
        for route in ROUTES.values()
        for verdict in route.to.values()
        if isinstance(verdict, Handled)
        for demand in verdict.demands
        if demand.startswith("command:")
    }
    assert policies == set(ACCEPTABLE_REFUSALS)


def test_consumers_and_logs_are_services() -> None:
    assert set(CONSUMERS) | {owner for owners in CONSUMERS.values() for owner in owners} <= set(SERVICES)


def test_nobody_demands_a_delivery_for_the_outcome_of_one() -> None:
    outcomes = [kind for kind in ROUTES if service_of(tag_of(kind)) in {"notifier", "wallet"}]
    assert [kind for kind in outcomes for consumer in CONSUMERS if demands_of(kind, consumer)] == []
