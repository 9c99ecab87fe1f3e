"""Options that say how hosts that are up are found: nmap's ``-P`` family."""

from collections.abc import Callable, Mapping

from tui_scan.model.discovery import PINGS, Asked, Discovery, Ping, PingInfo
from tui_scan.model.errors import UsageError
from tui_scan.options.option import Group, Option
from tui_scan.scope.ports import HIGHEST, HIGHEST_PROTOCOL

MOST_PORTS = 1000
"""Probes a host at the most: finding out whether it is there needs no more."""


def _numbers(option: str, text: str, most: int) -> tuple[int, ...]:
    """Numbers and ranges such as ``22,80,1000-1010``, each once, in their order."""
    found: dict[int, None] = {}
    for word in text.split(","):
        low, dash, high = word.strip().partition("-")
        ends = [low, high if dash else low]
        if not all(end.isascii() and end.isdigit() and int(end[:6]) <= most for end in ends) or int(low) > int(ends[1]):
            raise UsageError(
                "{option} wants numbers from 0 to {most} such as 22,80,100-110, not “{given}”.",
                option=option,
                most=most,
                given=text,
            )
        found.update(dict.fromkeys(range(int(low), int(ends[1]) + 1)))
    if len(found) > MOST_PORTS:
        raise UsageError(
            "{option} names {count:,} ports; {most_ports:,} a host are the most. Name fewer.",
            option=option,
            count=len(found),
            most_ports=MOST_PORTS,
        )
    return tuple(found)


def _reader(info: PingInfo) -> Callable[[str, list[str]], tuple[Asked, ...]]:
    most = HIGHEST_PROTOCOL if info.ping is Ping.PROTOCOL else HIGHEST

    def read(option: str, texts: list[str]) -> tuple[Asked, ...]:
        if not info.usual:
            if any(texts):
                raise UsageError("{option} takes no ports, and {texts} follows it.", option=option, texts=max(texts))
            return (Asked(info.ping),)
        ports = [port for text in texts for port in (_numbers(option, text, most) if text else info.usual)]
        return tuple(Asked(info.ping, port) for port in dict.fromkeys(ports))

    return read


def _says(info: PingInfo) -> str:
    if not info.usual:
        return f"ask by {info.title}" + (" (IPv4)" if info.only_ipv4 else "")
    what = "of these numbers" if info.ping is Ping.PROTOCOL else "to these ports"
    return f"ask by {info.title} {what}; else {','.join(map(str, info.usual))}"


def _shown(info: PingInfo) -> Callable[[tuple[Asked, ...]], str]:
    """The ports of this kind; of a kind without ports any text, where it is asked."""

    def show(asked: tuple[Asked, ...]) -> str:
        ports = [str(one.port) for one in asked if one.ping is info.ping]
        return ",".join(ports)

    return show


def _option(info: PingInfo) -> Option:
    return Option(
        (info.option,),
        "asked",
        _says(info),
        "PORTS" if info.usual else "",
        _reader(info),
        gathers=True,
        glued=True,
        show=_shown(info),
        title=info.option,
    )


def _settled(made: Discovery, given: Mapping[str, Option]) -> Discovery:
    if made.skip and "asked" in given:
        raise UsageError(
            "-Pn takes every host for up, and the other -P options ask whether it is. Leave out one or the other."
        )
    return made


PING_OPTIONS = Group(
    "hosts that are up",
    (
        Option(("-Pn", "-P0", "-PN"), "skip", "do not ask: take every host for up", title="Take as up"),
        *(_option(info) for info in PINGS.values()),
        Option(("-PR",), "link", "ask hosts on the link by ARP or neighbour discovery, as is usual"),
        Option(
            ("--disable-arp-ping",),
            "link",
            "ask hosts on the link like all others",
            value=False,
            title="ARP or ND",
            word="no",
        ),
    ),
    "discovery",
    "Usual: hosts on the link by ARP or neighbour discovery, others by -PE -PS443 -PA80 -PP; without privileges by "
    "connect() to 80 and 443.",
    _settled,
)
