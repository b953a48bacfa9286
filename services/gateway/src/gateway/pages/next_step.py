"""The success page's call to action: what it offers depends on what the store has."""

from dataclasses import dataclass
from typing import Literal

from gateway.pages.catalog import Catalog
from gateway.pages.place import Place
from gateway.pages.settings import StoreView


@dataclass(frozen=True, slots=True)
class NextStep:
    kind: Literal["continue", "home"]
    href: str
    words: str


def next_step(store: StoreView, place: Place, words: Catalog) -> NextStep:
    if store.has_catalog:
        return NextStep("continue", store.catalog_url or place.local("/"), words.text("cta.continue"))
    return NextStep("home", place.local("/"), words.text("cta.home"))
