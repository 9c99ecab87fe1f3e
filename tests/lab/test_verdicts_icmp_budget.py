"""A target with a budget of ICMP errors for all peers (200/s, burst 50; BSD's and macOS's default is alike)."""

import pytest

from tests.namespaces import Link, inside, link
from tests.scans import differences, scanned, seen
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Technique


@pytest.mark.parametrize("family", [4, 6])
def test_a_budget_of_icmp_errors_is_kept_to(own_namespaces: None, family: int) -> None:
    with link() as made:
        made.at_target("sysctl", "-qw", "net.ipv4.icmp_msgs_per_sec=200")
        made.at_target("sysctl", "-qw", "net.ipv4.icmp_msgs_burst=50")
        with inside(made.scanner):
            scan = scanned([Link.address[family]], "1-600", Technique.UDP)
    truth = dict.fromkeys(range(1, 601), (PortState.CLOSED, Reason.PORT_UNREACH))
    assert not differences(seen(scan, Technique.UDP), truth)
