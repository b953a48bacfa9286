"""Rows of programs, campaigns and rewards."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import msgspec

from ledger.domain.tenant import Tenant
from ledger.store.writing.ownership import RowsOf, Values


def programs(tenant: Tenant) -> Iterator[Values]:
    for kind, program_id, number in tenant.changes.versions:
        if kind == "program":
            version = tenant.programs[program_id].versions[number - 1]
            terms = version.terms
            yield (
                tenant.merchant,
                program_id,
                number,
                version.effective_from,
                terms.names,
                msgspec.to_builtins(terms.rates),
                terms.rounding,
                terms.welcome_points,
                terms.stamp_target,
                msgspec.to_builtins(terms.rules),
                version.withdrawn,
            )


def campaigns(tenant: Tenant) -> Iterator[Values]:
    return _offers(tenant, "campaign", tenant.campaigns)


def rewards(tenant: Tenant) -> Iterator[Values]:
    return _offers(tenant, "reward", tenant.rewards)


def _offers(tenant: Tenant, wanted: str, offers: Mapping[UUID, Any]) -> Iterator[Values]:
    for kind, offer_id, number in tenant.changes.versions:
        if kind == wanted:
            version = offers[offer_id].versions[number - 1]
            terms = msgspec.to_builtins(version.terms)
            yield (tenant.merchant, offer_id, number, version.effective_from, terms, version.withdrawn)


def withdrawn(wanted: str) -> RowsOf:
    def rows(tenant: Tenant) -> Iterator[Values]:
        for version in tenant.changes.withdrawn:
            kind, published_id, number = version
            if kind == wanted and version not in tenant.changes.versions:
                yield (tenant.merchant, published_id, number, True)

    return rows


def endings(tenant: Tenant) -> Iterator[Values]:
    for program_id in tenant.changes.endings:
        ending = tenant.programs[program_id].ending
        assert ending is not None, program_id
        yield (tenant.merchant, program_id, *ending)


def stocks(tenant: Tenant) -> Iterator[Values]:
    changes = tenant.changes
    for reward_id in sorted(changes.retired | changes.taken.keys()):
        yield (tenant.merchant, reward_id, changes.taken.get(reward_id, 0), tenant.rewards[reward_id].retired_at)
