"""Whether what the packet options ask for can be had: the privilege, the scan types, the address family, the link."""

from tui_scan.engine.techniques import registry
from tui_scan.language import Sentence
from tui_scan.model.discovery import Aim
from tui_scan.model.errors import PrivilegeError, UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import TECHNIQUES, Technique
from tui_scan.scope.plan import ScanPlan

OPTIONS = {
    "mtu": "-f (--mtu)",
    "source_port": "-g",
    "data": "--data",
    "data_string": "--data-string",
    "data_length": "--data-length",
    "ttl": "--ttl",
    "ip_options": "--ip-options",
    "bad_sums": "--badsum",
    "mac": "--spoof-mac",
    "way": "--send-eth (--send-ip)",
}
"""The options by the fields of PacketForm."""
_BY_SOCKETS = ("source_port", "ttl")
_DATA = ("data", "data_string", "data_length")
_SOCKETS, _UDP = frozenset({Technique.CONNECT, Technique.UDP}), Technique.UDP
"""The techniques that work by sockets too, which take the fields above: all of them the first, UDP the second."""
_ONLY_IPV4 = ("mtu", "ip_options")
_LOOPBACK = {4: (0x7F00_0000, 0x7FFF_FFFF), 6: (1, 1)}

MOST_PARTS = 100
"""Fragments of a packet at the most: a try counts its packets in a byte, and some tries are two datagrams."""

BAD_SUMS_NOTE = (
    "All checksums are wrong (--badsum): a real host drops such packets, so no answer is expected. Whatever answers "
    "does not check them: a firewall, or something that answers in a host's name. Silence tells nothing of the ports."
)


def check_packets(request: ScanRequest, techniques: tuple[Technique, ...], raw: bool) -> None:
    """UsageError where packet options have no scan type to work on, PrivilegeError where they need raw sockets."""
    given = request.packets.given
    if not given:
        return
    if request.aim is Aim.LIST:
        raise UsageError(
            "-sL sends nothing, so {options} has nothing to do. Leave one of them out.", options=OPTIONS[given[0]]
        )
    hosts = request.aim is Aim.HOSTS
    written = raw and (hosts or any(map(registry.writes_packets, techniques)))
    by_sockets = (*(_BY_SOCKETS if hosts or _SOCKETS & set(techniques) else ()), *(_DATA if _UDP in techniques else ()))
    for name in given:
        if written or name in by_sockets:
            continue
        if not raw:
            raise PrivilegeError(
                "{options} changes packets that the scan writes itself, which needs raw sockets, and this "
                "process may not open them (no CAP_NET_RAW). Run it with sudo, or leave {options} out.",
                options=OPTIONS[name],
            )
        chosen = Sentence("")
        for one in techniques:
            scan = Sentence("the {title} scan ({option})", title=TECHNIQUES[one].title, option=TECHNIQUES[one].option)
            chosen = Sentence("{some} and {more}", some=chosen, more=scan) if chosen else scan
        raise UsageError(
            "{options} changes the packets of scan types that write their own, one a port, and {chosen} does "
            "not. Choose -sS or another type, or leave {options} out.",
            options=OPTIONS[name],
            chosen=chosen,
        )
    if request.packets.ethernet and not request.discovery.link:
        raise UsageError(
            "Ethernet frames of our own (--send-eth, --spoof-mac) need the hosts' link addresses, and with "
            "--disable-arp-ping nobody asks for them. Leave one of them out."
        )
    if request.packets.ttl == 0 and (Technique.CONNECT in techniques or not raw):
        raise UsageError("The kernel lets no packet of its own leave with --ttl 0. Write 1 or more, or choose -sS.")


def check_plan(plan: ScanPlan) -> list[str]:
    """UsageError where the targets do not go with the packet options; what a person is to be told of them."""
    form = plan.request.packets
    for name in _ONLY_IPV4 if plan.family == 6 else ():
        if name in form.given:
            what = Sentence("fragments of IPv4" if name == "mtu" else "options of IPv4's header")
            raise UsageError(
                "{options} makes {what}, and the targets are IPv6. Leave it out, or scan IPv4.",
                options=OPTIONS[name],
                what=what,
            )
    first, last = _LOOPBACK[plan.family]
    if form.ethernet and any(one.first <= last and one.last >= first for one in plan.ranges):
        option = "--spoof-mac" if form.mac is not None else "--send-eth"
        raise UsageError(
            "{option} writes Ethernet frames, and loopback is this machine itself. Leave {option} out.", option=option
        )
    if form.mtu is not None and form.size // form.mtu >= MOST_PARTS:
        raise UsageError(
            "{size:,} bytes of data in fragments of {mtu} make too many of them, {most_parts} are the most. "
            "Send less data, or larger fragments (--mtu).",
            size=form.size,
            mtu=form.mtu,
            most_parts=MOST_PARTS,
        )
    return [BAD_SUMS_NOTE] if form.bad_sums else []
