"""Starts the emulator as its own process, as the launcher does, and speaks to it with Google's own credentials code."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import google.auth.transport.requests
import httpx
import pytest
import requests
from google.oauth2 import service_account

ISSUER = "3388000000000000001"
SCOPE = "https://www.googleapis.com/auth/wallet_object.issuer"
API = "/walletobjects/v1"


@dataclass(frozen=True, kw_only=True)
class RunningEmulator:
    process: subprocess.Popen[str]
    url: str
    credentials_file: Path

    @property
    def account(self) -> dict[str, str]:
        return json.loads(self.credentials_file.read_text())

    def credentials(self) -> service_account.Credentials:
        """Google's own credentials, holding a fresh token."""
        credentials = service_account.Credentials.from_service_account_file(self.credentials_file, scopes=[SCOPE])
        with requests.Session() as session:
            session.trust_env = False
            credentials.refresh(google.auth.transport.requests.Request(session))
        return credentials

    def token(self) -> str:
        return self.credentials().token

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(10)


def start(directory: Path, **more: str) -> RunningEmulator:
    environ = os.environ | {
        "STAMPBOOK_EMULATOR_ADDRESS": "127.0.0.1:0",
        "STAMPBOOK_EMULATOR_DIRECTORY": str(directory / "state"),
        "STAMPBOOK_EMULATOR_CREDENTIALS_FILE": str(directory / "credentials.json"),
        "STAMPBOOK_EMULATOR_ISSUER_ID": ISSUER,
    }
    command = [sys.executable, "-m", "stampbook_cli.wallet_emulator"]
    process = subprocess.Popen(command, env=environ | more, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url = json.loads(process.stdout.readline())["http"]
    process.stdout.close()
    return RunningEmulator(process=process, url=url, credentials_file=directory / "credentials.json")


@pytest.fixture(scope="session")
def running_emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEmulator]:
    """Fast enough for a whole suite; the quota has a test of its own."""
    directory = tmp_path_factory.mktemp("emulator")
    emulator = start(directory, STAMPBOOK_EMULATOR_REQUESTS_PER_SECOND="100000")
    yield emulator
    assert emulator.stop() == 0


@pytest.fixture(scope="session")
def access_token(running_emulator: RunningEmulator) -> str:
    return running_emulator.token()


@pytest.fixture
async def http(running_emulator: RunningEmulator) -> AsyncIterator[httpx.AsyncClient]:
    """Without authorization."""
    async with httpx.AsyncClient(base_url=running_emulator.url, trust_env=False) as client:
        yield client


@pytest.fixture
async def emulator(running_emulator: RunningEmulator, http: httpx.AsyncClient) -> RunningEmulator:
    """The running emulator, without faults."""
    assert (await http.delete("/emulator/faults")).status_code == 204
    return running_emulator


@pytest.fixture
async def api(emulator: RunningEmulator, access_token: str) -> AsyncIterator[httpx.AsyncClient]:
    """The REST surface, authorized."""
    headers = {"Authorization": f"Bearer {access_token}"}
    async with httpx.AsyncClient(base_url=emulator.url + API, headers=headers, trust_env=False) as client:
        yield client


def a_class(**changes: Any) -> dict[str, Any]:
    body = {
        "id": f"{ISSUER}.programme-{uuid4().hex}",
        "issuerName": "Fashion Group S.A.",
        "programName": "FASHIONHUB",
        "programLogo": {"sourceUri": {"uri": "http://fashionhub.localhost:8080/logo.png"}},
        "reviewStatus": "UNDER_REVIEW",
        "hexBackgroundColor": "#1a535c",
    }
    return body | changes


def an_object(class_id: str, **changes: Any) -> dict[str, Any]:
    body = {
        "id": f"{ISSUER}.card-{uuid4().hex}",
        "classId": class_id,
        "state": "ACTIVE",
        "accountId": "4821-0077",
        "loyaltyPoints": {"label": "Points", "balance": {"int": 50}},
        "barcode": {"type": "QR_CODE", "value": "4821-0077", "alternateText": "4821-0077"},
    }
    return body | changes


@pytest.fixture
async def class_id(api: httpx.AsyncClient) -> str:
    answer = await api.post("/loyaltyClass", json=a_class())
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


@pytest.fixture
async def card(api: httpx.AsyncClient, class_id: str) -> dict[str, Any]:
    answer = await api.post("/loyaltyObject", json=an_object(class_id))
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def refusal() -> Callable[[httpx.Response], tuple[int, str, str]]:
    """What a refusal says: code, status and reason, after checking that it is shaped as Google's are."""

    def read(answer: httpx.Response) -> tuple[int, str, str]:
        error = answer.json()["error"]
        [first] = error["errors"]
        assert error["code"] == answer.status_code
        assert error["message"] == first["message"]
        assert first["domain"] in {"global", "walletobjects", "usageLimits"}
        return error["code"], error["status"], first["reason"]

    return read
