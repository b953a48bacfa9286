"""The rules by number, each in a sentence of ours, and the rules that each worked example is about."""

from collections.abc import Mapping

SECTIONS: Mapping[str, Mapping[int, str]] = {
    "Ground": {
        1: "Points, stamps and money are whole numbers, and one operation moves a bounded number of them.",
        2: "Operations apply in the order of their recording; what they count for goes by the time they happened.",
        3: "A day is the local day of the store, or of the card's home store.",
        4: "A day ends at one instant, and what was once said to last until then lasts until then.",
        5: "A key is answered once; whoever tells it again hears the same answer.",
        6: "Checks have an order, and the first that fails is the answer.",
        7: "A refusal is recorded with its code and changes nothing else.",
        8: "An event says all that later steps need, and nothing that a person wrote.",
    },
    "Program versions": {
        9: "What is published never changes; another version begins at an instant of its own.",
        10: "What was promised is kept as it was promised.",
        11: "What a merchant leaves out has a default, and every setting has its bounds.",
        12: "A program that ends lets customers redeem for a while; then all that is left expires.",
    },
    "Earning points": {
        13: "Points are counted exactly, in proportion to the amount, and rounded once.",
        14: "A purchase counts in its own currency, if the program has a rate for it.",
        15: "Campaigns multiply the points of purchases, on their days and in their stores.",
        16: "Of several campaigns the best counts, or their extras add up.",
        17: "A purchase too small for a point is a purchase all the same.",
        18: "Whatever is credited repays a debt first, and the rest can be used at once.",
        19: "A receipt counts once for points and once for stamps.",
    },
    "Stamps": {
        20: "All stores of a program fill one card.",
        21: "What is more than a full card takes is carried over, kept out or banked, as the program says.",
        22: "What fits is given, and the rest is told.",
        23: "An open cycle keeps its target; it may be lowered and is never raised.",
        24: "Stamps wait for ever; the reward of a full card does not.",
    },
    "Welcome and birthday": {
        25: "Everybody is welcomed once, as it was promised when they joined.",
        26: "A welcome that came with a purchase goes with it when that is voided.",
        27: "A birthday is kept once a year, on the day, with consent.",
        28: "A birthday that was missed is made up for within two weeks.",
    },
    "Lots, expiry, balance": {
        29: "Every credit is a lot with a last day of its own.",
        30: "Rolling points end so many days or months after they were earned.",
        31: "Fixed points end on a day of the year.",
        32: "Points that end by inactivity are saved by every activity.",
        33: "In the days of grace points still count.",
        34: "What has ended is booked once, dated to its end.",
        35: "While a clock stands nothing ends, and when it goes on there is time left.",
        36: "Who arrives late finds what would have been there in time.",
        37: "A new rule reaches new points; old ones can only gain by it.",
        38: "Customers are warned before points end, and once a week at most.",
        39: "Balance, available points and debt can be told for any instant.",
        40: "What ends first is used first.",
    },
    "Rewards": {
        41: "A reward has its price, its stores and its days; changing it touches nothing that is unlocked or held.",
        42: "Stock falls with a reservation and returns with what is given up.",
        43: "A limit counts per person and period.",
        44: "Points are paid when the reward is handed over.",
        45: "An unlocked reward waits until its last day to be fetched.",
        46: "A redeem code fetches one thing, once, for as long as that can be had.",
        47: "Customers hear when a reward comes within their reach.",
    },
    "Reservations": {
        48: "Points can be set aside for a reward, for a while.",
        49: "What is held is captured once, in time, in whole rewards.",
        50: "A reservation is given up by somebody or ends by the clock.",
        51: "A reservation outlives the last day of its points, and gives them no further one.",
    },
    "Void and refund": {
        52: "A void leaves things as if an operation had never happened.",
        53: "A refund is of one receipt, and of no more than was paid.",
        54: "Each part of a refund reverses its share, and the shares add up.",
        55: "Reversed points are taken from their own lot first, and nobody owes what was never spent.",
        56: "What is owed is repaid by the next points, forgiven, or written off.",
        57: "Points that come back settle what is owed, then lie where they had been.",
        58: "A refund of everything gives rewards back and takes stamps back.",
        59: "Reversed stamps leave the card, then the youngest reward; then they are owed or written off.",
    },
    "Adjustments": {
        60: "Figures are put right by hand, for a reason, and never below zero.",
        61: "Each role has its limits.",
    },
    "Guards": {
        62: "Nobody is stamped twice in a moment unless staff say why.",
        63: "A day has its caps, for a card and for a member of staff.",
    },
    "Cards": {
        64: "What may be done depends on whether a card is active, frozen, closed or merged.",
        65: "What a frozen card refused to a terminal may be sent again.",
        66: "Who leaves leaves nothing behind, and may come back.",
        67: "A lost card has another number, and nothing else changes.",
        68: "Two cards of one person become one.",
    },
    "Clock and offline": {
        69: "A terminal's clock is corrected.",
        70: "A time that cannot be is moved or refused.",
        71: "What a terminal saved up is applied in its order; a revoked one is asked about.",
        72: "A store may let customers redeem offline, within its cap.",
        73: "What was meant for now is not done later.",
    },
    "Time-driven work": {
        74: "Work by the clock ends the same however late, often or piecemeal it is done.",
        75: "Work is done by its due time, and at one instant in one order.",
    },
    "Postings and reports": {
        76: "Whatever moves value is a posting, and its lines sum to zero.",
        77: "What a merchant owes can be told for any instant.",
        78: "What was never fetched, and how a figure came about, can be told for any period.",
    },
}

RULES: Mapping[int, str] = {number: said for rules in SECTIONS.values() for number, said in rules.items()}

EXAMPLES: Mapping[int, tuple[int, ...]] = {
    1: (5,), 2: (6, 7), 3: (10,), 4: (10, 37), 5: (13, 15, 16, 19), 6: (14, 13, 17), 7: (18,), 8: (20, 21, 23),
    9: (21, 22), 10: (21, 22), 11: (23,), 12: (25,), 13: (26, 25, 10), 14: (27, 28), 15: (30, 31), 16: (4,),
    17: (33, 34), 18: (32, 36), 19: (38,), 20: (40,), 21: (39, 2), 22: (42,), 23: (45, 46), 24: (48, 49, 50),
    25: (49,), 26: (51, 34), 27: (54, 53), 28: (55, 56, 57), 29: (56, 57), 30: (55,), 31: (57,), 32: (58,), 33: (59,),
    34: (61, 60), 35: (60, 52), 36: (62,), 37: (63, 22), 38: (35, 64), 39: (67,), 40: (68,), 41: (70, 69), 42: (72,),
    43: (75, 34), 44: (74, 29), 45: (77, 78), 46: (78, 76),
}  # fmt: skip
"""The first rule is where an example is told; the others name it."""
