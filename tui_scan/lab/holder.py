"""Holds a lab until standard input ends; tells the process numbers as a line of JSON."""

import json
import os
import sys
from pathlib import Path

from tui_scan.lab.description import load
from tui_scan.lab.network import enter
from tui_scan.model.errors import TuiScanError


def main(arguments: list[str]) -> int:
    """Make the lab of the topology file ``arguments[0]``, hold it, and end it."""
    try:
        lab = enter(load(Path(arguments[0])))
    except TuiScanError as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return error.exit_code
    with lab:
        print(json.dumps({"pid": os.getpid(), "hosts": lab.pids}), flush=True)
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
