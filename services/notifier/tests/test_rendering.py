"""Every kind of mail in every language, with names that are short, long and hostile."""

import re
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from html.parser import HTMLParser

import pytest
from mail_samples import ALL_MAILS, DELIVERY, SENDER, WALLET_URL, Sort, draft, letter, rendered

from notifier.mime import code_id, compose
from notifier.qr import png_of
from notifier.rendering import Templates
from stampbook_events.enrollment import LANGUAGES, Language
from stampbook_events.notifier import MailKind

HEADERS = [
    "Auto-Submitted",
    "Content-Language",
    "Content-Type",
    "Date",
    "From",
    "MIME-Version",
    "Message-ID",
    "Subject",
    "To",
]
every_mail = pytest.mark.parametrize(("kind", "language", "sort"), ALL_MAILS)
TEMPLATES = Templates()


class Reader(HTMLParser):
    """What somebody reads of a page, and every address and style in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.links: list[str] = []
        self.sources: list[str] = []
        self.tags: list[str] = []
        self.unstyled: list[str] = []
        self.styles = ""
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.links += [given["href"] or ""] if "href" in given else []
        self.sources += [given["src"] or ""] if "src" in given else []
        self.unstyled += [f"{tag}.{given['class']}"] if "class" in given and not given.get("style") else []
        self.styles += given.get("style") or ""
        self._hidden += tag in {"style", "title"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "title"}

    def handle_data(self, data: str) -> None:
        if self._hidden:
            self.styles += data
        elif data.strip():
            self.lines.append(" ".join(data.split()))


def lines_of(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip() and line != "--"]


@every_mail
def test_the_text_says_what_the_html_says(kind: MailKind, language: Language, sort: Sort) -> None:
    mail = rendered(TEMPLATES, kind, language, sort)
    page = Reader(mail.html)
    spoken = [line for line in lines_of(mail.text) if line not in page.links]
    assert spoken == [line for line in page.lines if line not in page.links]


@every_mail
def test_the_text_has_every_link_of_the_html(kind: MailKind, language: Language, sort: Sort) -> None:
    mail = rendered(TEMPLATES, kind, language, sort)
    assert set(Reader(mail.html).links) == {line for line in lines_of(mail.text) if line.startswith("http")}


@every_mail
def test_nothing_is_loaded_from_anywhere(kind: MailKind, language: Language, sort: Sort) -> None:
    html = rendered(TEMPLATES, kind, language, sort).html
    page = Reader(html)
    assert set(page.sources) <= {f"cid:{code_id(DELIVERY, SENDER.domain)}"}
    assert not {"script", "link", "iframe", "object", "svg"} & set(page.tags)
    assert not re.search(r"url\(|@import", page.styles)


@every_mail
def test_names_stay_names(kind: MailKind, language: Language, sort: Sort) -> None:
    tags = Reader(rendered(TEMPLATES, kind, language, sort).html).tags
    assert tags == Reader(rendered(TEMPLATES, kind, language, "short").html).tags


@every_mail
def test_every_style_stands_at_its_element(kind: MailKind, language: Language, sort: Sort) -> None:
    assert Reader(rendered(TEMPLATES, kind, language, sort).html).unstyled == []


@every_mail
async def test_the_mail_reads_as_it_was_written(kind: MailKind, language: Language, sort: Sort) -> None:
    written = rendered(TEMPLATES, kind, language, sort)
    picture = await png_of(WALLET_URL) if kind == "enrollment" else None
    read = message_from_bytes(compose(draft(written, language, picture)).content, policy=default)
    html, text = read.get_body(("html",)), read.get_body(("plain",))
    assert html is not None
    assert text is not None
    assert html.get_content().splitlines() == written.html.splitlines()
    assert text.get_content().splitlines() == written.text.splitlines()


@every_mail
async def test_a_mail_has_exactly_the_headers_we_set(kind: MailKind, language: Language, sort: Sort) -> None:
    written = rendered(TEMPLATES, kind, language, sort)
    read = message_from_bytes(compose(draft(written, language)).content, policy=default)
    assert sorted(read.keys()) == HEADERS
    assert (read["Content-Language"], read["Auto-Submitted"]) == (language, "auto-generated")
    assert read["Message-ID"] == f"<{DELIVERY}@{SENDER.domain}>"


async def test_the_picture_belongs_to_the_html() -> None:
    written = rendered(TEMPLATES, "enrollment", "lb")
    read = message_from_bytes(compose(draft(written, "lb", await png_of(WALLET_URL))).content, policy=default)
    shapes = [part.get_content_type() for part in read.walk()]
    assert shapes == ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    (picture,) = [part for part in read.walk() if part.get_content_type() == "image/png"]
    assert picture["Content-ID"] == f"<{code_id(DELIVERY, SENDER.domain)}>"


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_wallet_nothing_is_said_of_it(language: Language) -> None:
    mail = TEMPLATES.render(replace(letter("enrollment", language), wallet_url=None), "x")
    assert "Wallet" not in mail.html + mail.text
    assert "cid:" not in mail.html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stranger_to_us_by_name_is_greeted_all_the_same(language: Language) -> None:
    mail = TEMPLATES.render(replace(letter("card_link", language), first_name=None), "x")
    greeting = lines_of(mail.text)[2]
    assert greeting.endswith(",")
    assert greeting == Reader(mail.html).lines[2]


def test_the_language_of_the_mail_and_of_its_foreign_words_is_said() -> None:
    html = rendered(TEMPLATES, "enrollment", "lb").html
    assert '<html lang="lb">' in html
    assert re.search(r'<a [^>]*lang="de"[^>]*>Zu Google Wallet hinzufügen</a>', html)


def test_a_yellow_shop_gets_readable_buttons_by_day_and_by_night() -> None:
    html = rendered(TEMPLATES, "card_link", "en", "long").html
    assert "#ffff00" not in html.split("prefers-color-scheme: dark")[0]
    assert "background-color: #ffff00" in html.split("prefers-color-scheme: dark")[1]
