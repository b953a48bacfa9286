"""Draws the inbox's pages. They hold no script; the mail itself is shown inside a sandbox."""

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from stampbook_cli.inbox.faults import ArmedRule
from stampbook_cli.inbox.views import MessageDetail, MessageView

PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# A mail brings its own inline styles and pictures, and nothing else: no script, no form, nothing from elsewhere.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
VIEWS = {"html": "HTML", "text": "Text", "headers": "Headers", "source": "Source", "attachments": "Attachments"}


class Pages:
    def __init__(self) -> None:
        self._templates = Environment(
            loader=PackageLoader("stampbook_cli.inbox"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["size"] = size

    def messages(self, messages: Sequence[MessageView], to: str, armed: Sequence[ArmedRule]) -> str:
        live = [fault for fault in armed if not fault.spent]
        return self._templates.get_template("messages.html").render(messages=messages, to=to, faults=live)

    def message(self, message: MessageDetail, source: str, view: str) -> str:
        chosen = view if view in VIEWS else "html"
        if chosen == "html" and message.html is None:
            chosen = "text"
        template = self._templates.get_template("message.html")
        return template.render(message=message, source=source, views=VIEWS, chosen=chosen)

    def missing(self) -> str:
        return self._templates.get_template("missing.html").render()


def size(octets: int) -> str:
    """A size as people read it."""
    return f"{octets} B" if octets < 1024 else f"{octets / 1024:.1f} KiB"
