"""Whose bytes or hash were altered, told by the events around: a hash that others were chained to was right."""

from __future__ import annotations

from typing import Any, Literal

from stampbook_events import GENESIS, hash_of

Verdict = Literal["bytes", "hash", "predecessor", "bytes or hash"]


def judge(event: Any, digest: bytes, around: Any) -> Verdict:
    """Why *digest*, the hash of what is there, is not the hash that *event* bears.

    ``predecessor``: nothing is wrong with it but that the hash of the event before it was altered, which is told there.
    """
    if around["before"] is not None:
        before = hash_of(around["before_that"] or GENESIS, around["before"])
        if before != event["previous"] and hash_of(before, event["body"]) == event["hash"]:
            return "predecessor"
    if around["after"] is not None:
        if hash_of(event["hash"], around["after"]) == around["after_hash"]:
            return "bytes"
        if hash_of(digest, around["after"]) == around["after_hash"]:
            return "hash"
    elif around["newest"] == event["version"]:
        if around["newest_hash"] == event["hash"]:
            return "bytes"
        if around["newest_hash"] == digest:
            return "hash"
    return "bytes or hash"
