"""The text of /proc/net: addresses in both byte orders, lines, and what is not a line."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_scan.local.proc_net import ByteOrder, decode_address, parse_table, read_proc_net, read_table
from tui_scan.local.records import endpoint
from tui_scan.local.states import SocketState

HEADING = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
ORDERS: tuple[ByteOrder, ...] = ("little", "big")
addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))


def kernel_hex(address: ipaddress.IPv4Address | ipaddress.IPv6Address, byteorder: ByteOrder) -> str:
    """What a kernel of that byte order prints: %08X of each word as it lies in memory."""
    raw = address.packed
    return "".join(f"{int.from_bytes(raw[at : at + 4], byteorder):08X}" for at in range(0, len(raw), 4))


@given(addresses, st.sampled_from(ORDERS))
def test_addresses_come_back_in_both_byte_orders(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, byteorder: ByteOrder
) -> None:
    assert ipaddress.ip_address(decode_address(kernel_hex(address, byteorder), byteorder)) == address


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("0100007F", "127.0.0.1"),
        ("00000000000000000000000001000000", "::1"),
        ("B80D0120000000000000000001000000", "2001:db8::1"),
        ("0000000000000000FFFF0000010200C0", "::ffff:192.0.2.1"),
    ],
)
def test_known_addresses_of_a_little_endian_host(text: str, address: str) -> None:
    assert decode_address(text, "little") == address


@pytest.mark.parametrize("text", ["", "7F", "0100007F01", "0100007G"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        decode_address(text)


def test_a_line_tells_everything() -> None:
    line = (
        "   3: 0100007F:1F90 010200C0:D431 08 00000005:0000000A 00:00000000 00000000"
        "  1000        0 424242 2 0000000000000000 20 4 0 10 -1\n"
    )
    (found,) = parse_table(HEADING + line, "tcp", "little")
    assert found.local == "127.0.0.1:8080"
    assert found.remote == "192.0.2.1:54321"
    assert (found.state, found.send_q, found.recv_q) == (SocketState.CLOSE_WAIT, 5, 10)
    assert (found.uid, found.inode, found.note) == (1000, 424242, "")


@pytest.mark.parametrize(
    ("state", "uid", "known", "note"),
    [
        ("01", 0, None, "in accept queue"),
        ("01", 1000, 1000, "in accept queue"),
        ("06", 0, None, "over, held by the kernel"),
        ("0C", 0, None, "handshake not finished"),
    ],
)
def test_a_socket_nobody_holds_says_why(state: str, uid: int, known: int | None, note: str) -> None:
    line = f"0: 0100007F:0016 0100007F:D431 {state} 0:0 00:0 0 {uid} 0 0 1 0 20 4 0 10 -1\n"
    (found,) = parse_table(HEADING + line, "tcp", "little")
    assert (found.uid, found.note) == (known, note)


LINE = "0: 0100007F:0016 0100007F:D431 01 0:0 00:0 0 0 0 7 1 0 20 4 0 10 -1"


@given(st.integers(0, len(LINE)), st.integers(0, len(LINE)), st.text(max_size=8))
def test_a_damaged_line_is_read_or_left_out_and_its_neighbours_stay(start: int, end: int, put: str) -> None:
    damaged = LINE[: min(start, end)] + put + LINE[max(start, end) :]
    found = parse_table(f"{HEADING}{LINE}\n{damaged}\n{LINE}\n", "tcp", "little")
    assert [one.local for one in (found[0], found[-1])] == ["127.0.0.1:22"] * 2


def test_a_protocol_the_kernel_lacks_is_empty_and_a_process_that_is_gone_is_not(tmp_path: object) -> None:
    assert read_table("tcp", str(tmp_path)) == []
    with pytest.raises(FileNotFoundError):
        read_proc_net(f"{tmp_path}/gone")


@pytest.mark.parametrize(
    ("address", "port", "shown"),
    [
        ("0.0.0.0", 0, "0.0.0.0:*"),
        ("::", 22, "[::]:22"),
        ("::ffff:192.0.2.1", 80, "192.0.2.1:80"),
        ("::192.0.2.1", 80, "[::192.0.2.1]:80"),
    ],
)
def test_endpoints(address: str, port: int, shown: str) -> None:
    assert endpoint(address, port) == shown
