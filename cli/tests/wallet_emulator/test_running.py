"""The emulator as a process: quota, restarts, kills, and the settings it refuses."""

import asyncio
from pathlib import Path

import httpx
import pytest

from stampbook_cli.inbox.serving import NotLoopback
from stampbook_cli.inbox.settings import SettingsMissing
from stampbook_cli.wallet_emulator.journal import Journal, JournalDamaged
from stampbook_cli.wallet_emulator.quota import RequestQuota
from stampbook_cli.wallet_emulator.refusals import Refused
from stampbook_cli.wallet_emulator.settings import SettingRefused, Settings

from .conftest import API, ISSUER, RunningEmulator, a_class, an_object, start

GOOD = {
    "STAMPBOOK_EMULATOR_ADDRESS": "127.0.0.1:0",
    "STAMPBOOK_EMULATOR_DIRECTORY": "state",
    "STAMPBOOK_EMULATOR_CREDENTIALS_FILE": "credentials.json",
    "STAMPBOOK_EMULATOR_ISSUER_ID": ISSUER,
}


async def authorized(emulator: RunningEmulator) -> httpx.AsyncClient:
    token = await asyncio.to_thread(emulator.token)
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(base_url=emulator.url + API, headers=headers, trust_env=False)


async def test_twenty_requests_a_second_are_answered(tmp_path: Path) -> None:
    emulator = await asyncio.to_thread(start, tmp_path)
    async with await authorized(emulator) as api:
        answers = await asyncio.gather(*(api.get(f"/loyaltyClass/{ISSUER}.a") for _ in range(60)))
        burst = [answer.status_code for answer in answers]
        await asyncio.sleep(0.2)
        later = (await api.get(f"/loyaltyClass/{ISSUER}.a")).status_code

    assert burst.count(404) >= 20
    assert burst.count(404) + burst.count(429) == 60
    assert burst.count(429) >= 5
    assert later == 404
    assert await asyncio.to_thread(emulator.stop) == 0


def test_the_quota_refills_evenly() -> None:
    seconds = [0.0]
    quota = RequestQuota(20, lambda: seconds[0])
    for _ in range(20):
        quota.spend()
    with pytest.raises(Refused, match="Too many"):
        quota.spend()
    seconds[0] = 0.05
    quota.spend()
    with pytest.raises(Refused, match="Too many"):
        quota.spend()


async def killed(emulator: RunningEmulator) -> None:
    emulator.process.kill()
    await asyncio.to_thread(emulator.process.wait)


async def test_a_kill_loses_no_answered_change(tmp_path: Path) -> None:
    first = await asyncio.to_thread(start, tmp_path)
    async with await authorized(first) as api:
        class_id = (await api.post("/loyaltyClass", json=a_class())).json()["id"]
        card = (await api.post("/loyaltyObject", json=an_object(class_id))).json()
        patched = (await api.patch(f"/loyaltyObject/{card['id']}", json={"state": "COMPLETED"})).json()
    await killed(first)

    second = await asyncio.to_thread(start, tmp_path)
    # The token bought before the kill is still good, as one of Google's would be.
    async with httpx.AsyncClient(base_url=second.url + API, headers=api.headers, trust_env=False) as again:
        assert (await again.get(f"/loyaltyObject/{card['id']}")).json() == patched
    assert await asyncio.to_thread(second.stop) == 0


def test_a_restart_keeps_the_keys_and_moves_the_token_address(tmp_path: Path) -> None:
    first = start(tmp_path)
    keys, account = httpx.get(f"{first.url}/gp/m/issuer/keys", trust_env=False).json()["keys"], first.account
    first.stop()

    second = start(tmp_path)

    kept = httpx.get(f"{second.url}/gp/m/issuer/keys", trust_env=False).json()["keys"]
    assert kept[1]["keyValue"] == keys[1]["keyValue"]
    assert second.account == account | {"token_uri": second.url + "/token"}
    assert second.stop() == 0


def test_a_line_cut_off_by_a_kill_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_bytes(b'{"kind":"loyaltyObject","id":"1.a","resou')
    journal = Journal(tmp_path)

    assert journal.replay() == {}
    assert (tmp_path / "journal.jsonl").read_bytes() == b""
    journal.close()


def test_a_damaged_line_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_bytes(b"{}\n")
    journal = Journal(tmp_path)

    with pytest.raises(JournalDamaged, match="line 1"):
        journal.replay()
    journal.close()


def test_everything_missing_is_told_at_once() -> None:
    with pytest.raises(SettingsMissing, match=r"ADDRESS, .*DIRECTORY, .*CREDENTIALS_FILE, .*ISSUER_ID"):
        Settings.from_env({})


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"STAMPBOOK_EMULATOR_ISSUER_ID": "fashion"}, SettingRefused),
        ({"STAMPBOOK_EMULATOR_REQUESTS_PER_SECOND": "0"}, SettingRefused),
        ({"STAMPBOOK_EMULATOR_ADDRESS": "0.0.0.0:80"}, NotLoopback),
    ],
)
def test_a_wrong_setting_is_refused(change: dict[str, str], refused: type[Exception]) -> None:
    with pytest.raises(refused):
        Settings.from_env(GOOD | change)


def test_hosts_allowed_for_callbacks_are_read() -> None:
    settings = Settings.from_env(GOOD | {"STAMPBOOK_EMULATOR_CALLBACK_ALLOW": "Shop.example, b.example,"})

    assert settings.callback_allow == {"shop.example", "b.example"}
