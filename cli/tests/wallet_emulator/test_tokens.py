"""The token endpoint, driven by Google's own credentials code and by assertions gone wrong."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from google.auth import jwt
from google.auth.crypt import RSASigner

from stampbook_cli.wallet_emulator.credentials import create

from .conftest import SCOPE, RunningEmulator

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCE = "https://oauth2.googleapis.com/token"


def assertion(account: dict[str, str], **changes: Any) -> str:
    now = int(time.time())
    claims = {"iss": account["client_email"], "aud": AUDIENCE, "scope": SCOPE, "iat": now, "exp": now + 3600}
    return jwt.encode(RSASigner.from_service_account_info(account), claims | changes).decode()


async def exchange(http: httpx.AsyncClient, token: str, grant: str = GRANT) -> httpx.Response:
    return await http.post("/token", data={"grant_type": grant, "assertion": token})


@pytest.mark.parametrize("own_address", [True, False])
async def test_a_signed_assertion_buys_a_token(
    emulator: RunningEmulator, http: httpx.AsyncClient, own_address: bool
) -> None:
    audience = emulator.account["token_uri"] if own_address else AUDIENCE

    bought = (await exchange(http, assertion(emulator.account, aud=audience))).json()

    headers = {"Authorization": f"Bearer {bought['access_token']}"}
    known = await http.get("/walletobjects/v1/loyaltyClass/3388000000000000001.nothing", headers=headers)
    assert bought["token_type"] == "Bearer"
    assert known.status_code == 404


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"iss": "somebody@example.com"}, "invalid_grant"),
        ({"aud": "https://example.com/token"}, "invalid_grant"),
        ({"exp": 1_000_000_000}, "invalid_grant"),
        ({"exp": "tomorrow"}, "invalid_grant"),
        ({"iat": int(time.time()) + 86400, "exp": int(time.time()) + 90000}, "invalid_grant"),
        ({"exp": int(time.time()) + 90000}, "invalid_grant"),
        ({"scope": "https://www.googleapis.com/auth/drive"}, "invalid_scope"),
    ],
)
async def test_a_wrong_assertion_buys_nothing(
    emulator: RunningEmulator, http: httpx.AsyncClient, changes: dict[str, Any], error: str
) -> None:
    answer = await exchange(http, assertion(emulator.account, **changes))

    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_a_foreign_key_buys_nothing(emulator: RunningEmulator, http: httpx.AsyncClient) -> None:
    foreign = emulator.account | {"private_key": create("http://127.0.0.1/token").private_key}

    assert (await exchange(http, assertion(foreign))).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", "e30.e30.e30", "é.é.é"])
async def test_what_is_no_assertion_buys_nothing(http: httpx.AsyncClient, text: str) -> None:
    assert (await exchange(http, text)).json()["error"] == "invalid_grant"


async def test_another_grant_is_not_offered(http: httpx.AsyncClient) -> None:
    assert (await exchange(http, "a.b.c", "password")).json()["error"] == "unsupported_grant_type"


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer ya29.e30.e30", "Basic abc", "Bearer ya29.é"])
async def test_without_a_token_nothing_is_answered(
    http: httpx.AsyncClient, refusal: Callable[[httpx.Response], tuple[int, str, str]], authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization.encode()}

    answer = await http.get("/walletobjects/v1/loyaltyClass/3388000000000000001.a", headers=headers)

    assert refusal(answer)[:2] == (401, "UNAUTHENTICATED")


def test_the_credentials_file_is_for_its_owner_only(emulator: RunningEmulator) -> None:
    assert emulator.credentials_file.stat().st_mode & 0o777 == 0o600
    assert emulator.account["type"] == "service_account"
    assert emulator.account["token_uri"] == emulator.url + "/token"
