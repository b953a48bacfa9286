"""Work by the clock (R74): what has fallen due is sent as commands, each with an id that is its own for ever."""
