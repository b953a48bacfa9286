"""Builds the wallet emulator from its settings: the only place that constructs."""

import json
import time
from collections import deque
from datetime import UTC, datetime

from stampbook_cli.inbox.serving import listen, serving, shown, until_told, web_for
from stampbook_cli.wallet_emulator.callbacks import CallbackKeys, Courier
from stampbook_cli.wallet_emulator.checking import load_contract
from stampbook_cli.wallet_emulator.credentials import load_or_create
from stampbook_cli.wallet_emulator.faults import Faults
from stampbook_cli.wallet_emulator.gate import REQUESTS_MAX, Gate
from stampbook_cli.wallet_emulator.journal import Journal
from stampbook_cli.wallet_emulator.pages import Pages
from stampbook_cli.wallet_emulator.quota import RequestQuota
from stampbook_cli.wallet_emulator.saving import SaveDesk
from stampbook_cli.wallet_emulator.settings import Settings
from stampbook_cli.wallet_emulator.surface import Surface
from stampbook_cli.wallet_emulator.tokens import TokenDesk
from stampbook_cli.wallet_emulator.visits import Visits
from stampbook_cli.wallet_emulator.wallet import Wallet
from stampbook_cli.wallet_emulator.web import Parts, build


def system_clock() -> datetime:
    return datetime.now(UTC)


def construct(settings: Settings, url: str) -> Parts:
    account = load_or_create(settings.credentials_file, f"{url}/token")
    contract = load_contract()
    journal = Journal(settings.directory)
    wallet = Wallet(contract, journal, settings.issuer_id, system_clock)
    saves = SaveDesk(account, wallet, system_clock)
    keys = CallbackKeys(settings.directory, system_clock)
    courier = Courier(settings.callback_allow, system_clock)
    tokens = TokenDesk(account, system_clock)
    quota = RequestQuota(settings.requests_per_second, time.monotonic)
    return Parts(
        surface=Surface(contract=contract, tokens=tokens, quota=quota, wallet=wallet, saves=saves, url=url),
        tokens=tokens,
        wallet=wallet,
        visits=Visits(wallet, saves, keys, courier, settings.issuer_id),
        keys=keys,
        courier=courier,
        faults=Faults(),
        journal=journal,
        pages=Pages(),
        seen=deque(maxlen=REQUESTS_MAX),
    )


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM; the address is printed once the listener is open."""
    listener = listen(settings.address)
    url = f"http://{shown(listener)}"
    has = construct(settings, url)

    def abort(client: tuple[str, int] | None) -> None:
        web.abort(client)  # The server stands around the gate, so it is made after it.

    web = web_for(Gate(build(has), has.faults, has.seen, abort, system_clock))
    async with serving(web, listener) as served:
        print(json.dumps({"http": url}), flush=True)
        await until_told(served)
    await has.courier.close()
    has.journal.close()
