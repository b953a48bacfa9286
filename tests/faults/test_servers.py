"""NATS and PostgreSQL die and stay away, messages come twice or make no sense: rows 4, 5, 10, 15, 16, C2, C8, C19."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest
import pytest_asyncio
from nats.js import JetStreamContext

from stampbook_cli.journeys.doors import until
from stampbook_cli.seeding.demo_data import FASHION
from tests.faults.parts.bus import bus_of, put, set_right
from tests.faults.parts.load import Load, buy, insist, join
from tests.faults.parts.own_stack import RECOVERY_SECONDS, own_stack, rows, sound
from tests.faults.parts.processes import restarts_of
from tests.platform import Platform

pytestmark = pytest.mark.timeout(300)

SERVICES = ("enrollment", "ledger", "notifier", "wallet")
KILLS = 3
DOWN_SECONDS = 20
_LETTERS = "SELECT count(*) AS n FROM dead_letter WHERE body = ANY($1::bytea[]) AND state = 'open'"
_DEDUPE_WINDOW, _NO_WINDOW = timedelta(minutes=2), timedelta(milliseconds=100)


@pytest_asyncio.fixture(scope="module")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    async with own_stack(tmp_path_factory.mktemp("servers")) as platform:
        yield platform


async def health(own: Platform, name: str, kind: str) -> int:
    port = own.running.supervisor.supervised[name].service.health_port
    return (await own.doors.http.get(f"http://127.0.0.1:{port}/health/{kind}")).status_code


async def unready(own: Platform, *names: str) -> None:
    """They say that they are not ready, and that they live: no restart would mend it."""

    async def all_unready() -> bool | None:
        told = [await health(own, name, "ready") for name in names]
        return True if set(told) == {HTTPStatus.SERVICE_UNAVAILABLE} else None

    await until(all_unready, within_seconds=RECOVERY_SECONDS, what=f"{names} saying they are not ready")
    assert {await health(own, name, "live") for name in names} == {HTTPStatus.OK}


async def started_again(own: Platform, name: str, before: int) -> None:
    async def more() -> bool | None:
        ready = next(one["ready"] for one in own.running.status()["services"] if one["name"] == name)
        return True if restarts_of(own, name) > before and ready else None

    await until(more, within_seconds=RECOVERY_SECONDS, what=f"{name} started again")


async def card_in(own: Platform) -> str:
    email = own.new_address()
    assert (await join(own, email)).status_code == HTTPStatus.SEE_OTHER
    card = await until(lambda: own.card_of(email), within_seconds=RECOVERY_SECONDS, what="a card")
    found: str = card["card_id"]
    return found


async def test_row_04_c02_nats_killed_three_times_under_load(own: Platform) -> None:
    async with Load(own).going() as load:
        for _ in range(KILLS):
            await load.flows()
            before = restarts_of(own, "nats")
            os.kill(own.running.nats.process.pid, signal.SIGKILL)
            await started_again(own, "nats", before)
        await load.flows()
    await load.settled()


@pytest.mark.long
async def test_row_04_nats_down_answers_503_and_comes_back_without_a_restart(own: Platform) -> None:
    card = await card_in(own)
    lives = {name: restarts_of(own, name) for name in (*SERVICES, "gateway")}
    async with Load(own).going() as load:
        await load.flows()
        with own.running.left_down("nats"):
            own.running.nats.kill()
            await unready(own, *SERVICES, "gateway")
            answer = await buy(own, card, f"down-{uuid4()}")
            assert (answer.status_code, answer.json()["code"]) == (HTTPStatus.SERVICE_UNAVAILABLE, "unavailable")
            assert int(answer.headers["Retry-After"]) > 0
            await asyncio.sleep(DOWN_SECONDS)
        await load.flows()
    await load.settled()
    assert {name: restarts_of(own, name) for name in lives} == lives


@pytest.mark.long
async def test_row_04_what_was_answered_503_is_never_applied_by_itself(own: Platform) -> None:
    card, key = await card_in(own), f"refused-{uuid4()}"
    before = restarts_of(own, "nats")
    with own.running.left_down("nats"):
        own.running.nats.kill()
        await unready(own, "gateway")
        answer = await buy(own, card, key)
        assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    await started_again(own, "nats", before)
    after = await insist(lambda: buy(own, card, f"next-{uuid4()}"))
    assert after.json()["result"]["balance"] == 70
    await sound(own)


@pytest.mark.long
@pytest.mark.parametrize("how", [signal.SIGQUIT, signal.SIGKILL], ids=["immediate", "kill"])
async def test_row_05_c08_postgresql_killed_three_times_under_load(own: Platform, how: signal.Signals) -> None:
    async with Load(own).going() as load:
        for _ in range(KILLS):
            await load.flows()
            before = restarts_of(own, "postgres")
            os.kill(own.running.postgres.process.pid, how)
            await started_again(own, "postgres", before)
        await load.flows()
    await load.settled()


@pytest.mark.long
async def test_row_05_postgresql_down_loses_no_command_and_buries_none(own: Platform) -> None:
    card = await card_in(own)
    lives = {name: restarts_of(own, name) for name in (*SERVICES, "gateway")}
    async with Load(own).going() as load:
        await load.flows()
        with own.running.left_down("postgres"):
            own.running.postgres.kill()
            await unready(own, *SERVICES)
            answer = await insist(lambda: buy(own, card, "while-down", wait_seconds=1))
            assert answer.status_code == HTTPStatus.ACCEPTED
            assert (await status_of(own, answer)).status_code == HTTPStatus.SERVICE_UNAVAILABLE
            await asyncio.sleep(DOWN_SECONDS)
        await until(lambda: applied(own, answer), within_seconds=RECOVERY_SECONDS, what="the purchase applied")
        await load.flows()
    await load.settled()
    assert {name: restarts_of(own, name) for name in lives} == lives


async def status_of(own: Platform, answer: httpx.Response) -> httpx.Response:
    """What the gateway says about a command it has promised."""
    headers = own.bearer(own.keys.merchants["fashion-group"])
    place = own.doors.api("").removesuffix("/v1") + answer.headers["Location"]
    return await own.doors.http.get(place, headers=headers)


async def applied(own: Platform, answer: httpx.Response) -> bool | None:
    found = await status_of(own, answer)
    return True if found.is_success and found.json()["status"] == "applied" else None


@pytest.mark.parametrize("window", [_DEDUPE_WINDOW, _NO_WINDOW], ids=["within_the_window", "after_the_window"])
async def test_row_10_a_command_that_comes_twice_counts_once(own: Platform, window: timedelta) -> None:
    card, key = await card_in(own), f"twice-{uuid4()}"
    first = await insist(lambda: buy(own, card, key, wait_seconds=10))
    seq = int(httpx.URL(first.headers["Location"]).params["at"].partition(".")[0])
    async with bus_of(own, "streams") as streams, bus_of(own, "gateway") as gateway:
        message = await streams.raw.jetstream().get_msg("CMD_ledger", seq)
        headers = {"Nats-Msg-Id": str(first.json()["command_id"])}
        await remembering(streams.raw.jetstream(), window)
        again = await gateway.publish_stored(f"cmd.ledger.{FASHION}.earn_points", message.data or b"", headers)
        while again.duplicate and window == _NO_WINDOW:  # the server forgets when it comes round to it
            await asyncio.sleep(0.5)
            again = await gateway.publish_stored(f"cmd.ledger.{FASHION}.earn_points", message.data or b"", headers)
        await remembering(streams.raw.jetstream(), _DEDUPE_WINDOW)
    assert (again.seq == seq) == again.duplicate == (window == _DEDUPE_WINDOW)
    assert (await insist(lambda: buy(own, card, f"next-{uuid4()}"))).json()["result"]["balance"] == 90
    await sound(own)


async def remembering(jetstream: JetStreamContext, window: timedelta) -> None:
    """How long the command stream knows an id; returns when what it forgets is forgotten."""
    settings = (await jetstream.stream_info("CMD_ledger")).config
    settings.duplicate_window = window.total_seconds()
    await jetstream.update_stream(settings)
    if window == _NO_WINDOW:
        await asyncio.sleep(1)


async def test_row_10_the_same_command_under_another_message_id_is_put_aside(own: Platform) -> None:
    card, key = await card_in(own), f"other-id-{uuid4()}"
    first = await insist(lambda: buy(own, card, key, wait_seconds=10))
    seq = int(httpx.URL(first.headers["Location"]).params["at"].partition(".")[0])
    async with bus_of(own, "streams") as streams:
        message = await streams.raw.jetstream().get_msg("CMD_ledger", seq)
    body = message.data or b""
    await put(own, "gateway", f"cmd.ledger.{FASHION}.earn_points", body, uuid4())
    assert (await insist(lambda: buy(own, card, f"next-{uuid4()}"))).json()["result"]["balance"] == 90
    await until(lambda: buried(own, "ledger", [body]), within_seconds=RECOVERY_SECONDS, what="a dead letter")
    await set_right(own, "ledger")
    await sound(own)


async def buried(own: Platform, service: str, bodies: list[bytes]) -> bool | None:
    found = await rows(own, service, _LETTERS, bodies)
    return True if found[0]["n"] == len(bodies) else None


def envelope(type_: str, merchant: UUID = FASHION) -> bytes:
    fields = {"id": str(uuid4()), "type": type_, "merchant": str(merchant), "correlation": str(uuid4())}
    return msgspec.json.encode(
        {**fields, "actor": {"kind": "service", "id": "test"}, "fingerprint": "", "data": {"type": type_}}
    )


@pytest.mark.long
async def test_rows_15_16_c19_poison_among_commands_is_put_aside_while_others_flow(own: Platform) -> None:
    poison = {
        "earn_points": [b"", b"\x00\xff" * 500, b"{}", b'{"id": 1', b"[" * 5000, envelope("ledger.earn_points.v99")],
        "melt_card": [envelope("ledger.melt_card.v1"), envelope("ledger.melt_card.v99")],
        "give_stamps": [envelope("ledger.give_stamps.v1"), envelope("ledger.earn_points.v1", uuid4())],
    }
    async with Load(own).going() as load:
        for name, bodies in poison.items():
            for body in bodies:
                await put(own, "gateway", f"cmd.ledger.{FASHION}.{name}", body)
            await load.flows()
        every = [body for bodies in poison.values() for body in bodies]
        await until(lambda: buried(own, "ledger", every), within_seconds=RECOVERY_SECONDS, what="dead letters")
        await load.flows()
    await set_right(own, "ledger")
    await load.settled()


@pytest.mark.long
async def test_rows_15_16_c19_poison_among_events_is_put_aside_while_others_flow(own: Platform) -> None:
    """The last one here: an event stream refuses every deletion, so what was put there stays."""
    bodies = [b"", b"\x00\xff" * 500, b'{"id": 1', b"{}"]
    async with Load(own).going() as load:
        await load.flows()
        for body in bodies:
            await put(own, "ledger", f"evt.ledger.pub.{FASHION}.3.points_earned", body)
            await load.flows()
        for service in ("notifier", "wallet"):
            await until(
                lambda service=service: buried(own, service, bodies), within_seconds=RECOVERY_SECONDS, what=service
            )
        await load.flows()
    await set_right(own, "notifier", "wallet")
    await load.counted()
    (found,) = await own.audit()
    assert (found["name"], len(found["found"])) == ("ledger.stream_equals_log", len(bodies)), found
