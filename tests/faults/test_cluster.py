"""Three nats-servers as one: the leader of a stream dies, again and again, and nothing acknowledged is lost or doubled."""

import dataclasses
from typing import Any

import pytest
import pytest_asyncio

from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.nats import NatsServer
from stampbook_cli.embedded.ports import choose_ports
from stampbook_cli.journeys.doors import until
from stampbook_messaging.bus import ApiRefused, BusUnavailable, NatsBus, OutcomeUnknown, WrongServer
from stampbook_messaging.jetstream import _call
from tests.faults.parts.own_stack import RECOVERY_SECONDS, own_stack
from tests.faults.parts_of_clusters.custom import custom
from tests.faults.parts_of_clusters.three_servers import CLUSTER, OnThreeServers, ThreeServers
from tests.platform import Platform

SOME = 40

pytestmark = [pytest.mark.long, pytest.mark.timeout(300)]


@pytest_asyncio.fixture(scope="module")
async def cluster(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster")
    directory = DataDirectory(folder / "data")
    directory.make()
    ports = choose_ports(("nats", "monitoring"), {})
    seeds = (
        NatsServer(directory.nats, port=ports["nats"], monitoring_port=ports["monitoring"]).seed_file("ledger").parent
    )
    servers = ThreeServers.make(folder / "three", seeds)
    servers.start()
    yield servers, folder
    servers.stop()


@pytest_asyncio.fixture(scope="module")
async def own(cluster):
    servers, folder = cluster
    async with own_stack(folder, OnThreeServers(servers)) as platform:
        attached = platform.attached
        urls = {**attached.urls, "nats": servers.url}
        yield dataclasses.replace(platform, attached=dataclasses.replace(attached, urls=urls, nats_server_name=""))


@pytest_asyncio.fixture(scope="module")
async def bus(own):
    bus = await _connect(own, CLUSTER)
    yield bus
    await bus.close()


@pytest.mark.parametrize("stream", ["CMD_ledger", "EVT_ledger"])
async def test_row_20_a_stream_loses_its_leader(own: Platform, cluster, bus: NatsBus, stream: str) -> None:
    servers, _ = cluster
    async with custom(own) as served:
        await served.more(SOME)
        leader = await _leader(bus, stream)
        servers.named(leader).kill()
        await until(lambda: _other_leader(bus, stream, leader), **_patient(f"{stream} finds another leader"))
        await served.more(SOME)
        servers.named(leader).start(patience_seconds=60)
        await served.more(SOME)
    print(f"{stream} without {leader}: {served}")
    await served.check()


async def test_row_20_a_repeated_command_is_known_whoever_leads(own: Platform, cluster, bus: NatsBus) -> None:
    servers, _ = cluster
    async with custom(own) as served:
        await served.buy("the-same")
        leader = await _leader(bus, "CMD_ledger")
        servers.named(leader).kill()
        await served.buy("the-same")
        served.regular.bought += 1
    servers.named(leader).start(patience_seconds=60)
    await served.check()


async def test_another_cluster_is_refused(own: Platform) -> None:
    with pytest.raises(WrongServer, match="STAMPBOOK_NATS_CLUSTER_NAME is 'another'"):
        await _connect(own, "another")


async def test_a_service_that_reaches_another_cluster_is_not_ready(own: Platform) -> None:
    running = own.running
    try:
        environment = {"STAMPBOOK_NATS_CLUSTER_NAME": "another"}
        with pytest.raises(Exception, match="NATS: WrongServer"):
            await running.supervisor.restart("wallet", environment=environment, patience_seconds=10)
    finally:
        await running.restart("wallet", environment={"STAMPBOOK_NATS_CLUSTER_NAME": CLUSTER})


async def _connect(platform: Platform, cluster_name: str) -> NatsBus:
    attached, identity = platform.attached, "streams"
    return await NatsBus.connect(
        attached.nats_url,
        seed_file=str(attached.seed_file(identity)),
        identity=identity,
        server_name=None,
        cluster_name=cluster_name,
    )


async def _leader(bus: NatsBus, stream: str) -> str:
    leader = await until(lambda: _other_leader(bus, stream, ""), **_patient(f"{stream} has a leader"))
    assert leader
    return leader


async def _other_leader(bus: NatsBus, stream: str, than: str) -> str | None:
    """Who leads *stream*, once its other two servers follow; None while nobody says so."""
    try:
        found: dict[str, Any] = (await _call(bus, f"$JS.API.STREAM.INFO.{stream}"))["cluster"]
    except (ApiRefused, BusUnavailable, OutcomeUnknown):
        return None
    leader: str | None = found.get("leader")
    return leader if leader and leader != than else None


def _patient(what: str) -> dict[str, Any]:
    return {"within_seconds": RECOVERY_SECONDS, "what": what}
