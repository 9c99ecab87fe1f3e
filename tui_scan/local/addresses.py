"""A host's own addresses, as its kernel lists them in ``/proc/net``, or ``ip`` and ``ifconfig`` print them."""

import ipaddress
from collections.abc import Iterator
from pathlib import Path

from tui_scan.local.proc_net import PROC_NET


def own_addresses(directory: str | Path = PROC_NET) -> frozenset[str]:
    """The addresses of the network namespace whose ``net`` directory this is; empty where it cannot be read."""
    return frozenset(from_fib_trie(_text(directory, "fib_trie"))) | frozenset(
        from_if_inet6(_text(directory, "if_inet6"))
    )


def from_fib_trie(text: str) -> Iterator[str]:
    """The IPv4 addresses in ``/proc/net/fib_trie``: the line before ``/32 host LOCAL`` names each."""
    leaf = ""
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["|--"]:
            leaf = words[-1]
        elif words[:3] == ["/32", "host", "LOCAL"] and leaf:
            yield leaf


def from_if_inet6(text: str) -> Iterator[str]:
    """The IPv6 addresses in ``/proc/net/if_inet6``: 32 hex digits in network order begin each line."""
    for line in text.splitlines():
        digits = line.partition(" ")[0]
        if len(digits) == 32:
            yield str(ipaddress.IPv6Address(int(digits, 16)))


def from_words(text: str) -> Iterator[str]:
    """The addresses in the output of ``ip -o addr`` or ``ifconfig -a``: each stands behind ``inet`` or ``inet6``."""
    for line in text.splitlines():
        words = line.replace("addr:", " ").split()
        for at, word in enumerate(words[:-1]):
            if word in ("inet", "inet6") and (address := _plain(words[at + 1])):
                yield address


def _plain(text: str) -> str:
    """An address without its prefix length and zone, empty where it is none."""
    try:
        return str(ipaddress.ip_address(text.partition("/")[0].partition("%")[0]))
    except ValueError:
        return ""


def _text(directory: str | Path, name: str) -> str:
    try:
        return (Path(directory) / name).read_text("ascii", "replace")
    except OSError:
        return ""
