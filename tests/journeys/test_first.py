"""Journey 1 as `stampbook journeys 1` walks it, and what the audit says afterwards."""

from stampbook_cli.journeys.first import FirstJourney
from stampbook_cli.journeys.walk import Walk
from tests.platform import Platform


async def test_journey_one_goes_as_promised(platform: Platform) -> None:
    walk = Walk(print)
    await FirstJourney(platform.doors, platform.keys, walk, traces=platform.directory.traces).run()
    assert [step.name for step in walk.steps if not step.ok] == []
    assert len(walk.steps) == 10


async def test_the_audit_is_clean_after_it(platform: Platform) -> None:
    assert await platform.audit() == []
