"""Which tests go to the same process when there are several: those of one file, and all that ask for the whole platform."""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A platform is seven processes: one is started, and it ends before the tests that come after."""
    shared = {item.path for item in items if "platform" in getattr(item, "fixturenames", ())}
    for item in items:
        group = "platform" if item.path in shared else item.nodeid.split("::", 1)[0]
        item.add_marker(pytest.mark.xdist_group(group))
