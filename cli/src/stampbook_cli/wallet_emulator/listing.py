"""Pages of a list, as Google cuts them: everything at once unless a size is asked for. Pure."""

from collections.abc import Mapping
from typing import Any

from stampbook_cli.wallet_emulator.refusals import invalid
from stampbook_cli.wallet_emulator.resources import Resource
from stampbook_cli.wallet_emulator.signing import BadToken, decoded, encoded


def page_of(resources: list[Resource], query: Mapping[str, str]) -> dict[str, Any]:
    start = offset_of(query["token"]) if query.get("token") else 0
    size = size_of(query["maxResults"]) if "maxResults" in query else len(resources)
    shown = resources[start : start + size]
    pagination: dict[str, Any] = {"kind": "walletobjects#pagination", "resultsPerPage": len(shown)}
    if start + size < len(resources):
        pagination["nextPageToken"] = encoded(f"from {start + size}".encode())
    return {"resources": shown, "pagination": pagination}


def size_of(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1000:
        raise invalid("maxResults must be a number from 1 to 1000.")
    return int(text)


def offset_of(token: str) -> int:
    try:
        return int(decoded(token).removeprefix(b"from "))
    except (BadToken, ValueError):
        raise invalid("token is not one of ours.") from None
