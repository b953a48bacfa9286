"""What was only on its way when the audit looked is looked at again; what agreed is not: a big ledger takes minutes."""

from __future__ import annotations

from dataclasses import dataclass, field

from stampbook_cli.auditing.audit import LOOKS, Looking, until_they_agree
from stampbook_messaging.log_checks import Check


@dataclass
class Seen:
    """*wrong*: in so many looks something is found."""

    looks: dict[str, int] = field(default_factory=dict)

    def looking(self, name: str, wrong: int) -> Looking:
        async def look() -> Check:
            self.looks[name] = self.looks.get(name, 0) + 1
            check = Check(name=name)
            if self.looks[name] <= wrong:
                check.blame("on its way")
            return check

        return look


async def test_only_what_found_something_looks_again() -> None:
    seen = Seen()
    lookings = {name: seen.looking(name, wrong) for name, wrong in {"first": 0, "late": 2, "last": 0}.items()}
    checks = await until_they_agree(lookings, pause_seconds=0)
    assert [(check.name, check.ok) for check in checks] == [("first", True), ("late", True), ("last", True)]
    assert seen.looks == {"first": 1, "late": 3, "last": 1}


async def test_what_is_wrong_for_good_is_told() -> None:
    seen = Seen()
    lookings = {"fine": seen.looking("fine", 0), "wrong": seen.looking("wrong", 99)}
    checks = await until_they_agree(lookings, pause_seconds=0)
    assert {check.name: check.found for check in checks} == {"fine": [], "wrong": ["on its way"]}
    assert seen.looks == {"fine": 1, "wrong": LOOKS}


async def test_a_check_that_stumbles_over_what_it_reads_has_found_just_that() -> None:
    async def stumble() -> Check:
        raise ValueError

    (check,) = await until_they_agree({"a log": stumble}, pause_seconds=0)
    assert check.found[0].startswith("a log: something that was stored cannot be read")
