"""Starts a command; nothing heavy is imported before it is known which."""

import gc
import os
import sys
from importlib import import_module

from tui_scan import __version__

HELP = """\
usage: tui-scan [options] [TARGET ...]   open the interface, its form filled in
       tui-scan scan [options] TARGET ...   scan without the interface
       tui-scan matrix [options] TARGET ...   every scan type, and the kind of filter they prove
       tui-scan local [options]   the sockets of this host
       tui-scan compare [options] TARGET   what listens on a host beside what a scan sees of it
       tui-scan explain [WORD ...]   what states, reasons and words mean, and where that stands
       tui-scan lab [options]   the practice network
       tui-scan --version

The options are nmap's. Each command tells its own with -h: try “tui-scan scan -h”.
Scan only what is yours, or what you are allowed to scan.
"""


def main() -> int:
    """Run the command that ``sys.argv`` names; return the exit status.

    0 done, 1 failed, 2 usage, 3 refused by the guard, 130 interrupted.
    """
    # Few objects here form cycles; the usual threshold would look for them a hundred times while modules load.
    gc.set_threshold(50_000, 20, 20)
    # A thread that sends needs the interpreter for a moment between two system calls, and would wait 5 ms for it.
    sys.setswitchinterval(0.0005)
    # numpy's linear algebra, which nothing here uses, would start a thread for each core.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    argv = sys.argv[1:]
    if argv in (["--version"], ["-V"]):
        return _say(f"tui_scan {__version__}\n")
    if argv in (["--help"], ["-h"]):
        return _say(HELP)
    try:
        return _run(argv)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return _reader_gone()
    except Exception as error:
        from tui_scan.model.errors import TuiScanError

        if not isinstance(error, TuiScanError):
            raise
        sys.stdout.flush()
        print(f"tui-scan: {error}", file=sys.stderr)
        return error.exit_code


def _run(argv: list[str]) -> int:
    from tui_scan.cli.commands import COMMANDS, chosen

    command, rest = chosen(argv)
    status: int = import_module(f"tui_scan.cli.{COMMANDS[command]}").main(rest)
    return status


def _say(text: str) -> int:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        return _reader_gone()
    return 0


def _reader_gone() -> int:
    """Whoever read the output has enough; the interpreter must not complain when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def start() -> None:
    """Run ``main`` and leave at once: taking numpy's and the interpreter's modules apart would cost 20 ms."""
    status = main()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            status = status or 1
    os._exit(status)


if __name__ == "__main__":
    start()
