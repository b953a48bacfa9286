"""What a programme gives, said in the reader's language: only what this programme really has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gateway.pages.catalog import Catalog
from gateway.pages.locale import money
from gateway.pages.settings import StoreView

Kind = Literal["welcome", "points", "stamps", "rewards", "any"]
_ICONS: dict[Kind, str] = {
    "welcome": "gift",
    "points": "points",
    "stamps": "stamps",
    "rewards": "rewards",
    "any": "card",
}


@dataclass(frozen=True, slots=True)
class Benefit:
    icon: str
    title: str
    text: str


def benefits(words: Catalog, store: StoreView) -> Sequence[Benefit]:
    programme = store.programme
    counts: dict[Kind, int | None] = {
        "welcome": programme.welcome_points,
        "points": programme.points_per_unit,
        "stamps": programme.stamp_target,
        "rewards": programme.reward_from_points,
    }
    amount = money(words.language, programme.unit_minor, store.currency)
    found = [_benefit(words, kind, count, amount) for kind, count in counts.items() if count]
    # One lone advantage looks poor; the card itself is one too.
    own_card = Benefit(_ICONS["any"], words.text("benefit.any.title"), words.text("benefit.any.text"))
    return found if len(found) > 1 else [*found, own_card]


def _benefit(words: Catalog, kind: Kind, count: int, amount: str) -> Benefit:
    text = words.text(f"benefit.{kind}.text", n=count, amount=amount)
    return Benefit(_ICONS[kind], words.text(f"benefit.{kind}.title"), text)


def start_points(store: StoreView) -> int | None:
    """None where the programme has no points, so that no zero of points is drawn."""
    programme = store.programme
    return programme.welcome_points if programme.points_per_unit or programme.welcome_points else None
