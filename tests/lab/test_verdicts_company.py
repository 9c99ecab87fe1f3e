"""Several hosts on one wire: a silent, a limited and a lossy one, and none of them holds up the others."""

import random
from collections.abc import Iterator
from contextlib import nullcontext

import numpy as np
import pytest

from tests.namespaces import Link, inside, link, run
from tests.scans import BRISK, Seen, differences, patient, scanned, seen, without_raw
from tui_scan.engine.scan import Scan
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique

MODES = [(Technique.SYN, True), (Technique.CONNECT, True), (Technique.CONNECT, False)]
PORTS = range(1, 401)
SILENT, LIMITED, LOSSY, PLAIN = range(4)
ADDRESSES = {4: [f"10.99.7.{20 + kind}" for kind in range(4)], 6: [f"fd99:7::2{kind}" for kind in range(4)]}
RESETS_A_SECOND, LOST = 300, 10
PATIENT = patient(BRISK, max_retries=10)
"""With -T4's six, one of 400 ports stays unheard in every 300th scan where a fifth of the tries is lost."""
RULES = """
table inet company {{
 chain in {{
  type filter hook input priority 0
  {word} daddr {silent} meta l4proto tcp drop
  {word} daddr {lossy} meta l4proto tcp numgen random mod 100 < {lost} drop
 }}
 chain out {{
  type filter hook output priority 0
  {word} saddr {limited} tcp flags & rst == rst limit rate over {limit}/second burst 50 packets drop
  {word} saddr {lossy} meta l4proto tcp numgen random mod 100 < {lost} drop
 }}
}}
"""


def rules(family: int) -> str:
    silent, limited, lossy, _ = ADDRESSES[family]
    word = "ip" if family == 4 else "ip6"
    return RULES.format(
        word=word, silent=silent, limited=limited, lossy=lossy, lost=LOST, limit=RESETS_A_SECOND
    ).replace("table inet company", f"table inet company{family}")


@pytest.fixture(scope="module")
def company(own_namespaces: None) -> Iterator[Link]:
    """Four hosts of one kernel."""
    with link() as made:
        for family, addresses in ADDRESSES.items():
            for address in addresses:
                bits, nodad = (24, ()) if family == 4 else (64, ("nodad",))
                run("ip", "-n", made.target, "addr", "add", f"{address}/{bits}", "dev", made.target_device, *nodad)
            made.at_target("nft", "-f", "-", stdin=rules(family))
        yield made


def truth(technique: Technique, kind: int) -> Seen:
    closed = PortState.CLOSED, Reason.CONN_REFUSED if technique is Technique.CONNECT else Reason.RESET
    silence = PortState.FILTERED, Reason.NO_RESPONSE
    return dict.fromkeys(PORTS, silence if kind == SILENT else closed)


def entered(scan: Scan, host: int, share: float) -> int:
    """The ledger's version at which this share of a host's ports had its verdict."""
    stamps = np.sort(scan.ledger.stamp[scan.ledger.row(host)])
    return int(stamps[int(share * len(stamps)) - 1])


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize(("technique", "raw"), MODES)
def test_none_holds_up_the_others(
    company: Link, chance: random.Random, technique: Technique, raw: bool, family: int
) -> None:
    targets = ADDRESSES[family]
    with inside(company.scanner), nullcontext() if raw else without_raw():
        scan = scanned(chance.sample(targets, 4), PORTS, technique, timing=PATIENT)
    by_kind = [scan.hosts.index(address) for address in targets]
    for kind, host in enumerate(by_kind):
        assert not differences(seen(scan, technique, host), truth(technique, kind)), kind
    silent, limited, lossy, plain = by_kind
    ledger = scan.ledger
    assert entered(scan, plain, 1.0) < ledger.stamp[ledger.row(silent)].min()
    assert entered(scan, plain, 1.0) < entered(scan, limited, 1.0)
    assert entered(scan, lossy, 0.9) < entered(scan, limited, 1.0)
    assert ledger.tries[ledger.row(plain)].max() <= 2
    assert ledger.tries[ledger.row(silent)].max() <= 4
