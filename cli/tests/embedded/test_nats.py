"""The embedded nats-server and who may say what on it, on the real thing."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import StreamConfig

from stampbook_cli.embedded.identities import IDENTITIES, SERVICES, permissions
from stampbook_cli.embedded.testing import Servers
from stampbook_messaging.bus import settled


@asynccontextmanager
async def connected(servers: Servers, identity: str) -> AsyncIterator[tuple[Client, list[str]]]:
    denials: list[str] = []

    async def note(reason: Exception) -> None:
        denials.append(str(reason).lower())

    client = await nats.connect(
        servers.nats_url,
        nkeys_seed_str=servers.seed(identity),
        inbox_prefix=f"_INBOX_{identity}".encode(),
        error_cb=note,
    )
    try:
        yield client, denials
    finally:
        await client.close()


@pytest.fixture(scope="module", autouse=True)
async def streams(servers: Servers) -> None:
    async with connected(servers, "streams") as (client, denials):
        for service in SERVICES:
            await client.jetstream().add_stream(StreamConfig(name=f"CMD_{service}", subjects=[f"cmd.{service}.>"]))
            await client.jetstream().add_stream(
                StreamConfig(name=f"EVT_{service}", subjects=[f"evt.{service}.>"], allow_direct=True)
            )
    assert not denials


async def denied(servers: Servers, identity: str, subject: str) -> bool:
    async with connected(servers, identity) as (client, denials):
        await client.publish(subject, b"{}", reply=f"_INBOX_{identity}.x")
        await settled(client)
        return any("permissions violation" in denial for denial in denials)


@pytest.mark.parametrize(
    ("identity", "subject"),
    [
        ("notifier", "evt.ledger.pub.m.0.points_earned"),
        ("ledger", "cmd.enrollment.m.enroll_customer"),
        ("enrollment", "cmd.ledger.m.earn_points"),
        ("ledger", "$JS.API.STREAM.PURGE.EVT_ledger"),
        ("ledger", "$JS.API.STREAM.DELETE.CMD_ledger"),
        ("ledger", "$JS.API.CONSUMER.CREATE.CMD_enrollment.spy"),
        ("enrollment", "q.wallet.pass"),
        ("wallet", "$JS.API.DIRECT.GET.EVT_notifier"),
        ("gateway", "evt.ledger.pub.m.0.points_earned"),
        ("gateway", "$JS.API.STREAM.MSG.GET.CMD_enrollment"),
        ("streams", "cmd.ledger.m.earn_points"),
        ("operator", "cmd.ledger.m.earn_points"),
        ("operator", "$JS.API.STREAM.PURGE.CMD_ledger"),
    ],
)
async def test_a_foreign_subject_is_denied(servers: Servers, identity: str, subject: str) -> None:
    assert await denied(servers, identity, subject)


@pytest.mark.parametrize(
    ("identity", "subject"),
    [
        ("ledger", "evt.ledger.pub.m.0.points_earned"),
        ("ledger", "cmd.ledger.m.open_card"),
        ("enrollment", "cmd.ledger.m.grant_birthday"),
        ("ledger", "$JS.API.CONSUMER.CREATE.EVT_enrollment.ledger.evt.enrollment.pub.*.3.>"),
        ("ledger", "answer.gateway.one.123"),
        ("ledger", "$JS.ACK.CMD_ledger.worker.1.2.3"),
        ("ledger", "$JS.ACK._.account.CMD_ledger.worker.1.2.3"),
        ("notifier", "$JS.API.DIRECT.GET.EVT_ledger.evt.ledger.pub.m.0.points_earned"),
        ("notifier", "q.wallet.save_link"),
        ("gateway", "cmd.enrollment.m.enroll_customer"),
        ("operator", "$JS.API.STREAM.MSG.GET.EVT_notifier"),
    ],
)
async def test_what_a_service_needs_is_allowed(servers: Servers, identity: str, subject: str) -> None:
    assert not await denied(servers, identity, subject)


@pytest.mark.parametrize("listener", sorted(set(IDENTITIES) - {"gateway", "operator"}))
async def test_only_the_gateway_and_the_operator_hear_what_goes_live(servers: Servers, listener: str) -> None:
    async with connected(servers, listener) as (client, denials):
        await client.subscribe("live.>")
        await settled(client)
    assert denials


async def test_a_query_is_answered_across_identities(servers: Servers) -> None:
    async def tell(question: Msg) -> None:
        await question.respond(b"here")

    async with connected(servers, "enrollment") as (owner, _), connected(servers, "ledger") as (asker, denials):
        await owner.subscribe("q.enrollment.contact", queue="enrollment", cb=tell)
        await settled(owner)
        answer = await asker.request("q.enrollment.contact", b"who?", timeout=5)
    assert (answer.data, denials) == (b"here", [])


async def test_nobody_speaks_without_being_asked(servers: Servers) -> None:
    assert await denied(servers, "enrollment", "_INBOX_ledger.made_up")


def test_a_stranger_is_not_let_in(servers: Servers) -> None:
    with socket.create_connection(("127.0.0.1", servers.nats.port), timeout=5) as line:
        line.sendall(b"CONNECT {}\r\nPING\r\n")
        answer = b"".join(iter(lambda: line.recv(4096), b""))
    assert b"-ERR 'Authorization Violation'" in answer


async def test_what_was_acknowledged_survives_a_kill(servers: Servers) -> None:
    async with connected(servers, "ledger") as (client, _):
        acknowledged = await client.jetstream().publish("evt.ledger.pub.m.0.points_earned", b"kept")
    servers.nats.kill()
    servers.nats.start()
    async with connected(servers, "ledger") as (client, _):
        assert (await client.jetstream().get_msg("EVT_ledger", acknowledged.seq)).data == b"kept"


def test_every_message_is_forced_to_disk(servers: Servers) -> None:
    assert '"sync_interval": "always"' in (servers.nats.directory / "nats-server.json").read_text()
    assert servers.nats.complaint() is None


def test_every_seed_is_ours_alone(servers: Servers) -> None:
    assert {oct(servers.seed_file(name).stat().st_mode & 0o777) for name in IDENTITIES} == {"0o600"}


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_may_do_everything(service: str) -> None:
    allowed = permissions(service)
    assert not {">", "$JS.API.>", "$JS.>"} & {*allowed["publish"]["allow"], *allowed["subscribe"]["allow"]}
