"""The filter of the packets: ``port:443 flags:SA dir:in !who:kernel``, each term a mask over all packets."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_scan.language import Sentence
from tui_scan.model.errors import UsageError
from tui_scan.model.filter_terms import Term, parse_terms
from tui_scan.model.packets import Origin
from tui_scan.ui.widgets.results_filter import CHECKS as RESULT_CHECKS
from tui_scan.ui.widgets.results_filter import EXAMPLES as RESULT_EXAMPLES
from tui_scan.ui.widgets.results_filter import Masks

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from tui_scan.exchange.packet_rows import PacketList
    from tui_scan.model.packets import Event, Packet

    Chosen = npt.NDArray[np.bool_]

HINT = "any text, port:1-1024 flags:SA dir:in who:kernel proto:icmp !state:open"

NAMES = ("fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr")
"""The TCP flags from the lowest bit on (RFC 9293 §3.1)."""

WHO = {"you": Origin.SCANNER} | {origin.value: origin for origin in Origin}
DIRECTIONS = ("out", "in")
PROTOCOLS = {"tcp": (6,), "udp": (17,), "sctp": (132,), "icmp": (1, 58)}
"""IP protocols by the word for them; a number stands for itself."""


def parse_packet_filter(text: str) -> tuple[Term, ...]:
    """The terms of a filter, all of which must hold. Raises UsageError for an unknown key or a wrong value."""
    return parse_terms(text.lower(), "a packet", EXAMPLES, RESULT_CHECKS | CHECKS)


def chosen(packets: "PacketList", terms: tuple[Term, ...], masks: Masks) -> "Chosen":
    """Which packets all terms choose; ``masks`` are those of the packets' scan."""
    import numpy as np

    found: Chosen = np.ones(len(packets), np.bool_)
    for term in terms:
        own = OWN.get(term.key)
        one = own(packets, term.value) if own else _by_cell(packets, term, masks)
        found &= ~one if term.negated else one
    return found


def _by_cell(packets: "PacketList", term: Term, masks: Masks) -> "Chosen":
    """Packets of the ports that a term of the results chooses; discovery's are known by their addresses."""
    import numpy as np

    from tui_scan.exchange.packet_source import NO_CELL

    mask = masks.one(term)
    found: Chosen = packets.cell != NO_CELL
    strangers = np.flatnonzero(~found)
    cells = packets.cell[found]
    if len(cells):  # a scan that looks for hosts alone has no ports, and no mask that could be asked
        hosts, columns = cells // masks.columns, cells % masks.columns
        found[found] = mask[hosts if mask.shape[0] > 1 else 0, columns if mask.shape[1] > 1 else 0]
    if term.key in ("", "host"):
        found[strangers] = [term.value in _ends(item) for item in packets.items(strangers)]
    return found


def _ends(item: "Packet | Event") -> str:
    """Whose a packet is that belongs to no port: its addresses, and its ports where it has some."""
    from tui_scan.exchange.arp import ARP, arp_words
    from tui_scan.exchange.trace import ends
    from tui_scan.model.packets import Packet

    if not isinstance(item, Packet):
        return item.detail
    return (arp_words(item.data) if item.data.startswith(ARP) else ends(item.data)).lower()


def parse_flags(value: str) -> tuple[int, bool]:
    """``SA``, ``syn,ack``, ``none`` or, at least these, ``S+``: the bits, and whether others may be set beside them."""
    at_least, body = value.endswith("+"), value.lower().removesuffix("+")
    if body == "none":
        return 0, at_least
    words = body.replace("-", ",").split(",")
    if all(word in NAMES for word in words):
        return sum(1 << NAMES.index(word) for word in set(words)), at_least
    letters = [name[0] for name in NAMES]
    if not body or not set(body) <= set(letters):
        raise UsageError(
            "“{value}” are no TCP flags. Write letters (SA), names (syn,ack), none, or S+ for at least S.", value=value
        )
    return sum(1 << letters.index(letter) for letter in set(body)), at_least


def _by_flags(packets: "PacketList", value: str) -> "Chosen":
    bits, at_least = parse_flags(value)
    flags = packets.flags()
    found: Chosen = (flags >= 0) & ((flags & bits if at_least else flags) == bits)
    return found


def _by_direction(packets: "PacketList", value: str) -> "Chosen":
    out = _sent_by(packets, Origin.SCANNER, Origin.KERNEL)
    return out if _one_of(value, DIRECTIONS, "direction") == "out" else ~out


def _by_sender(packets: "PacketList", value: str) -> "Chosen":
    return _sent_by(packets, WHO[_one_of(value, WHO, "sender")])


def _sent_by(packets: "PacketList", *origins: Origin) -> "Chosen":
    import numpy as np

    from tui_scan.engine.capture import ORIGIN_NUMBER

    return np.isin(packets.origins(), [ORIGIN_NUMBER[origin] for origin in origins])


def _by_protocol(packets: "PacketList", value: str) -> "Chosen":
    import numpy as np

    return np.isin(packets.protocols(), _protocol(value))


def _protocol(value: str) -> tuple[int, ...]:
    if value.isdecimal() and int(value) < 256:
        return (int(value),)
    return PROTOCOLS[_one_of(value, PROTOCOLS, "protocol")]


def _one_of(value: str, known: "dict[str, Origin] | dict[str, tuple[int, ...]] | tuple[str, ...]", what: str) -> str:
    """The only name that begins so."""
    found = [name for name in known if name == value.lower()] or [
        name for name in known if name.startswith(value.lower())
    ]
    if len(found) != 1:
        raise UsageError(
            "“{value}” is no {what}. Write one of {known}.", value=value, what=Sentence(what), known=", ".join(known)
        )
    return found[0]


OWN: "dict[str, Callable[[PacketList, str], Chosen]]" = {
    "flags": _by_flags,
    "dir": _by_direction,
    "who": _by_sender,
    "proto": _by_protocol,
}
"""What a term looks at in the packets themselves; other keys look at the port that a packet belongs to."""

CHECKS: dict[str, Callable[[str], object]] = {
    "flags": parse_flags,
    "dir": lambda value: _one_of(value, DIRECTIONS, "direction"),
    "who": lambda value: _one_of(value, WHO, "sender"),
    "proto": _protocol,
}

EXAMPLES = RESULT_EXAMPLES | {"proto": "proto:icmp", "flags": "flags:SA", "dir": "dir:in", "who": "who:kernel"}
