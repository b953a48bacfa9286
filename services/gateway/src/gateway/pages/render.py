"""Draw the storefront's pages: what a handler knows goes in as plain values, HTML comes out."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.pages.assets import static_files
from gateway.pages.benefits import benefits, start_points
from gateway.pages.catalog import catalog
from gateway.pages.draft import Draft, FormView
from gateway.pages.errors import FieldError, error_summary, problems
from gateway.pages.locale import (
    LANGUAGE_NAMES,
    LANGUAGES,
    PLATFORM_LANGUAGE,
    Language,
    clock_time,
    date_order,
    day,
    number,
    translated,
)
from gateway.pages.marks import grouped, monogram, own_logo
from gateway.pages.next_step import next_step
from gateway.pages.place import Place
from gateway.pages.qr import qr_svg
from gateway.pages.settings import CardView, JoinSettings, StoreView, TicketView
from gateway.pages.theme import theme_name

TEMPLATES = Path(__file__).parent.parent / "templates"

Problem = Literal[404, 405, 413, 422, 429, 500, 503]
PROBLEMS: tuple[Problem, ...] = get_args(Problem)
_TERMS_SECTIONS = range(1, 7)
_PRIVACY_SECTIONS = range(1, 8)
_DATE_EXAMPLE: Mapping[str, str] = {"day": "31", "month": "12", "year": "1990"}


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    text: str


class Pages:
    """All templates are compiled when this is built, so a broken one stops the start and not a customer."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals |= {
            "static": static_files(),
            "languages": LANGUAGES,
            "language_names": LANGUAGE_NAMES,
        }
        self._templates = {name: self._environment.get_template(name) for name in self._environment.list_templates()}

    def home(self, store: StoreView, place: Place) -> str:
        words = catalog(place.language)
        tagline = translated(store.taglines, place.language, store.default_language)
        description = translated(store.descriptions, place.language, store.default_language)
        return self._draw(
            "home.html",
            place,
            store,
            page=words.text("home.title"),
            description=description[0] if description else words.text("home.description", store=store.name),
            tagline=tagline[0] if tagline else words.text("home.heading", store=store.name),
            tagline_language=tagline[1] if tagline else place.language,
            store_description=description[0] if description else None,
            store_description_language=description[1] if description else None,
            benefits=benefits(words, store),
            start_points=start_points(store),
        )

    def join(
        self, store: StoreView, place: Place, settings: JoinSettings, draft: Draft, errors: Sequence[FieldError] = ()
    ) -> str:
        words = catalog(place.language)
        order = date_order(place.language)
        example = " ".join(_DATE_EXAMPLE[part] for part in order)
        return self._draw(
            "join.html",
            place,
            store,
            page=words.text("join.title"),
            wrong=bool(errors),
            description=words.text("home.description", store=store.name),
            form=FormView(draft, settings, problems(words, errors, settings), order),
            summary=error_summary(words, errors, settings),
            birthday_hint=words.text("join.birthday_hint", example=example, n=settings.minimum_age),
            benefits=benefits(words, store),
            start_points=start_points(store),
        )

    def welcome(self, store: StoreView, place: Place, ticket: TicketView) -> str:
        words = catalog(place.language)
        code, until = grouped(ticket.code), ticket.valid_until
        moment = {"day": day(place.language, until), "time": clock_time(place.language, until)} if until else None
        return self._draw(
            "welcome.html",
            place,
            store,
            page=words.text("welcome.title"),
            private=True,
            code=code,
            qr=qr_svg(ticket.scan_text or ticket.code, words.text("welcome.qr", code=code)),
            valid_until=words.text("welcome.until", **moment) if moment else None,
            cta=next_step(store, place, words),
        )

    def card(self, store: StoreView, place: Place, card: CardView) -> str:
        words = catalog(place.language)
        code = grouped(card.number)
        label = words.text("card.qr", number=code)
        title = words.text("card.title")
        qr = qr_svg(card.number, label)
        return self._draw("card.html", place, store, page=title, private=True, card=card, code=code, qr=qr)

    def terms(self, store: StoreView, place: Place, settings: JoinSettings) -> str:
        edition = catalog(place.language).text("terms.version", version=settings.terms_version)
        return self._text(store, place, "terms", store.terms, _TERMS_SECTIONS, settings.minimum_age, edition)

    def privacy(self, store: StoreView, place: Place, settings: JoinSettings) -> str:
        return self._text(store, place, "privacy", store.privacy, _PRIVACY_SECTIONS, settings.minimum_age, None)

    def closed(self, store: StoreView, place: Place) -> str:
        """Joining is not open here: the store is a draft, paused, or its merchant may not enroll."""
        words = catalog(place.language)
        paragraphs = [words.text("closed.text", store=store.name), words.text("closed.kept")]
        return self._message(place, store, words.text("closed.title"), paragraphs, None)

    def error(self, place: Place, problem: Problem, request_id: str, store: StoreView | None = None) -> str:
        words = catalog(place.language)
        title, text = words.text(f"problem.{problem}.title"), words.text(f"problem.{problem}.text")
        return self._message(place, store, title, [text], words.text("problem.reference", id=request_id))

    def _message(
        self, place: Place, store: StoreView | None, title: str, paragraphs: Sequence[str], reference: str | None
    ) -> str:
        return self._draw(
            "message.html",
            place,
            store,
            page=title,
            private=True,
            heading=title,
            paragraphs=paragraphs,
            reference=reference,
        )

    def _text(
        self,
        store: StoreView,
        place: Place,
        kind: str,
        own: Mapping[Language, str],
        sections: range,
        minimum_age: int,
        edition: str | None,
    ) -> str:
        words = catalog(place.language)
        text = translated(own, place.language, store.default_language)
        fill = partial(words.text, store=store.name, merchant=store.merchant_name, n=minimum_age)
        return self._draw(
            "text.html",
            place,
            store,
            page=words.text(f"{kind}.title"),
            heading=words.text(f"{kind}.title"),
            edition=edition,
            own_paragraphs=re.split(r"\n\s*\n", text[0]) if text else None,
            own_language=text[1] if text else None,
            sections=[_Section(fill(f"{kind}.{n}.title"), fill(f"{kind}.{n}.text")) for n in sections],
        )

    def _draw(
        self,
        template: str,
        place: Place,
        store: StoreView | None,
        *,
        page: str,
        wrong: bool = False,
        private: bool = False,
        description: str | None = None,
        **values: object,
    ) -> str:
        words = catalog(place.language)
        name = store.name if store else words.text("site.name")
        title = words.text("title.page", page=page, store=name)
        figure: Callable[[int], str] = partial(number, place.language)
        return self._templates[template].render(
            t=words.text,
            figure=figure,
            place=place,
            store=store,
            title=words.text("title.error", page=title) if wrong else title,
            private=private,
            description=description,
            default_language=store.default_language if store else PLATFORM_LANGUAGE,
            theme=theme_name(store.accent if store else None),
            logo=own_logo(store),
            initials=monogram(name),
            **values,
        )
