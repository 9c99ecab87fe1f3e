"""Runs one command and writes how long it took and its peak memory, from a process too small to blur either.

``python timed.py FILE LIMIT COMMAND…``; the peak of a child counts what its parent held when it forked.
"""

import json
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path


def main() -> None:
    """Run, measure, write JSON to the file: seconds, MiB, exit status."""
    into, limit, *command = sys.argv[1:]
    started = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    killer = threading.Timer(float(limit), process.kill)
    killer.daemon = True
    killer.start()
    status = process.wait()
    seconds = time.monotonic() - started
    killer.cancel()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    Path(into).write_text(json.dumps([seconds, peak, status]))


main()
