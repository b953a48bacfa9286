"""An address is confirmed by the link that only mails to it hold, in every program its customer is in (R25)."""

from uuid import UUID

import msgspec
from told import ANNA, MERCHANT, OUTLET, PROGRAM, form, join, joined, kinds, realm, store, told
from world import World, address

from enrollment.domain.realm import Realm
from stampbook_events.enrollment import ConfirmEmail
from stampbook_messaging.messages import Decision

OTHER = UUID(int=PROGRAM.int + 1)


def confirm(known: Realm, customer_id: UUID) -> Decision:
    return told(known, ConfirmEmail(customer_id=customer_id), MERCHANT)


def two_programs() -> Realm:
    known = realm(store(), store(OUTLET, program_id=OTHER))
    known.forms[MERCHANT, OTHER] = form(program_id=OTHER)
    return known


def programs(decision: Decision) -> list[UUID]:
    return [fact.event.program_id for fact in decision.facts if type(fact.event).__name__ == "EmailConfirmed"]


def test_every_program_of_the_customer_learns_of_it() -> None:
    known = two_programs()
    customer_id = joined(known).result["customer_id"]
    joined(known, command=join(OUTLET, program_id=OTHER))
    assert programs(confirm(known, customer_id)) == sorted((PROGRAM, OTHER))


def test_twice_is_as_good_as_once() -> None:
    known = realm()
    customer_id = joined(known).result["customer_id"]
    assert kinds(confirm(known, customer_id)) == ["EmailConfirmed"]
    assert kinds(confirm(known, customer_id)) == []


def test_who_joins_another_program_later_is_confirmed_there_too() -> None:
    known = two_programs()
    confirm(known, joined(known).result["customer_id"])
    assert programs(joined(known, command=join(OUTLET, program_id=OTHER))) == [OTHER]


def test_a_stranger_and_somebody_without_an_address_confirm_nothing() -> None:
    known = realm()
    person = msgspec.structs.replace(ANNA, email=None, phone="+352621123456")
    customer_id = joined(known, person).result["customer_id"]
    assert confirm(known, customer_id).refused == "email_missing"
    assert confirm(known, UUID(int=9)).refused == "customer_unknown"


async def test_it_is_kept_and_another_batch_knows_it(world: World) -> None:
    (decision,) = await world.tell(await world.join(email=address()))
    confirming = ConfirmEmail(customer_id=decision.result["customer_id"]), MERCHANT
    first, second = [await world.tell(confirming) for _ in range(2)]
    assert [kinds(first[0]), kinds(second[0])] == [["EmailConfirmed"], []]
