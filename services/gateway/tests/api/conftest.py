"""The whole gateway on a world that remembers, spoken to over HTTP."""

import re
import sys
from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.settings import Limits, Settings
from stampbook_messaging.failpoints import Failpoints
from stampbook_messaging.settings import MessagingSettings

sys.path.append(str(Path(__file__).parent / "parts"))

import places
from visitors import open_door, visitor
from worlds import FakeWorld

Bearer = Callable[[str], dict[str, str]]


@pytest.fixture
def world() -> FakeWorld:
    found = FakeWorld()
    places.furnish(found.map)
    return found


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    messaging = MessagingSettings(
        token="gateway",
        nats_url="nats://127.0.0.1:1",
        nats_seed_file=tmp_path / "seed",
        nats_server_name="none",
        database_url="",
        health_address=("127.0.0.1", 0),
        traces_file=None,
        log_level="error",
        instance="gateway-test",
        public_url="http://localhost:8080",
        embedded=True,
        failpoints=Failpoints(),
    )
    return Settings(
        messaging=messaging,
        fd=None,
        address=("127.0.0.1", 0),
        command_secret=bytes(range(32)),
        setup_token_hash=sha256(places.SETUP_TOKEN.encode()).hexdigest(),
        limits=Limits(requests_per_second=1000, joins_per_minute=1000, guesses_per_minute=20, per_key_per_second=1000),
    )


@pytest.fixture
async def api(settings: Settings, world: FakeWorld) -> AsyncIterator[httpx.AsyncClient]:
    async with visitor(open_door(settings, world), "http://localhost:8080") as client:
        yield client


@pytest.fixture
async def shop(settings: Settings, world: FakeWorld) -> AsyncIterator[httpx.AsyncClient]:
    async with visitor(open_door(settings, world), "http://fashionhub.localhost:8080") as client:
        yield client


@pytest.fixture
def bearer() -> Bearer:
    """The headers of a write by the holder of one of the demo's keys."""

    def headers(name: str, key: str = "k-1", **more: str) -> dict[str, str]:
        given = {"Authorization": f"Bearer {places.KEYS[name]}", "Idempotency-Key": key}
        return {**given, **{name.replace("_", "-"): value for name, value in more.items()}}

    return headers


ANSWERS = {
    "first_name": "Amélie",
    "surname": "Weber",
    "email": "amelie.weber@reise.test",
    "phone": "621 123 456",
    "birthday_day": "29",
    "birthday_month": "2",
    "birthday_year": "1992",
    "terms": places.TERMS,
    "contact_reason": "",
}


@pytest.fixture
def fill(shop: httpx.AsyncClient) -> Any:
    """Open the form, fill it in, and give back what a browser would send."""

    async def filled(language: str = "fr", **changes: str) -> dict[str, str]:
        html = (await shop.get(f"/{language}/join")).text
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', html))
        return {**ANSWERS, **hidden, **changes}

    return filled
