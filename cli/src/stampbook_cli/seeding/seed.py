"""Sets the demo up through the public API; every write has a key that follows from its content, so twice is once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from stampbook_cli.embedded.attached import Attached
from stampbook_cli.seeding.demo_data import JOIN_FORM, MERCHANTS, PROGRAMS, STORES, demo_id
from stampbook_cli.seeding.demo_rewards import REWARDS
from stampbook_cli.seeding.keys import DemoKeys, hash_of_key, key_id

WAIT_SECONDS = 20
_STORE_DEFAULTS = {
    "loyalty": "live",
    "time_zone": "Europe/Luxembourg",
    "currency": "EUR",
    "default_language": "fr",
}


class SeedRefused(RuntimeError):
    """The platform did not take what the demo needs; the text says what and why."""


async def seed(http: httpx.AsyncClient, attached: Attached, keys: DemoKeys) -> dict[str, int]:
    """Platform, merchants, programmes, rewards, forms, stores and keys; returns how many of each."""
    planting = _Planting(http, attached.urls["api"], keys)
    await planting.platform(attached.setup_token)
    for merchant in MERCHANTS:
        await planting.merchant(merchant)
    for program in PROGRAMS:
        await planting.program(program)
    for store in STORES:
        await planting.store(store)
    for reward in REWARDS:
        await planting.reward(reward)
    for merchant in MERCHANTS:
        await planting.merchant_key(merchant)
    for store in STORES:
        await planting.staff_key(store)
    return planting.counted


@dataclass(slots=True)
class _Planting:
    http: httpx.AsyncClient
    api: str
    keys: DemoKeys
    counted: dict[str, int] = field(default_factory=dict)

    async def platform(self, setup_token: str) -> None:
        body = {
            "setup_token": setup_token,
            "key_id": key_id("super_admin"),
            "key_hash": hash_of_key(self.keys.super_admin),
        }
        await self._write("/platform", body, key=None)

    async def merchant(self, merchant: dict[str, Any]) -> None:
        await self._write("/merchants", {"merchant_id": merchant["merchant_id"], "name": merchant["name"]})
        self._count("merchants")

    async def program(self, program: dict[str, Any]) -> None:
        merchant, body = _apart(program)
        await self._write(f"/merchants/{merchant}/programs", body)
        await self._write(f"/merchants/{merchant}/join-forms", {"program_id": body["program_id"], **JOIN_FORM})
        self._count("programmes")

    async def store(self, store: dict[str, Any]) -> None:
        merchant, body = _apart(store)
        await self._write(f"/merchants/{merchant}/stores", {**_STORE_DEFAULTS, **body})
        self._count("stores")

    async def reward(self, reward: dict[str, Any]) -> None:
        merchant, body = _apart(reward)
        await self._write(f"/merchants/{merchant}/rewards", body)
        self._count("rewards")

    async def merchant_key(self, merchant: dict[str, Any]) -> None:
        slug = merchant["slug"]
        body = {"key_id": key_id(slug), "key_hash": hash_of_key(self.keys.merchants[slug]), "kind": "merchant_key"}
        await self._write(f"/merchants/{merchant['merchant_id']}/keys", body)
        self._count("keys")

    async def staff_key(self, store: dict[str, Any]) -> None:
        subdomain = store["subdomain"]
        body = {
            "key_id": key_id(f"staff/{subdomain}"),
            "key_hash": hash_of_key(self.keys.staff[subdomain]),
            "kind": "staff",
            "role": "staff",
            "staff_id": demo_id(f"staff/{subdomain}"),
            "store_ids": [store["store_id"]],
        }
        await self._write(f"/merchants/{store['merchant_id']}/keys", body)
        self._count("keys")

    def _count(self, what: str) -> None:
        self.counted[what] = self.counted.get(what, 0) + 1

    async def _write(self, path: str, body: dict[str, Any], *, key: str | None = "super_admin") -> None:
        content = json.dumps(body, default=_plain, sort_keys=True)
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": "demo-" + hashlib.sha256(f"{path} {content}".encode()).hexdigest()[:40],
            "Prefer": f"wait={WAIT_SECONDS}",
        }
        if key is not None:
            headers["Authorization"] = f"Bearer {self.keys.super_admin}"
        answer = await self.http.post(self.api + path, content=content, headers=headers)
        if answer.status_code != httpx.codes.OK:
            raise SeedRefused(f"POST {path} answered {answer.status_code}: {answer.text[:400]}")


def _apart(thing: dict[str, Any]) -> tuple[UUID, dict[str, Any]]:
    """The merchant stands in the address, the rest in the body."""
    return thing["merchant_id"], {name: value for name, value in thing.items() if name != "merchant_id"}


def _plain(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not for JSON")
