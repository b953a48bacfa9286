"""Work by the clock that only enrollment can know of."""
