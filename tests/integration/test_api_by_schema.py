"""The API against its own description: whatever is sent, no answer is a 500 or one that was not announced."""

import asyncio
import sys
from pathlib import Path

import pytest

from gateway.api.app import HANDLERS
from tests.platform import Platform

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
)
EXAMPLES = 8
QUICKLY = "examples,fuzzing"
THOROUGHLY = "examples,coverage,fuzzing"


async def fuzz(platform: Platform, key: str, folder: Path, phases: str) -> tuple[int, str]:
    """Run the fuzzer as its own process; its exit code and what it said."""
    description = folder / "openapi.json"
    description.write_bytes((await platform.doors.http.get(platform.attached.urls["openapi"])).content)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", str(description)),
        *("--url", platform.attached.urls["api"].removesuffix("/v1")),
        *("--header", f"Authorization: Bearer {key}"),
        *("--checks", ",".join(CHECKS), "--max-examples", str(EXAMPLES), "--seed", "2026"),
        *("--phases", phases, "--suppress-health-check", "all", "--no-color"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode(errors="replace")


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    ("who", "phases"),
    [
        ("merchant", THOROUGHLY),
        ("super_admin", QUICKLY),
        ("stranger", QUICKLY),
        pytest.param("super_admin", THOROUGHLY, marks=pytest.mark.long),
        pytest.param("stranger", THOROUGHLY, marks=pytest.mark.long),
    ],
)
async def test_no_request_is_answered_other_than_described(
    platform: Platform, who: str, phases: str, tmp_path: Path
) -> None:
    keys = {"super_admin": platform.keys.super_admin, "merchant": platform.keys.merchants["wizatech"]}
    code, said = await fuzz(platform, keys.get(who, "sk_merchant_nobody"), tmp_path, phases)
    assert code == 0, said[-6000:]
    assert f"Tested: {len(HANDLERS)}" in said, said[-2000:]


async def test_nothing_was_lost_over_it(platform: Platform) -> None:
    assert await platform.audit() == []
