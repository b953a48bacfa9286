"""Draws the emulator's pages: the passes of the issuer, and the page behind a save link. They hold no script."""

import secrets
from collections.abc import Sequence

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from stampbook_cli.wallet_emulator.cards import Card


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page and the policy it is sent with: colours of passes come in one style element, known by its nonce."""

    content: str
    policy: str


class Pages:
    def __init__(self) -> None:
        self._templates = Environment(
            loader=PackageLoader("stampbook_cli.wallet_emulator"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        # The picture is our own drawing; what it encodes is not in it as text.
        self._templates.filters["drawing"] = Markup

    def passes(self, cards: Sequence[Card]) -> Page:
        return self._page("passes.html", cards=cards)

    def save(self, cards: Sequence[Card], notes: Sequence[str], *, done: bool) -> Page:
        return self._page("save.html", cards=cards, notes=notes, done=done)

    def refused(self, why: str) -> Page:
        return self._page("refused.html", why=why, cards=[])

    def _page(self, template: str, **content: object) -> Page:
        nonce = secrets.token_urlsafe(16)
        policy = (
            f"default-src 'none'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        return Page(content=self._templates.get_template(template).render(nonce=nonce, **content), policy=policy)
