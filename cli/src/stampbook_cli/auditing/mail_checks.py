"""Whether the mails that arrived are the ones that were owed: each once, and a doubled one in doubt. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from stampbook_cli.auditing.requests import End, Request
from stampbook_messaging.log_checks import Check

SETTLING = timedelta(minutes=1)
"""So long after a mail was taken its delivery may still have been about to end."""
ENROLLMENT = "enrollment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """*to*: the fingerprints of the addresses."""

    message_id: str
    to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedMail:
    """A delivery row of the channel 'mail'. *told*: how many events say that it was sent."""

    id: UUID
    merchant: UUID
    kind: str
    recipient: UUID
    state: str
    in_doubt: bool
    program: str = ""
    ended_at: datetime | None = None
    told: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mails:
    """*arrived* when *owed* was read, and *by_now*, after it. What arrived before *emptied_at* was thrown away by hand."""

    arrived: Sequence[Arrived] = ()
    owed: Sequence[OwedMail] = ()
    by_now: Sequence[Arrived] = ()
    emptied_at: datetime | None = None
    copies: Counter[str] = field(init=False)
    by_id: dict[UUID, OwedMail] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "copies", Counter(mail.message_id for mail in self.arrived))
        object.__setattr__(self, "by_id", {delivery.id: delivery for delivery in self.owed})

    def behind(self, message_id: str) -> OwedMail | None:
        """The delivery that a Message-ID names by its left part."""
        try:
            return self.by_id.get(UUID(message_id.strip("<>").partition("@")[0]))
        except ValueError:
            return None


def check_told(owed: Sequence[OwedMail]) -> Check:
    """The log tells of each sent mail once, and of no other: what the row says is what readers of the log know."""
    check = Check(name="mails.sent_is_told_once", counted=len(owed))
    for delivery in owed:
        if delivery.told != (1 if delivery.state == "sent" else 0):
            check.blame(
                f"delivery {delivery.id} mail:{delivery.kind}: {delivery.state}, told as sent {delivery.told} ×"
            )
    return check


def check_mails(mails: Mails) -> list[Check]:
    return [_unique_by_message_id(mails), _one_message_id_a_delivery(mails), _sent_have_arrived(mails)]


def _unique_by_message_id(mails: Mails) -> Check:
    """A second copy is there only where its delivery was in doubt, and says so."""
    check = Check(name="mails.unique_by_message_id", counted=len(mails.copies))
    for message_id, copies in mails.copies.items():
        delivery = mails.behind(message_id)
        if copies > 1 and (delivery is None or not delivery.in_doubt):
            check.blame(f"mail {message_id}: {copies} copies, and its delivery was never in doubt")
    return check


def _one_message_id_a_delivery(mails: Mails) -> Check:
    check = Check(name="mails.one_message_id_per_delivery", counted=len(mails.copies))
    told: dict[UUID, list[str]] = defaultdict(list)
    for message_id in mails.copies:
        delivery = mails.behind(message_id)
        if delivery is None:
            check.blame(f"mail {message_id or 'without Message-ID'}: no delivery is behind it")
        else:
            told[delivery.id].append(message_id)
    for delivery_id, message_ids in told.items():
        if len(message_ids) > 1:
            check.blame(f"delivery {delivery_id}: {len(message_ids)} different mails: {', '.join(message_ids)}")
    return check


def _sent_have_arrived(mails: Mails) -> Check:
    check = Check(name="mails.sent_have_arrived")
    seen = {mail.message_id for mail in (*mails.arrived, *mails.by_now)}
    arrived = {delivery.id for message_id in seen if (delivery := mails.behind(message_id)) is not None}
    for delivery in mails.owed:
        if delivery.state == "sent" and not _thrown_away(delivery, mails.emptied_at):
            check.counted += 1
            if delivery.id not in arrived:
                check.blame(f"delivery {delivery.id} mail:{delivery.kind}: sent, and no such mail has arrived")
        if delivery.state == "suppressed" and not delivery.in_doubt and delivery.id in arrived:
            check.blame(f"delivery {delivery.id} mail:{delivery.kind}: suppressed, and yet its mail has arrived")
    return check


def _thrown_away(delivery: OwedMail, emptied_at: datetime | None) -> bool:
    ended_at = delivery.ended_at
    return emptied_at is not None and (ended_at is None or ended_at < emptied_at + SETTLING)


def check_joins(requests: Sequence[Request], mails: Mails) -> list[Check]:
    """Who was told that they joined has a card and was written to; who was not has at most one, or none."""
    acknowledged = Check(name="history.acknowledged_joins_have_one_card")
    others = Check(name="history.other_joins_have_at_most_one")
    opened = _opened(mails)
    joins: dict[str, list[Request]] = defaultdict(list)
    for request in requests:
        if request.asking.kind == "join" and request.asking.address:
            joins[request.asking.address].append(request)
    for address, asked in joins.items():
        ends = {request.end for request in asked}
        check = acknowledged if "applied" in ends else others
        check.counted += len(asked)
        for complaint in _complaints(ends, opened[address], emptied=mails.emptied_at is not None):
            check.blame(f"{asked[0].said}: {complaint}")
    return [acknowledged, others]


def _opened(mails: Mails) -> dict[str, set[OwedMail]]:
    """The cards that somebody at an address was written about, by the delivery that told of each."""
    opened: dict[str, set[OwedMail]] = defaultdict(set)
    for mail in mails.arrived:
        delivery = mails.behind(mail.message_id)
        if delivery is not None and delivery.kind == ENROLLMENT:
            for address in mail.to:
                opened[address].add(delivery)
    return opened


def _complaints(ends: set[End], opened: set[OwedMail], *, emptied: bool) -> Iterator[str]:
    if "applied" in ends and not opened and not emptied:
        yield "acknowledged, and no mail of a card has arrived"
    if ends <= {"refused", "not_stored"} and opened:
        yield f"refused, and yet mail {_named(opened)}"
    for (_, program), count in Counter((one.merchant, one.program) for one in opened).items():
        if count > 1:
            yield f"{count} cards of programme {program}: {_named(opened)}"


def _named(deliveries: set[OwedMail]) -> str:
    return ", ".join(sorted(str(delivery.id) for delivery in deliveries))
