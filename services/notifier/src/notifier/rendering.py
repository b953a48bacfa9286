"""Templates of mails, compiled once, and the subject, HTML and text they give for one letter.

Templates are Liquid with limits, because merchants' admins will edit them; nothing in them can reach anything but the
values of ``variables``. CSS is inlined when a template is compiled, and nothing is ever loaded from an address. A kind,
its footer and the layout are one template once compiled: Liquid is interpreted, so each rendering of its own would cost.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, get_args

from css_inline import CSSInliner
from liquid import BoundTemplate, CachingDictLoader, Environment, StrictUndefined

from notifier.domain.accent import Theme, theme_of
from notifier.domain.letter import Letter
from notifier.wording import counted, grouped, one_line
from stampbook_events.enrollment import LANGUAGES, Language
from stampbook_events.notifier import MailKind

KINDS: tuple[MailKind, ...] = get_args(MailKind)

_PARTS = ("line", "button", "code")
_COLOURS = ("theme-accent", "theme-on-accent", "theme-dark-accent", "theme-dark-on-accent")
_NOT_TO_BE_GUESSED = secrets.token_hex(16)  # a customer may be called 'theme-accent'
_MARKS = re.compile(r"\{\{ (subject|content|footer) \}\}")
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


class Templates:
    """Every kind in every language; a template that is missing or does not compile raises at start-up."""

    def __init__(self) -> None:
        css = _file("styles.css")
        inliner = CSSInliner(load_remote_stylesheets=False)
        parts = {name: _coloured(inliner.inline_fragment(_file(f"parts/{name}.html"), css)) for name in _PARTS}
        self._html = _Limited(autoescape=True, undefined=StrictUndefined, loader=CachingDictLoader(parts))
        self._text = _Limited(autoescape=False, undefined=StrictUndefined)
        self._compiled: Mapping[tuple[MailKind, Language], _Compiled] = {
            (kind, language): self._compile(inliner, css, kind, language) for kind in KINDS for language in LANGUAGES
        }

    def render(self, letter: Letter, code_id: str) -> Rendered:
        """The mail in its language; *code_id* is the content id that the HTML shows the wallet's QR code by."""
        compiled = self._compiled[letter.kind, letter.language]
        values = variables(letter, code_id)
        text = compiled.text.render(**values)
        return Rendered(
            subject=one_line(compiled.subject.render(**values)),
            html=_painted(compiled.html.render(**values), theme_of(letter.accent)),
            text=_BLANK_LINES.sub("\n\n", text).strip() + "\n",
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


def variables(letter: Letter, code_id: str) -> dict[str, Any]:
    """All that a template can name."""
    return {
        "language": letter.language,
        "merchant": {"name": one_line(letter.merchant_name)},
        "store": {"name": one_line(letter.store_name)},
        "program": {"name": one_line(letter.program_name)},
        "customer": {"first_name": one_line(letter.first_name or "") or None},
        "card": {"number": grouped(letter.card_number), "url": letter.card_url},
        "wallet": None if letter.wallet_url is None else {"url": letter.wallet_url, "cid": code_id},
        "bonus": None if letter.points is None else counted(letter.points, letter.language),
        "balance": None if letter.balance is None else counted(letter.balance, letter.language),
    }


def _layout(css: str) -> str:
    layout = CSSInliner(load_remote_stylesheets=False, extra_css=css).inline(_file("layout.html"))
    layout = layout.replace(' data-css-inline="keep"', "").replace("/* dark styles */", _file("dark.css"))
    return _coloured(layout)


def _whole(layout: str, **parts: str) -> str:
    """*layout* with the sources of its parts where it names them."""
    return _MARKS.sub(lambda mark: parts[mark[1]], layout)


def _coloured(html: str) -> str:
    """Style sheets name the store's colours by words that CSS leaves alone; here these become words nobody can say."""
    for word in _COLOURS:
        html = re.sub(rf"\b{word}\b(?!-)", f"{word}:{_NOT_TO_BE_GUESSED}", html)
    return html


def _painted(html: str, theme: Theme) -> str:
    colours = (theme.accent, theme.on_accent, theme.dark_accent, theme.dark_on_accent)
    for word, colour in zip(_COLOURS, colours, strict=True):
        html = html.replace(f"{word}:{_NOT_TO_BE_GUESSED}", colour)
    return html


def _file(name: str) -> str:
    return files("notifier").joinpath("templates", name).read_text(encoding="utf-8")
