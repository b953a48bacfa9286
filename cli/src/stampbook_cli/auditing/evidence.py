"""Reads what the checks of histories, mails and passes compare: rows of the services, the inbox, the wallet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from stampbook_cli.auditing.history import address_fingerprint
from stampbook_cli.auditing.history_checks import DONE, Effect, Rows
from stampbook_cli.auditing.mail_checks import Arrived, Mails, OwedMail
from stampbook_cli.auditing.pass_checks import KeptPass
from stampbook_cli.auditing.requests import Request

Db = Any

_INBOX = "SELECT command_id, status FROM inbox WHERE command_id = ANY($1::uuid[])"
_EFFECTS = """
SELECT id, command_id, aggregate, version, type, convert_from(body, 'UTF8')::jsonb -> 'data' AS data FROM event
WHERE type = ANY($3::text[]) AND (command_id = ANY($1::uuid[]) OR aggregate = ANY($2::uuid[]))
"""
_OWED = """
SELECT id, merchant, kind, recipient, state, in_doubt, coalesce(payload ->> 'program_id', '') AS program, ended_at,
       (SELECT count(*) FROM event e WHERE e.merchant = delivery.merchant AND e.aggregate = delivery.id
        AND e.type = 'notifier.mail_sent.v1') AS told
FROM delivery WHERE channel = 'mail'
"""
_KEPT = "SELECT card_id AS card, points, stamps, stamp_target FROM pass WHERE acknowledged >= wanted"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIns:
    """The local inbox and the wallet emulator, by their addresses; None where a real one is used."""

    inbox: str | None = None
    wallet: str | None = None


async def rows_of(ledger: Db, requests: Sequence[Request]) -> Rows:
    """The inbox rows of the *requests*' commands, and every purchase and stamp of theirs or on their cards.

    What a command brings with it, such as what had fallen due on the card by then, is no effect of its own.
    """
    commands = list({command_id for request in requests for command_id in request.command_ids})
    cards = list({request.card for request in requests if request.card is not None})
    inbox = {row["command_id"]: row["status"] for row in await ledger.fetch(_INBOX, commands)}
    found = await ledger.fetch(_EFFECTS, commands, cards, list(DONE.values()))
    return Rows(inbox=inbox, effects=[_effect(row) for row in found])


def _effect(row: Mapping[str, Any]) -> Effect:
    data = row["data"]
    stamps = "stamps" in data
    return Effect(
        event_id=row["id"],
        command_id=row["command_id"],
        card=row["aggregate"],
        version=row["version"],
        type=row["type"],
        amount=data["stamps"] + data["not_given"] if stamps else data.get("amount_minor"),
        granted=data["stamps"] if stamps else data.get("points"),
        receipt=data.get("receipt"),
    )


async def owed_mails(notifier: Db) -> list[OwedMail]:
    return [OwedMail(**dict(row)) for row in await notifier.fetch(_OWED)]


async def mails_of(notifier: Db, http: httpx.AsyncClient, inbox: str) -> Mails:
    """Rows between two looks at the inbox: what the first shows is owed by then, what is sent by then the second shows."""
    emptied = (await http.get(f"{inbox}/api/emptied")).raise_for_status().json()["emptied_at"]
    arrived = await _arrived(http, inbox)
    owed = await owed_mails(notifier)
    return Mails(
        arrived=arrived,
        owed=owed,
        by_now=await _arrived(http, inbox),
        emptied_at=datetime.fromisoformat(emptied) if emptied else None,
    )


async def _arrived(http: httpx.AsyncClient, inbox: str) -> list[Arrived]:
    listed: list[dict[str, Any]] = await _read(http, f"{inbox}/api/messages")
    return [Arrived(message_id=one["message_id"], to=tuple(map(address_fingerprint, one["to"]))) for one in listed]


async def passes_of(wallet_db: Db) -> list[KeptPass]:
    return [KeptPass(**dict(row)) for row in await wallet_db.fetch(_KEPT)]


async def objects_of(http: httpx.AsyncClient, wallet: str) -> list[dict[str, Any]]:
    answer = await _read(http, f"{wallet}/emulator/objects")
    return [one["resource"] for one in answer["objects"]]


async def _read(http: httpx.AsyncClient, url: str) -> Any:
    """Asked again once where the connection was closed for its idleness just as we wrote on it (RFC 9110, 9.2.2)."""
    try:
        answer = await http.get(url)
    except httpx.RemoteProtocolError:
        answer = await http.get(url)
    return answer.raise_for_status().json()
