"""``python -m gateway``."""

import os
from functools import partial

import uvloop

from gateway.app import build
from gateway.settings import Settings
from stampbook_messaging.service import serve

if __name__ == "__main__":
    settings = Settings.from_environ(os.environ)
    uvloop.run(serve(settings.messaging, partial(build, settings)))
