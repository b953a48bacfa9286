"""The demo platform: three merchants, their stores, programs and join forms, in four languages."""

from typing import Any
from uuid import UUID, uuid5

_DEMO = UUID("5b0a7a3e-0000-4000-8000-00000000d3a0")

Texts = dict[str, str]


def demo_id(name: str) -> UUID:
    """The same name is the same thing, also when the demo is seeded a second time."""
    return uuid5(_DEMO, name)


FASHION = demo_id("merchant/fashion-group")
BOOKWORLD = demo_id("merchant/bookworld")
WIZATECH = demo_id("merchant/wizatech")

MERCHANTS: tuple[dict[str, Any], ...] = (
    {"merchant_id": FASHION, "slug": "fashion-group", "name": "Fashion Group S.A."},
    {"merchant_id": BOOKWORLD, "slug": "bookworld", "name": "BookWorld"},
    {"merchant_id": WIZATECH, "slug": "wizatech", "name": "WizaTech"},
)

PROGRAMS: tuple[dict[str, Any], ...] = (
    {
        "merchant_id": FASHION,
        "program_id": demo_id("program/fashion-group"),
        "names": {
            "en": "Fashion Group Loyalty",
            "fr": "Fashion Group Fidélité",
            "de": "Fashion Group Treue",
            "lb": "Fashion Group Fidelitéit",
        },
        "rates": {"EUR": {"points": 2, "per_minor": 100}},
        "rounding": "down",
        "welcome_points": 50,
        "stamp_target": 10,
        "rules": {
            "expiry": {"kind": "rolling", "count": 12, "unit": "months"},
            "full_card_reward": demo_id("reward/fashion-group/scarf"),
            # The shortest there is: whoever tries it, or walks a journey, sees a reservation lapse.
            "hold_till_seconds": 60,
            "point_value": {"minor": 500, "points": 100},
        },
    },
    {
        "merchant_id": BOOKWORLD,
        "program_id": demo_id("program/bookworld"),
        "names": {"en": "BookWorld Card", "fr": "Carte BookWorld", "de": "BookWorld-Karte", "lb": "BookWorld-Kaart"},
        "rates": {},
        "rounding": "down",
        "welcome_points": 0,
        "stamp_target": 8,
        "rules": {"full_card_reward": demo_id("reward/bookworld/paperback"), "overfill": "bank_to_limit"},
    },
    {
        "merchant_id": WIZATECH,
        "program_id": demo_id("program/wizatech"),
        "names": {"en": "WizaTech Points", "fr": "Points WizaTech", "de": "WizaTech-Punkte", "lb": "WizaTech-Punkten"},
        "rates": {"EUR": {"points": 1, "per_minor": 100}},
        "rounding": "down",
        "welcome_points": 20,
        "stamp_target": None,
        "rules": {"expiry": {"kind": "rolling", "count": 24, "unit": "months"}, "policy": "absorb"},
    },
)

STORES: tuple[dict[str, Any], ...] = (
    {
        "merchant_id": FASHION,
        "store_id": demo_id("store/fashionhub"),
        "program_id": demo_id("program/fashion-group"),
        "subdomain": "fashionhub",
        "name": "FASHIONHUB",
        "accent": "#8a2b4f",
        "has_catalog": False,
        "taglines": {
            "en": "Clothes you will still love next year",
            "fr": "Des vêtements que vous aimerez encore l'an prochain",
            "de": "Kleidung, die Sie auch nächstes Jahr noch mögen",
            "lb": "Kleeder, déi Dir d'nächst Joer nach ëmmer gär hutt",
        },
        "descriptions": {
            "en": "A small shop in the old town with clothes from makers we know by name. Come in, take your time.",
            "fr": "Une petite boutique de la vieille ville, avec des vêtements de créateurs que nous connaissons "
            "personnellement. Entrez, prenez votre temps.",
            "de": "Ein kleines Geschäft in der Altstadt mit Kleidung von Herstellern, die wir persönlich kennen. "
            "Kommen Sie herein, lassen Sie sich Zeit.",
            "lb": "E klengt Geschäft an der Alstad mat Kleeder vu Leit, déi mir perséinlech kennen. "
            "Kommt eran, huelt Iech Zäit.",
        },
    },
    {
        "merchant_id": FASHION,
        "store_id": demo_id("store/fashionoutlet"),
        "program_id": demo_id("program/fashion-group"),
        "subdomain": "fashionoutlet",
        "name": "FASHIONOUTLET",
        "accent": "#1f5c7a",
        "has_catalog": True,
        "taglines": {
            "en": "Last season's favourites, this season's prices",
            "fr": "Les coups de cœur de la saison passée, à petit prix",
            "de": "Lieblingsstücke der letzten Saison zum kleinen Preis",
            "lb": "D'Liblingsstécker vun der leschter Saison fir manner Geld",
        },
        "descriptions": {
            "en": "Everything that was left over and is far too good to stay in a store room.",
            "fr": "Tout ce qui restait et qui est bien trop beau pour dormir en réserve.",
            "de": "Alles, was übrig blieb und viel zu schade für das Lager ist.",
            "lb": "Alles, wat iwwereg bliwwen ass a vill ze schued fir an de Stock ass.",
        },
    },
    {
        "merchant_id": BOOKWORLD,
        "store_id": demo_id("store/bookworld"),
        "program_id": demo_id("program/bookworld"),
        "subdomain": "bookworld",
        "name": "BookWorld",
        "accent": "#2e6b3f",
        "has_catalog": False,
        "taglines": {
            "en": "One stamp a book",
            "fr": "Un tampon par livre",
            "de": "Ein Stempel pro Buch",
            "lb": "Ee Stempel pro Buch",
        },
        "descriptions": {
            "en": "New and second-hand books in four languages, and a chair to read in.",
            "fr": "Des livres neufs et d'occasion en quatre langues, et un fauteuil pour lire.",
            "de": "Neue und gebrauchte Bücher in vier Sprachen und ein Sessel zum Lesen.",
            "lb": "Nei a gebraucht Bicher a véier Sproochen an e Sessel fir ze liesen.",
        },
    },
    {
        "merchant_id": WIZATECH,
        "store_id": demo_id("store/wizatech"),
        "program_id": demo_id("program/wizatech"),
        "subdomain": "wizatech",
        "name": "WizaTech",
        "accent": "#4a3f8f",
        "has_catalog": True,
        "taglines": {
            "en": "Repaired today, used for years",
            "fr": "Réparé aujourd'hui, utilisé pendant des années",
            "de": "Heute repariert, jahrelang benutzt",
            "lb": "Haut gefléckt, jorelaang benotzt",
        },
        "descriptions": {
            "en": "Computers and telephones, sold with advice and repaired on the spot.",
            "fr": "Ordinateurs et téléphones, vendus avec conseil et réparés sur place.",
            "de": "Computer und Telefone, mit Beratung verkauft und vor Ort repariert.",
            "lb": "Computeren an Telefonen, mat Rotschléi verkaaft an op der Plaz gefléckt.",
        },
    },
)

TERMS_VERSION = "2026-11"

TERMS: Texts = {
    "en": "You collect points or stamps with every purchase at a store of this programme. Points and stamps have no cash "
    "value and belong to you alone. You may leave at any time; what is left on your card then ends.",
    "fr": "Vous cumulez des points ou des tampons à chaque achat dans un magasin de ce programme. Les points et les "
    "tampons n'ont pas de valeur en espèces et vous sont personnels. Vous pouvez quitter le programme à tout moment ; "
    "ce qui reste sur votre carte prend alors fin.",
    "de": "Sie sammeln Punkte oder Stempel bei jedem Einkauf in einem Geschäft dieses Programms. Punkte und Stempel haben "
    "keinen Barwert und gehören Ihnen allein. Sie können jederzeit austreten; was dann noch auf Ihrer Karte ist, verfällt.",
    "lb": "Dir sammelt Punkten oder Stempele bei all Akaf an engem Geschäft vun dësem Programm. Punkten a Stempele hu kee "
    "Géigewäert a Cash a gehéieren Iech eleng. Dir kënnt zu all Moment austrieden; wat dann nach op Ärer Kaart ass, verfält.",
}

PRIVACY: Texts = {
    "en": "We keep your name, e-mail address, phone number and date of birth to run your loyalty card, encrypted and apart "
    "from your purchases. We send offers only if you asked for them. You may see, correct or erase your data at any time.",
    "fr": "Nous conservons votre nom, votre adresse e-mail, votre numéro de téléphone et votre date de naissance pour gérer "
    "votre carte de fidélité, chiffrés et séparés de vos achats. Nous n'envoyons des offres que si vous l'avez demandé. Vous "
    "pouvez consulter, corriger ou effacer vos données à tout moment.",
    "de": "Wir speichern Ihren Namen, Ihre E-Mail-Adresse, Ihre Telefonnummer und Ihr Geburtsdatum, um Ihre Treuekarte zu "
    "führen, verschlüsselt und getrennt von Ihren Einkäufen. Angebote senden wir nur auf Ihren Wunsch. Sie können Ihre Daten "
    "jederzeit einsehen, berichtigen oder löschen lassen.",
    "lb": "Mir späicheren Ären Numm, Är E-Mail-Adress, Är Telefonsnummer an Äre Gebuertsdatum, fir Är Fidelitéitskaart ze "
    "féieren, verschlësselt a getrennt vun Ären Akeef. Offere schécke mir nëmmen, wann Dir dat wëllt. Dir kënnt Är Donnéeën "
    "zu all Moment gesinn, verbesseren oder läsche loossen.",
}

JOIN_FORM: dict[str, Any] = {
    "asked": ["first_name", "surname", "email", "phone", "birthday"],
    "required": ["first_name", "surname", "email"],
    "minimum_age": 16,
    "terms_version": TERMS_VERSION,
    "terms": TERMS,
    "privacy": PRIVACY,
}
