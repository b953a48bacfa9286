"""The public doors a journey goes through: pages, API, mailbox, wallet. Addresses are all it knows of the inside."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from stampbook_cli.journeys.walk import NotAsPromised

T = TypeVar("T")
LOOK_SECONDS = 0.05
LOOPBACK = "127.0.0.1"
LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20)


class LocalNames(httpx.AsyncHTTPTransport):
    """Names below ``localhost`` are this machine, whether its resolver knows that or not."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "localhost" or request.url.host.endswith(".localhost"):
            request.url = request.url.copy_with(host=LOOPBACK)
        return await super().handle_async_request(request)


def client(*, limits: httpx.Limits = LIMITS, **settings: Any) -> httpx.AsyncClient:
    """*limits* are the transport's: a client that is given its transport would pass over them."""
    return httpx.AsyncClient(transport=LocalNames(limits=limits), timeout=httpx.Timeout(20.0), **settings)


@dataclass(frozen=True, slots=True)
class Doors:
    """*urls* as `stampbook status --json` tells them."""

    http: httpx.AsyncClient
    urls: Mapping[str, str]

    def page(self, subdomain: str, path: str) -> str:
        return self.urls["storefront"].replace("{subdomain}", subdomain) + path

    def api(self, path: str) -> str:
        return self.urls["api"] + path

    async def mails_to(self, address: str) -> list[dict[str, Any]]:
        answer = await self.http.get(f"{self.urls['inbox']}/api/messages", params={"to": address})
        found: list[dict[str, Any]] = answer.raise_for_status().json()
        return found

    async def mail(self, message_id: str) -> dict[str, Any]:
        answer = await self.http.get(f"{self.urls['inbox']}/api/messages/{message_id}")
        found: dict[str, Any] = answer.raise_for_status().json()
        return found

    async def attachment(self, path: str) -> bytes:
        return (await self.http.get(f"{self.urls['inbox']}{path}")).raise_for_status().content

    async def wallet_objects(self) -> list[dict[str, Any]]:
        answer = await self.http.get(f"{self.urls['wallet']}/emulator/objects")
        return [one["resource"] for one in answer.raise_for_status().json()["objects"]]


async def until(look: Callable[[], Awaitable[T | None]], *, within_seconds: float, what: str) -> T:
    """Look again and again until there is something; raises ``NotAsPromised`` when the time is over."""
    deadline = time.monotonic() + within_seconds
    while True:
        found = await look()
        if found is not None:
            return found
        if time.monotonic() > deadline:
            raise NotAsPromised(f"{what}: not within {within_seconds:g} s")
        await asyncio.sleep(LOOK_SECONDS)


def hidden_field(html: str, name: str) -> str:
    """The value of a hidden field of a form."""
    found = re.search(rf'<input type="hidden" name="{re.escape(name)}" value="([^"]*)">', html)
    if found is None:
        raise NotAsPromised(f"the page has no field {name}")
    return found[1]
