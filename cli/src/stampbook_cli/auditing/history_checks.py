"""Whether what clients were told came true: decided from their histories and the rows they led to. Pure."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from stampbook_cli.auditing.requests import Request
from stampbook_messaging.log_checks import Check

DONE = {"purchase": "ledger.points_earned.v1", "stamps": "ledger.stamps_earned.v1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A purchase or a giving of stamps in the log. *amount* and *granted* as the event says them."""

    event_id: UUID
    command_id: UUID | None
    card: UUID
    version: int
    type: str
    amount: int | None = None
    granted: int | None = None
    receipt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """What the platform holds of the requests: *inbox* is the status of each command by its id."""

    inbox: Mapping[UUID, str] = field(default_factory=dict)
    effects: Sequence[Effect] = ()


def check_histories(requests: Sequence[Request], rows: Rows) -> list[Check]:
    """Every check of purchases and stamps; joins are told by their mails."""
    earning = [request for request in requests if request.asking.kind in DONE]
    found = _Found(rows, earning)
    return [
        _answers_agree(requests),
        _acknowledged_have_one_effect(earning, found),
        _refused_have_none(earning, found),
        _unknown_have_at_most_one(earning, found),
        _order_per_card_kept(earning, found),
    ]


class _Found:
    """Effects by what leads to them: the command's id and, for what no answer names, the receipt."""

    def __init__(self, rows: Rows, requests: Sequence[Request]) -> None:
        self.inbox = rows.inbox
        self._answered = {command_id for request in requests for command_id in request.command_ids}
        self._by_command: dict[UUID, list[Effect]] = defaultdict(list)
        self._by_receipt: dict[tuple[UUID, str, str], list[Effect]] = defaultdict(list)
        for effect in rows.effects:
            if effect.command_id is not None:
                self._by_command[effect.command_id].append(effect)
            if effect.receipt is not None:
                self._by_receipt[effect.card, effect.type, _printed(effect.receipt)].append(effect)

    def of(self, request: Request) -> list[Effect]:
        """What the request's commands led to, and what bears its receipt without being anybody's answer."""
        effects = {effect.event_id: effect for effect in self.of_commands(request)}
        if request.card is not None and request.asking.receipt is not None:
            key = request.card, DONE[request.asking.kind], _printed(request.asking.receipt)
            nobodys = [effect for effect in self._by_receipt[key] if effect.command_id not in self._answered]
            effects |= {effect.event_id: effect for effect in nobodys}
        return list(effects.values())

    def of_commands(self, request: Request) -> list[Effect]:
        return [effect for command_id in request.command_ids for effect in self._by_command[command_id]]


def _printed(receipt: str) -> str:
    """A receipt as the ledger keeps it."""
    return receipt.strip().upper()


def _answers_agree(requests: Sequence[Request]) -> Check:
    """However often a request is answered, it is answered the same, and no two requests with one command."""
    check = Check(name="history.answers_agree")
    owner: dict[UUID, Request] = {}
    for request in requests:
        check.counted += len(request.answers)
        if request.made and request.denied:
            check.blame(f"{request.said}: answered as done and as refused ({request.denied[0].code})")
        told = {(one.command_id, one.operation_id, one.granted) for one in request.made}
        if len(told) > 1:
            check.blame(f"{request.said}: {len(told)} different answers to the same request")
        for command_id in request.command_ids:
            other = owner.setdefault(command_id, request)
            if other is not request:
                check.blame(f"{request.said}: answered with command {command_id} of {other.said}")
    return check


def _acknowledged_have_one_effect(requests: Sequence[Request], found: _Found) -> Check:
    check = Check(name="history.acknowledged_have_one_effect")
    for request in requests:
        if request.end not in {"applied", "stored"}:
            continue
        check.counted += 1
        effects, status = found.of(request), _status(request, found)
        if request.end == "stored" and status in {"refused", "parked"}:
            if effects:
                check.blame(f"{request.said}: {status}, and yet {_named(effects)}")
        elif status != "applied":
            check.blame(f"{request.said}: acknowledged, its command {_ids(request)} is {status or 'in no inbox'}")
        elif len(effects) != 1:
            check.blame(
                f"{request.said}: acknowledged, {len(effects)} effects{': ' if effects else ''}{_named(effects)}"
            )
        else:
            for difference in _differences(request, effects[0]):
                check.blame(f"{request.said}: event {effects[0].event_id} {difference}")
    return check


def _refused_have_none(requests: Sequence[Request], found: _Found) -> Check:
    check = Check(name="history.refused_have_none")
    for request in requests:
        if request.end not in {"refused", "not_stored"}:
            continue
        check.counted += 1
        # A receipt may be refused because another purchase bears it: a command that is known speaks for itself.
        if effects := found.of_commands(request) if request.command_ids else found.of(request):
            check.blame(f"{request.said}: {request.end.replace('_', ' ')}, and yet {_named(effects)}")
    return check


def _unknown_have_at_most_one(requests: Sequence[Request], found: _Found) -> Check:
    check = Check(name="history.unknown_have_at_most_one")
    for request in requests:
        if request.end != "unknown":
            continue
        check.counted += 1
        effects = found.of(request)
        if len(effects) > 1:
            check.blame(f"{request.said}: its end is unknown, {len(effects)} effects: {_named(effects)}")
    return check


@dataclass(frozen=True, slots=True)
class _Step:
    """An acknowledged request of one client: the lines of its first sending and of its first acknowledgement."""

    request: Request
    effect: Effect
    began: int
    acknowledged: int


def _order_per_card_kept(requests: Sequence[Request], found: _Found) -> Check:
    """What a client was acknowledged before it sent the next on the same card comes before it in the card's log."""
    check = Check(name="history.order_per_card_kept")
    walks: dict[tuple[int, str, UUID], list[_Step]] = defaultdict(list)
    for request in requests:
        effects = found.of(request)
        senders = {(sending.history, sending.client) for sending in request.sendings}
        ends = [one.ended for one in request.sendings if one.answer is not None and one.answer.status in {200, 202}]
        if len(effects) == 1 and len(senders) == 1 and ends:
            step = _Step(request, effects[0], request.sendings[0].began, min(end for end in ends if end is not None))
            walks[(*senders.pop(), effects[0].card)].append(step)
    for (_, client, card), steps in walks.items():
        check.counted += len(steps)
        for earlier, later in _turned_round(steps):
            check.blame(
                f"card {card}: {client}'s {later.request.asking.key} is version {later.effect.version},"
                f" {earlier.request.asking.key} before it is version {earlier.effect.version}"
            )
    return check


def _turned_round(steps: Sequence[_Step]) -> Iterator[tuple[_Step, _Step]]:
    """Steps with the newest one that was acknowledged before they began, where the log has them the other way round."""
    acknowledged = deque(sorted(steps, key=lambda step: step.acknowledged))
    newest: _Step | None = None
    for step in sorted(steps, key=lambda step: step.began):
        while acknowledged and acknowledged[0].acknowledged < step.began:
            before = acknowledged.popleft()
            if newest is None or newest.effect.version < before.effect.version:
                newest = before
        if newest is not None and step.effect.version <= newest.effect.version:
            yield newest, step


def _status(request: Request, found: _Found) -> str | None:
    return next((found.inbox[id_] for id_ in request.command_ids if id_ in found.inbox), None)


def _differences(request: Request, effect: Effect) -> list[str]:
    """What the event says otherwise than the request and its answer."""
    found = []
    if effect.type != DONE[request.asking.kind]:
        found.append(f"is {effect.type}")
    if request.card is not None and effect.card != request.card:
        found.append(f"is on card {effect.card}")
    if effect.amount is not None and effect.amount != request.asking.amount:
        found.append(f"says {effect.amount}, asked were {request.asking.amount}")
    for answer in request.made:
        if answer.operation_id is not None and answer.operation_id != effect.event_id:
            found.append(f"is not the operation {answer.operation_id} of the answer")
        if answer.granted is not None and effect.granted != answer.granted:
            found.append(f"grants {effect.granted}, answered were {answer.granted}")
    return found


def _named(effects: Sequence[Effect]) -> str:
    return ", ".join(f"{effect.type} {effect.event_id}" for effect in effects)


def _ids(request: Request) -> str:
    return ", ".join(map(str, sorted(request.command_ids)))
