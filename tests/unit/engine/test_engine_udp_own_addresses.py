"""Own UDP probes of several own addresses."""

import numpy as np
import pytest

from tests.engine_playbook import FIRST_PORT, OTHER, hosts_of, ip, rows
from tui_scan.engine.columns import Columns
from tui_scan.engine.probes import ProbeKeys
from tui_scan.engine.techniques.matching import Matcher
from tui_scan.engine.techniques.udp import UdpProbes
from tui_scan.engine.wire.parse import parse
from tui_scan.model.techniques import Technique


@pytest.mark.parametrize("family", [4, 6])
def test_the_own_datagrams_of_every_own_address_are_no_answers(family: int, rng: np.random.Generator) -> None:
    """A scan of two own addresses sends from each of them; ports of the own block may be among the scanned."""
    own = (OTHER[family], ip(family, "::" if family == 6 else "0.0.0.0", "::1" if family == 6 else "127.0.0.1").dst)
    hosts = hosts_of(*own)
    columns = Columns([(Technique.UDP, range(FIRST_PORT, FIRST_PORT + 16))])
    sources = np.stack([hosts.wire[0], hosts.wire[1]])
    technique = UdpProbes(Matcher(hosts, columns, ProbeKeys(int(rng.integers(1 << 63)), FIRST_PORT), sources))
    cells = np.arange(hosts.count * columns.count)
    [(_, built)] = technique.build(cells, 1)
    data = rows(row.tobytes() for row in built)
    assert len(technique.judge(parse(data, family), np.zeros(len(data), np.bool_)).rows) == 0
