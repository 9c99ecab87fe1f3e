"""Hosts and columns: from an address or a port to its number and back, for random ranges of both families."""

import ipaddress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine_playbook import Run, hosts_of, wire
from tui_scan.engine.columns import Columns
from tui_scan.engine.hosts import Hosts
from tui_scan.model.reasons import Reason
from tui_scan.model.states import HostState
from tui_scan.model.techniques import Protocol, Technique


@st.composite
def ranges(draw: st.DrawFn, family: int) -> list[Run]:
    """Disjoint ranges among unicast addresses, also across the middle of an IPv6 address."""
    most = 2**32 - 1 if family == 4 else 2**127
    near = st.sampled_from([0, most - 400, 2**31 - 100, *([2**64 - 100, 5 << 64] if family == 6 else [])])
    starts = draw(st.lists(near | st.integers(0, most - 400), min_size=1, max_size=6))
    found: list[Run] = []
    for first in starts:
        run = Run(first, first + draw(st.integers(0, 300)))
        if all(run.last < other.first or run.first > other.last for other in found):
            found.append(run)
    return found


@pytest.mark.parametrize("family", [4, 6])
@given(data=st.data())
def test_address_and_index_are_inverse(family: int, data: st.DataObject) -> None:
    runs = data.draw(ranges(family))
    hosts = Hosts(family, runs)
    make = ipaddress.IPv4Address if family == 4 else ipaddress.IPv6Address
    expected = [
        str(make(value)) for run in sorted(runs, key=lambda r: r.first) for value in range(run.first, run.last + 1)
    ]
    assert hosts.count == len(expected)
    assert [hosts.address(host) for host in range(hosts.count)] == expected
    assert [hosts.integer(host) for host in range(0, hosts.count, 7)] == [int(make(a)) for a in expected[::7]]
    assert hosts.find(hosts.wire).tolist() == list(range(hosts.count))
    assert all(hosts.index(address) == host for host, address in list(enumerate(expected))[::13])


@pytest.mark.parametrize("family", [4, 6])
@given(data=st.data())
def test_what_is_no_host_is_not_found(family: int, data: st.DataObject) -> None:
    runs = data.draw(ranges(family))
    hosts = Hosts(family, runs)
    most = 2 ** (32 if family == 4 else 128) - 1
    asked = data.draw(st.lists(st.integers(0, most), min_size=1, max_size=20))
    asked += [edge for run in runs for edge in (run.first - 1, run.last + 1, run.first ^ 1 << 20) if 0 <= edge <= most]
    found = hosts.find(np.concatenate([hosts.wire_of(value) for value in asked]))
    for value, host in zip(asked, found, strict=True):
        inside = any(run.first <= value <= run.last for run in runs)
        assert (host >= 0) == inside
        if inside:
            assert hosts.integer(int(host)) == value


def test_an_unknown_address_is_a_key_error() -> None:
    hosts = hosts_of("192.0.2.1", "192.0.2.3")
    assert hosts.index("192.0.2.3") == 1
    with pytest.raises(KeyError):
        hosts.index("192.0.2.2")
    assert hosts.find(wire("0.0.0.0", "255.255.255.255")).tolist() == [-1, -1]


def test_a_zone_is_part_of_the_address() -> None:
    first = int(ipaddress.ip_address("fe80::1"))
    hosts = Hosts(6, [Run(first, first + 1, "eth0"), Run(1, 1)])
    assert [hosts.address(host) for host in range(3)] == ["::1", "fe80::1%eth0", "fe80::2%eth0"]
    assert hosts.index("fe80::2%eth0") == 2


def test_marks() -> None:
    hosts = hosts_of("192.0.2.1", "192.0.2.3")
    assert hosts.state.tolist() == [HostState.UNKNOWN] * 2
    hosts.mark(1, HostState.UP, Reason.RESET)
    assert (hosts.state.tolist(), hosts.reason.tolist()) == ([0, HostState.UP], [0, Reason.RESET])


PORTS = st.sets(st.integers(0, 65535), min_size=1, max_size=300)


@given(PORTS, PORTS)
def test_columns(tcp: set[int], udp: set[int]) -> None:
    columns = Columns([(Technique.SYN, [*tcp]), (Technique.UDP, [*udp])])
    expected = [(Protocol.TCP, port) for port in sorted(tcp)] + [(Protocol.UDP, port) for port in sorted(udp)]
    assert columns.count == len(expected)
    assert [(columns.protocol(c), int(columns.port[c])) for c in range(columns.count)] == expected
    assert [columns.index(protocol, port) for protocol, port in expected] == list(range(columns.count))
    assert columns.of(Technique.SYN).tolist() == list(range(len(tcp)))
    assert columns.of(Technique.UDP).tolist() == list(range(len(tcp), columns.count))
    assert {columns.technique(int(c)) for c in columns.of(Technique.UDP)} == {Technique.UDP}
    everything = np.arange(65536)
    for protocol, ports in ((Protocol.TCP, tcp), (Protocol.UDP, udp)):
        found = columns.find(protocol, everything)
        assert set(np.flatnonzero(found >= 0).tolist()) == ports
    missing = next(port for port in range(65536) if port not in tcp)
    with pytest.raises(KeyError):
        columns.index(Protocol.TCP, missing)


def test_a_protocol_that_is_not_scanned_has_no_column() -> None:
    columns = Columns([(Technique.CONNECT, [1, 2])])
    assert columns.find(Protocol.UDP, np.array([1, 2])).tolist() == [-1, -1]
    with pytest.raises(KeyError):
        columns.index(Protocol.UDP, 1)
