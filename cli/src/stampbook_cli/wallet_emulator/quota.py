"""Google's one published limit, 20 requests a second: a bucket that holds a second's worth and refills evenly."""

from collections.abc import Callable

from stampbook_cli.wallet_emulator.refusals import rate_exceeded


class RequestQuota:
    """*seconds* is a clock that never goes back."""

    def __init__(self, per_second: float, seconds: Callable[[], float]) -> None:
        self._per_second = per_second
        self._seconds = seconds
        self._left = per_second
        self._filled_at = seconds()

    def spend(self) -> None:
        now = self._seconds()
        self._left = min(self._per_second, self._left + (now - self._filled_at) * self._per_second)
        self._filled_at = now
        if self._left < 1:
            raise rate_exceeded()
        self._left -= 1
