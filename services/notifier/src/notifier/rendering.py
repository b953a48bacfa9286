"""Templates of mails, compiled once, and the subject, HTML and text they give for one letter.

Templates are Liquid with limits, because merchants' admins will edit them; nothing in them can reach anything but the
values of ``variables``. CSS is inlined when a template is compiled, and nothing is ever loaded from an address.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, get_args

from css_inline import CSSInliner
from liquid import BoundTemplate, CachingDictLoader, Environment, StrictUndefined
from markupsafe import Markup

from notifier.domain.accent import theme_of
from notifier.domain.letter import Letter
from notifier.wording import counted, grouped, one_line
from stampbook_events.enrollment import LANGUAGES, Language
from stampbook_events.notifier import MailKind

KINDS: tuple[MailKind, ...] = get_args(MailKind)

_PARTS = ("line", "button", "code")
_COLOURS = ("theme-accent", "theme-on-accent", "theme-dark-accent", "theme-dark-on-accent")
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
    """One kind in one language; *footer* and the layouts are shared."""

    subject: BoundTemplate
    html: BoundTemplate
    text: BoundTemplate
    html_footer: BoundTemplate
    text_footer: BoundTemplate


class Templates:
    """Every kind in every language; a template that is missing or does not compile raises at start-up."""

    def __init__(self) -> None:
        css = _file("styles.css")
        inliner = CSSInliner(load_remote_stylesheets=False)
        parts = {name: _coloured(inliner.inline_fragment(_file(f"parts/{name}.html"), css)) for name in _PARTS}
        self._html = _Limited(autoescape=True, undefined=StrictUndefined, loader=CachingDictLoader(parts))
        self._text = _Limited(autoescape=False, undefined=StrictUndefined)
        self._html_layout = self._html.from_string(_layout(css))
        self._text_layout = self._text.from_string(_file("layout.txt"))
        self._compiled: Mapping[tuple[MailKind, Language], _Compiled] = {
            (kind, language): self._compile(inliner, css, kind, language) for kind in KINDS for language in LANGUAGES
        }

    def render(self, letter: Letter, code_id: str) -> Rendered:
        """The mail in its language; *code_id* is the content id that the HTML shows the wallet's QR code by."""
        compiled = self._compiled[letter.kind, letter.language]
        values = variables(letter, code_id)
        subject = one_line(compiled.subject.render(**values))
        html = self._html_layout.render(
            **values,
            subject=subject,
            content=Markup(compiled.html.render(**values)),  # noqa: S704  rendered with every value escaped
            footer=Markup(compiled.html_footer.render(**values)),  # noqa: S704
        )
        text = self._text_layout.render(
            **values, content=compiled.text.render(**values).strip(), footer=compiled.text_footer.render(**values)
        )
        return Rendered(subject, html, _BLANK_LINES.sub("\n\n", text).strip() + "\n")

    def _compile(self, inliner: CSSInliner, css: str, kind: MailKind, language: Language) -> _Compiled:
        def html(name: str) -> BoundTemplate:
            return self._html.from_string(_coloured(inliner.inline_fragment(_file(f"{language}/{name}.html"), css)))

        def text(name: str) -> BoundTemplate:
            return self._text.from_string(_file(f"{language}/{name}"))

        return _Compiled(
            subject=text(f"{kind}.subject"),
            html=html(kind),
            text=text(f"{kind}.txt"),
            html_footer=html("footer"),
            text_footer=text("footer.txt"),
        )


def variables(letter: Letter, code_id: str) -> dict[str, Any]:
    """All that a template can name."""
    theme = theme_of(letter.accent)
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
        "theme": {
            "accent": theme.accent,
            "on_accent": theme.on_accent,
            "dark_accent": theme.dark_accent,
            "dark_on_accent": theme.dark_on_accent,
        },
    }


def _layout(css: str) -> str:
    layout = CSSInliner(load_remote_stylesheets=False, extra_css=css).inline(_file("layout.html"))
    layout = layout.replace(' data-css-inline="keep"', "").replace("/* dark styles */", _file("dark.css"))
    return _coloured(layout)


def _coloured(html: str) -> str:
    """Style sheets name the store's colours by words that CSS leaves alone; here they become Liquid variables."""
    for word in _COLOURS:
        html = re.sub(rf"\b{word}\b(?!-)", "{{ theme." + word.removeprefix("theme-").replace("-", "_") + " }}", html)
    return html


def _file(name: str) -> str:
    return files("notifier").joinpath("templates", name).read_text(encoding="utf-8")
