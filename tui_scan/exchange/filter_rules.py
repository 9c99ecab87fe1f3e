"""The patterns of answers by which a filter is known, and the sentences that tell of it."""

from tui_scan.exchange.filters import Answer, Cells, Fact, FilterRule, Kind
from tui_scan.model.techniques import Technique

_OPENING = (Technique.SYN, Technique.CONNECT)
_STRAY = (Technique.ACK, Technique.WINDOW)
_ODD = (Technique.NULL, Technique.FIN, Technique.XMAS)
_MAIMON, _UDP = (Technique.MAIMON,), (Technique.UDP,)
_TCP = (*_OPENING, *_STRAY, *_ODD, *_MAIMON)
_ACCEPTED, _RESET, _SILENCE = (Answer.ACCEPTED,), (Answer.RESET,), (Answer.SILENCE,)
_ANY_RESET = (Answer.RESET, Answer.RESET_WITH_WINDOW)

_STANDARD = "RFC 9293 §3.10.7.1 and §3.10.7.2"
_CONNTRACK = "Linux nf_conntrack: net.netfilter.nf_conntrack_tcp_loose"
_LIMIT = "RFC 1812 §4.3.2.8"

RULES = (
    FilterRule(
        Kind.UNPROVEN,
        "The pattern needs the answers to all nine types, and these are not there.",
        "So nothing is said of a filter.",
        "",
        some=Cells((*_TCP, *_UDP), (Answer.MISSING,)),
    ),
    FilterRule(
        Kind.REJECT,
        "An ICMP error refuses the segment. A TCP stack never sends one: it resets. So a filter rejects.",
        "It does not prove that other senders are refused too, nor whether the filter remembers connections. Where "
        "other types met silence, the ICMP errors may be limited.",
        "RFC 9293 §3.10.7.1, RFC 1812 §5.2.7.1, RFC 4443 §3.1",
        some=Cells(_TCP, (Answer.FORBIDDEN,)),
    ),
    FilterRule(
        Kind.REJECT,
        "An ICMP error says that there is no way to the host, and the same host answers other segments in its own "
        "name. So there is a way, and a filter rejects with that error.",
        "It does not prove that other senders are refused too; a way that was broken for a moment looks the same.",
        "RFC 1122 §3.2.2.1, RFC 4443 §3.1",
        some=Cells(_TCP, (Answer.NO_WAY,)),
        facts=frozenset({Fact.SPEAKS_TCP}),
    ),
    FilterRule(
        Kind.UNPROVEN,
        "An ICMP error says that there is no way to the host, and the host answers nothing in its own name.",
        "Whether the way is broken or a filter says so cannot be told.",
        "RFC 1122 §3.2.2.1, RFC 4443 §3.1",
        some=Cells(_TCP, (Answer.NO_WAY,)),
    ),
    FilterRule(
        Kind.STATELESS,
        "SYNs are dropped, and stray ACKs and FIN-ACKs come through: the filter looks at each packet by itself, drops "
        "what has SYN and no ACK, and takes the rest for part of a connection.",
        "It does not prove whether something listens. A filter that does remember connections, but stops only new ones "
        "and lets strays pass, looks the same.",
        f"{_STANDARD}; {_CONNTRACK}=0",
        cells=(Cells(_OPENING, _SILENCE), Cells(_STRAY, _ANY_RESET), Cells(_MAIMON, _RESET)),
    ),
    FilterRule(
        Kind.UNPROVEN,
        "SYNs are dropped and stray ACKs come through, so there is a filter; but FIN-ACKs meet silence.",
        "A filter without a memory before a stack derived from BSD, and one with a memory, look the same.",
        _STANDARD,
        cells=(Cells(_OPENING, _SILENCE), Cells(_STRAY, _ANY_RESET), Cells(_MAIMON, _SILENCE)),
    ),
    FilterRule(
        Kind.STATEFUL,
        "SYNs and stray ACKs are dropped, and FIN-ACKs come through: the filter takes a stray ACK for a connection "
        "that began before it looked, and drops it as new; a FIN-ACK begins none. So it knows connections.",
        "It does not prove whether something listens, nor that the filter is on this host. A filter without a memory "
        "that drops just these flags would look the same, but it would cut every connection.",
        _CONNTRACK,
        cells=(Cells(_OPENING, _SILENCE), Cells(_STRAY, _SILENCE), Cells(_MAIMON, _RESET)),
    ),
    FilterRule(
        Kind.UNPROVEN,
        "SYNs and ACKs are dropped and some other segments come through, so there is a filter.",
        "Which kind it is cannot be told from this.",
        _STANDARD,
        cells=(Cells(_OPENING, _SILENCE), Cells(_STRAY, _SILENCE), Cells(_MAIMON, _SILENCE)),
        some=Cells(_ODD, _RESET),
    ),
    FilterRule(
        Kind.DROP,
        "Every segment to this port meets silence, and the host is there: a stack that heard the SYN would accept or "
        "reset it. So a filter drops all of them without a word.",
        "It does not prove whether something listens. A filter that knows connections drops all that comes to a port "
        "it does not allow, and looks the same here; ports that it allows would tell.",
        _STANDARD,
        cells=(Cells(_TCP, _SILENCE),),
        facts=frozenset({Fact.ALIVE, Fact.FREE_ICMP}),
    ),
    FilterRule(
        Kind.UNPROVEN,
        "Every segment to this port meets silence; but the host refuses other ports by ICMP errors and limits these.",
        "Whether this port is dropped, or refused by errors that were not sent, cannot be told. Fewer ports at a time "
        "would tell.",
        _LIMIT,
        cells=(Cells(_TCP, _SILENCE),),
        facts=frozenset({Fact.ALIVE}),
    ),
    FilterRule(
        Kind.UNPROVEN,
        "Nothing came from this host at all.",
        "Whether a filter drops everything, or no such host is there, cannot be told. A port that answers would tell.",
        _STANDARD,
        cells=(Cells(_TCP, _SILENCE),),
    ),
    FilterRule(
        Kind.STRICT,
        "A SYN comes through and is accepted, and everything else that belongs to no connection is dropped. A "
        "connection needs ACKs, so the filter must know which of them belong to one, and it takes no stray for one.",
        "It does not prove that the filter is on this host. A filter that drops every ACK would look the same, but no "
        "connection through it would work.",
        f"{_STANDARD}; {_CONNTRACK}=0",
        cells=(Cells(_OPENING, _ACCEPTED), Cells((*_STRAY, *_ODD, *_MAIMON), _SILENCE)),
    ),
    FilterRule(
        Kind.STATEFUL,
        "A SYN comes through, a stray ACK is dropped, and a FIN-ACK comes through. A connection needs ACKs, so the "
        "filter must know which of them belong to one; it takes a stray ACK for a new connection without a SYN.",
        "It does not prove that the filter is on this host. A filter that drops every ACK would look the same, but no "
        "connection through it would work.",
        f"{_STANDARD}; {_CONNTRACK}",
        cells=(Cells(_OPENING, (Answer.ACCEPTED, Answer.RESET)), Cells(_STRAY, _SILENCE), Cells(_MAIMON, _RESET)),
    ),
    FilterRule(
        Kind.STRICT_OR_REJECT,
        "A SYN is reset, and everything else that belongs to no connection is dropped: there is a filter.",
        "A strict one before a port where nothing listens, and one that drops all and resets SYNs in the host's name, "
        "look the same. A port that is open behind it would tell.",
        _STANDARD,
        cells=(Cells(_OPENING, _RESET), Cells((*_STRAY, *_ODD, *_MAIMON), _SILENCE)),
    ),
    FilterRule(
        Kind.STATEFUL,
        "SYNs and stray ACKs are answered as on a closed port, and FIN-ACKs, NULLs, FINs and Xmas segments are "
        "dropped, which a closed port would reset too. The filter takes a stray ACK for a connection that began before "
        "it looked, and the others for none. So it knows connections.",
        "It does not prove that the port is closed: the filter itself may send the resets.",
        f"RFC 9293 §3.10.7.1; {_CONNTRACK}",
        cells=(Cells((*_OPENING, *_STRAY), _RESET), Cells((*_ODD, *_MAIMON), _SILENCE)),
    ),
    FilterRule(
        Kind.STATEFUL,
        "A SYN is accepted and a stray ACK is reset, but a FIN-ACK is dropped, which a listening port should reset. "
        "The filter takes a stray ACK for a connection that began before it looked, and a FIN-ACK for none. So it "
        "knows connections.",
        "A stack derived from BSD drops the FIN-ACK itself; those known also fill the window of their resets, and here "
        "it is 0. A filter that drops every FIN would look the same, but no connection through it would end.",
        f"RFC 9293 §3.10.7.2; {_CONNTRACK}",
        cells=(Cells(_OPENING, _ACCEPTED), Cells(_STRAY, _RESET), Cells((*_ODD, *_MAIMON), _SILENCE)),
    ),
    FilterRule(
        Kind.UNPROVEN,
        "A SYN is accepted and a stray ACK is reset with a window, as by a stack derived from BSD, which also drops "
        "the FIN-ACK where a program listens.",
        "A filter that knows connections would drop that FIN-ACK too, so none can be told from this port. A closed one "
        "would tell.",
        "RFC 9293 §3.10.7.2 (a listening port should reset an ACK, which old stacks derived from BSD do not)",
        cells=(
            Cells((*_OPENING, Technique.ACK), (Answer.ACCEPTED, Answer.RESET)),
            Cells((Technique.WINDOW,), (Answer.RESET_WITH_WINDOW,)),
            Cells((*_ODD, *_MAIMON), _SILENCE),
        ),
    ),
    FilterRule(
        Kind.REJECT,
        "Datagrams to this port are refused by an ICMP error that is not the target's own port unreachable. So a "
        "filter rejects UDP; TCP shows none.",
        "It does not prove that other senders are refused too.",
        "RFC 1122 §4.1.3.1, RFC 1812 §5.2.7.1",
        some=Cells(_UDP, (Answer.FORBIDDEN,)),
    ),
    FilterRule(
        Kind.NONE,
        "The SYN is accepted, stray ACKs and FIN-ACKs are reset, and NULL, FIN and Xmas meet the silence of a "
        "listening port: every answer is the TCP stack's own, and nothing is turned away.",
        "It does not prove that other senders are let through too. A filter that drops only NULL, FIN and Xmas cannot "
        "be seen on an open port.",
        _STANDARD,
        cells=(
            Cells(_OPENING, _ACCEPTED),
            Cells(_STRAY, _ANY_RESET),
            Cells(_MAIMON, _RESET),
            Cells(_ODD, _SILENCE),
        ),
    ),
    FilterRule(
        Kind.NONE,
        "The SYN is accepted, and every stray segment is reset, NULL, FIN and Xmas too, as stacks such as Windows' do "
        "on open ports: nothing is turned away.",
        "It does not prove that other senders are let through too.",
        f"{_STANDARD} (which lets a listening port drop NULL, FIN and Xmas)",
        cells=(Cells(_OPENING, _ACCEPTED), Cells(_STRAY, _ANY_RESET), Cells((*_MAIMON, *_ODD), _RESET)),
    ),
    FilterRule(
        Kind.NONE_OR_REJECT,
        "Every segment is reset, as by a closed port that nothing protects.",
        "A filter that rejects everything by a reset in the host's name looks just the same.",
        "RFC 9293 §3.10.7.1",
        cells=(Cells(_OPENING, _RESET), Cells(_STRAY, _ANY_RESET), Cells((*_MAIMON, *_ODD), _RESET)),
    ),
    FilterRule(
        Kind.UNPROVEN,
        "SYN, ACK and FIN-ACK are reset as on a closed port, but not all of NULL, FIN and Xmas are. So there is a "
        "filter.",
        "One that drops such odd flags, and one that resets only the SYN before an open port, look the same.",
        _STANDARD,
        cells=(Cells(_OPENING, _RESET), Cells(_STRAY, _ANY_RESET), Cells(_MAIMON, _RESET)),
        some=Cells(_ODD, _SILENCE),
    ),
    FilterRule(
        Kind.UNPROVEN,
        "The answers fit no pattern: packets were lost, or the filter is of another kind.",
        "The exchange of each type tells more; to probe again may help.",
        "",
    ),
)
"""The patterns; the first that fits decides, and the last fits all."""

DATAGRAMS = {
    Answer.ACCEPTED: "UDP is answered.",
    Answer.UNREACHED: "UDP meets the target's own port unreachable: datagrams are let through.",
    Answer.SILENCE: "UDP meets silence, which proves nothing: a program, a filter or an ICMP limit may cause it.",
    Answer.FORBIDDEN: "UDP is refused by a filter's ICMP error.",
    Answer.NO_WAY: "UDP meets an ICMP error that says there is no way.",
}
"""What the UDP cell adds to what TCP decided."""

HOST_MEANINGS = {
    Kind.STRICT: "The filter before this host knows connections and drops all that belongs to none. What it drops "
    "altogether or refuses are ports that it does not allow.",
    Kind.STATEFUL: "The filter before this host knows connections, and lets some packets pass that belong to none.",
    Kind.STATELESS: "The filter before this host judges each packet by itself, as far as these ports show.",
    Kind.STRICT_OR_REJECT: "There is a filter before this host. An open port among those probed would tell which.",
    Kind.REJECT: "A filter before this host refuses packets by an answer. Whether it knows connections is not shown.",
    Kind.DROP: "A filter before this host drops packets by their port. Whether it knows connections is not shown.",
    Kind.UNPROVEN: "One port at least has no proven kind, and no other shows a filter, so none is named.",
    Kind.NONE_OR_REJECT: "No filter shows. One that answers by resets before the closed ports cannot be ruled out.",
    Kind.NONE: "No filter shows: what was sent reached the host, and the host answered it.",
}
"""What a host's kind means. The host has the first of these kinds that one of its ports has."""

OWN_WAYS = frozenset({Kind.STRICT, Kind.STATEFUL, Kind.STATELESS})
"""Kinds that exclude each other where one filter has one way for all ports."""

HOST_MIXED = "The ports of this host are filtered in different ways; the host is named by the strictest that shows."
"""What is said where ports are of several of ``OWN_WAYS``."""
