"""``python -m wallet_sync``."""

import os
from functools import partial

import uvloop

from stampbook_messaging.service import serve
from wallet_sync.app import build
from wallet_sync.settings import Settings

if __name__ == "__main__":
    settings = Settings.from_environ(os.environ)
    uvloop.run(serve(settings.messaging, partial(build, settings)))
