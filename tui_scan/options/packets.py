"""Options that say how packets are written and how they leave: nmap's "firewall evasion" and some of its others."""

import re

from tui_scan.model.errors import UsageError
from tui_scan.model.packet_form import PacketForm, Way
from tui_scan.options.option import Given, Group, Option
from tui_scan.options.values import count

MOST_DATA = 1400
"""Bytes of data at the most: with the headers they still fit a frame of Ethernet."""
LARGEST_MTU = 65528
_FRAGMENT = 8
_MAC_DIGITS = 12


def _mtu(option: str, text: str) -> int:
    size = count(option, text, _FRAGMENT, LARGEST_MTU)
    if size % _FRAGMENT:
        low = size - size % _FRAGMENT
        raise UsageError(
            "{option} {size}: fragments begin at multiples of {fragment} bytes (RFC 791). Write {low} or {high}.",
            option=option,
            size=size,
            fragment=_FRAGMENT,
            low=low,
            high=low + _FRAGMENT,
        )
    return size


def _data(option: str, text: str) -> str:
    """Bytes as ``0xCAFE``, ``CAFE`` or ``\\xCA\\xFE``, as digits."""
    digits = re.sub(r"^0[xX]|\\[xX]", "", text.strip()) if not re.search(r"\\[xX](?![0-9a-fA-F]{2})", text) else "?"
    if not re.fullmatch(r"(?:[0-9a-fA-F]{2})+", digits):
        raise UsageError(
            "{option} wants whole bytes in hexadecimal, such as 0xCAFE09 or \\xCA\\xFE, not “{given}”.",
            option=option,
            given=text,
        )
    _check_size(option, len(digits) // 2)
    return digits.lower()


def _text(option: str, text: str) -> str:
    if not text:
        raise UsageError("{option} wants a text. For probes without any data write --data-length 0.", option=option)
    _check_size(option, len(text.encode(errors="surrogateescape")))
    return text


def _check_size(option: str, size: int) -> None:
    if size > MOST_DATA:
        raise UsageError(
            "{option}: {size:,} bytes do not fit a frame; {most_data:,} are the most.",
            option=option,
            size=size,
            most_data=MOST_DATA,
        )


def _mac(option: str, text: str) -> str:
    """The digits of an Ethernet address or of its beginning; none for 0."""
    word = text.strip()
    if word == "0":
        return ""
    digits = re.sub(r"[:.-]", "", word).lower()
    if not re.fullmatch(r"(?:[0-9a-f]{2}){1,6}", digits):
        raise UsageError(
            "{option} wants an Ethernet address (02:11:22:33:44:55), its first bytes (02:11:22), or 0 for a "
            "random one, not “{given}”. Names of vendors are not known here.",
            option=option,
            given=text,
        )
    if int(digits[:2], 16) & 1:
        raise UsageError(
            "{option} {word}: an odd first byte is the address of a group, and no frame may come from one. "
            "Write {even:02x} instead of {digits}.",
            option=option,
            word=word,
            even=int(digits[:2], 16) & 254,
            digits=digits[:2],
        )
    return digits


def _shown_mac(digits: str | None) -> str:
    return ":".join(re.findall("..", digits or "")) or "0"


def _ip_options(option: str, text: str) -> str:
    _is_route(option, text)
    return text.strip()


def _is_route(option: str, text: str) -> bool:
    """Whether these IP options say by which routers packets go; UsageError where they cannot be read."""
    from tui_scan.model.ip_options import parse_ip_options  # few scans need it

    return parse_ip_options(option, text).first_hop is not None


def _settled(made: PacketForm, given: Given) -> PacketForm:
    """Options that contradict each other."""
    data = [option.flag for name, option in given.items() if name in ("data", "data_string", "data_length")]
    if len(data) > 1:
        raise UsageError("{data} and {other} both say what probes carry. Leave one out.", data=data[0], other=data[1])
    if made.way is Way.IP and made.mac is not None:
        raise UsageError(
            "--send-ip leaves the Ethernet frames to the kernel, and --spoof-mac has to write them. Leave one out."
        )
    if made.ip_options and made.ethernet and _is_route("--ip-options", made.ip_options):
        raise UsageError(
            "--ip-options with a source route sends packets to the first router by the kernel's routes, and "
            "{option} writes frames for the target's. Leave one out.",
            option="--spoof-mac" if made.mac is not None else "--send-eth",
        )
    return made


_OPTIONS = (
    Option(
        ("-f",),
        "mtu",
        "cut packets into IPv4 fragments of 8 bytes; given twice, of 16",
        read=lambda _, times: _FRAGMENT * times,
        counts=True,
    ),
    Option(("--mtu",), "mtu", "fragments of N bytes, a multiple of 8 (IPv4)", "N", _mtu, title="Fragments"),
    Option(
        ("-g", "--source-port"),
        "source_port",
        "send all probes from this port",
        "PORT",
        lambda flag, text: count(flag, text, 1, 65535),
        title="Own port",
    ),
    Option(("--data",), "data", "let probes carry these bytes", "HEX", _data, title="Data"),
    Option(("--data-string",), "data_string", "let probes carry this text", "TEXT", _text, title="Text"),
    Option(
        ("--data-length",),
        "data_length",
        "let probes carry N random bytes; 0: nothing, not even what a UDP port is usually asked",
        "N",
        lambda flag, text: count(flag, text, 0, MOST_DATA),
        title="Random",
    ),
    Option(
        ("--ttl",),
        "ttl",
        "time to live of probes (IPv6: hop limit)",
        "N",
        lambda flag, text: count(flag, text, 0, 255),
        title="TTL",
    ),
    Option(
        ("--ip-options",),
        "ip_options",
        "R, T, U (record route, times, both), L or S ROUTER... (source route), or bytes: \\x01\\x07... (IPv4)",
        "OPTIONS",
        _ip_options,
        title="IP options",
    ),
    Option(
        ("--badsum",),
        "bad_sums",
        "wrong checksums: a real host drops such packets, whatever answers does not check them",
        title="Bad sums",
    ),
    Option(
        ("--spoof-mac",),
        "mac",
        "let frames come from this Ethernet address; its first bytes, the rest random; 0: a random one",
        "MAC",
        _mac,
        show=_shown_mac,
        title="Spoof MAC",
    ),
    Option(
        ("--send-eth",),
        "way",
        "send Ethernet frames of our own",
        value=Way.ETHERNET,
        title="Send",
        word="frames",
    ),
    Option(
        ("--send-ip",),
        "way",
        "let the kernel route and send the packets",
        value=Way.IP,
        title="Send",
        word="IP",
    ),
)

PACKETS = Group(
    "packets",
    _OPTIONS,
    "packets",
    "For scan types that write their own packets. -sT takes -g and --ttl too, and -sU without privileges also data.",
    _settled,
)
