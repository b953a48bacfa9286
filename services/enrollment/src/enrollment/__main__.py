"""``python -m enrollment``."""

import os
from functools import partial

import uvloop

from enrollment.app import build
from enrollment.settings import Settings
from stampbook_messaging.service import serve

if __name__ == "__main__":
    settings = Settings.from_environ(os.environ)
    uvloop.run(serve(settings.messaging, partial(build, settings)))
