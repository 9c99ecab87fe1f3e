"""From a request to a plan: families, names, exclusions, ports and what is said where it cannot be done."""

import socket
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_scan.model.errors import UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Protocol, Technique
from tui_scan.scope.plan import ScanPlan, plan
from tui_scan.scope.spread import MOST_RANGES

WORLD = {
    ("web", 4): ("192.168.7.1",),
    ("web", 6): ("fd00::1",),
    ("many", 4): ("10.9.9.2", "10.9.9.1"),
    ("only6", 6): ("fd00::6",),
    ("near", 6): ("fe80::5%lo",),
    ("self", 4): ("127.0.0.1",),
}


class Names:
    """A table of two services."""

    def ports_of(self, name: str, protocol: Protocol) -> Iterable[int]:
        return {"ssh": (22,), "*": (22, 53)}.get(name, ())

    def ranking(self, protocol: Protocol) -> dict[int, float]:
        return {3: 0.5, 1: 0.25, 2: 0.125} if protocol is Protocol.TCP else {53: 0.5}


def world(name: str, family: int) -> tuple[str, ...]:
    if name == "later":
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    found = WORLD.get((name, family))
    if found is None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return found


def planned(*targets: str, broadcasts: Iterable[str] = (), **asked: object) -> ScanPlan:
    request = ScanRequest(targets=targets, **asked)  # type: ignore[arg-type]
    return plan(request, names=Names(), resolver=world, broadcasts=broadcasts)


def covered(made: ScanPlan) -> list[str]:
    return [item.text(made.family) for item in made.ranges]


def test_targets_are_joined_and_sorted() -> None:
    made = planned("10.0.0.9", "10.0.0.0/29", "10.0.0.8", "10.0.0.3")
    assert covered(made) == ["10.0.0.0-10.0.0.9"]
    assert made.host_count == 10
    assert list(made.addresses()) == [f"10.0.0.{last}" for last in range(10)]


@given(st.sets(st.integers(0, 255), min_size=1), st.sets(st.integers(0, 255)))
def test_exclusion_is_set_subtraction(wanted: set[int], excluded: set[int]) -> None:
    def expression(values: set[int]) -> str:
        return "10.0.0." + ",".join(map(str, sorted(values)))

    left = sorted(wanted - excluded)
    excludes = (expression(excluded),) if excluded else ()
    if not left:
        with pytest.raises(UsageError, match="excluded addresses cover them all"):
            planned(expression(wanted), excludes=excludes)
        return
    made = planned(expression(wanted), excludes=excludes)
    assert list(made.addresses()) == [f"10.0.0.{last}" for last in left]


@pytest.mark.parametrize(
    ("excludes", "left"),
    [
        (("10.0.0.1,2,web",), ["10.0.0.0", "10.0.0.3"]),
        (("10.0.0.0/31", "::1"), ["10.0.0.2/31"]),
        (("only6",), ["10.0.0.0/30"]),
    ],
)
def test_exclusions_as_they_are_typed(excludes: tuple[str, ...], left: list[str]) -> None:
    assert covered(planned("10.0.0.0/30", excludes=excludes)) == left


def test_every_address_of_an_excluded_name_is_left_out() -> None:
    assert covered(planned("10.9.9.0/30", excludes=("many",))) == ["10.9.9.0", "10.9.9.3"]


def test_a_name_is_kept_beside_its_address() -> None:
    made = planned("web/24", "self")
    assert covered(made) == ["127.0.0.1", "192.168.7.0/24"]
    assert made.names == {0x7F000001: "self", 0xC0A80701: "web"}


def test_the_first_of_several_addresses_is_scanned_and_the_others_told() -> None:
    made = planned("many")
    assert covered(made) == ["10.9.9.2"]
    assert made.notes == ("many has 2 addresses. 10.9.9.2 is scanned, and not 10.9.9.1.",)


@pytest.mark.parametrize(
    ("targets", "asked", "family"),
    [(("web",), None, 4), (("web",), 6, 6), (("::1",), None, 6), (("web", "::1"), None, 6), (("10.0.0.1",), None, 4)],
)
def test_the_family(targets: tuple[str, ...], asked: int | None, family: int) -> None:
    assert planned(*targets, family=asked).family == family


def test_zones() -> None:
    assert covered(planned("near", "fe80::1%lo", "fe80::9%1")) == ["fe80::1%lo", "fe80::5%lo", "fe80::9%lo"]
    assert covered(planned("fe80::1", interface="lo")) == ["fe80::1%lo"]
    assert covered(planned("fd00::1", interface="lo")) == ["fd00::1"]


@pytest.mark.parametrize(
    ("targets", "asked", "said"),
    [
        ((), {}, "No target"),
        (("nosuch",), {}, "“nosuch” is unknown"),
        (("later",), {}, "Check the name server"),
        (("only6",), {}, "Add -6"),
        (("self",), {"family": 6}, "Leave out -6"),
        (("10.0.0.1", "::1"), {}, "one after the other"),
        (("10.0.0.1",), {"family": 6}, "Leave out -6"),
        (("::1",), {"family": 4}, "Choose IPv6"),
        (("fe80::1",), {}, "link-local"),
        (("fe80::1%nosuch0",), {}, "There is no interface “nosuch0”"),
        (("web/64",), {}, "/0 to /32"),
        (("10.0.0.1",), {"excludes": ("nosuch",)}, "excluded name “nosuch” is unknown"),
        (("10.0.0.1",), {"excludes": ("10.0.0.0/8",)}, "Exclude less"),
        (("*.*.*.1",), {}, f"({MOST_RANGES:,})"),
        (("0.0.0.0/0",), {"excludes": ("*.*.*.255",)}, "Exclude whole networks"),
        (("10.0.0.1",), {"ports": "U:53"}, "hold no TCP port"),
        (("10.0.0.1",), {"ports": "T:1", "techniques": (Technique.UDP,)}, "hold no UDP port"),
    ],
)
def test_what_cannot_be_planned_is_told_in_a_sentence(
    targets: tuple[str, ...], asked: dict[str, object], said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        planned(*targets, **asked)  # type: ignore[arg-type]
    assert said in str(caught.value)


def test_a_name_that_is_too_long_is_told_in_a_sentence() -> None:
    with pytest.raises(UsageError, match="is not a host name"):
        plan(ScanRequest(targets=("x" * 70,)), names=Names(), broadcasts=())


def test_the_system_resolver_knows_this_host() -> None:
    made = plan(ScanRequest(targets=("localhost",)), names=Names(), broadcasts=())
    assert list(made.addresses()) == ["127.0.0.1"]


def test_ports_by_default_and_as_asked() -> None:
    assert planned("self").port_count == 3
    both = (Technique.SYN, Technique.UDP)
    assert planned("self", techniques=both).port_count == 4
    made = planned("self", techniques=both, ports="ssh,U:7-9")
    assert (made.ports.tcp, made.ports.udp, made.port_count) == ((22,), (7, 8, 9, 22), 5)


def test_ports_that_are_not_scanned_are_told() -> None:
    assert planned("self", ports="T:1,U:2").notes == (
        "“T:1,U:2” holds UDP ports, but no UDP scan was asked for. Add -sU.",
    )
    assert planned("self", ports="T:1", techniques=(Technique.SYN, Technique.UDP)).notes == (
        "“T:1” holds no UDP port.",
    )
    assert planned("self", ports="1").notes == ()


def test_a_broadcast_address_is_left_out_of_a_network_but_not_when_typed() -> None:
    made = planned("10.0.0.0/30", broadcasts=("10.0.0.3", "10.9.9.9"))
    assert covered(made) == ["10.0.0.0-10.0.0.2"]
    assert made.notes == ("10.0.0.3 is left out: it is a broadcast address.",)
    assert covered(planned("10.0.0.0/30", "10.0.0.3", broadcasts=("10.0.0.3",))) == ["10.0.0.0/30"]


def test_a_network_of_ten_million_hosts_is_planned_without_them() -> None:
    made = planned("10.0.0.0/8", excludes=("10.128.0.1",))
    assert made.host_count == (1 << 24) - 1
    assert len(made.ranges) == 2


def test_an_exclusion_costs_only_what_it_cuts_out() -> None:
    made = planned("10.0.0.0/16", "self", excludes=("*.*.*.255",))
    assert made.host_count == 256 * 255 + 1


def test_ip_protocols_are_scanned_alone() -> None:
    with pytest.raises(UsageError, match="-sO"):
        planned("10.0.0.1", techniques=(Technique.SYN, Technique.IP_PROTOCOL))
    made = planned("10.0.0.1", techniques=(Technique.IP_PROTOCOL,), ports="0-2,P:255")
    assert (made.ports.ip, made.port_count) == ((0, 1, 2, 255), 4)
    with pytest.raises(UsageError, match="IP protocols are 0 to 255"):
        planned("10.0.0.1", techniques=(Technique.IP_PROTOCOL,), ports="300")
    with pytest.raises(UsageError, match="no IP protocol"):
        planned("10.0.0.1", techniques=(Technique.IP_PROTOCOL,), ports="T:80")


def test_sctp_ports_stand_beside_others() -> None:
    made = planned("10.0.0.1", techniques=(Technique.SYN, Technique.SCTP_INIT), ports="22,S:3868,T:80")
    assert (made.ports.tcp, made.ports.udp, made.ports.sctp) == ((22, 80), (), (22, 3868))
