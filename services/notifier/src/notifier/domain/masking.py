"""Take out of an answer what it tells about the recipient."""

import re

_ADDRESS = re.compile(r"""["'<(]*[^\s<>"'(),;:]+@[^\s<>"'(),;]+""")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_LENGTH_MAX = 300
_SHORT = 3

MASK = "[address]"


def masked_answer(text: str, recipient: str) -> str:
    """The answer on one line, without any address; the recipient's parts go even where they stand alone."""
    line = _CONTROLS.sub(" ", text)
    local, _, domain = recipient.rpartition("@")
    for part in (recipient, local, domain):
        if len(part) >= _SHORT and _may_say(line, part):
            line = re.sub(re.escape(part), MASK, line, flags=re.IGNORECASE)
    return _ADDRESS.sub(MASK, line).strip()[:_LENGTH_MAX]


def _may_say(line: str, part: str) -> bool:
    """Spares a pattern for each recipient, which costs as much as sending; beyond ASCII only a pattern knows all cases."""
    return not (line.isascii() and part.isascii()) or part.lower() in line.lower()


def masked_address(address: str) -> str:
    """What an operator may see of an address: the first letter, the first of the domain and its last label."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain[:1]}***.{domain.rpartition('.')[2]}"
