"""What the demo's cards can be turned into: rewards for points from 100 on, and one for each full stamp card."""

from typing import Any

from stampbook_cli.seeding.demo_data import BOOKWORLD, FASHION, WIZATECH, demo_id

REWARDS: tuple[dict[str, Any], ...] = (
    {
        "merchant_id": FASHION,
        "reward_id": demo_id("reward/fashion-group/voucher"),
        "program_id": demo_id("program/fashion-group"),
        "names": {
            "en": "5 euros off",
            "fr": "5 euros de remise",
            "de": "5 Euro Nachlass",
            "lb": "5 Euro Rabatt",
        },
        "descriptions": {
            "en": "Taken off whatever you buy, in both stores.",
            "fr": "Déduits de votre achat, dans les deux magasins.",
            "de": "Auf Ihren Einkauf, in beiden Geschäften.",
            "lb": "Op Ären Akaf, an deenen zwee Geschäfter.",
        },
        "cost": 100,
        "value_minor": 500,
    },
    {
        "merchant_id": FASHION,
        "reward_id": demo_id("reward/fashion-group/alteration"),
        "program_id": demo_id("program/fashion-group"),
        "names": {
            "en": "A free alteration",
            "fr": "Une retouche offerte",
            "de": "Eine kostenlose Änderung",
            "lb": "Eng gratis Retouche",
        },
        "descriptions": {
            "en": "Shortened or taken in by our own seamstress.",
            "fr": "Raccourci ou cintré par notre couturière.",
            "de": "Gekürzt oder enger gemacht von unserer Schneiderin.",
            "lb": "Kierzer oder méi enk gemaach vun eiser Schneidesch.",
        },
        "cost": 250,
        "stores": [demo_id("store/fashionhub")],
        "value_minor": 1500,
    },
    {
        "merchant_id": FASHION,
        "reward_id": demo_id("reward/fashion-group/scarf"),
        "program_id": demo_id("program/fashion-group"),
        "names": {"en": "A scarf", "fr": "Une écharpe", "de": "Ein Schal", "lb": "E Schal"},
        "descriptions": {
            "en": "For a full stamp card: choose your colour.",
            "fr": "Pour une carte de tampons complète : choisissez votre couleur.",
            "de": "Für eine volle Stempelkarte: suchen Sie sich die Farbe aus.",
            "lb": "Fir eng voll Stempelkaart: sicht Iech d'Faarf eraus.",
        },
        "value_minor": 1990,
    },
    {
        "merchant_id": BOOKWORLD,
        "reward_id": demo_id("reward/bookworld/paperback"),
        "program_id": demo_id("program/bookworld"),
        "names": {"en": "A paperback", "fr": "Un livre de poche", "de": "Ein Taschenbuch", "lb": "En Täschebuch"},
        "value_minor": 1200,
        "valid_days": None,
    },
    {
        "merchant_id": WIZATECH,
        "reward_id": demo_id("reward/wizatech/check"),
        "program_id": demo_id("program/wizatech"),
        "names": {
            "en": "A check of your computer",
            "fr": "Un contrôle de votre ordinateur",
            "de": "Eine Durchsicht Ihres Computers",
            "lb": "Eng Kontroll vun Ärem Computer",
        },
        "cost": 100,
        "stock": 500,
        "limit": 2,
        "limit_per": "month",
        "value_minor": 2500,
    },
)
"""The rules of a program name the reward of its full card."""
