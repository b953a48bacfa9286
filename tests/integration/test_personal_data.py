"""Nothing that tells who somebody is may lie anywhere but sealed, encrypted, or in the mail that went to them."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import asyncpg

from stampbook_cli.journeys.doors import until
from stampbook_events.subjects import SERVICES, command_stream, event_stream
from stampbook_messaging.bus import NatsBus
from stampbook_messaging.scanning import scan
from tests.platform import Platform

SECRETS = {
    "first_name": "Zéphyrinette",
    "surname": "Quackenbrück-O'Fáolain",
    "phone": "+352621987654",
    "birthday": "1987-10-23",
}
BIRTHDAY = {"birthday_day": "23", "birthday_month": "10", "birthday_year": "1987"}


def spellings(value: str) -> set[str]:
    """As it may be written in JSON, in an address, in a header, or by Python."""
    escaped = value.encode("ascii", "backslashreplace").decode().replace("\\x", "\\u00")
    return {value, escaped, quote(value), value.replace("'", "\\u0027"), value.replace("'", "&#39;")}


def traces_of(found: str, needles: set[str]) -> set[str]:
    return {needle for needle in needles if needle in found}


async def _rows(platform: Platform) -> AsyncIterator[tuple[str, str]]:
    """Every row of every table, as text; what is bytes also as it reads in UTF-8."""
    for service in SERVICES:
        db = await asyncpg.connect(platform.attached.dsn(service))
        tables = await db.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", service)
        for table in tables:
            for row in await db.fetch(f"SELECT * FROM {service}.{table['tablename']}"):
                values = [value.decode("utf-8", "replace") if isinstance(value, bytes) else value for value in row]
                yield f"{service}.{table['tablename']}", str(values)
        await db.close()


async def _messages(platform: Platform) -> AsyncIterator[tuple[str, str]]:
    bus = await NatsBus.connect(
        platform.attached.nats_url,
        seed_file=str(platform.attached.seed_file("operator")),
        identity="operator",
        server_name=platform.attached.nats_server_name,
    )
    for stream in [name(service) for service in SERVICES for name in (command_stream, event_stream)]:
        async for item in scan(bus, stream):
            yield stream, f"{item.subject} {item.headers} {item.data.decode('utf-8', 'replace')}"
    await bus.close()


def _files(folder: Path) -> list[tuple[str, str]]:
    """Logs, traces and statistics; not the databases (read above) and not the mails and passes themselves."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix in {".log", ".jsonl", ".json", ".1"}]
    outside = {"inbox", "wallet-emulator"}
    return [
        (str(path), path.read_text(errors="replace"))
        for path in files
        if path.relative_to(folder).parts[0] not in outside or path.suffix == ".log"
    ]


async def test_a_customer_is_nowhere_in_clear_but_in_the_mail(platform: Platform) -> None:
    email = f"zephyrinette.{platform.new_address()}"
    joined = await platform.join(email, **{**SECRETS, **BIRTHDAY, "birthday": ""})
    assert joined.status_code == 303
    await until(lambda: _delivered(platform, email), within_seconds=15, what="both mails")
    needles = {spelling for value in (*SECRETS.values(), email) for spelling in spellings(value)}
    found = [(place, traces_of(text, needles)) async for place, text in _rows(platform)]
    found += [(place, traces_of(text, needles)) async for place, text in _messages(platform)]
    found += [(place, traces_of(text, needles)) for place, text in _files(platform.directory.path)]
    assert len(found) > 100
    assert [(place, seen) for place, seen in found if seen] == []


async def _delivered(platform: Platform, email: str) -> bool | None:
    return True if len(await platform.doors.mails_to(email)) >= 2 else None


async def test_the_search_would_find_it(platform: Platform) -> None:
    """The same search, for something that is there in clear: the store's subdomain."""
    seen = [place async for place, text in _rows(platform) if traces_of(text, spellings("fashionhub"))]
    assert {"enrollment.event", "enrollment.store"} <= set(seen)
    assert any(re.search("EVT_enrollment", place) for place in [place async for place, _ in _messages(platform)])
