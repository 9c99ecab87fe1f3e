"""A scan in a process of its own, told as JSON: ``python -m tests.told TECHNIQUE PORTS TARGET...``.

For scans under limits that a process keeps for life, and in namespaces that only a fresh process can enter.
"""

import json
import sys

from tests.scans import BRISK, carried_out, patient, prepared, seen
from tui_scan.model.techniques import Technique


def main() -> None:
    """Scan the targets and print what was found: states and reasons by address and port."""
    name, ports, *targets = sys.argv[1:]
    technique = Technique(name)
    scan = prepared(targets, ports, technique, timing=patient(BRISK, max_retries=10))
    worker = carried_out(scan, 100)
    told = {
        "error": str(worker.error or ""),
        "notes": scan.notes,
        "ports": {scan.hosts.address(host): seen(scan, technique, host) for host in range(scan.hosts.count)},
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
