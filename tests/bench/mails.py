"""From the form's sending until the inbox has accepted both mails; bare is two mails of that size straight to it."""

from __future__ import annotations

import asyncio
import smtplib
import time
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import httpx

from stampbook_cli.journeys.doors import until
from tests.bench.ledger_rate import NotMeasured
from tests.bench.results import Result, at_percent
from tests.platform import Platform

MAILS = 2
_FORM_IS_OPEN_SECONDS = 1.0
"""Nobody fills a form in at once, and what is sent at once is taken for a machine's."""
_LINE = "x" * 76 + "\n"


async def measure(platform: Platform, count: int) -> tuple[Result, list[str]]:
    """*count* joins one after another; also the addresses that joined."""
    ours, bare, addresses = [], [], []
    for _ in range(count):
        address = platform.new_address()
        seconds, mails = await _join(platform, address)
        ours.append(seconds)
        addresses.append(address)
        bare.append(await _straight(platform, [int(mail["size"]) for mail in mails]))
    return Result("mails: form to both accepted, p95", at_percent(ours, 95), at_percent(bare, 95), "s"), addresses


async def _join(platform: Platform, address: str) -> tuple[float, list[dict[str, Any]]]:
    form = await platform.doors.http.get(platform.doors.page("fashionhub", "/fr/join"))
    await asyncio.sleep(_FORM_IS_OPEN_SECONDS)
    began = time.time()
    answer = await platform.send_form(form.text, address)
    if answer.status_code != httpx.codes.SEE_OTHER:
        raise NotMeasured(f"a form was answered {answer.status_code}: {answer.text[:300]}")
    mails = await _accepted(platform, address)
    return _last(mails) - began, mails


async def _straight(platform: Platform, sizes: list[int]) -> float:
    address = platform.new_address()
    began = time.time()
    await asyncio.to_thread(_post, platform.attached.urls["inbox_smtp"], address, sizes)
    return _last(await _accepted(platform, address)) - began


async def _accepted(platform: Platform, address: str) -> list[dict[str, Any]]:
    async def look() -> list[dict[str, Any]] | None:
        mails = await platform.doors.mails_to(address)
        return mails if len(mails) >= MAILS else None

    return await until(look, within_seconds=30, what="both mails")


def _last(mails: list[dict[str, Any]]) -> float:
    """When the inbox took the last of *mails*, by its own clock, which is this machine's: looking costs nothing."""
    return max(datetime.fromisoformat(mail["received_at"]).timestamp() for mail in mails)


def _post(url: str, address: str, sizes: list[int]) -> None:
    place = urlsplit(url)
    with smtplib.SMTP(place.hostname or "", place.port or 25) as server:
        for number, size in enumerate(sizes):
            message = EmailMessage()
            message["From"], message["To"], message["Subject"] = "bench@mail.localhost", address, f"mail {number}"
            message.set_content(_LINE * (size // len(_LINE)))
            server.send_message(message)
