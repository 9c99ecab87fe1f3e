"""Topologies in TOML: what they mean, and that every mistake in them is told in a sentence."""

from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_scan.cli.lab import main
from tui_scan.lab.description import load
from tui_scan.lab.port_ranges import parse_ports
from tui_scan.lab.truth import truth
from tui_scan.model.errors import UsageError
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol

_SCANNER = '[scanner]\naddresses = ["10.1.0.1/24"]\n'
_HOST = '[[host]]\nname = "a.lab"\nkind = "real"\naddresses = ["10.1.0.2/24"]\n'
_SIMULATED = _HOST.replace("real", "simulated")


def test_the_default_topology_has_what_lessons_need() -> None:
    topology = load()
    for host in topology.hosts:
        assert {own.version for own in host.addresses} == {4, 6}, host.name
    rows = list(truth(topology))
    assert {(row.proto, row.state) for row in rows} == {
        (Protocol.TCP, PortState.OPEN),
        (Protocol.TCP, PortState.CLOSED),
        (Protocol.TCP, PortState.FILTERED),
        (Protocol.UDP, PortState.OPEN),
        (Protocol.UDP, PortState.CLOSED),
        (Protocol.UDP, PortState.FILTERED),
        (Protocol.UDP, PortState.OPEN_FILTERED),
        (Protocol.SCTP, PortState.OPEN),
        (Protocol.SCTP, PortState.CLOSED),
        (Protocol.SCTP, PortState.FILTERED),
    }
    assert not all(host.ping for host in topology.hosts)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[scanner", "is not TOML"),
        ("", 'the file has no "scanner"'),
        ("[scanner]\naddresses = []\n" + _HOST, "addresses is empty"),
        ("[scanner]\naddresses = 7\n" + _HOST, "addresses must be a list, not 7"),
        ('[scanner]\naddresses = ["10.1.0.1"]\n' + _HOST, "has no prefix length; write 10.1.0.1/24"),
        ('[scanner]\naddresses = ["10.1.0.999/24"]\n' + _HOST, '"10.1.0.999/24" is no address'),
        ('[scanner]\naddresses = ["ff02::5/64"]\n' + _HOST, "ff02::5 cannot be the address of a host"),
        (_SCANNER + "host = []\n", 'unknown key "host"'),
        (_SCANNER, 'the file has no "host"'),
        (_SCANNER + _HOST + 'colour = "red"\n', 'a.lab has an unknown key "colour"'),
        (_SCANNER + _HOST + _HOST, "the name a.lab is given 2 times"),
        (_SCANNER + _HOST + _HOST.replace("a.lab", "b.lab"), "the address 10.1.0.2 is given 2 times"),
        (_SCANNER + _HOST.replace("real", "magic"), 'no kind is called "magic"'),
        (_SCANNER + _HOST.replace("a.lab", "A lab"), '"A lab" is no host name'),
        (_SCANNER + _HOST.replace("10.1.0.2", "10.9.0.2"), "not in a network of the scanner's link"),
        (_SCANNER + _HOST + "latency_ms = 5\n", 'only a simulated host has "latency_ms"'),
        (_SCANNER + _HOST + 'icmp_limit = "some"\n', 'is "kernel" or "none"'),
        (_SCANNER + _HOST + 'ping = "no"\n', "ping must be true or false, not 'no'"),
        (_SCANNER + _HOST + 'tcp = { open = "70000" }\n', '"70000" is no range of ports'),
        (_SCANNER + _HOST + 'tcp = { open = "9-5" }\n', '"9-5" is no range of ports'),
        (_SCANNER + _HOST + 'tcp = { open = "web" }\n', '"web" is no port'),
        (_SCANNER + _HOST + 'udp = { default = "reset" }\n', "UDP has no reset"),
        (_SCANNER + _HOST + 'tcp = { default = "accept" }\n', "would leave no port"),
        (_SCANNER + _HOST + 'rules = [{ protocol = "tcp" }]\n', 'rule 1 has no "ports"'),
        (
            _SCANNER + _HOST + 'rules = [{ protocol = "sctp", ports = "1", answer = "drop" }]\n',
            'no protocol is called "sctp"',
        ),
        (
            _SCANNER + _HOST + 'rules = [{ protocol = "tcp", ports = "1", answer = "icmp 3/9 icmp6 1/6" }]\n',
            "a Linux firewall cannot answer",
        ),
        (
            _SCANNER + _HOST + 'rules = [{ protocol = "tcp", ports = "1", answer = "sing" }]\n',
            'no answer is called "sing"',
        ),
        (
            _SCANNER + _HOST + 'rules = [{ protocol = "tcp", ports = "1", answer = "drop", at = "router" }]\n',
            "the host stands behind none",
        ),
        (
            _SCANNER + _HOST + 'rules = [{ protocol = "tcp", ports = "1", answer = "drop", which = "some" }]\n',
            'which is one of all, syn, new, stray, not "some"',
        ),
        (
            _SCANNER + _HOST + 'rules = [{ protocol = "udp", ports = "1", answer = "drop", which = "new" }]\n',
            'only a TCP rule of a real host itself can be for "new" packets',
        ),
        (_SCANNER + _HOST + 'behind = "b.lab"\n', '"b.lab" is no router'),
        (_SCANNER + _SIMULATED + "loss = 3\n", "loss must be from 0 to 1, not 3"),
        (_SCANNER + _SIMULATED + "latency_ms = true\n", "latency_ms must be a number"),
        (_SCANNER + _SIMULATED + 'options = ["magic"]\n', 'no TCP option is called "magic"'),
        (_SCANNER + _SIMULATED + 'options = ["wscale=15"]\n', "wscale=7 (at most 14)"),
        (_SCANNER + _SIMULATED + f"options = {['mss=1'] * 11}\n", "options take 44 bytes"),
        (_SCANNER + _SIMULATED + "icmp_limit = { burst = 0 }\n", "burst must be from 1"),
        (
            _SCANNER + _SIMULATED + 'rules = [{ protocol = "tcp", ports = "1", answer = "accept" }]\n',
            "a simulated host has no firewall",
        ),
    ],
)
def test_a_mistake_is_told(text: str, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(text)
    with pytest.raises(UsageError) as caught:
        load(file)
    assert sentence in str(caught.value)
    assert main(["--topology", str(file), "--", "true"]) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"tui-scan lab: The topology {file}")
    assert "Traceback" not in told


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        load(tmp_path / "none.toml")


@given(st.sets(st.integers(1, 65535), max_size=30))
def test_ports_are_what_is_written(ports: set[int]) -> None:
    written = ",".join(str(port) for port in ports)
    parsed = parse_ports(written)
    assert set(parsed) == ports
    assert len(parsed) == len(ports)
    assert all(port in parsed for port in ports)
    assert list(parsed) == sorted(ports)


@given(st.lists(st.tuples(st.integers(1, 65535), st.integers(0, 300)), max_size=8))
def test_port_ranges_merge(ranges: list[tuple[int, int]]) -> None:
    wanted = [(first, min(65535, first + more)) for first, more in ranges]
    parsed = parse_ports(", ".join(f"{first}-{last}" for first, last in wanted))
    expected = {port for first, last in wanted for port in range(first, last + 1)}
    assert set(parsed) == expected
    assert len(parsed) == len(expected)


def test_the_first_rule_decides(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    rules = [("1-10", "accept"), ("5-20", "drop"), ("20-30", "reset")]
    written = ", ".join(f'{{ protocol = "tcp", ports = "{ports}", answer = "{answer}" }}' for ports, answer in rules)
    file.write_text(f'{_SCANNER}{_HOST}tcp = {{ open = "5,15,25,35" }}\nrules = [{written}]\n')
    host = load(file).hosts[0]
    expected = {
        5: (PortState.OPEN, Reason.SYN_ACK),
        6: (PortState.CLOSED, Reason.RESET),
        15: (PortState.FILTERED, Reason.NO_RESPONSE),
        20: (PortState.FILTERED, Reason.NO_RESPONSE),
        25: (PortState.CLOSED, Reason.RESET),
        35: (PortState.OPEN, Reason.SYN_ACK),
        36: (PortState.CLOSED, Reason.RESET),
    }
    assert {port: host.expected(Protocol.TCP, port, 4) for port in expected} == expected


def test_a_routers_port_unreachable_closes_nothing() -> None:
    host = load().host("inner.lab")
    for family in (4, 6):
        assert host.expected(Protocol.UDP, 161, family) == (PortState.FILTERED, Reason.PORT_UNREACH)
        assert host.expected(Protocol.UDP, 162, family) == (PortState.CLOSED, Reason.PORT_UNREACH)


def test_truth_of_chosen_ports_covers_every_address() -> None:
    topology = load()
    rows = list(truth(topology, [22, 65000]))
    protocols = {host.name: 2 + (Protocol.SCTP in host.services) for host in topology.hosts}
    assert len(rows) == 2 * sum(protocols[host.name] * len(host.addresses) for host in topology.hosts)
    for row in rows:
        assert ip_address(row.addr).version == row.family
        host = topology.host(row.host)
        assert row.port is not None
        assert (row.state, row.reason) == host.expected(row.proto, row.port, row.family)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["-p", "22"], "-p chooses the ports that --truth prints"),
        (["--truth", "-p", "70000"], "-p 70000"),
        (["--truth", "--", "true"], "no command can run in it"),
        (["nmap"], "a command needs -- before it: tui-scan lab -- nmap"),
    ],
)
def test_options_that_do_not_fit_are_told(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert sentence in capsys.readouterr().err
