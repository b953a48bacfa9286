"""What people do at the emulator's pages: look at a save link, save its passes, remove one again."""

from stampbook_cli.wallet_emulator.callbacks import CallbackKeys, Courier
from stampbook_cli.wallet_emulator.cards import Card, card_of
from stampbook_cli.wallet_emulator.journal import Stored
from stampbook_cli.wallet_emulator.resources import Kind
from stampbook_cli.wallet_emulator.saving import SAFE_LENGTH, Plan, SaveDesk
from stampbook_cli.wallet_emulator.wallet import Wallet


class Visits:
    def __init__(self, wallet: Wallet, saves: SaveDesk, keys: CallbackKeys, courier: Courier, issuer_id: str) -> None:
        self._wallet = wallet
        self._saves = saves
        self._keys = keys
        self._courier = courier
        self._issuer_id = issuer_id

    def look(self, jwt: str) -> tuple[list[Card], list[str]]:
        """The passes of a link, and what is worth knowing about it."""
        plan = self._saves.plan(jwt)
        notes = []
        if len(jwt) > SAFE_LENGTH:
            notes.append(f"The link's token has {len(jwt)} characters; beyond {SAFE_LENGTH} some browsers cut it.")
        return self._cards(plan), notes

    def save(self, jwt: str) -> None:
        plan = self._saves.plan(jwt)
        self._saves.create(plan)
        for object_id in plan.object_ids:
            self._tell(self._wallet.mark_saved(object_id, saved=True), "save")

    def remove(self, object_id: str) -> None:
        self._tell(self._wallet.mark_saved(object_id, saved=False), "del")

    def all_cards(self) -> list[Card]:
        """Newest change first."""
        stored = sorted(self._wallet.stored(Kind.OBJECT), key=lambda one: one.updated_at, reverse=True)
        return [self._card(one) for one in stored]

    def _cards(self, plan: Plan) -> list[Card]:
        new_classes = {resource["id"]: resource for resource in plan.new_classes}
        new_objects = {resource["id"]: resource for resource in plan.new_objects}
        cards = []
        for object_id in plan.object_ids:
            if (new := new_objects.get(object_id)) is None:
                cards.append(self._card(self._wallet.demand(Kind.OBJECT, object_id)))
                continue
            stored_class = self._wallet.find(Kind.CLASS, new["classId"])
            loyalty_class = new_classes[new["classId"]] if stored_class is None else stored_class.resource
            cards.append(card_of(new, loyalty_class, saved=False))
        return cards

    def _card(self, stored: Stored) -> Card:
        loyalty_class = self._wallet.demand(Kind.CLASS, stored.resource["classId"])
        return card_of(stored.resource, loyalty_class.resource, saved=stored.saves > 0)

    def _tell(self, stored: Stored, event_type: str) -> None:
        class_id = stored.resource["classId"]
        loyalty_class = self._wallet.demand(Kind.CLASS, class_id).resource
        url = loyalty_class.get("callbackOptions", {}).get("url")
        if url:
            body = self._keys.signed(self._issuer_id, class_id, stored.id, event_type)
            self._courier.send(url, body, object_id=stored.id, event_type=event_type)
