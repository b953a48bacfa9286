"""How a command tells a script what happened."""

DONE = 0
WRONG = 1  # it was tried and failed, or something that was looked at is not well
MISUSED = 2  # the command line makes no sense
NOT_RUNNING = 3
ALREADY_RUNNING = 4

EXPLAINED = "Exit codes: 0 done, 1 something is wrong, 2 wrong usage, 3 not running, 4 already running."
