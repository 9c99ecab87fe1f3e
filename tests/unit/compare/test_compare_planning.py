"""Which ports a comparison asks, and by which techniques."""

from dataclasses import replace

import pytest

from tests.unit.compare.findings import listener, listing
from tui_scan.compare.planning import Ports, by_family, listening_ports, question
from tui_scan.model.discovery import Aim, Asked, Discovery, Ping
from tui_scan.model.errors import PrivilegeError, UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Protocol, Technique
from tui_scan.scope.port_choice import USUAL
from tui_scan.services import names

WANTED: Ports = frozenset(
    {(Protocol.TCP, 22), (Protocol.TCP, 61234), (Protocol.UDP, 53), (Protocol.UDP, 61235), (Protocol.UDP, 5353)}
)


def asked(raw: bool = True, **more: object) -> tuple[tuple[Technique, ...], tuple[int, ...], tuple[int, ...]]:
    """Techniques, TCP ports and UDP ports for a request."""
    found = question(replace(ScanRequest(("10.0.0.5",)), **more), WANTED, raw, names)  # type: ignore[arg-type]
    assert found.plan.request.techniques == found.techniques
    return found.techniques, tuple(found.plan.ports.tcp), tuple(found.plan.ports.udp)


def test_by_default_the_usual_ports_and_those_that_listen_and_udp_only_where_a_socket_waits() -> None:
    techniques, tcp, udp = asked()
    assert techniques == (Technique.SYN, Technique.UDP)
    assert {22, 61234} <= set(tcp) and USUAL <= len(tcp) <= USUAL + 2
    assert udp == (53, 5353, 61235)
    assert asked(raw=False)[0] == (Technique.CONNECT, Technique.UDP)


def test_chosen_ports_and_techniques_are_obeyed() -> None:
    assert asked(ports="22,53") == ((Technique.SYN, Technique.UDP), (22, 53), (53,))
    assert asked(ports="22") == ((Technique.SYN,), (22,), ())
    assert asked(ports="80,1-6000")[2] == (53, 5353), "of ports for both, UDP where a socket waits"
    assert asked(ports="T:80,U:53-55") == ((Technique.SYN, Technique.UDP), (80,), (53, 54, 55))
    assert asked(ports="U:53-54") == ((Technique.UDP,), (), (53, 54))
    assert asked(top_ports=3)[1] == tuple(sorted(asked(top_ports=3)[1])) and len(asked(top_ports=3)[1]) == 3
    assert asked(techniques=(Technique.CONNECT,))[0] == (Technique.CONNECT,)
    assert 61234 in asked(techniques=(Technique.CONNECT,))[1]
    assert asked(techniques=(Technique.SYN, Technique.UDP), ports="1-3")[2] == (1, 2, 3)


def test_excluded_ports_are_never_asked() -> None:
    _, tcp, udp = asked(exclude_ports="22,53,U:61235")
    assert 22 not in tcp and 61234 in tcp and udp == (5353,)


def test_a_host_whose_list_is_there_is_up_unless_pings_were_chosen() -> None:
    assert question(ScanRequest(("10.0.0.5",)), WANTED, True, names).plan.request.discovery.skip
    pinged = ScanRequest(("10.0.0.5",), discovery=Discovery(asked=(Asked(Ping.ECHO),)))
    assert not question(pinged, WANTED, True, names).plan.request.discovery.skip


def test_what_makes_no_sense_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="TCP and UDP"):
        asked(techniques=(Technique.SCTP_INIT,))
    with pytest.raises(UsageError, match="-sn"):
        asked(aim=Aim.HOSTS)
    with pytest.raises(PrivilegeError):
        asked(raw=False, techniques=(Technique.FIN,))


def test_targets_of_both_families_make_two_questions() -> None:
    both = by_family(ScanRequest(("web1", "fd00::5", "10.0.0.5")))
    assert [(one.targets, one.family) for one in both] == [(("web1", "10.0.0.5"), 4), (("fd00::5",), 6)]
    for one in (ScanRequest(("10.0.0.5",)), ScanRequest(("fd00::5", "fd00::6")), ScanRequest(("web1",), family=6)):
        assert by_family(one) == (one,)


def test_the_listening_ports_are_those_of_listeners_of_tcp_and_udp() -> None:
    sockets = (listener("::", 22), listener("0.0.0.0", 22), listener("127.0.0.1", 53, "udp"), listener("::", 0, "udp6"))
    talking = listener("10.0.0.5", 80, remote_port=5555, remote_address="10.0.0.9")
    assert listening_ports(listing(*sockets, talking)) == {(Protocol.TCP, 22), (Protocol.UDP, 53)}
