"""Commands on real PostgreSQL: what is saved is what is loaded, personal data rest encrypted, links are found."""

import secrets
from uuid import UUID, uuid4

import msgspec
import pytest
from told import HUB, MERCHANT, OUTLET, PROGRAM, TEXTS, join, opening
from world import World, address

from enrollment.contacts import AskContact, AskCustomers, Contacts, FindCustomer
from enrollment.directory import PAGE, PAGE_BYTES, AskSnapshot, AskStoreByHost, Directory
from enrollment.links import AskCardLink, AskCardLinkTarget, AskTicket, Links
from enrollment.sealing_keys import SealingKeyUnknown
from stampbook_events import ids
from stampbook_events.enrollment import Contact, Sealed
from stampbook_messaging import migrate
from stampbook_messaging.queries import Refusal
from stampbook_messaging.sealing import ReplyKey


async def test_the_schema_is_what_the_tables_say(enrollment_dsn: str) -> None:
    assert await migrate.drift("enrollment", enrollment_dsn) == []


async def test_who_joins_again_is_the_same_customer(world: World) -> None:
    email = address()
    (first,) = await world.tell(await world.join(email=email))
    (second,) = await world.tell(await world.join(OUTLET, email=email.upper().replace("REISE.TEST", "reise.test")))
    assert second.result == {"customer_id": first.result["customer_id"], "known": True}


async def test_one_batch_with_the_same_address_twice_makes_one_customer(world: World) -> None:
    email = address()
    first, second = await world.tell(await world.join(email=email), await world.join(email=email))
    assert (first.result["known"], second.result["known"]) == (False, True)


async def test_a_contact_can_be_read_by_the_asker_alone(world: World) -> None:
    email = address()
    (decision,) = await world.tell(await world.join(email=email, phone="+352621123456"))
    key = ReplyKey()
    asking = AskContact(merchant=MERCHANT, customer_id=decision.result["customer_id"], reply_key=key.public)
    box = (await Contacts(world.pool, world.vault).contact(asking)).box
    contact = msgspec.json.decode(key.open(box), type=Contact)
    assert (contact.email, contact.phone) == (email, "+352621123456")
    assert email.encode() not in box


async def test_another_merchant_does_not_know_the_customer(world: World) -> None:
    (decision,) = await world.tell(await world.join(email=address()))
    contacts, key = Contacts(world.pool, world.vault), ReplyKey().public
    customer = decision.result["customer_id"]
    with pytest.raises(Refusal, match="customer_unknown"):
        await contacts.contact(AskContact(merchant=uuid4(), customer_id=customer, reply_key=key))
    asked = AskCustomers(merchant=uuid4(), customer_ids=[customer], reply_key=key)
    assert (await contacts.customers(asked)).customers == []


async def test_a_customer_is_found_by_address_and_phone(world: World) -> None:
    email = address()
    (decision,) = await world.tell(await world.join(email=email, phone="+352691123456"))
    contacts = Contacts(world.pool, world.vault)
    for kind, value in (("email", email), ("phone", "+352691123456")):
        asking = FindCustomer(merchant=MERCHANT, kind=kind, value=await world.sealed(value.encode()))
        assert decision.result["customer_id"] in (await contacts.find(asking)).customer_ids


async def test_nothing_personal_lies_in_a_table_in_clear(world: World) -> None:
    email = address()
    await world.tell(await world.join(email=email, first_name="Zéphyrinette", birthday="1987-10-23", gift=True))
    for row in await world.pool.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'enrollment'"):
        rows = await world.pool.fetch(f"SELECT * FROM {row['tablename']}")
        found = [value for line in rows for value in line.values() if isinstance(value, bytes | str)]
        clear = [value if isinstance(value, str) else value.decode("utf-8", "replace") for value in found]
        assert not [
            text for text in clear if email in text or "phyrinette" in text or "1987-10-23" in text or "10-23" in text
        ]


async def test_a_ticket_leads_to_the_card_of_its_merchant_alone(world: World) -> None:
    ticket = secrets.token_hex(8)
    (decision,) = await world.tell(await world.join(email=address(), ticket=ticket))
    links = Links(world.pool, world.vault)
    # The tests' commands were recorded in June: the ticket has run out long ago, and then it is unknown.
    with pytest.raises(Refusal, match="ticket_unknown"):
        await links.ticket(AskTicket(ticket=ticket, merchant=MERCHANT))
    await world.pool.execute("UPDATE ticket SET expires_at = stampbook_now() + interval '1 minute'")
    assert (await links.ticket(AskTicket(ticket=ticket, merchant=MERCHANT))).customer_id == decision.result[
        "customer_id"
    ]
    with pytest.raises(Refusal, match="ticket_unknown"):
        await links.ticket(AskTicket(ticket=ticket, merchant=uuid4()))


async def test_a_card_has_one_link_for_life(world: World) -> None:
    (decision,) = await world.tell(await world.join(email=address()))
    links, customer = Links(world.pool, world.vault), decision.result["customer_id"]
    card = ids.card_id(customer, PROGRAM)
    asking = AskCardLink(merchant=MERCHANT, customer_id=customer, card_id=card)
    first, second = await links.card_link(asking), await links.card_link(asking)
    assert first == second
    target = await links.card_link_target(AskCardLinkTarget(token=first.token))
    assert (target.card_id, target.store_ids) == (card, [HUB])


async def test_what_was_sealed_to_a_lost_key_waits_and_is_not_refused(world: World) -> None:
    command = join(personal=Sealed(service="enrollment", day="2026-01-01", key_id="lost", box=b"x"))
    with pytest.raises(SealingKeyUnknown):
        await world.tell((command, MERCHANT))


async def test_the_gateways_snapshot_holds_what_was_set_up(world: World) -> None:
    directory = Directory(world.pool)
    page = await directory.snapshot(AskSnapshot(kind="store"))
    assert {HUB, OUTLET} <= {entry.event.store_id for entry in page.entries}
    known = await directory.store_by_host(AskStoreByHost(subdomain=opening().subdomain))
    assert (known.store.store_id, known.form.terms_version) == (HUB, "2026-11")


async def test_keys_are_made_eight_days_ahead_and_once(world: World) -> None:
    assert await world.keys.ensure() == 0
    assert await world.pool.fetchval("SELECT count(*) FROM sealing_key") == 9


async def test_of_somebody_erased_a_contact_says_that_and_nothing_else(world: World) -> None:
    (decision,) = await world.tell(await world.join(email=address(), phone="+352661123456"))
    customer, key = decision.result["customer_id"], ReplyKey()
    await world.pool.execute("UPDATE personal SET erased_at = stampbook_now() WHERE customer_id = $1", customer)
    asking = AskContact(merchant=MERCHANT, customer_id=customer, reply_key=key.public)
    box = (await Contacts(world.pool, world.vault).contact(asking)).box
    contact = msgspec.json.decode(key.open(box), type=Contact)
    assert contact.erased_at is not None
    assert (contact.first_name, contact.email, contact.phone, contact.birthday) == (None, None, None, None)


async def test_a_snapshot_read_page_by_page_misses_nobody(world: World) -> None:
    """More entries than a page holds, and two merchants whose programs bear the same id across its end."""
    form = await world.pool.fetchval("SELECT event FROM join_form LIMIT 1")
    ids_ = [UUID(int=n) for n in range(1, 2 * PAGE)]
    rows = [(merchant, n, {**form, "program_id": str(n)}) for n in ids_ for merchant in (uuid4(), uuid4())]
    await world.pool.executemany("INSERT INTO join_form VALUES ($1, $2, $3)", rows)
    directory, after, seen = Directory(world.pool), UUID(int=0), set()
    while after is not None:
        page = await directory.snapshot(AskSnapshot(kind="join_form", after=after))
        seen |= {(entry.merchant, entry.event.program_id) for entry in page.entries}
        after = page.next
    await world.pool.execute("DELETE FROM join_form WHERE program_id = ANY($1::uuid[])", ids_)
    assert {(merchant, n) for merchant, n, _ in rows} <= seen


async def test_a_page_of_large_texts_ends_before_it_outgrows_a_message(world: World) -> None:
    form = await world.pool.fetchval("SELECT event FROM join_form LIMIT 1")
    ids_ = [UUID(int=n) for n in range(1, 20)]
    large = {**form, "terms": dict.fromkeys(TEXTS, "x" * 20_000)}
    rows = [(MERCHANT, n, {**large, "program_id": str(n)}) for n in ids_]
    await world.pool.executemany("INSERT INTO join_form VALUES ($1, $2, $3)", rows)
    page = await Directory(world.pool).snapshot(AskSnapshot(kind="join_form"))
    await world.pool.execute("DELETE FROM join_form WHERE program_id = ANY($1::uuid[])", ids_)
    assert page.next is not None
    assert len(msgspec.json.encode(page)) < PAGE_BYTES + 100_000
