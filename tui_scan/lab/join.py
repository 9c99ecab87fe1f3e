"""Runs a command in the scanner namespace of a lab that another process holds: ``join PID COMMAND…``."""

import sys
from typing import NoReturn

from tui_scan.lab.namespaces import become, join_process


def main(arguments: list[str]) -> NoReturn:
    """Join the namespaces of the process ``arguments[0]`` and become the command that follows."""
    join_process(int(arguments[0]))
    become(arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
