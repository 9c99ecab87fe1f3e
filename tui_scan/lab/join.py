"""Runs a command in the scanner namespace of a lab that another process holds: ``join PID COMMAND…``."""

import os
import sys

from tui_scan.lab.namespaces import join_process


def main(arguments: list[str]) -> int:
    """Join the namespaces of the process ``arguments[0]`` and become the command that follows."""
    join_process(int(arguments[0]))
    os.execvp(arguments[1], arguments[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
