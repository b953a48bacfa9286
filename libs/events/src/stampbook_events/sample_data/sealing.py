"""Seals over the logs of a day on which nothing happened."""

from datetime import UTC, date, datetime

import msgspec

from stampbook_events import seals
from stampbook_events.sample_data.cast import example
from stampbook_events.subjects import PARTITIONS

_SEAL = {
    "number": 1,
    "day": date(2026, 6, 5),
    "sealed_at": datetime(2026, 6, 6, 0, 0, 3, tzinfo=UTC),
    "partitions": tuple(seals.SealedPartition(id=id_, position=0, head=seals.NO_SEAL) for id_ in range(PARTITIONS)),
    "previous": seals.NO_SEAL,
}


def _sealed(kind: type[msgspec.Struct], service: str) -> msgspec.Struct:
    fields = msgspec.to_builtins(example(kind, _SEAL, service=service, hash=seals.NO_SEAL))
    return msgspec.convert({**fields, "hash": seals.hash_of_text(seals.seal_text(fields))}, kind)


EVENTS: tuple[msgspec.Struct, ...] = (
    _sealed(seals.EnrollmentLogSealed, "enrollment"),
    _sealed(seals.LedgerLogSealed, "ledger"),
    _sealed(seals.NotifierLogSealed, "notifier"),
    _sealed(seals.WalletLogSealed, "wallet"),
)
