"""What the embedded mode refuses or fails at; each message says what to do about it."""


class ServerFailed(Exception):
    """A server or service did not start, or died; the message says what its log ended with."""


class AlreadyRunning(Exception):
    """Another launcher holds the directory."""


class NotRunning(Exception):
    """Nobody holds the directory."""


class NotOurDirectory(Exception):
    """The directory holds something else, or belongs to somebody else."""


class UnusableSetting(Exception):
    """A setting cannot be meant as it stands."""
