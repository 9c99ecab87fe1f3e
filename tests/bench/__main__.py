"""``python -m tests.bench [NAME…] [--runs N]``: run benchmarks one after another; a Markdown table at the end.

``python -m tests.bench local`` sets the local view beside ss.
"""

import argparse
import compileall
import os
import secrets
import sys
import time
from pathlib import Path

import tui_scan
from tests.bench.cases import CASES, QUICK, Case
from tests.bench.series import Series, measured
from tests.bench.table import HEAD, machine, mistakes, rows
from tests.namespaces import obstacle


def main() -> int:
    """Run what was asked for; 0 where all of ours came to their end with no wrong verdict."""
    if sys.argv[1:2] == ["local"]:
        from tests.bench import local

        return local.main(sys.argv[2:])
    asked = _asked()
    if reason := obstacle():
        print(f"The benchmarks cannot run: {reason}.", file=sys.stderr)
        return 1
    seed = asked.seed or secrets.randbelow(1 << 32) + 1
    left_out = QUICK.keys() if asked.quick else QUICK.values()
    names = asked.names or [name for name in CASES if name not in left_out]
    # An installed program has its bytecode beside it, whatever this environment forbids to write.
    compileall.compile_dir(Path(tui_scan.__file__).parent, quiet=1)
    results: list[tuple[Case, list[Series], int]] = []
    started = time.monotonic()
    try:
        for name in names:
            case = CASES[name]
            results.append((case, *measured(case, asked.runs or case.runs, seed, _tell)))
    finally:
        _print(results, seed)
        _tell(f"{time.monotonic() - started:.0f} s in all")
    return 0 if not any(series[0].failure or series[0].wrong for _, series, _ in results) else 1


def _print(results: list[tuple[Case, list[Series], int]], seed: int) -> None:
    """The table of what was measured, even when it was broken off."""
    print(f"{machine()}. Medians of runs in turn; seed {seed}; load at the end {os.getloadavg()[0]:.1f}.\n")
    print(*HEAD, sep="\n")
    for case, series, cells in results:
        print(*rows(case, series, cells), sep="\n")
    for case, series, _ in results:
        print(*(f"\n- {sentence}" for sentence in mistakes(case, series)), sep="", end="")
    print(flush=True)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[[], *CASES], help=", ".join(CASES))
    parser.add_argument("--runs", type=int, metavar="N", help="runs of each contender (each benchmark has its own)")
    parser.add_argument("--quick", action="store_true", help=f"{', '.join(QUICK.values())} in place of the long form")
    parser.add_argument("--seed", type=int, metavar="N", help="repeat the open ports of another run")
    return parser.parse_args()


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
