"""A scan in a process of its own, told as JSON: ``python -m tests.told TECHNIQUE PORTS TARGET [seconds]``.

For scans under limits that a process keeps for life, and in namespaces that only a fresh process can enter.
"""

import json
import sys

from tests.scans import carried_out, prepared, seen
from tui_scan.model.techniques import Technique


def main() -> None:
    """Scan one target and print what was found."""
    technique, ports, target, *limit = sys.argv[1:]
    scan = prepared([target], ports, Technique(technique))
    worker = carried_out(scan, float(limit[0]) if limit else 60)
    view = seen(scan, Technique(technique))
    told = {
        "error": str(worker.error or ""),
        "notes": scan.notes,
        "host": int(scan.hosts.state[0]),
        "ports": {port: (int(state), int(reason)) for port, (state, reason) in view.items()},
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
