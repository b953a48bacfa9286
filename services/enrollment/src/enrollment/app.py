"""The one place that puts enrollment together."""

from __future__ import annotations

from enrollment import contacts, directory, links, sealing_keys
from enrollment.commands import EnrollmentCommands
from enrollment.contacts import AskContact, AskCustomers, Contacts, FindCustomer
from enrollment.directory import AskKeyByHash, AskSnapshot, AskStoreByHost, Directory
from enrollment.links import AskCardLink, AskCardLinkTarget, AskTicket, Links
from enrollment.personal import Vault
from enrollment.scheduling import birthdays
from enrollment.scheduling.birthdays import Birthdays
from enrollment.sealing_keys import SealingKeys
from enrollment.settings import Settings
from enrollment.store import statements
from stampbook_messaging.keyring import Keyring
from stampbook_messaging.sealing import AskSealingKey
from stampbook_messaging.service import Runtime, Service


async def build(settings: Settings, runtime: Runtime) -> Service:
    vault = Vault(Keyring.from_file(settings.keyring_file))
    keys = SealingKeys(runtime.pool, runtime.clock, vault.keyring)
    people, places, held = Contacts(runtime.pool, vault), Directory(runtime.pool), Links(runtime.pool, vault)
    gifts = Birthdays(runtime.pool, runtime.commands, runtime.queries, runtime.clock, vault)
    return Service(
        package="enrollment",
        deciding=EnrollmentCommands(vault.keyring, settings.setup_token_hash.hex()),
        answers={
            "sealing_key": (AskSealingKey, keys.of_today),
            "contact": (AskContact, people.contact),
            "customers": (AskCustomers, people.customers),
            "find_customer": (FindCustomer, people.find),
            "ticket": (AskTicket, held.ticket),
            "card_link": (AskCardLink, held.card_link),
            "card_link_target": (AskCardLinkTarget, held.card_link_target),
            "snapshot": (AskSnapshot, places.snapshot),
            "store_by_host": (AskStoreByHost, places.store_by_host),
            "key_by_hash": (AskKeyByHash, places.key_by_hash),
        },
        background={"sealing keys": keys.keep_ahead, "birthdays": gifts.run},
        statements=(*birthdays.ALL, *statements.ALL, *contacts.ALL, *links.ALL, *directory.ALL, *sealing_keys.ALL),
        checks=(("sealing_key", keys.complaint),),
    )
