"""Whether the passes in a wallet show what it has acknowledged. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from stampbook_messaging.log_checks import Check


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPass:
    """A pass as the wallet sync keeps it, at rest: nothing newer is wanted than was acknowledged."""

    card: UUID
    points: int
    stamps: int
    stamp_target: int | None


def check_shown(kept: Sequence[KeptPass], resources: Sequence[Mapping[str, Any]]) -> Check:
    """*resources* are the wallet's loyalty objects; their ids end in the card's."""
    check = Check(name="wallet.passes_show_their_cards", counted=len(kept))
    shown = {str(one["id"]).rpartition("card-")[2]: one for one in resources}
    for one in kept:
        resource = shown.get(one.card.hex)
        if resource is None:
            check.blame(f"pass of card {one.card}: acknowledged, and the wallet has none")
            continue
        points = _balance(resource, "loyaltyPoints")
        if points != str(one.points):
            check.blame(f"pass of card {one.card}: shows {points} points, the card has {one.points}")
        stamps = _balance(resource, "secondaryLoyaltyPoints")
        if one.stamp_target is not None and stamps != f"{one.stamps}/{one.stamp_target}":
            check.blame(f"pass of card {one.card}: shows {stamps} stamps, the card has {one.stamps}/{one.stamp_target}")
    return check


def _balance(resource: Mapping[str, Any], name: str) -> str | None:
    """A balance is a whole number or, where that does not hold it, a text."""
    balance = resource.get(name, {}).get("balance", {})
    value = balance.get("string") if balance.get("string") is not None else balance.get("int")
    return None if value is None else str(value)
