"""Packet options that cannot be had are refused with the way out, before anything is sent."""

import socket

import pytest

from tui_scan.cli.scan import planned
from tui_scan.cli.scan_options import scan_options
from tui_scan.engine.probes import PortBlock
from tui_scan.engine.transport.socket_form import SocketForm, check_source_port
from tui_scan.model.errors import LocalError, PrivilegeError, TuiScanError
from tui_scan.model.packet_form import AS_USUAL, PacketForm, Way
from tui_scan.model.records import as_record, from_record
from tui_scan.model.techniques import Protocol
from tui_scan.options.packets import PACKETS
from tui_scan.privilege.sockets import OwnSockets

TARGET = "10.1.2.3"
OTHER_TARGETS = (" fd00::1", " ::1", " 127.0.0.1")


class Sockets(OwnSockets):
    """Raw sockets can be had, or not; none is ever opened here."""

    def __init__(self, raw: bool) -> None:
        super().__init__()
        self._raw = raw

    @property
    def raw(self) -> bool:
        return self._raw


def refused(words: str, raw: bool = True) -> TuiScanError:
    """What a command line is told."""
    with pytest.raises(TuiScanError) as told:
        options = scan_options(words.split(" "))
        assert options is not None
        planned(options, Sockets(raw))
    return told.value


def form(*words: str) -> PacketForm:
    """What a command line asks for."""
    options = scan_options([*words, TARGET])
    assert options is not None
    return options.request.packets


@pytest.mark.parametrize(
    ("words", "says", "way_out"),
    [
        ("--mtu 12", "multiples of 8", "Write 8 or 16"),
        ("--mtu 0", "--mtu wants a whole number from 8", ""),
        ("-f --mtu 16", "-f and --mtu exclude each other", "Choose one"),
        ("--ttl 256", "from 0 to 255", ""),
        ("--ttl -1", "--ttl", ""),
        ("-g 0", "from 1 to 65535", ""),
        ("--data xyz", "hexadecimal", "0xCAFE09"),
        ("--data 0x123", "whole bytes", ""),
        ("--data CA --data-string hi", "--data and --data-string both say", "Leave one out"),
        ("--data-length 5 --data-string hi", "both say", "Leave one out"),
        ("--data-length 1401", "from 0 to 1400", ""),
        ("--ip-options Q", "R, T, U, L or S", ""),
        (r"--ip-options \x01\x02\x03", "multiple of 4", r"Fill up with \x00"),
        (r"--ip-options \x01*44", "4 to 40 bytes", ""),
        (r"--ip-options \256*4", "R, T, U", ""),
        ("--ip-options L", "1 to 8 addresses", ""),
        ("--spoof-mac Cisco", "Names of vendors are not known", "02:11:22:33:44:55"),
        ("--spoof-mac 01:02:03:04:05:06", "group", "Write 00"),
        ("--spoof-mac 02:1", "wants an Ethernet address", ""),
        ("--spoof-mac 0 --send-ip", "--send-ip leaves the Ethernet frames to the kernel", "Leave one out"),
        ("--send-eth --send-ip", "exclude each other", "Choose one"),
        ("-6 -f fd00::1", "targets are IPv6", "scan IPv4"),
        ("-6 --ip-options R fd00::1", "targets are IPv6", "scan IPv4"),
        ("--send-eth 127.0.0.1", "loopback is this machine itself", "Leave --send-eth out"),
        ("-6 --spoof-mac 0 ::1", "loopback is this machine itself", "Leave --spoof-mac out"),
        ("-sT --badsum", "the TCP connect scan (-sT) does not", "Choose -sS"),
        ("-sT -f", "(-sT) does not", "Choose -sS"),
        ("-sT --data CAFE", "(-sT) does not", "Choose -sS"),
        ("-sT --send-ip", "(-sT) does not", "leave"),
        ("-sT --ttl 0", "--ttl 0", "Write 1 or more"),
        ("-sL -g 53", "-sL sends nothing", "Leave one"),
        ("-f --data-length 1400", "too many", "larger fragments"),
        ("--send-eth --disable-arp-ping", "link addresses", "Leave one"),
    ],
)
def test_contradictions_are_told(words: str, says: str, way_out: str) -> None:
    error = refused(words if words.endswith(OTHER_TARGETS) else f"{words} {TARGET}")
    assert says in str(error)
    assert way_out in str(error)
    assert error.exit_code in (2, 3)


@pytest.mark.parametrize(
    "words", ["-f", "--mtu 16", "--badsum", "--spoof-mac 0", "--send-eth", "--send-ip", "--ip-options R", "--data CA"]
)
def test_what_needs_raw_sockets_says_so(words: str) -> None:
    for types in ("", "-sn "):
        error = refused(f"{types}{words} {TARGET}", raw=False)
        assert isinstance(error, PrivilegeError)
        assert error.exit_code == 3
        assert words.split()[0] in str(error)
        assert "CAP_NET_RAW" in str(error)


def test_plain_users_may_have_some() -> None:
    for words in ("-g 5000 --ttl 9", "-sU --data-length 20", "-sT -sU --data CAFE -g 5000"):
        options = scan_options([*words.split(), TARGET])
        assert options is not None
        planned(options, Sockets(raw=False))


def test_values_are_read_as_nmap_reads_them() -> None:
    assert form("-f").mtu == form("--mtu", "8").mtu == 8
    assert form("-ff").mtu == form("-f", "-f").mtu == 16
    assert form("-g", "53") == form("--source-port", "53") == PacketForm(source_port=53)
    for text in ("0xDEADBEEF", "deadbeef", r"\xDE\xAD\xbe\xef"):
        assert form("--data", text).payload(1) == bytes.fromhex("deadbeef")
    assert form("--data-string", "é!").payload(1) == "é!".encode()
    assert len(form("--data-length", "33").payload(1)) == 33
    assert form("--data-length", "0").has_data
    assert not form().has_data
    assert form("--send-eth").way is Way.ETHERNET
    assert form("--spoof-mac", "0").mac == ""
    for text in ("02:11:AA:bb:cc:dd", "02-11-aa-bb-cc-dd", "0211.aabb.ccdd", "0211aabbccdd"):
        assert form("--spoof-mac", text).own_mac(7) == bytes.fromhex("0211aabbccdd")


def test_what_is_drawn_follows_from_the_key() -> None:
    random = PacketForm(data_length=50, mac="00163e")
    assert random.payload(1) == random.payload(1) != random.payload(2)
    assert random.own_mac(1) == random.own_mac(1) != random.own_mac(2)
    assert random.own_mac(1)[:3] == bytes.fromhex("00163e")
    for key in range(50):
        assert PacketForm(mac="").own_mac(key)[0] & 3 == 2  # no group, and of local administration


def test_a_request_with_options_is_written_down_and_read_back() -> None:
    words = "-f -g 53 --data-string é --ttl 0 --ip-options R --badsum --spoof-mac 0"
    asked = form(*words.split())
    assert asked != AS_USUAL
    assert from_record(PacketForm, as_record(asked)) == asked


def test_every_option_changes_the_record_alone() -> None:
    """The table's fields are the record's, so that none is without a sentence in case it cannot be had."""
    from dataclasses import fields

    from tui_scan.engine.packet_needs import OPTIONS

    assert {option.field for option in PACKETS.options} == {one.name for one in fields(PacketForm)} == set(OPTIONS)
    flags = {flag for option in PACKETS.options for flag in option.flags}
    assert all(any(flag in told for flag in flags) for told in OPTIONS.values())


@pytest.mark.parametrize("family", [4, 6])
def test_a_source_port_that_is_in_use_is_refused(family: int) -> None:
    with socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6, socket.SOCK_STREAM) as busy:
        busy.bind(("", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(LocalError, match=f"uses port {port}.*Choose another"):
            PortBlock(family, [Protocol.TCP], port)
        with pytest.raises(LocalError, match=f"uses port {port}"):
            check_source_port(SocketForm(source_port=port), family, socket.SOCK_STREAM)
    block = PortBlock(family, [Protocol.TCP], port)
    assert (block.first, block.last) == (port, port)
    block.close()
