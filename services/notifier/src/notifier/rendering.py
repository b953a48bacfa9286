"""Templates of mails, compiled once, and the subject, HTML and text they give for one letter.

Templates are Liquid with limits, because merchants' admins will edit them; nothing in them can reach anything but the
values of ``_marked``. CSS is inlined when a template is compiled, and nothing is ever loaded from an address.

Liquid is interpreted, and two letters mostly differ in a few words. So a template is rendered once for each form that a
letter can take (is there a name, which plural), with marks where a letter's own words go; a mail only fills them in.
A template may ask whether there is a value and which form it has; what it does to the words themselves it would do to
the marks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, NamedTuple

from css_inline import CSSInliner
from liquid import BoundTemplate, CachingDictLoader, Environment, StrictUndefined
from markupsafe import escape

from notifier.domain.accent import theme_of
from notifier.domain.kinds import WRITTEN
from notifier.domain.letter import Letter
from notifier.wording import counted, grouped, one_line
from stampbook_events.enrollment import LANGUAGES, Language
from stampbook_events.notifier import MailKind

_PARTS = ("line", "button", "code")
_COLOURS = ("theme-accent", "theme-on-accent", "theme-dark-accent", "theme-dark-on-accent")
_PARTS_OF_LAYOUT = re.compile(r"\{\{ (subject|content|footer) \}\}")
_MARKS = re.compile("\ue000([a-z_.-]+)\ue001")
_BLANK_LINES = re.compile(r"\n{3,}")


class _Limited(Environment):
    """What a template may cost at most; ours need far less."""

    loop_iteration_limit = 1000
    output_stream_limit = 200_000
    local_namespace_limit = 10_000
    context_depth_limit = 12
    block_nesting_limit = 12


@dataclass(frozen=True, slots=True)
class Rendered:
    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class _Compiled:
    """One kind in one language."""

    subject: BoundTemplate
    html: BoundTemplate
    text: BoundTemplate


class _Form(NamedTuple):
    """All of a letter that decides what its templates say, but for the words that are filled in."""

    kind: MailKind
    language: Language
    greets: bool
    wallet: bool
    bonus: str | None
    balance: str | None


@dataclass(frozen=True, slots=True)
class _Filled:
    """A rendered template: text and the names of words by turns."""

    parts: list[str]

    @classmethod
    def of(cls, rendered: str) -> _Filled:
        return cls(_MARKS.split(rendered))

    def with_words(self, words: Mapping[str, str]) -> str:
        parts = self.parts.copy()
        parts[1::2] = [words[name] for name in parts[1::2]]
        return "".join(parts)


class _Ready(NamedTuple):
    subject: _Filled
    html: _Filled
    text: _Filled


class Templates:
    """Every written kind in every language; a template that is missing or does not compile raises at start-up."""

    def __init__(self) -> None:
        css = _file("styles.css")
        inliner = CSSInliner(load_remote_stylesheets=False)
        parts = {name: _coloured(inliner.inline_fragment(_file(f"parts/{name}.html"), css)) for name in _PARTS}
        self._html = _Limited(autoescape=True, undefined=StrictUndefined, loader=CachingDictLoader(parts))
        self._text = _Limited(autoescape=False, undefined=StrictUndefined)
        self._compiled: Mapping[tuple[MailKind, Language], _Compiled] = {
            (kind, language): self._compile(inliner, css, kind, language) for kind in WRITTEN for language in LANGUAGES
        }
        self._ready: dict[_Form, _Ready] = {}

    def render(self, letter: Letter, code_id: str) -> Rendered:
        """The mail in its language; *code_id* is the content id that the HTML shows the wallet's QR code by."""
        words = _words(letter, code_id)
        form = _form(letter)
        ready = self._ready.get(form)
        if ready is None:
            ready = self._ready[form] = self._rendered(form)
        return Rendered(
            subject=one_line(ready.subject.with_words(words)),
            html=ready.html.with_words({name: str(escape(word)) for name, word in words.items()}),
            text=ready.text.with_words(words),
        )

    def _rendered(self, form: _Form) -> _Ready:
        compiled, marked = self._compiled[form.kind, form.language], _marked(form)
        text = _BLANK_LINES.sub("\n\n", compiled.text.render(**marked)).strip() + "\n"
        return _Ready(
            subject=_Filled.of(compiled.subject.render(**marked)),
            html=_Filled.of(compiled.html.render(**marked)),
            text=_Filled.of(text),
        )

    def _compile(self, inliner: CSSInliner, css: str, kind: MailKind, language: Language) -> _Compiled:
        def html(name: str) -> str:
            return _coloured(inliner.inline_fragment(_file(f"{language}/{name}.html"), css))

        def text(name: str) -> str:
            return _file(f"{language}/{name}").strip()

        subject = text(f"{kind}.subject")
        whole_html = _whole(_layout(css), subject=subject, content=html(kind), footer=html("footer"))
        whole_text = _whole(_file("layout.txt"), content=text(f"{kind}.txt"), footer=text("footer.txt"))
        return _Compiled(
            subject=self._text.from_string(subject),
            html=self._html.from_string(whole_html),
            text=self._text.from_string(whole_text),
        )


def _form(letter: Letter) -> _Form:
    return _Form(
        letter.kind,
        letter.language,
        greets=bool(one_line(letter.first_name or "")),
        wallet=letter.wallet_url is not None,
        bonus=None if letter.points is None else counted(letter.points, letter.language)["form"],
        balance=None if letter.balance is None else counted(letter.balance, letter.language)["form"],
    )


def _words(letter: Letter, code_id: str) -> dict[str, str]:
    """What is filled in, by the name that templates call it by."""
    theme = theme_of(letter.accent)
    words = {
        "merchant.name": one_line(letter.merchant_name),
        "store.name": one_line(letter.store_name),
        "program.name": one_line(letter.program_name),
        "customer.first_name": one_line(letter.first_name or ""),
        "card.number": grouped(letter.card_number),
        "card.url": letter.card_url,
        "wallet.url": letter.wallet_url or "",
        "wallet.cid": code_id,
    }
    for name, amount in (("bonus.amount", letter.points), ("balance.amount", letter.balance)):
        if amount is not None:
            words[name] = counted(amount, letter.language)["amount"]
    colours = (theme.accent, theme.on_accent, theme.dark_accent, theme.dark_on_accent)
    return words | dict(zip(_COLOURS, colours, strict=True))


def _marked(form: _Form) -> dict[str, Any]:
    """All that a template can name: what a form decides, and marks for the words."""

    def amount(name: str, plural: str | None) -> dict[str, str] | None:
        return None if plural is None else {"amount": _mark(f"{name}.amount"), "form": plural}

    return {
        "language": form.language,
        "merchant": {"name": _mark("merchant.name")},
        "store": {"name": _mark("store.name")},
        "program": {"name": _mark("program.name")},
        "customer": {"first_name": _mark("customer.first_name") if form.greets else None},
        "card": {"number": _mark("card.number"), "url": _mark("card.url")},
        "wallet": {"url": _mark("wallet.url"), "cid": _mark("wallet.cid")} if form.wallet else None,
        "bonus": amount("bonus", form.bonus),
        "balance": amount("balance", form.balance),
    }


def _mark(name: str) -> str:
    return f"\ue000{name}\ue001"


def _layout(css: str) -> str:
    layout = CSSInliner(load_remote_stylesheets=False, extra_css=css).inline(_file("layout.html"))
    layout = layout.replace(' data-css-inline="keep"', "").replace("/* dark styles */", _file("dark.css"))
    return _coloured(layout)


def _whole(layout: str, **parts: str) -> str:
    """*layout* with the sources of its parts where it names them."""
    return _PARTS_OF_LAYOUT.sub(lambda mark: parts[mark[1]], layout)


def _coloured(html: str) -> str:
    """Style sheets name the store's colours by words that CSS leaves alone; here they become marks."""
    for word in _COLOURS:
        html = re.sub(rf"\b{word}\b(?!-)", _mark(word), html)
    return html


def _file(name: str) -> str:
    return files("notifier").joinpath("templates", name).read_text(encoding="utf-8")
