"""Another visitor, at another address or host."""

from __future__ import annotations

from functools import cache
from typing import Any

import httpx

from gateway.app import World, door_to
from gateway.pages.render import Pages
from gateway.settings import Settings


@cache
def _pages() -> Pages:
    return Pages()


def open_door(settings: Settings, world: Any) -> Any:
    return door_to(
        settings,
        World(
            commands=world.bus,
            answers=world.bus,
            queries=world.queries,
            sealer=world.sealer,
            clock=world.clock,
            map=world.map,
        ),
        _pages(),
    )


def visitor(door: Any, base_url: str, address: str = "192.0.2.7") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(door, client=(address, 4711)), base_url=base_url)


def visitor_of(settings: Settings, world: Any, base_url: str) -> httpx.AsyncClient:
    return visitor(open_door(settings, world), base_url)
