"""What is planted in a copy of a clean run: SQL, and for each check that must find it the words that name it."""

GAPS, HASHES = "ledger.positions_and_versions_gapless", "ledger.hashes_whole"
STREAM, ANSWERS, EFFECTS = (
    "ledger.stream_equals_log",
    "ledger.commands_answered_once",
    "ledger.commands_have_one_effect",
)
LOTS, KEYS, SETTINGS = "ledger.lots_are_the_fold", "ledger.keys_are_kept", "ledger.settings_are_the_fold"
FOLD, PASSES, SHOWN = "ledger.balances_are_the_fold", "wallet.passes_converge", "wallet.passes_show_their_cards"
OWED, UNIQUE = "notifier.deliveries_for_ledger_complete", "mails.unique_by_message_id"
ARRIVED, BEHIND, TOLD = "mails.sent_have_arrived", "mails.one_message_id_per_delivery", "mails.sent_is_told_once"
ACKNOWLEDGED, REFUSED = "history.acknowledged_have_one_effect", "history.refused_have_none"
ORDER, JOINED = "history.order_per_card_kept", "history.acknowledged_joins_have_one_card"

EVENT = "ledger.event WHERE aggregate = '{card}' AND version = 4"
COMMAND = f"(SELECT command_id FROM {EVENT})"
BONUS = "kind = 'welcome_bonus' AND payload ->> 'card_id' = '{card}'"
DELIVERY = """id, merchant, consumer, event_id, event_stream, event_partition, event_pos, channel, kind, recipient,
payload, state, attempt, next_at, deadline, claimed_by, lease_token, reason, in_doubt, correlation, traceparent,
created_at, ended_at"""
FAULTS: dict[str, tuple[str, dict[str, str]]] = {
    "event lost": (
        f"DELETE FROM {EVENT}",
        {
            GAPS: "ledger partition [0-9]+ position [0-9]+ .* version 4: is not in the log: .*version 5 follows 3",
            EFFECTS: "ledger command .*: answered with operation .*, which is not in the log",
            ACKNOWLEDGED: "till's purchase p-2 on card {card}: acknowledged, 0 effects",
            STREAM: "stream [0-9]+: not the event of the log",
        },
    ),
    "effect doubled": (
        f"""INSERT INTO ledger.event SELECT partition, (SELECT max(pos) + 1 FROM ledger.event p
        WHERE p.partition = event.partition), gen_random_uuid(), merchant, aggregate, 99, type, recorded_at, command_id,
        cmd_seq, body, hash, traceparent FROM {EVENT}""",
        {
            ACKNOWLEDGED: "till's purchase p-2 on card {card}: acknowledged, 2 effects: ",
            EFFECTS: "ledger command .* is not its event number 1",
        },
    ),
    "events swapped": (
        """UPDATE ledger.event SET version = -version WHERE aggregate = '{card}' AND version IN (3, 4);
        UPDATE ledger.event SET version = 7 + version WHERE version < 0""",
        {
            GAPS: "event .*: its bytes say version 3, its row 4",
            ORDER: "card {card}: till's p-2 is version 3, p-1 before it is version 4",
        },
    ),
    "gap in positions": (
        f"""UPDATE ledger.event SET pos = pos + 1000 WHERE (partition, pos) = (SELECT partition, max(pos)
        FROM ledger.event WHERE partition = (SELECT partition FROM {EVENT}) GROUP BY 1)""",
        {GAPS: "position 10[0-9]+ event .*: follows position "},
    ),
    "gap in versions": (
        "UPDATE ledger.event SET version = 50 WHERE aggregate = '{other}' AND version = 3",
        {GAPS: "event .*: version 50 follows 2"},
    ),
    "byte flipped": (
        f"UPDATE ledger.event SET body = set_byte(body, 20, get_byte(body, 20) # 1) WHERE id = (SELECT id FROM {EVENT})",
        {
            HASHES: "event .*: hash does not cover its bytes",
            STREAM: "not the event of the log",
            FOLD: "card {card} of .*: its events cannot be read",
        },
    ),
    "event turned to rubbish": (
        f"UPDATE ledger.event SET body = 'rubbish' WHERE id = (SELECT id FROM {EVENT})",
        {
            HASHES: "event .*: hash does not cover .*: its bytes were altered",
            FOLD: "card {card} of .*: its events cannot be read",
        },
    ),
    "balance edited": (
        "UPDATE ledger.card SET balance = balance + 1 WHERE card_id = '{card}'",
        {FOLD: "card {card} of .*: balance by events [0-9]+, kept ", PASSES: "pass of card {card}: [0-9]+ points and "},
    ),
    "lot edited": (
        "UPDATE ledger.lot SET expires_at = '2099-01-01', expires_on = '2099-01-01' WHERE card_id = '{card}'",
        {LOTS: "lot {card} .*: expires_at by events .*, kept 2099-01-01"},
    ),
    "receipt freed": (
        "DELETE FROM ledger.receipt WHERE receipt = 'R-2' AND card_id = '{card}'",
        {KEYS: "receipt .* R-2 .*: by its events it is there, but there is no row"},
    ),
    "cap emptied": (
        "DELETE FROM ledger.tally WHERE kind = 'points_of_card' AND subject LIKE '{card}%'",
        {KEYS: "tally points_of_card {card}.*: by its events it is there, but there is no row"},
    ),
    "program edited": (
        """UPDATE ledger.program SET rates = '{{"EUR": {{"points": 1000, "per_minor": 1}}}}'
        WHERE program_id = (SELECT program_id FROM ledger.card WHERE card_id = '{card}')""",
        {SETTINGS: "program .*: rates by events .*, kept .*1000"},
    ),
    "inbox row lost": (
        f"DELETE FROM ledger.inbox WHERE command_id = {COMMAND}",
        {
            ANSWERS: "ledger command [0-9]+ .*: on the stream without an inbox row",
            EFFECTS: "ledger command .*: 1 events, but it was never answered",
            ACKNOWLEDGED: "till's purchase p-2 on card {card}: acknowledged, its command .* is in no inbox",
        },
    ),
    "command answered twice": (
        f"""INSERT INTO ledger.inbox SELECT gen_random_uuid(), merchant, partition, cmd_seq, type, fingerprint, status,
        code, result, recorded_at, applied_at FROM ledger.inbox WHERE command_id = {COMMAND}""",
        {ANSWERS: "ledger command [0-9]+: answered 2 times: "},
    ),
    "acknowledged, then refused": (
        f"UPDATE ledger.inbox SET status = 'refused' WHERE command_id = {COMMAND}",
        {
            EFFECTS: "ledger command .*: refused, and yet ledger.points_earned.v1",
            ACKNOWLEDGED: "till's purchase p-2 on card {card}: acknowledged, its command .* is refused",
        },
    ),
    "effect of a refused command": (
        f"""UPDATE ledger.event SET command_id = (SELECT command_id FROM ledger.inbox WHERE status = 'refused')
        WHERE id = (SELECT id FROM {EVENT})""",
        {
            REFUSED: "till's purchase p-91 on card {card}: refused, and yet ledger.points_earned.v1",
            EFFECTS: "ledger command .*: refused, and yet ledger.points_earned.v1",
        },
    ),
    "delivery row lost": (
        f"DELETE FROM notifier.delivery WHERE {BONUS}",
        {
            OWED: "ledger event .* ledger.welcome_bonus_granted.v1: 0 × mail:welcome_bonus",
            BEHIND: "mail <.*>: no delivery is behind it",
        },
    ),
    "delivery row doubled": (
        f"""INSERT INTO notifier.delivery ({DELIVERY}) SELECT gen_random_uuid(), {DELIVERY.partition(", ")[2]}
        FROM notifier.delivery WHERE {BONUS}""",
        {
            OWED: "ledger event .* ledger.welcome_bonus_granted.v1: 2 × mail:welcome_bonus: .*, .*",
            ARRIVED: "delivery .* mail:welcome_bonus: sent, and no such mail has arrived",
        },
    ),
    "sending doubled": (
        """INSERT INTO notifier.event SELECT partition, pos + 5000, gen_random_uuid(), merchant, aggregate, 2, type,
        recorded_at, command_id, cmd_seq, body, hash, traceparent FROM notifier.event
        WHERE type = 'notifier.mail_sent.v1' LIMIT 1""",
        {TOLD: "delivery .* mail:.*: sent, told as sent 2 ×", "notifier.positions_and_versions_gapless": "follows"},
    ),
    "delivery without event": (
        f"UPDATE notifier.delivery SET event_id = gen_random_uuid() WHERE {BONUS}",
        {OWED: "notifier delivery .* mail:welcome_bonus: no event .* of ledger demands it"},
    ),
    "mail under another Message-ID": (
        f"UPDATE notifier.delivery SET id = gen_random_uuid() WHERE {BONUS}",
        {
            ARRIVED: "delivery .* mail:welcome_bonus: sent, and no such mail has arrived",
            BEHIND: "mail <.*>: no delivery is behind it",
        },
    ),
    "join without its mail": (
        "DELETE FROM notifier.delivery WHERE kind = 'enrollment'",
        {JOINED: "form's join .*: acknowledged, and no mail of a card has arrived"},
    ),
    "pass not acknowledged": (
        "UPDATE wallet.pass SET acknowledged = acknowledged - 1 WHERE card_id = '{card}'",
        {PASSES: "pass of card {card}: [0-9]+ of [0-9]+ and nobody is at it"},
    ),
    "pass behind its card": (
        "UPDATE wallet.pass SET points = points - 20 WHERE card_id = '{card}'",
        {
            PASSES: "pass of card {card}: [0-9]+ points and [0-9]+ stamps, the card has ",
            SHOWN: "pass of card {card}: shows [0-9]+ points, the card has ",
        },
    ),
    "pass doubled": (
        f"""INSERT INTO wallet.delivery ({DELIVERY}) SELECT gen_random_uuid(), {DELIVERY.partition(", ")[2]}
        FROM wallet.delivery WHERE recipient = '{{card}}'""",
        {PASSES: "pass of card {card}: 2 deliveries"},
    ),
}
