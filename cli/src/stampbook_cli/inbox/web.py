"""The inbox over HTTP: pages for people, JSON for journeys and tests."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
from litestar import Controller, Litestar, MediaType, Request, Response, delete, get, put
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import Parameter

from stampbook_cli.inbox.faults import ArmedRule, FaultRules, Faults
from stampbook_cli.inbox.mailbox import Mailbox, NoSuchMessage
from stampbook_cli.inbox.pages import MAIL_POLICY, PAGE_POLICY, Pages
from stampbook_cli.inbox.reading import read, with_attachment_links, with_outside_links
from stampbook_cli.inbox.views import MessageDetail, MessageView, Views, attachment_url

IMAGES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What the handlers work with."""

    mailbox: Mailbox
    faults: Faults
    smtp: asyncio.Server
    views: Views
    pages: Pages


def parts(state: State) -> Parts:
    found: Parts = state.parts
    return found


class Api(Controller):
    path = "/api"

    @get("/messages", sync_to_thread=False)
    def listed(self, state: State, to: str | None = None, since: datetime | None = None) -> Sequence[MessageView]:
        return list(parts(state).views.listed(to, since))

    @delete("/messages", sync_to_thread=False)
    def clear(self, state: State) -> None:
        parts(state).mailbox.clear()
        parts(state).views.forget()

    @get("/emptied", sync_to_thread=False)
    def emptied(self, state: State) -> dict[str, datetime | None]:
        """An audit does not miss what was thrown away."""
        return {"emptied_at": parts(state).mailbox.emptied_at()}

    @get("/messages/{message_id:str}", sync_to_thread=False)
    def detail(self, state: State, message_id: str) -> MessageDetail:
        return parts(state).views.detail(message_id)

    @get("/faults", sync_to_thread=False)
    def faults(self, state: State) -> dict[str, list[ArmedRule]]:
        return {"rules": parts(state).faults.armed}

    @put("/faults", sync_to_thread=False)
    def arm(self, state: State, data: FaultRules) -> dict[str, list[ArmedRule]]:
        parts(state).faults.arm(data.rules)
        return {"rules": parts(state).faults.armed}

    @delete("/faults", sync_to_thread=False)
    def disarm(self, state: State) -> None:
        parts(state).faults.arm([])


class Site(Controller):
    @get("/", media_type=MediaType.HTML, sync_to_thread=False)
    def home(self, state: State, to: str | None = None) -> str:
        has = parts(state)
        return has.pages.messages(list(has.views.listed(to or None)), to or "", has.faults.armed)

    @get("/inbox.css", media_type=MediaType.CSS, sync_to_thread=False)
    def style(self) -> bytes:
        return (Path(__file__).parent / "templates" / "inbox.css").read_bytes()

    @get("/messages/{message_id:str}", media_type=MediaType.HTML, sync_to_thread=False)
    def message(self, state: State, message_id: str, view: str = "html") -> str:
        has = parts(state)
        source = has.mailbox.source(message_id).decode("utf-8", "replace")
        return has.pages.message(has.views.detail(message_id), source, view)

    @get("/messages/{message_id:str}/html", sync_to_thread=False)
    def html(self, state: State, message_id: str) -> Response[str]:
        reading = read(parts(state).mailbox.source(message_id))
        urls = {
            attachment.content_id: attachment_url(message_id, number)
            for number, attachment in enumerate(reading.attachments)
            if attachment.content_id
        }
        content = with_outside_links(with_attachment_links(reading.html or "", urls))
        return Response(content, media_type=MediaType.HTML, headers={"Content-Security-Policy": MAIL_POLICY})

    @get("/messages/{message_id:str}/source", sync_to_thread=False)
    def source(self, state: State, message_id: str) -> Response[bytes]:
        return Response(parts(state).mailbox.source(message_id), media_type="text/plain; charset=utf-8")

    @get("/messages/{message_id:str}/attachments/{number:int}", sync_to_thread=False)
    def attachment(self, state: State, message_id: str, number: Annotated[int, Parameter(ge=0)]) -> Response[bytes]:
        attachments = read(parts(state).mailbox.source(message_id)).attachments
        if number >= len(attachments):
            raise NoSuchMessage(f"{message_id}, attachment {number}")
        found = attachments[number]
        if found.content_type in IMAGES:
            return Response(found.content, media_type=found.content_type)
        # Whatever is not a picture is only ever downloaded: the sender chose its type.
        headers = {"Content-Disposition": "attachment"}
        return Response(found.content, media_type="application/octet-stream", headers=headers)

    @get("/health/ready", sync_to_thread=False)
    def ready(self, state: State) -> Response[dict[str, Any]]:
        has = parts(state)
        checks = [
            {"name": "smtp", "ok": has.smtp.is_serving(), "detail": "accepts mail"},
            {"name": "directory", "ok": has.mailbox.writable(), "detail": "messages can be kept"},
        ]
        ok = all(check["ok"] for check in checks)
        return Response({"ok": ok, "checks": checks}, status_code=200 if ok else 503)


def no_such_message(request: Request[Any, Any, State], missing: Exception) -> Response[Any]:
    if request.url.path.startswith("/api/"):
        return Response({"detail": str(missing)}, status_code=404)
    return Response(parts(request.app.state).pages.missing(), status_code=404, media_type=MediaType.HTML)


def with_safe_headers(response: Response[Any]) -> Response[Any]:
    for name, value in {**HEADERS, "Content-Security-Policy": PAGE_POLICY}.items():
        response.headers.setdefault(name, value)
    return response


def build(mailbox: Mailbox, faults: Faults, smtp: asyncio.Server) -> Litestar:
    has = Parts(mailbox=mailbox, faults=faults, smtp=smtp, views=Views(mailbox), pages=Pages())
    return Litestar(
        route_handlers=[Api, Site],
        state=State({"parts": has}),
        openapi_config=None,
        logging_config=None,
        exception_handlers={NoSuchMessage: no_such_message, NotFoundException: no_such_message},
        after_request=with_safe_headers,
    )
