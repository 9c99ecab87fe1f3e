"""A port that this machine publishes as Docker does: a program holds it, and a container answers."""

import json
import socket
import sys

from tests.listeners import opened
from tests.namespaces import Link, inside, link

PUBLISHING = """
table ip published {
 chain from_here {
  type nat hook output priority -100
  ip daddr != 127.0.0.0/8 fib daddr type local tcp dport 8080 dnat to 10.99.7.2:80
 }
}
"""


def test_the_own_address_answers_as_a_program_here_finds_it(own_namespaces: None) -> None:
    """The answer bears the container's address until the kernel translates it back, after any packet socket."""
    with link() as made:
        made.at_scanner("nft", "-f", "-", stdin=PUBLISHING)
        with inside(made.scanner):
            proxy = opened("0.0.0.0", 8080, socket.SOCK_STREAM)
        with inside(made.target):
            container = opened(Link.address[4], 80, socket.SOCK_STREAM)
        with proxy, container:
            proxy.listen()
            container.listen()
            command = [sys.executable, "-m", "tui_scan", "compare", "-p", "8080,8081", "--json", Link.own[4]]
            told = made.at_scanner(*command)
    found = {row["port"]: (row["class"], row["remote"]["state"]) for row in map(json.loads, told.splitlines())}
    assert found == {8080: ("unproven", "open")}
