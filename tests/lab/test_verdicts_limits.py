"""Targets that hold their answers back: resets and ICMP errors by the second, also behind a wire that loses some."""

import random
import socket
from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import replace

import pytest

from tests.impaired_wire import Wire
from tests.namespaces import Link, domain, inside, link
from tests.scans import BRISK, Seen, differences, patient, scanned, seen, without_raw
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique

MODES = [(Technique.SYN, True), (Technique.CONNECT, True), (Technique.CONNECT, False)]
PORTS = range(1, 501)
OPEN = PortState.OPEN, Reason.SYN_ACK
RULES = """
table inet limits {{
 chain in {{
  type filter hook input priority 0
  {rules}
 }}
 chain out {{
  type filter hook output priority 0
  tcp flags & rst == rst limit rate over {resets}/second burst 20 packets drop
 }}
}}
"""
WIRES = {"plain": None, "lossy and uneven": Wire(0, loss=0.03, delay=0.02, jitter=0.015)}
PATIENT = patient(BRISK, max_retries=10)


@pytest.fixture(scope="module", params=WIRES)
def strained(own_namespaces: None, seed: int, request: pytest.FixtureRequest) -> Iterator[Link]:
    """A target behind one of the wires."""
    wire = WIRES[request.param]
    with link(replace(wire, seed=seed) if wire else None) as made:
        yield made


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize(("technique", "raw"), MODES)
def test_a_limit_of_resets_or_errors_makes_no_closed_port_filtered(
    strained: Link, chance: random.Random, technique: Technique, raw: bool, family: int
) -> None:
    """Listeners, ports that are dropped, and ports that are rejected by ICMP 200 times a second."""
    drawn = chance.sample(PORTS, 180)
    listening, dropped, rejected = set(drawn[:40]), set(drawn[40:60]), set(drawn[60:])
    rules = [
        f"tcp dport {{ {','.join(map(str, dropped))} }} drop",
        f"tcp dport {{ {','.join(map(str, rejected))} }} reject with icmpx type admin-prohibited",
    ]
    strained.at_target("nft", "flush", "ruleset")
    strained.at_target("nft", "-f", "-", stdin=RULES.format(rules="\n  ".join(rules), resets=400))
    strained.at_target("sysctl", "-qw", "net.ipv4.icmp_msgs_per_sec=200", "net.ipv4.icmp_msgs_burst=50")
    with ExitStack() as held:
        with inside(strained.target):
            for port in listening:
                held.enter_context(socket.create_server(("", port), family=domain(family), backlog=64))
        with inside(strained.scanner), nullcontext() if raw else without_raw():
            scan = scanned([Link.address[family]], PORTS, technique, timing=PATIENT)
    closed = PortState.CLOSED, Reason.CONN_REFUSED if technique is Technique.CONNECT else Reason.RESET
    truth: Seen = dict.fromkeys(PORTS, closed)
    truth |= dict.fromkeys(dropped, (PortState.FILTERED, Reason.NO_RESPONSE)) | dict.fromkeys(listening, OPEN)
    view = seen(scan, technique)
    # Whether the error behind a filtered port got through is a matter of the limit; that it is filtered is not.
    assert {view.pop(port)[0] for port in rejected} == {PortState.FILTERED}
    assert not differences(view, {port: told for port, told in truth.items() if port not in rejected})
