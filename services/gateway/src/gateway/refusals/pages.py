"""``docs/refusals.md``: written from the tables, so that it cannot say anything else than the API does."""

from __future__ import annotations

from collections.abc import Iterator

from gateway.api.described import OPERATIONS, READS
from gateway.problems import OWN
from gateway.refusals import SECTIONS
from gateway.refusals.refusal import Refusal, Section

_HEAD = """\
# Refusals

Written by `make refusals` from the table that the API answers by (`services/gateway/src/gateway/refusals`); do not edit.

A refusal is a problem (RFC 9457). `code` is stable and what a program goes by, `type` is `/problems/<code>`, `title` says
what is the matter, `detail` what can be done about it. `more` names what the command was about and the figures listed
below. A refusal of the ledger is recorded: the same Idempotency-Key gets it again for ever, whatever changed since (R5), so
what is tried anew needs a new key. Nothing else changes by it (R7). Numbers with R are the rule book's.

## What a status says

| status | when | why |
|---|---|---|
| 403 | who asks, or the way it was shown, does not reach so far | somebody else may do it |
| 404 | what is named does not exist for this merchant | another merchant's things and things that are not there are one and the same |
| 409 | what is named is there, and its state rules this out: frozen, closed, used, taken, sold out, not enough on it | the same request may be right once the state is another |
| 410 | its time is over, for good: ended, expired, lapsed, replaced | no later moment makes it right |
| 422 | what was sent is wrong in itself | only another request can be right |

A cooldown and the caps of a day are 409 and not 429: they are about the card, not about the caller's pace, and a request
that is repeated by itself, with its key, gets the same answer. Numbers that no command could carry, such as fractions
(`…_not_whole`), are refused before the ledger and therefore not recorded.

`device_revoked` and `review` (R71) are decided by the ledger for commands that say when their terminal was revoked. No
caller can say so: it is the registry of devices that will, and pairing and revoking terminals come with the terminal app.
Until then no answer over HTTP holds either code.
"""


def document() -> str:
    return "\n".join([_HEAD, *_api(), *(line for section in SECTIONS for line in _section(section))])


def _api() -> Iterator[str]:
    """What the API refuses by itself, before or beside the services."""
    yield "## The API itself\n"
    yield "| code | status | meaning |"
    yield "|---|---|---|"
    yield from (f"| `{code}` | {status} | {title} |" for code, (status, title) in OWN.items())
    yield ""


def _section(section: Section) -> Iterator[str]:
    yield f"## {section.title}\n"
    yield "| code | status | meaning | what can be done | in `more` | rules | ends |"
    yield "|---|---|---|---|---|---|---|"
    yield from map(_row, section.refusals)
    yield ""


def _row(refusal: Refusal) -> str:
    more = " ".join(f"`{name}`" for name in refusal.more)
    ends = " ".join(
        f"`{name}`" for name, described in {**OPERATIONS, **READS}.items() if refusal.code in described.refusals
    )
    cells = (f"`{refusal.code}`", refusal.status, refusal.title, refusal.advice, more, refusal.rules, ends)
    return f"| {' | '.join(map(str, cells))} |"
