"""What an SMTP server's answer, or its silence, means for a mail."""

import re
from dataclasses import dataclass
from typing import Literal

Stage = Literal["connect", "mail", "rcpt", "data", "content"]
"""Where a conversation stands: *data* until the server says 354, *content* from the first byte of the mail on."""

Verdict = Literal["sent", "retry", "ours", "dead", "suppressed", "unknown"]

_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
# RFC 3463: no such mailbox, host, syntax of the address, mailbox moved, mailbox disabled.
_NO_SUCH_ADDRESS = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.2.1"})
# The server wants a login, a better one, or TLS first: whoever the mail is for, the settings are to blame.
_LOGIN_WANTED = frozenset({530, 534, 535, 538})
_MESSAGE_TOO_BIG = "5.3.4"


@dataclass(frozen=True, slots=True)
class Meaning:
    verdict: Verdict
    reason: str


def enhanced_code(text: str) -> str | None:
    """The enhanced status code of an answer (RFC 3463), if it bears one."""
    match = _ENHANCED.match(text.strip())
    return match[1] if match else None


def meaning_of_answer(stage: Stage, code: int, text: str) -> Meaning:
    """Of an answer other than yes; answers are certain, also after the final dot."""
    enhanced = enhanced_code(text)
    reason = f"{stage} {code}" + (f" {enhanced}" if enhanced else "")
    if stage == "connect" or code in _LOGIN_WANTED:
        return Meaning("ours", reason)
    if not 400 <= code <= 599:
        return meaning_of_silence(stage, "malformed")  # whatever it is, it answers nothing
    if code < 500:
        return Meaning("retry", reason)
    return _meaning_of_no(stage, enhanced, reason)


def _meaning_of_no(stage: Stage, enhanced: str | None, reason: str) -> Meaning:
    if enhanced == _MESSAGE_TOO_BIG:
        return Meaning("dead", reason)
    if stage == "mail":
        return Meaning("ours", reason)  # it is our sender that is refused, whoever the mail is for
    if enhanced in _NO_SUCH_ADDRESS:
        return Meaning("suppressed", f"address_refused {enhanced}")
    return Meaning("dead", reason)


def meaning_of_silence(stage: Stage, how: str) -> Meaning:
    """Of a connection that broke or a reply that did not come in time; *how* names which."""
    if stage == "connect":
        return Meaning("ours", f"connect {how}")
    if stage == "content":
        return Meaning("unknown", f"content {how}")
    return Meaning("retry", f"{stage} {how}")
