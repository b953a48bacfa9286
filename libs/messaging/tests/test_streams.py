"""The declared streams: made when missing, adjusted where that is harmless, refused where it is not."""

from typing import Any

import pytest
from counter_house import STREAMS, House

from stampbook_messaging.jetstream import _call, stream_state
from stampbook_messaging.streams import (
    StreamDiffers,
    command_config,
    declared,
    differences,
    event_config,
    reconcile_streams,
)


async def config_of(house: House, name: str) -> dict[str, Any]:
    config: dict[str, Any] = (await _call(house.streams, f"$JS.API.STREAM.INFO.{name}"))["config"]
    return config


async def test_a_missing_stream_is_made_as_declared(house: House) -> None:
    await house.drop_stream("EVT_wallet")
    wanted = event_config("wallet", 32)
    assert await reconcile_streams(house.streams, [wanted]) == ["EVT_wallet: created"]
    assert differences(wanted, await config_of(house, "EVT_wallet")) == {}
    await house.drop_stream("EVT_wallet")


async def test_what_is_as_declared_is_left_alone(house: House) -> None:
    before = await stream_state(house.operator, "CMD_ledger")
    assert await reconcile_streams(house.streams, STREAMS) == []
    assert await stream_state(house.operator, "CMD_ledger") == before


async def test_more_room_is_given_without_a_loss(house: House) -> None:
    await house.ledger.publish_stored("evt.ledger.pub.m.1.points_earned", b"{}", {})
    done = await reconcile_streams(house.streams, [event_config("ledger", 128)])
    assert done == ["EVT_ledger: max_bytes changed"]
    assert (await stream_state(house.operator, "EVT_ledger")).messages == 1


DANGEROUS: list[dict[str, Any]] = [
    {
        "subject_transform": {
            "src": "cmd.ledger.*.*",
            "dest": "cmd.ledger.{{partition(32,1)}}.{{wildcard(1)}}.{{wildcard(2)}}",
        }
    },
    {"metadata": {"stampbook-partitions": "32"}},
    {"subjects": ["cmd.ledger.>"]},
    {"retention": "workqueue"},
    {"deny_delete": False},
    {"discard": "old"},
]


@pytest.mark.parametrize("change", DANGEROUS, ids=lambda change: next(iter(change)))
async def test_what_would_lose_or_reorder_messages_is_refused(house: House, change: dict[str, Any]) -> None:
    before = await config_of(house, "CMD_ledger")
    with pytest.raises(StreamDiffers, match=f"CMD_ledger: .*{next(iter(change))}"):
        await reconcile_streams(house.streams, [command_config("ledger", 64) | change])
    assert await config_of(house, "CMD_ledger") == before


async def test_a_dangerous_difference_is_refused_together_with_a_harmless_one(house: House) -> None:
    with pytest.raises(StreamDiffers):
        await reconcile_streams(house.streams, [command_config("ledger", 128) | {"discard": "old"}])
    assert (await config_of(house, "CMD_ledger"))["max_bytes"] == 64 * 2**20


def test_every_service_has_its_two_streams_and_no_command_ages_away() -> None:
    names = [config["name"] for config in declared()]
    assert len(names) == len(set(names)) == 8
    assert all(config["max_age"] == 0 for config in declared() if config["name"].startswith("CMD_"))
    assert all(config["deny_purge"] for config in declared() if config["name"].startswith("EVT_"))


async def test_replicas_are_never_given_up_silently(house: House) -> None:
    wanted = {**command_config("ledger", 64), "num_replicas": 0}
    with pytest.raises(StreamDiffers, match="num_replicas"):
        await reconcile_streams(house.streams, [wanted])


def test_every_stream_lies_on_as_many_servers_as_declared() -> None:
    assert {config["num_replicas"] for config in declared(replicas=3)} == {3}
    assert {config["num_replicas"] for config in declared()} == {1}
