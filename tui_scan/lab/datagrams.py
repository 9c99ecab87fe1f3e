"""What the lab's UDP services answer: every datagram gets one, in the service's own format where it has one."""

import struct
import time
from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address

Address = IPv4Address | IPv6Address

_DNS_PORTS = frozenset({53, 5353})
_NTP_PORT = 123
_NTP_SIZE = 48
_CONTROL, _CONTROL_MODE, _RESPONSE = struct.Struct(">BBHHHHH"), 6, 0x80
_NTP_EPOCH = 2_208_988_800
_DHCP_CLIENT_PORT, _NETBIOS_PORT = 68, 137
_PLAIN = b"tui-scan lab\n"
_TYPE_A, _TYPE_PTR, _TYPE_AAAA, _CLASS_IN = 1, 12, 28, 1
_FORMAT_ERROR, _NAME_ERROR = 1, 3
_TTL_SECONDS = 60


class Names:
    """The lab's names and addresses, both ways."""

    def __init__(self, hosts: Mapping[str, tuple[Address, ...]]) -> None:
        self._addresses = dict(hosts)
        self._pointers = {address.reverse_pointer: name for name, addresses in hosts.items() for address in addresses}

    def records(self, name: str, kind: int) -> list[bytes] | None:
        """The data of the records of a name, None where there is no such name (RFC 1035 §3.2, RFC 3596)."""
        name = name.lower().rstrip(".")
        if name in self._pointers:
            return [_encoded(self._pointers[name])] if kind == _TYPE_PTR else []
        if name not in self._addresses:
            return None
        version = {_TYPE_A: 4, _TYPE_AAAA: 6}.get(kind)
        return [address.packed for address in self._addresses[name] if address.version == version]


def answer(names: Names, port: int, received: bytes) -> bytes:
    """The service's answer to one datagram, whatever it holds."""
    if port in _DNS_PORTS:
        return _dns(names, received)
    if port == _NTP_PORT and len(received) >= _NTP_SIZE:
        return _ntp(received)
    if port == _NTP_PORT and len(received) >= _CONTROL.size and received[0] & 7 == _CONTROL_MODE:
        return _ntp_variables(received)
    if port == _NETBIOS_PORT:
        return _netbios_status(received)
    return _DHCP if port == _DHCP_CLIENT_PORT else _PLAIN


_DHCP = struct.pack(">4B", 2, 1, 6, 0).ljust(236, b"\0") + bytes.fromhex("63825363") + b"\xff" + bytes(59)
"""A BOOTP reply about nobody, whose only option is the last (RFC 951 §3, RFC 2131 §2)."""


def _netbios_status(received: bytes) -> bytes:
    """A node status response (RFC 1002 §4.2.18): one name, and counters that are all 0."""
    own_name = b"TUI-SCAN LAB".ljust(15) + b"\0" + struct.pack(">H", 0x0400)
    data = b"\1" + own_name + bytes(46)
    head = received[:2].ljust(2, b"\0") + struct.pack(">5H", 0x8400, 0, 1, 0, 0)
    asked = b"\x20CK" + b"A" * 30 + b"\0"
    return head + asked + struct.pack(">HHIH", 0x21, _CLASS_IN, 0, len(data)) + data


def _encoded(name: str) -> bytes:
    labels = (bytes([len(label)]) + label.encode() for label in name.split("."))
    return b"".join(labels) + b"\0"


def _question(received: bytes) -> tuple[str, int, int] | None:
    """The name, the type and the end of the first question, None where it cannot be read."""
    labels = []
    offset = 12
    try:
        while length := received[offset]:
            if length > 63:
                return None
            labels.append(received[offset + 1 : offset + 1 + length].decode("ascii", "replace"))
            offset += 1 + length
        (kind,) = struct.unpack_from(">H", received, offset + 1)
    except (IndexError, struct.error):
        return None
    return ".".join(labels), kind, offset + 5


def _dns(names: Names, received: bytes) -> bytes:
    """A response to a query (RFC 1035 §4.1): the records, no such name, or a format error."""
    identifier = received[:2].ljust(2, b"\0")
    asked_recursion = received[2] & 1 if len(received) > 2 else 0
    flags = 0x8480 | asked_recursion << 8
    question = _question(received) if len(received) > 12 else None
    if question is None:
        return identifier + struct.pack(">5H", flags | _FORMAT_ERROR, 0, 0, 0, 0)
    name, kind, end = question
    records = names.records(name, kind)
    code = _NAME_ERROR if records is None else 0
    answers = records or []
    header = struct.pack(">5H", flags | code, 1, len(answers), 0, 0)
    body = b"".join(struct.pack(">HHHIH", 0xC00C, kind, _CLASS_IN, _TTL_SECONDS, len(data)) + data for data in answers)
    return identifier + header + received[12:end] + body


def _ntp_variables(received: bytes) -> bytes:
    """A server's answer to a request for its variables (RFC 9327 §2): the response bit, and their text."""
    first, operation, sequence, _, association, *_ = _CONTROL.unpack_from(received)
    text = b'version="tui-scan lab"'
    head = _CONTROL.pack(first, operation | _RESPONSE, sequence, 0, association, 0, len(text))
    return head + text + bytes(-len(text) % 4)


def _ntp(received: bytes) -> bytes:
    """A server's answer to a client (RFC 5905 §7.3): stratum 2, the client's transmit time as origin."""
    version = received[0] >> 3 & 7
    now = time.time() + _NTP_EPOCH
    seconds = int(now)
    stamp = struct.pack(">II", seconds, int((now - seconds) * 2**32))
    head = struct.pack(">BBbbII4s", version << 3 | 4, 2, 6, -20, 0, 0, b"LAB\0")
    return head + stamp + received[40:48] + stamp + stamp
