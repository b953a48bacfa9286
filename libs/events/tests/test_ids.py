"""Ids that follow from other ids never change: a repeated step must make the same ones again."""

from uuid import UUID

from stampbook_events import ids

MERCHANT = UUID("11111111-1111-4111-8111-111111111111")
CUSTOMER = UUID("22222222-2222-4222-8222-222222222222")
PROGRAM = UUID("33333333-3333-4333-8333-333333333333")
COMMAND = UUID("44444444-4444-4444-8444-444444444444")
SECRET = bytes(range(32))


def test_a_card_belongs_to_one_customer_and_program() -> None:
    assert ids.card_id(CUSTOMER, PROGRAM) == UUID("25e19ef4-4c69-5580-9e6d-eda5b0e08fa0")


def test_the_events_of_a_command_are_numbered_from_0() -> None:
    assert ids.event_id(COMMAND, 0) == UUID("84b14301-65ff-5f13-95d5-01c90cf154f9")
    assert ids.event_id(COMMAND, 1) == UUID("94ad2da7-4942-58f9-afa1-d01d8defc19b")


def test_a_policys_command_follows_from_the_event() -> None:
    assert ids.policy_command_id(COMMAND, "open_card") == UUID("37a0f872-558e-52f3-a051-4c53c29fead9")


def test_a_delivery_follows_from_everything_that_tells_it_from_others() -> None:
    made = ids.delivery_id(MERCHANT, "notifier", COMMAND, "mail", "enrollment", CUSTOMER)
    assert made == UUID("161e62c0-78f9-5273-962c-66c2c2dcc12a")


def test_an_outcome_follows_from_delivery_state_and_attempt() -> None:
    assert ids.outcome_event_id(COMMAND, "sent", 2) == UUID("a2f7e5b8-34a9-560b-9b44-4e3d5680f2e0")


def test_a_command_id_is_a_uuid_of_version_8_made_from_secret_and_idempotency_key() -> None:
    made = ids.command_id(SECRET, MERCHANT, "clerk-7", "POST /v1/cards/{id}/points", "k1")
    assert made == UUID("6e2d8f47-fa93-80fa-a37c-ddf988bfc34c")
    assert (made.version, made.variant) == (8, "specified in RFC 4122")


def test_no_part_of_a_command_id_can_flow_into_its_neighbour() -> None:
    assert ids.command_id(SECRET, MERCHANT, "ab", "c", "d") != ids.command_id(SECRET, MERCHANT, "a", "bc", "d")


def test_a_fingerprint_is_16_bytes_and_differs_by_type() -> None:
    made = ids.fingerprint(SECRET, "ledger.earn_points.v1", b"{}")
    assert made == bytes.fromhex("a23ef6db0926d6737fab0023553a5d62")
    assert made != ids.fingerprint(SECRET, "ledger.give_stamps.v1", b"{}")
