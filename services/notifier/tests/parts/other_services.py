"""Enrollment, ledger and wallet as the notifier meets them: real answers over a real bus, whatever a test wants said."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from notifier.queries import (
    CardLinkReply,
    CardLinkRequest,
    CardReply,
    CardRequest,
    ContactReply,
    ContactRequest,
    SaveLinkReply,
    SaveLinkRequest,
)
from stampbook_cli.embedded.testing import Servers
from stampbook_events.enrollment import Contact
from stampbook_messaging.bus import NatsBus
from stampbook_messaging.queries import Queries, Refusal, answer_queries
from stampbook_messaging.sealing import seal_to


@dataclass(slots=True)
class Others:
    """*refuses*: query → codes it refuses with, one after the other, before it answers as usual."""

    contact: Contact
    wallet: SaveLinkReply = field(default_factory=lambda: SaveLinkReply(available=True, url_path="/w/short-token"))
    card_number: str = "4929000011112222"
    refuses: dict[str, list[str]] = field(default_factory=dict)
    asked: list[tuple[str, msgspec.Struct]] = field(default_factory=list)

    def names(self) -> list[str]:
        return [name for name, _ in self.asked]

    def answers(self) -> dict[str, dict[str, tuple[type[msgspec.Struct], Callable[[Any], Awaitable[msgspec.Struct]]]]]:
        async def contact(request: ContactRequest) -> ContactReply:
            self._note("contact", request)
            return ContactReply(box=seal_to(request.reply_key, msgspec.json.encode(self.contact)))

        async def card_link(request: CardLinkRequest) -> CardLinkReply:
            self._note("card_link", request)
            return CardLinkReply(token="card-token")

        async def card(request: CardRequest) -> CardReply:
            self._note("card", request)
            return CardReply(card_number=self.card_number)

        async def save_link(request: SaveLinkRequest) -> SaveLinkReply:
            self._note("save_link", request)
            return self.wallet

        return {
            "enrollment": {"contact": (ContactRequest, contact), "card_link": (CardLinkRequest, card_link)},
            "ledger": {"card": (CardRequest, card)},
            "wallet": {"save_link": (SaveLinkRequest, save_link)},
        }

    def _note(self, name: str, request: msgspec.Struct) -> None:
        self.asked.append((name, request))
        if self.refuses.get(name):
            raise Refusal(self.refuses[name].pop(0))


async def connect(servers: Servers, identity: str) -> NatsBus:
    return await NatsBus.connect(
        servers.nats_url,
        seed_file=str(servers.seed_file(identity)),
        identity=identity,
        server_name=servers.nats_server_name,
    )


@asynccontextmanager
async def answering(servers: Servers, others: Others, *, silent: str = "") -> AsyncIterator[Queries]:
    """The notifier's way to ask; the service *silent* is not there."""
    notifier = await connect(servers, "notifier")
    buses = [notifier]
    for token, answers in others.answers().items():
        if token != silent:
            buses.append(await connect(servers, token))
            await answer_queries(buses[-1].raw, token, answers, instance="test")
    yield Queries(notifier)
    for bus in buses:
        await bus.close()
