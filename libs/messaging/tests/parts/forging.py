"""What somebody could do to a log who may write to every table of it, and knows how it is hashed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from counter_house import House

from stampbook_events import GENESIS, event_type, hash_of, running_head
from stampbook_events.seals import hash_of_text, seal_text

_EVENTS = "SELECT partition, pos, merchant, aggregate, version, type, body, hash FROM event ORDER BY partition, pos"


@dataclass
class Forger:
    """A log in hand, whole; ``rehash`` makes every hash, head and seal of it fit what it says now."""

    house: House
    events: list[dict[str, Any]]
    seals: list[dict[str, Any]]

    @classmethod
    async def of(cls, house: House) -> "Forger":
        rows = await house.db.fetch("SELECT body FROM seal ORDER BY number")
        events = [dict(row) for row in await house.db.fetch(_EVENTS)]
        return cls(house, events, [msgspec.json.decode(row["body"]) for row in rows])

    def rehash(self) -> None:
        """Seals one after the other: what each covers holds those before it."""
        for number, seal in enumerate(self.seals):
            self._chain()
            seal["previous"] = self.hash_of_seal(number - 1) if number else seal["previous"]
            for one in seal["partitions"]:
                one["head"] = self.head(one["id"], one["position"]).hex()
            self._tell(seal, self.hash_of_seal(number))
        self._chain()

    def hash_of_seal(self, number: int) -> str:
        return hash_of_text(seal_text(self.seals[number]))

    def _tell(self, seal: dict[str, Any], hash_: str) -> None:
        for event in self.events:
            if event["type"].endswith("log_sealed.v1") and event["version"] == seal["number"]:
                body = msgspec.json.decode(event["body"], type=dict[str, msgspec.Raw])
                sealed = msgspec.convert({**seal, "hash": hash_}, event_type(event["type"]))
                body["data"] = msgspec.Raw(msgspec.json.encode(sealed))
                event["body"] = msgspec.json.encode(body)

    def _chain(self) -> None:
        last: dict[tuple[UUID, UUID], bytes] = {}
        for event in self.events:
            key = event["merchant"], event["aggregate"]
            last[key] = event["hash"] = hash_of(last.get(key, GENESIS), event["body"])

    def head(self, partition: int, position: int) -> bytes:
        head = GENESIS
        for event in self.events:
            if event["partition"] == partition and event["pos"] <= position:
                head = running_head(head, event["pos"], event["hash"])
        return head

    async def write(self) -> None:
        """All of it into the tables: bodies, hashes, aggregates, heads, seals."""
        db = self.house.db
        for event in self.events:
            place = event["partition"], event["pos"]
            await db.execute(
                "UPDATE event SET body = $3, hash = $4 WHERE partition = $1 AND pos = $2",
                *place,
                event["body"],
                event["hash"],
            )
            key = event["merchant"], event["aggregate"]
            await db.execute("UPDATE aggregate SET hash = $3 WHERE merchant = $1 AND id = $2", *key, event["hash"])
        for row in await db.fetch("SELECT id, pos FROM partition"):
            head = self.head(row["id"], row["pos"])
            await db.execute("UPDATE partition SET head = $2 WHERE id = $1", row["id"], head)
        for number, seal in enumerate(self.seals):
            hash_ = bytes.fromhex(self.hash_of_seal(number))
            await db.execute(
                "UPDATE seal SET body = $2, hash = $3 WHERE number = $1", seal["number"], seal_text(seal), hash_
            )
