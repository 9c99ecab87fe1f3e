"""Tests of times: other work on the machine may spoil one run of such a test, but a fault spoils each."""

import functools
from collections.abc import Callable
from typing import ParamSpec

RUNS = 5
Args = ParamSpec("Args")


def one_good_run(test: Callable[Args, None]) -> Callable[Args, None]:
    """Run the test again where it fails, with the same fixtures; the last of ``RUNS`` failures counts."""

    @functools.wraps(test)
    def repeated(*args: Args.args, **kwargs: Args.kwargs) -> None:
        for _ in range(RUNS - 1):
            try:
                return test(*args, **kwargs)
            except AssertionError as error:
                print(f"once more, for {error}")
        return test(*args, **kwargs)

    return repeated
