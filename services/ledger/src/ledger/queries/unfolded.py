"""Explanations page by page: parts, and the changes that add up to them, as far as one answer goes."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import msgspec

from ledger.domain import explaining
from ledger.queries.explained import Change, Happened, Part
from ledger.queries.room import ROOM_BYTES
from ledger.queries.views import OpenLot

STEPS_PER_PAGE = 100
Log = Sequence[Happened]


class Begin(NamedTuple):
    """Which *part*, and which *change* of it, a page begins with; without parts, which step."""

    part: int
    change: int


class Page(NamedTuple):
    parts: list[Part]
    steps: Log
    rest: Begin | None


def joined(*logs: Iterable[Happened]) -> Log:
    """Each event once, in recorded order; what is not booked yet comes last."""
    recorded = {it.told.pos: it for log in logs for it in log if it.told}
    return [*(recorded[pos] for pos in sorted(recorded)), *(it for log in logs for it in log if not it.told)]


def part_of(points: int, log: Log, changed: Callable[[Happened], int], lot: OpenLot | None = None) -> Part:
    """By the events that *changed* it since it was last nothing."""
    changes = [Change(step=number, points=by) for number, it in enumerate(log) if (by := changed(it))]
    return Part(points=points, lot=lot, changes=_since_nothing(changes))


def lot_part(lot: OpenLot, log: Log) -> Part:
    """By all that moved its points, and by what gave it the date that it has."""
    dated = max((number for number, it in enumerate(log) if explaining.redates_lot(it.event, lot.lot_id)), default=-1)
    changes = [
        Change(step=number, points=explaining.changed_lot(it.event, lot.lot_id))
        for number, it in enumerate(log)
        if number == dated or explaining.moves_lot(it.event, lot.lot_id)
    ]
    return Part(points=lot.free + lot.held, lot=lot, changes=changes)


def page_of_parts(parts: Sequence[Part], log: Log, begin: Begin, more: bool) -> Page:
    """*parts* from *begin* on; *more*: there are others behind them."""
    shown: list[Part] = []
    numbers: dict[int, int] = {}
    room, skipped = ROOM_BYTES, begin.change
    for place, part in enumerate(parts, start=begin.part):
        fit: list[Change] = []
        for change in part.changes[skipped:]:
            if change.step not in numbers:
                room -= _size(log[change.step])
                if numbers and (room < 0 or len(numbers) == STEPS_PER_PAGE):
                    rest = Begin(place, skipped + len(fit))
                    return _page([*shown, _cut(part, fit)] if fit else shown, log, numbers, rest)
                numbers[change.step] = len(numbers)
            fit.append(change)
        shown.append(_cut(part, fit))
        skipped = 0
    return _page(shown, log, numbers, Begin(begin.part + len(parts), 0) if more else None)


def page_of_steps(log: Log, begin: Begin) -> Page:
    steps: list[Happened] = []
    room = ROOM_BYTES
    for it in log[begin.change : begin.change + STEPS_PER_PAGE]:
        room -= _size(it)
        if steps and room < 0:
            break
        steps.append(it)
    told = begin.change + len(steps)
    return Page([], steps, Begin(0, told) if told < len(log) else None)


def _page(parts: list[Part], log: Log, numbers: dict[int, int], rest: Begin | None) -> Page:
    """Steps in recorded order, and the changes by their places among them."""
    steps = sorted(numbers)
    places = {step: place for place, step in enumerate(steps)}
    renumbered = [
        _cut(part, [msgspec.structs.replace(change, step=places[change.step]) for change in part.changes])
        for part in parts
    ]
    return Page(renumbered, [log[step] for step in steps], rest)


def _cut(part: Part, changes: list[Change]) -> Part:
    return msgspec.structs.replace(part, changes=changes)


def _size(it: Happened) -> int:
    return len(msgspec.json.encode(it.step))


def _since_nothing(changes: list[Change]) -> list[Change]:
    total, first = 0, 0
    for number, change in enumerate(changes, start=1):
        total += change.points
        if total == 0:
            first = number
    return changes[first:]
