"""Open ports behind a firewall that drops all others, on a wire that takes fewer frames than a scan would send."""

import random

import pytest

from tests.bench.rooms import listening
from tests.impaired_wire import Wire
from tests.namespaces import Link, inside, link
from tests.scans import BRISK, carried_out, patient, prepared, seen
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique

PORTS = range(1, 6001)
RULES = """table inet f {{
 chain in {{
  type filter hook input priority 0
  tcp dport != {{ {} }} drop
 }}
}}
"""


@pytest.mark.parametrize("opened", [2, 12])
def test_no_open_port_is_lost_on_a_narrow_wire(own_namespaces: None, seed: int, opened: int) -> None:
    """Hardly anything answers, so what the wire swallows looks like the firewall's silence."""
    chosen = random.Random(seed).sample(PORTS, opened)
    with link(Wire(seed, rate=3000.0, queue=100, delay=0.002)) as made, listening(made.target, chosen):
        made.at_target("nft", "-f", "-", stdin=RULES.format(", ".join(map(str, chosen))))
        with inside(made.scanner):
            scan = prepared([Link.address[4]], PORTS, Technique.SYN, timing=patient(BRISK, max_retries=10))
            worker = carried_out(scan)
    assert worker.error is None
    found = {port for port, verdict in seen(scan, Technique.SYN).items() if verdict == (PortState.OPEN, Reason.SYN_ACK)}
    assert found == set(chosen)
