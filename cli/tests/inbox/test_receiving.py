"""The inbox keeps what was sent, byte for byte, and shows it."""

import asyncio
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from stampbook_cli.inbox.reading import with_outside_links

from .conftest import RunningInbox, start


async def only_message(http: httpx.AsyncClient) -> dict[str, object]:
    [message] = (await http.get("/api/messages")).json()
    return (await http.get(f"/api/messages/{message['id']}")).json()


async def test_a_message_is_kept_byte_for_byte(
    inbox: RunningInbox, http: httpx.AsyncClient, welcome_mail: bytes
) -> None:
    await inbox.send(welcome_mail, "lea@example.com")
    message = await only_message(http)

    source = await http.get(f"/messages/{message['id']}/source")

    assert source.content == welcome_mail
    assert message["size"] == len(welcome_mail)


async def test_a_message_is_told_with_headers_text_html_and_attachments(
    inbox: RunningInbox, http: httpx.AsyncClient, welcome_mail: bytes
) -> None:
    await inbox.send(welcome_mail, "lea@example.com")

    message = await only_message(http)

    assert message["from"] == "shop@fashionhub.example"
    assert message["to"] == ["lea@example.com"]
    assert message["subject"] == "Bienvenue, Léa"
    assert message["message_id"] == "<welcome-1@fashionhub.example>"
    assert ["Subject", "Bienvenue, Léa"] in message["headers"]
    assert "\n.une ligne" in message["text"].replace("\r", "")
    assert [(a["content_id"], a["filename"], a["content_type"]) for a in message["attachments"]] == [
        ("qr@card", "qr.png", "image/png")
    ]


async def test_the_picture_of_a_mail_is_shown_from_its_attachment(
    inbox: RunningInbox, http: httpx.AsyncClient, welcome_mail: bytes
) -> None:
    await inbox.send(welcome_mail, "lea@example.com")
    message = await only_message(http)
    [attachment] = message["attachments"]

    html = await http.get(f"/messages/{message['id']}/html")
    picture = await http.get(attachment["url"])

    assert f'src="{attachment["url"]}"' in html.text
    assert "sandbox" in html.headers["content-security-policy"]
    assert (picture.content, picture.headers["content-type"]) == (b"\x89PNG picture", "image/png")


async def test_messages_are_found_by_recipient_and_time(inbox: RunningInbox, http: httpx.AsyncClient) -> None:
    await inbox.send(b"Subject: one\r\n\r\n1\r\n", "lea@example.com")
    [first] = (await http.get("/api/messages")).json()
    await inbox.send(b"Subject: two\r\n\r\n2\r\n", "Lea@Example.com", "jang@example.lu")

    async def subjects(**query: str) -> list[str]:
        return [message["subject"] for message in (await http.get("/api/messages", params=query)).json()]

    assert await subjects() == ["two", "one"]
    assert await subjects(to="lea@example.com") == ["two", "one"]
    assert await subjects(to="jang@example.lu") == ["two"]
    assert await subjects(to="example.com") == []
    assert await subjects(since=first["received_at"]) == ["two"]


async def test_an_international_address_is_accepted(inbox: RunningInbox, http: httpx.AsyncClient) -> None:
    mail = "Subject: Moïen\r\n\r\nGudde Moien\r\n".encode()
    await inbox.send(mail, "zoé@exämple.lu", mail_options=["SMTPUTF8", "BODY=8BITMIME"])

    message = await only_message(http)

    assert message["to"] == ["zoé@exämple.lu"]
    assert message["subject"] == "Moïen"


async def test_a_broken_message_is_still_shown(inbox: RunningInbox, http: httpx.AsyncClient) -> None:
    broken = b"Subject: =?nonsense?Q?=C3?=\r\nContent-Type: text/plain; charset=nowhere\r\n\r\n\xff\xfe\r\n"
    await inbox.send(broken, "lea@example.com")

    message = await only_message(http)
    page = await http.get(f"/messages/{message['id']}?view=headers")

    assert message["subject"]
    assert page.status_code == 200


async def test_a_restart_keeps_the_messages(tmp_path: Path, welcome_mail: bytes) -> None:
    first = await asyncio.to_thread(start, tmp_path)
    await first.send(welcome_mail, "lea@example.com")
    assert await asyncio.to_thread(first.stop) == 0

    second = await asyncio.to_thread(start, tmp_path)

    async with httpx.AsyncClient(base_url=second.http, trust_env=False) as http:
        message = await only_message(http)
        source = await http.get(f"/messages/{message['id']}/source")
    assert source.content == welcome_mail
    assert await asyncio.to_thread(second.stop) == 0


async def test_a_killed_inbox_keeps_what_it_answered_for(tmp_path: Path, welcome_mail: bytes) -> None:
    first = await asyncio.to_thread(start, tmp_path)
    await first.send(welcome_mail, "lea@example.com")
    first.process.kill()
    await asyncio.to_thread(first.process.wait)

    second = await asyncio.to_thread(start, tmp_path)

    async with httpx.AsyncClient(base_url=second.http, trust_env=False) as http:
        assert (await only_message(http))["subject"] == "Bienvenue, Léa"
    assert await asyncio.to_thread(second.stop) == 0


@pytest.mark.parametrize("path", ["/", "/?to=lea@example.com", "/inbox.css", "/health/ready"])
async def test_the_pages_answer(inbox: RunningInbox, http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path)).status_code == 200


@pytest.mark.parametrize("view", ["html", "text", "headers", "source", "attachments"])
async def test_each_tab_of_a_message_shows_it_without_script(
    inbox: RunningInbox, http: httpx.AsyncClient, welcome_mail: bytes, view: str
) -> None:
    await inbox.send(welcome_mail, "lea@example.com")
    message = await only_message(http)

    page = await http.get(f"/messages/{message['id']}?view={view}")

    assert "Bienvenue, Léa" in page.text
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/messages/1", "/api/messages/1", "/messages/1/source", "/nowhere"])
async def test_what_is_not_there_is_a_404(inbox: RunningInbox, http: httpx.AsyncClient, path: str) -> None:
    assert (await http.get(path)).status_code == 404


async def test_markup_in_a_subject_stays_text(inbox: RunningInbox, http: httpx.AsyncClient) -> None:
    await inbox.send(b"Subject: <script>alert(1)</script>\r\n\r\n\r\n", "lea@example.com")

    assert "&lt;script&gt;" in (await http.get("/")).text


async def test_a_foreign_host_name_is_refused(inbox: RunningInbox, http: httpx.AsyncClient) -> None:
    assert (await http.get("/api/messages", headers={"Host": "evil.example"})).status_code == 421


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<html><head lang=fr><title>x</title>", '<html><head lang=fr><base target="_blank"><title>x</title>'),
        ("<header>x</header>", '<base target="_blank"><header>x</header>'),
    ],
)
def test_a_link_in_a_mail_opens_a_tab_of_its_own(html: str, shown: str) -> None:
    assert with_outside_links(html) == shown


async def test_whoever_empties_the_inbox_leaves_a_note_of_when(
    inbox: RunningInbox, http: httpx.AsyncClient, welcome_mail: bytes
) -> None:
    await inbox.send(welcome_mail, "lea@example.com")
    received_at = (await http.get("/api/messages")).json()[0]["received_at"]
    await http.delete("/api/messages")
    emptied_at = (await http.get("/api/emptied")).json()["emptied_at"]
    assert datetime.fromisoformat(emptied_at) > datetime.fromisoformat(received_at)
    await http.delete("/api/messages")
    assert (await http.get("/api/emptied")).json()["emptied_at"] == emptied_at
