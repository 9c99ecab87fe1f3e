"""Hosts.find must tell apart IPv6 addresses whose halves are each other's negatives."""

from tests.engine_playbook import Run
from tui_scan.engine.hosts import Hosts


def test_two_hosts_with_structured_halves_do_not_hide_one_another() -> None:
    hosts = Hosts(6, [Run((1 << 64) + 1, (1 << 64) + 1), Run(2**128 - 1, 2**128 - 1)])
    assert hosts.find(hosts.wire).tolist() == [0, 1]
