"""The whole counter service in one process, as ``serve`` would run it, and what it needs around it."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from counter_house import House
from counter_service import Counter

from stampbook_events.enrollment import CustomerEnrolled, CustomerRecognised, EmailConfirmed, StoreChanged
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.messages import Recorded
from stampbook_messaging.protocols import Demand
from stampbook_messaging.service import Runtime, Service
from stampbook_messaging.settings import MessagingSettings

PACKAGE = "counter_migrated"


@dataclass
class Enrolled:
    """Reads what is routed to the ledger and owes nothing for it."""

    consumer: str = "ledger"
    handles: tuple[type[msgspec.Struct], ...] = (StoreChanged, CustomerEnrolled, CustomerRecognised, EmailConfirmed)

    async def react(self, db: Any, events: Sequence[Recorded]) -> Sequence[Demand]:
        return []


async def build(_: Runtime) -> Service:
    return Service(package=PACKAGE, deciding=Counter(), reacting=Enrolled(), statements=["SELECT text FROM receipt"])


def settings(house: House, **changed: Any) -> MessagingSettings:
    fields: dict[str, Any] = {
        "token": "ledger",
        "nats_url": house.servers.nats_url,
        "nats_seed_file": house.servers.seed_file("ledger"),
        "nats_server_name": house.servers.nats_server_name,
        "database_url": house.servers.dsn("ledger"),
        "health_address": ("127.0.0.1", 0),
        "traces_file": None,
        "log_level": "error",
        "instance": "process",
        "public_url": "http://localhost",
        "embedded": True,
        "failpoints": Failpoints(),
    }
    return MessagingSettings(**{**fields, **changed})


def make_package(folder: Path, schema: str, name: str = PACKAGE) -> None:
    """A package with the log's first migration, to be found from now on."""
    versions = folder / name / "migrations" / "versions"
    versions.mkdir(parents=True)
    (folder / name / "store").mkdir()
    for package in (folder / name, folder / name / "store"):
        (package / "__init__.py").write_text("")
    (folder / name / "store" / "tables.py").write_text(
        "from sqlalchemy import MetaData\n"
        "from stampbook_messaging.tables import log_tables\n"
        f"metadata = MetaData(schema='{schema}')\n"
        "log_tables(metadata)\n"
    )
    (versions / "0001_first.py").write_text(
        "from stampbook_messaging.migrations.log_v1 import create_log_v1\n"
        "from stampbook_messaging.migrations.log_v2 import add_log_v2\n"
        "from stampbook_messaging.migrations.log_v3 import add_log_v3\n"
        "revision = '0001'\ndown_revision = None\nbranch_labels = None\ndepends_on = None\n"
        f"def upgrade():\n    create_log_v1('{schema}')\n    add_log_v2('{schema}')\n    add_log_v3('{schema}')\n"
    )
    sys.path.append(str(folder))
