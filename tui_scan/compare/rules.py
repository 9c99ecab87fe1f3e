"""Which class a listener and an answer make together, what that means, and what to look at next: one table."""

from dataclasses import dataclass

from tui_scan.compare.answers import Answer
from tui_scan.compare.classes import PortClass
from tui_scan.compare.standing import Standing
from tui_scan.model.techniques import Protocol

PROXIES = frozenset(
    {"docker-proxy", "rootlessport", "rootlesskit", "slirp4netns", "pasta", "pasta.avx2", "conmon", "gvproxy", "vpnkit"}
)
"""Programs that listen in the name of a container, by their short names (at most 15 bytes, as the kernel has them)."""

_TOLD = 8
"""Letters of such a name that are enough: netstat cuts names to what its column holds."""

_REACHED = frozenset({Standing.HERE, Standing.EVERYWHERE})
_MEANT = _REACHED | {Standing.LOOPBACK_HERE}
_MAYBE = _MEANT | {Standing.TRANSLATED}
_LISTENS = _MAYBE | {Standing.LOOPBACK, Standing.OTHER_LOOPBACK, Standing.ANOTHER, Standing.OTHER_FAMILY}
_APART = frozenset(one for one in Standing if one.apart)
_NOT_HERE = _APART | {Standing.NOBODY}
_SHUT = frozenset({Answer.CLOSED, Answer.REJECTED, Answer.FILTERED, Answer.OPEN_FILTERED, Answer.CLOSED_FILTERED})


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. ``class_`` None: nothing is told, since nobody listens and nothing is open.

    The row fits where standing and answer are among its own, and ``protocol``, ``proxy`` (a container's proxy listens)
    and ``own`` (the scan went to the scanning machine itself) are as it says, None for any. ``meaning`` says what that
    means, ``next`` what to look at; both may hold ``{target}``, ``{host}``, ``{ports}`` (in a sentence), and
    ``{port}`` and ``{proto}`` (in a command to copy).
    """

    class_: PortClass | None
    standings: frozenset[Standing]
    answers: frozenset[Answer]
    meaning: str = ""
    next: str = ""
    protocol: Protocol | None = None
    proxy: bool | None = None
    own: bool | None = None

    def fits(self, standing: Standing, answer: Answer, protocol: Protocol, proxy: bool, own: bool) -> bool:
        """Whether the row is about this."""
        return (
            standing in self.standings
            and answer in self.answers
            and self.protocol in (None, protocol)
            and self.proxy in (None, proxy)
            and self.own in (None, own)
        )


_RULESET = "On the host look at “nft list ruleset” (or “iptables-save”)"

RULES: tuple[Rule, ...] = (
    Rule(
        PortClass.UNPROVEN,
        frozenset({Standing.UNRELATED}),
        frozenset(Answer),
        "The list is of {host}, and {target} is none of its addresses, so the two sides tell nothing of each other.",
        "Compare with the list of the host at {target}: --ssh HOST, or --import FILE.",
    ),
    Rule(
        PortClass.UNPROVEN,
        frozenset({Standing.DOUBTFUL}),
        frozenset(Answer),
        "The list shows addresses of {host}, and {target} is none of them, so it is not known whether this listener is "
        "what is asked there.",
        "Make sure that the list is that of the host at {target}. “ip address” there tells all its addresses.",
    ),
    Rule(
        PortClass.UNPROVEN,
        frozenset({Standing.UNRELATED_NAMESPACE}),
        frozenset({Answer.OPEN}),
        "The list is of {host}, and {target} is none of its addresses. A program in another network namespace of "
        "{host} listens at this port; nothing tells that it is the one that answers.",
        "Compare with the list of the host at {target}: --ssh HOST, or --import FILE.",
    ),
    Rule(
        PortClass.OTHER_NAMESPACE,
        frozenset({Standing.OWNER_NAMESPACE}),
        frozenset({Answer.OPEN}),
        "{target} is an address of another network namespace of this machine, such as a container's, and a program "
        "there listens at this port: so it is most likely what answers.",
        "Look at that namespace: “tui-scan local -al --namespace PID”, “lsns -t net”.",
    ),
    Rule(
        PortClass.ALARM,
        frozenset({Standing.LOOPBACK}),
        frozenset({Answer.OPEN}),
        "The listener is bound to loopback, so what comes for {target} does not reach it by itself. Either something "
        "on the host hands connections on to it (a proxy, a tunnel, or DNAT with route_localnet), or something else "
        "answers, such as a container or another host than the one whose list this is.",
        f"{_RULESET} for “dnat” and “redirect” of {{ports}}, at proxies and tunnels (“ssh -g -L”), and make sure "
        "that {target} is {host}.",
    ),
    Rule(
        PortClass.LOOPBACK_ONLY,
        frozenset({Standing.LOOPBACK_HERE}),
        frozenset({Answer.OPEN}),
        "It answers on loopback, where only the machine itself can ask. Of what others reach this says nothing.",
        "Scan an address of the host that is not a loopback one, from another machine.",
    ),
    Rule(
        PortClass.PUBLISHED,
        _MAYBE,
        frozenset({Answer.OPEN}),
        "The listener is a proxy that hands connections on to a container, so the port was published and the program "
        "that answers lives in the container.",
        "Look at what is published (“docker ps”, “podman ps”). To publish for this machine alone, write "
        "127.0.0.1:{port}:… in place of {port}:…; a rule for the input hook may not stop a published port.",
        proxy=True,
    ),
    Rule(
        PortClass.UNPROVEN,
        _MAYBE,
        frozenset({Answer.OPEN}),
        "The listener answers this machine's own questions. That others reach it is not proven.",
        "Scan from another machine, or have another one ask: --from HOST.",
        own=True,
    ),
    Rule(
        PortClass.EXPOSED,
        _REACHED,
        frozenset({Answer.OPEN}),
        "The listener takes what comes for this address, and no filter on the way keeps it from being reached.",
        "If that is not meant, bind the program to 127.0.0.1 (or ::1) or to an internal address, or block the port in "
        "the firewall.",
    ),
    Rule(
        PortClass.EXPOSED,
        frozenset({Standing.TRANSLATED}),
        frozenset({Answer.OPEN}),
        "{target} is none of the host's own addresses, so an address translation or a load balancer stands in front; "
        "that it leads to this listener is likely, not proven.",
        "Look at what {target} hands the port on to, and whether that is meant.",
    ),
    Rule(
        PortClass.NO_LOCAL_LISTENER,
        frozenset({Standing.OTHER_LOOPBACK}),
        frozenset({Answer.OPEN}),
        "The listener is bound to another loopback address, or to that of the other IP version, so it is not what "
        "answers here: a redirection (DNAT) or a program that the list does not show does.",
        f"{_RULESET} for “dnat” and “redirect” of {{ports}}, and at containers.",
    ),
    Rule(
        PortClass.NO_LOCAL_LISTENER,
        frozenset({Standing.ANOTHER}),
        frozenset({Answer.OPEN}),
        "The listener is bound to another address of the host, so it is not what answers here: a redirection (DNAT), "
        "another network namespace or another host does.",
        f"{_RULESET} for “dnat” and “redirect” of {{ports}}, and at containers.",
    ),
    Rule(
        PortClass.NO_LOCAL_LISTENER,
        frozenset({Standing.OTHER_FAMILY}),
        frozenset({Answer.OPEN}),
        "The listener takes the other IP version alone, so it is not what answers here: a redirection (DNAT), another "
        "network namespace or another host does.",
        f"{_RULESET} for “dnat” and “redirect” of {{ports}}, and at containers.",
    ),
    Rule(
        PortClass.OTHER_NAMESPACE,
        frozenset({Standing.OTHER_NAMESPACE}),
        frozenset({Answer.OPEN}),
        "Nothing in the host's own network namespace listens at this port, and a program in another one, such as a "
        "container, does. So the host most likely hands the connections on to it.",
        f"{_RULESET} for “dnat” of {{ports}}, and at containers (“docker ps”, “podman ps”, “lsns -t net”).",
    ),
    Rule(
        PortClass.NO_LOCAL_LISTENER,
        frozenset({Standing.NOBODY}),
        frozenset({Answer.OPEN}),
        "Something else answers: a redirection (DNAT) to another port or host, a container, a load balancer or an "
        "address translation on the way.",
        f"{_RULESET} for “dnat” and “redirect” of {{ports}}, at containers (“docker ps”, “podman ps”), and make "
        "sure that {target} is {host}.",
    ),
    Rule(
        PortClass.LOOPBACK_ONLY,
        frozenset({Standing.LOOPBACK}),
        _SHUT | {Answer.UNFILTERED},
        "The listener is bound to loopback, so others reach it only if something on the host hands connections on to "
        "it (a proxy, or DNAT with route_localnet), and nothing here does.",
        "Nothing to do, if that is meant. To open it, bind the program to another address.",
    ),
    Rule(
        PortClass.LOOPBACK_ONLY,
        frozenset({Standing.OTHER_LOOPBACK}),
        _SHUT | {Answer.UNFILTERED},
        "The listener is bound to another loopback address than {target}, or to that of the other IP version, and so "
        "it does not take what comes here, even from the host itself.",
        "Nothing to do, if that is meant. The host itself reaches the listener at the address to which it is bound.",
    ),
    Rule(
        PortClass.FIREWALLED,
        _MEANT,
        frozenset({Answer.CLOSED}),
        "A kernel does not refuse datagrams for a port on which a socket is bound, so a firewall rule rejects them by "
        "“port unreachable”, which looks like a closed port.",
        f"{_RULESET} for “reject” of {{ports}}.",
        protocol=Protocol.UDP,
    ),
    Rule(
        PortClass.FIREWALLED,
        _LISTENS,
        frozenset({Answer.REJECTED}),
        "A program listens, and an ICMP error refuses on the way to it: the filter of the host, or one before it, says "
        "no and says so.",
        f"{_RULESET} for “reject” of {{ports}}; if the error came from another address than {{target}}, look there.",
    ),
    Rule(
        PortClass.FIREWALLED,
        _LISTENS,
        frozenset({Answer.FILTERED}),
        "A program listens, and nothing comes back: a filter of the host, or one on the way, drops the question or the "
        "answer.",
        f"{_RULESET} for “drop” of {{ports}} and for the policy of the input chain, then at the filters on the way.",
    ),
    Rule(
        PortClass.RESET_ELSEWHERE,
        _MAYBE,
        frozenset({Answer.CLOSED}),
        "A program listens, and yet the port is refused. So a firewall resets the connection, or another machine than "
        "the host answers at this address.",
        f"{_RULESET} for “reject with tcp reset” of {{ports}}, at the device the listener is bound to, and make "
        "sure that {target} is {host}.",
    ),
    Rule(
        PortClass.RESET_ELSEWHERE,
        frozenset({Standing.ANOTHER}),
        frozenset({Answer.CLOSED}),
        "The listener is bound to another address of the host, so this address refuses, as it must.",
        "Nothing to do, if that is meant. To open it here, bind the program to this address too.",
    ),
    Rule(
        PortClass.RESET_ELSEWHERE,
        frozenset({Standing.OTHER_FAMILY}),
        frozenset({Answer.CLOSED}),
        "The listener takes the other IP version alone, so this one is refused.",
        "Nothing to do, if that is meant. To open it, bind the program to an address of this IP version; a listener at "
        "[::] takes IPv4 too when its option IPV6_V6ONLY is off.",
    ),
    Rule(
        PortClass.UNPROVEN,
        _LISTENS,
        frozenset({Answer.OPEN_FILTERED}),
        "A program listens, and nothing comes back. It may have taken the question without a word, as many do, or a "
        "filter dropped it.",
        "Ask the program in its own protocol, or watch on the host whether the question arrives: “tcpdump {proto} port "
        "{port}”.",
        protocol=Protocol.UDP,
    ),
    Rule(
        PortClass.UNPROVEN,
        _LISTENS,
        frozenset({Answer.OPEN_FILTERED, Answer.CLOSED_FILTERED, Answer.UNFILTERED}),
        "A program listens, and this kind of scan does not tell whether it is reached.",
        "Scan with -sS or -sT, which tell open from closed.",
    ),
    Rule(
        PortClass.UNPROVEN,
        _LISTENS,
        frozenset({Answer.NONE}),
        "A program listens, and the scan has no verdict on the port.",
        "Let the scan come to its end, or look at what it says of this machine's own errors.",
    ),
    Rule(None, _NOT_HERE, frozenset(Answer) - {Answer.OPEN}),
)
"""The first row that fits decides. Every combination has one; a test walks them all."""


CHANGED = Rule(
    PortClass.UNPROVEN,
    frozenset(Standing),
    frozenset(Answer),
    "What listens at {ports} changed while it was looked at, so the two sides are not of one time.",
    "Compare once more.",
)
"""In place of the row, where the list from after the look would have led to another class than the one from before."""


def is_proxy(program: str | None) -> bool:
    """Whether a program of this name listens for containers."""
    if not program:
        return False
    return program in PROXIES or (len(program) >= _TOLD and any(name.startswith(program) for name in PROXIES))


def rule_of(standing: Standing, answer: Answer, protocol: Protocol, proxy: bool, own: bool) -> Rule:
    """The row that decides."""
    return next(rule for rule in RULES if rule.fits(standing, answer, protocol, proxy, own))
