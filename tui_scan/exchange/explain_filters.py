"""What the kinds of filters mean that the matrix names."""

from tui_scan.exchange.explain_entries import Entry, Text
from tui_scan.exchange.filters import Kind

KIND = "kind of filter"

_HERE = "It does not prove that the filter is on the host itself: it can stand anywhere on the way."
_STACK = "RFC 9293 §3.10.7"

KINDS = {
    Kind.NONE: Text(
        "Every answer is the TCP stack's own: nothing is turned away.",
        "It does not prove that other senders are let through too.",
        _STACK,
    ),
    Kind.STATELESS: Text(
        "The filter looks at each packet by itself. It drops what has SYN and no ACK, and takes the rest for part of a "
        "connection, so a stray ACK comes through.",
        _HERE,
        f"{_STACK}; nft(8)",
    ),
    Kind.STATEFUL: Text(
        "The filter remembers connections, and yet lets some packets pass that belong to none: Linux takes a stray "
        "ACK for a connection that began before it looked.",
        _HERE,
        "Linux nf_conntrack: net.netfilter.nf_conntrack_tcp_loose",
    ),
    Kind.STRICT: Text(
        "The filter remembers connections and drops everything that belongs to none, except a SYN to a port that it "
        "allows.",
        _HERE,
        "Linux nf_conntrack: net.netfilter.nf_conntrack_tcp_loose=0",
    ),
    Kind.REJECT: Text(
        "The filter refuses with an answer: an ICMP error, or a RST in the host's name. Whoever asks knows at once.",
        _HERE,
        "RFC 1812 §5.2.7.1; nft(8)",
    ),
    Kind.DROP: Text(
        "The filter throws packets away without a word. Whoever asks waits for nothing.",
        _HERE,
        "nft(8)",
    ),
    Kind.NONE_OR_REJECT: Text(
        "Everything is reset: by closed ports without a filter, or by a filter that rejects with RST. Both look alike.",
        "It does not prove which of the two it is.",
        _STACK,
    ),
    Kind.STRICT_OR_REJECT: Text(
        "A SYN is reset and all else dropped: by a strict filter before a closed port, or by one that resets SYNs.",
        "It does not prove which of the two it is.",
        _STACK,
    ),
    Kind.UNPROVEN: Text(
        "The answers fit several kinds of filters, or some answers are missing: so none is named.",
        "It does not prove that there is no filter.",
        _STACK,
    ),
}
"""Every kind."""


def entries() -> list[Entry]:
    """The kinds by their names."""
    return [Entry(kind.value, KIND, text) for kind, text in KINDS.items()]
