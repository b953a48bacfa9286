"""`stampbook verify` on a whole Stampbook that runs: clean, sealed, and held against seals that say otherwise."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from stampbook_cli import exit_codes
from stampbook_cli.auditing.verify import default_files, verify_attached
from stampbook_cli.commands.verify import as_text
from stampbook_cli.journeys.doors import until
from stampbook_events.seals import hash_of_text, seal_text
from stampbook_events.subjects import SERVICES
from stampbook_messaging.alarms import Alarms
from stampbook_messaging.clock import SystemClock
from stampbook_messaging.daily_seals.files import line_of
from stampbook_messaging.daily_seals.sealer import Sealer
from stampbook_messaging.database import connect_pool
from stampbook_messaging.event_store import Row
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.partitions import Leases
from tests.platform import Platform

SEALED = ("enrollment", "ledger")
_TOMORROW = "SELECT (date_trunc('day', stampbook_now()) + interval '1 day 3 seconds')::text"


async def stampbook(platform: Platform, *words: str) -> tuple[int, dict[str, Any], str]:
    """Exit code, document and text of a command as it is typed."""
    environment = {"PATH": os.environ["PATH"], "STAMPBOOK_DATA": str(platform.directory.path)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "stampbook_cli", *words),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, said = await process.communicate()
    return process.returncode or 0, json.loads(out) if out else {}, said.decode()


async def seal(platform: Platform, service: str) -> None:
    """As the service itself does when today has ended; the file is left to it."""
    dsn = platform.attached.dsn(service)
    pool = await connect_pool(dsn, service, size=1)
    tomorrow = await pool.fetchval(_TOMORROW)
    await pool.close()
    leases = Leases(await connect_pool(dsn, service, size=1), "sealer", SystemClock(), retired=True)
    await leases.beat()
    pool = await connect_pool(f"{dsn}?stampbook.now={tomorrow.replace('+', '%2B')}", service, size=1)
    told: list[Row] = []
    sealer = Sealer(
        token=service,
        pool=pool,
        clock=SystemClock(),
        leases=leases,
        alarms=Alarms(pool),
        failpoints=Failpoints(),
        recorded=told.extend,
    )
    assert await sealer.look()
    await leases.leave()
    await leases.pool.close()
    await pool.close()


@pytest_asyncio.fixture(scope="module")
async def sealed(platform: Platform) -> AsyncIterator[Platform]:
    email = platform.new_address()
    assert (await platform.join(email)).status_code == 303
    await until(lambda: platform.card_of(email), within_seconds=60, what="a card")
    for service in SEALED:
        await seal(platform, service)
    await until(lambda: filed(platform), within_seconds=60, what="the seals in files")
    yield platform


async def filed(platform: Platform) -> bool | None:
    return True if len(default_files(platform.directory.seals)) == len(SEALED) else None


async def test_every_log_of_a_stampbook_that_runs_is_whole(sealed: Platform) -> None:
    code, document, said = await stampbook(sealed, "verify", "--json")
    assert (code, document["ok"], said) == (exit_codes.DONE, True, "")
    services = {one["service"]: one for one in document["services"]}
    assert {name: (one["seals"], one["seals_outside"]) for name, one in services.items()} == {
        name: (1, 1) if name in SEALED else (0, 0) for name in SERVICES
    }
    assert all(one["events"] == one["stream"] > 0 for name, one in services.items() if name in SEALED)


async def test_one_service_alone_can_be_asked_for(sealed: Platform) -> None:
    code, document, _ = await stampbook(sealed, "verify", "--json", "--service", "ledger")
    assert (code, [one["service"] for one in document["services"]]) == (exit_codes.DONE, ["ledger"])


def other_seal(platform: Platform, folder: Path) -> Path:
    """The ledger's seal as it would be if one of its partitions had another past."""
    (line,) = (platform.directory.seals / "ledger.jsonl").read_bytes().splitlines()
    fields = {name: value for name, value in msgspec.json.decode(line).items() if name != "hash"}
    busiest = max(fields["partitions"], key=lambda one: one["position"])
    busiest["head"] = "ab" * 32
    text = seal_text(fields)
    path = folder / "elsewhere.jsonl"
    path.write_bytes(line_of(text, bytes.fromhex(hash_of_text(text))))
    return path


async def test_a_seal_from_elsewhere_that_says_otherwise_is_found_and_named(sealed: Platform, tmp_path: Path) -> None:
    path = other_seal(sealed, tmp_path)
    code, document, _ = await stampbook(sealed, "verify", "--json", "--seals", str(path))
    (ledger,) = [one for one in document["services"] if not one["ok"]]
    assert (code, ledger["service"], ledger["wrong"]) == (exit_codes.WRONG, "ledger", 2)
    assert {finding["what"] for finding in ledger["findings"]} == {"seal_differs"}
    assert [one["from_position"] for one in ledger["untrusted"]] == [1]


async def test_what_is_found_is_said_in_words(sealed: Platform, tmp_path: Path) -> None:
    code, _, said = await stampbook(
        sealed, "verify", "--service", "ledger", "--seals", str(other_seal(sealed, tmp_path))
    )
    assert code == exit_codes.WRONG
    assert "Something is not what was recorded." in said
    assert "seal_differs: ledger seal 1: of " in said
    assert ": from position 1 on nothing can be trusted" in said


async def test_where_the_streams_cannot_be_read_the_logs_still_are(sealed: Platform) -> None:
    urls = {**sealed.attached.urls, "nats": "nats://127.0.0.1:1"}
    paths = default_files(sealed.directory.seals)
    document = await verify_attached(replace(sealed.attached, urls=urls), ["ledger"], paths, SystemClock())
    (ledger,) = document["services"]
    assert (document["ok"], ledger["stream"], ledger["seals"]) == (True, 0, 1)
    assert "its event stream was not compared: " in as_text(document)


@pytest.mark.parametrize(
    ("words", "says"), [(("--service", "gateway"), "gateway has no log"), (("--seals", "/nowhere"), "does not exist")]
)
async def test_what_cannot_be_meant_is_misuse(sealed: Platform, words: tuple[str, ...], says: str) -> None:
    code, _, said = await stampbook(sealed, "verify", *words)
    assert (code, says in said) == (exit_codes.MISUSED, True)
