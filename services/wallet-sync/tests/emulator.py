"""The wallet emulator as a process of its own, and the handles that tests turn."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from stampbook_messaging.clock import SystemClock
from wallet_sync.google_wallet import GoogleWallet, TokenBucket
from wallet_sync.settings import API_PATH

ISSUER = "3388000000000000001"


@dataclass(frozen=True, kw_only=True)
class Emulator:
    process: subprocess.Popen[str]
    url: str
    credentials_file: Path
    http: httpx.AsyncClient

    def client(self, **changes: Any) -> GoogleWallet:
        fields: dict[str, Any] = {
            "credentials_file": self.credentials_file,
            "issuer_id": ISSUER,
            "api_url": self.url + API_PATH,
            "save_url": f"{self.url}/gp/v/save/",
            "origins": ["http://localhost:8080"],
            "bucket": TokenBucket(SystemClock(), 10_000),
        }
        return GoogleWallet(**(fields | changes))

    async def fault(self, **rule: Any) -> None:
        """The next requests that match *rule* end as it says; without one, none do any more."""
        rules = [rule] if rule else []
        assert (await self.http.put("/emulator/faults", json={"rules": rules})).is_success

    async def object(self, object_id: str) -> dict[str, Any] | None:
        """An object as the emulator keeps it, with how often it was saved."""
        objects: list[dict[str, Any]] = (await self.http.get("/emulator/objects")).json()["objects"]
        return next((one for one in objects if one["id"] == object_id), None)

    async def requests(self, of: str) -> list[tuple[str, int | None]]:
        """Method and status of the requests whose path holds *of*, in their order."""
        seen = (await self.http.get("/emulator/requests")).json()["requests"]
        return [(one["method"], one["status"]) for one in seen if of in one["path"]]


def start_emulator(directory: Path, **more: str) -> Emulator:
    credentials_file = directory / "credentials.json"
    environ = os.environ | {
        "STAMPBOOK_EMULATOR_ADDRESS": "127.0.0.1:0",
        "STAMPBOOK_EMULATOR_DIRECTORY": str(directory / "state"),
        "STAMPBOOK_EMULATOR_CREDENTIALS_FILE": str(credentials_file),
        "STAMPBOOK_EMULATOR_ISSUER_ID": ISSUER,
        "STAMPBOOK_EMULATOR_REQUESTS_PER_SECOND": "100000",
    }
    command = [sys.executable, "-m", "stampbook_cli.wallet_emulator"]
    process = subprocess.Popen(command, env=environ | more, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = json.loads(process.stdout.readline())["http"]
    process.stdout.close()
    http = httpx.AsyncClient(base_url=url, trust_env=False)
    return Emulator(process=process, url=url, credentials_file=credentials_file, http=http)


async def stop_emulator(emulator: Emulator) -> int:
    await emulator.http.aclose()
    emulator.process.send_signal(signal.SIGTERM)
    return emulator.process.wait(10)
