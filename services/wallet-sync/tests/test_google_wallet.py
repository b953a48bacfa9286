"""Google's REST interface against a strict emulator: what was done, what was not, and what an error means."""

import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from stampbook_messaging.clock import SystemClock
from wallet_sync.domain.passes import loyalty_class, loyalty_object
from wallet_sync.google_wallet import ClassMissing, GoogleWallet, TokenBucket, WalletTrouble
from wallet_sync.pass_channel import CLASS, OBJECT

from .emulator import ISSUER, Emulator
from .test_passes import card, program


@pytest.fixture
async def wallet(emulator: Emulator) -> AsyncIterator[GoogleWallet]:
    wallet = emulator.client()
    yield wallet
    await wallet.client.aclose()


@pytest.fixture
async def body(wallet: GoogleWallet) -> dict[str, Any]:
    """An object that is not there yet, of a class that is."""
    program_id = uuid4()
    await wallet.insert(CLASS, loyalty_class(ISSUER, program(program_id=program_id)))
    return loyalty_object(ISSUER, card(card_id=uuid4(), program_id=program_id), "Anna Schmit")


async def trouble_of(wallet: GoogleWallet, body: dict[str, Any]) -> WalletTrouble:
    with pytest.raises(WalletTrouble) as trouble:
        await wallet.insert(OBJECT, body)
    return trouble.value


async def test_what_is_inserted_is_there(wallet: GoogleWallet, body: dict[str, Any]) -> None:
    assert await wallet.get(OBJECT, body["id"]) is None
    assert await wallet.insert(OBJECT, body)
    found = await wallet.get(OBJECT, body["id"])
    assert found is not None
    assert (found["accountName"], found["loyaltyPoints"]["balance"]) == ("Anna Schmit", {"int": 219})


async def test_a_second_insert_meets_the_first(wallet: GoogleWallet, body: dict[str, Any]) -> None:
    assert await wallet.insert(OBJECT, body)
    assert not await wallet.insert(OBJECT, body)


async def test_a_patch_changes_what_is_there_and_makes_nothing(wallet: GoogleWallet, body: dict[str, Any]) -> None:
    assert not await wallet.patch(OBJECT, body)
    await wallet.insert(OBJECT, body)
    body["loyaltyPoints"]["balance"] = {"int": 7, "string": None}
    assert await wallet.patch(OBJECT, body)
    found = await wallet.get(OBJECT, body["id"])
    assert found is not None
    assert found["loyaltyPoints"]["balance"] == {"int": 7}


async def test_a_class_stays_approved_when_it_changes(wallet: GoogleWallet) -> None:
    made = loyalty_class(ISSUER, program(program_id=uuid4()))
    await wallet.insert(CLASS, made)
    assert await wallet.patch(CLASS, made | {"programName": "Fidelity"})
    found = await wallet.get(CLASS, made["id"])
    assert found is not None
    assert (found["reviewStatus"], found["programName"]) == ("APPROVED", "Fidelity")


async def test_an_object_of_an_unknown_class_says_so(wallet: GoogleWallet, body: dict[str, Any]) -> None:
    orphan = body | {"classId": f"{ISSUER}.program-{uuid4().hex}"}
    assert isinstance(await trouble_of(wallet, orphan), ClassMissing)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "refused"), (401, "ours"), (403, "transient"), (429, "transient"), (500, "transient"), (503, "transient")],
)
async def test_an_error_is_sorted_as_googles_own_client_does(
    emulator: Emulator, wallet: GoogleWallet, body: dict[str, Any], status: int, kind: str
) -> None:
    await emulator.fault(path=OBJECT, status=status, times=1)
    trouble = await trouble_of(wallet, body)
    assert (trouble.kind, str(trouble).split()[0]) == (kind, str(status))
    assert await wallet.insert(OBJECT, body)


async def test_how_long_to_wait_is_taken_from_the_answer(
    emulator: Emulator, wallet: GoogleWallet, body: dict[str, Any]
) -> None:
    await emulator.fault(path=OBJECT, status=429, retry_after=37, times=1)
    assert (await trouble_of(wallet, body)).retry_after == timedelta(seconds=37)
    await emulator.fault(path=OBJECT, status=503, retry_after=10**30, times=1)
    assert (await trouble_of(wallet, body)).retry_after == timedelta(days=1)
    await emulator.fault(path=OBJECT, status=503, times=1)
    assert (await trouble_of(wallet, body)).retry_after is None


async def test_a_cut_connection_is_transient(emulator: Emulator, wallet: GoogleWallet, body: dict[str, Any]) -> None:
    await emulator.fault(path=OBJECT, drop=True, times=1)
    assert (await trouble_of(wallet, body)).kind == "transient"


async def test_a_wallet_that_is_not_there_is_transient(emulator: Emulator, body: dict[str, Any]) -> None:
    wallet = emulator.client(api_url="http://127.0.0.1:9/walletobjects/v1")
    assert (await trouble_of(wallet, body)).kind == "transient"
    await wallet.client.aclose()


async def test_a_token_that_is_refused_is_our_trouble(
    emulator: Emulator, wallet: GoogleWallet, body: dict[str, Any]
) -> None:
    other = emulator.client()
    await emulator.fault(path="/token", status=400)
    assert (await trouble_of(other, body)).kind == "ours"
    await emulator.fault(path="/token", drop=True)
    assert (await trouble_of(other, body)).kind == "transient"
    await other.client.aclose()


async def test_an_issuer_that_is_not_ours_is_our_trouble(wallet: GoogleWallet, body: dict[str, Any]) -> None:
    foreign = body | {"id": "3388000000000000002.card-1"}
    assert (await trouble_of(wallet, foreign)).kind == "ours"


async def test_one_token_serves_many_calls(emulator: Emulator, body: dict[str, Any]) -> None:
    wallet = emulator.client()
    before = len(await emulator.requests("/token"))
    for _ in range(5):
        await wallet.get(OBJECT, body["id"])
    assert len(await emulator.requests("/token")) == before + 1
    await wallet.client.aclose()


async def test_credentials_that_cannot_be_used_are_complained_of(emulator: Emulator, tmp_path: Path) -> None:
    broken = tmp_path / "account.json"
    broken.write_text("{}")
    assert emulator.client().complaint() is None
    assert "MalformedError" in str(emulator.client(credentials_file=broken).complaint())
    assert "FileNotFoundError" in str(emulator.client(credentials_file=tmp_path / "none").complaint())


async def test_credentials_that_were_good_once_are_complained_of_when_broken(
    emulator: Emulator, tmp_path: Path
) -> None:
    kept = tmp_path / "account.json"
    kept.write_bytes(emulator.client().credentials_file.read_bytes())
    wallet = emulator.client(credentials_file=kept)
    assert (wallet.complaint(), wallet.complaint()) == (None, None)
    kept.write_text("{}")
    assert "MalformedError" in str(wallet.complaint())


async def test_calls_are_spread_over_the_second() -> None:
    bucket = TokenBucket(SystemClock(), per_second=100)
    began = time.monotonic()
    for _ in range(11):
        await bucket.take()
    assert time.monotonic() - began >= 0.1
