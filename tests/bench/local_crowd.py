"""A namespace with many connections of its own: processes that hold both ends of connections on loopback."""

import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.namespaces import run

HOLDERS = 5
"""Processes among which the connections are shared, so that none needs more descriptors than it may have."""

_BACKLOG = 2000


@contextmanager
def crowd(sockets: int, chance: random.Random) -> Iterator[str]:
    """The name of a namespace that has at least so many TCP sockets; gone when the context is left."""
    name = f"tsl{os.getpid()}"
    with ExitStack() as stack:
        run("ip", "netns", "add", name)
        stack.callback(run, "ip", "netns", "del", name)
        run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "netns", "exec", name, "sysctl", "-qw", f"net.core.somaxconn={_BACKLOG}")
        for number in range(HOLDERS):
            pairs, seed = sockets // 2 // HOLDERS, chance.randrange(1 << 32)
            command = [sys.executable, "-m", "tests.bench.local_crowd", str(number), str(pairs), str(seed)]
            holder = stack.enter_context(
                subprocess.Popen(
                    ["ip", "netns", "exec", name, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            assert holder.stdin is not None and holder.stdout is not None
            stack.callback(holder.stdin.close)
            assert holder.stdout.readline() == "ready\n"
        yield name


def hold(number: int, pairs: int, seed: int) -> None:
    """Make the pairs on addresses of this holder's own, say so, and keep them until standard input ends."""
    chance, kept = random.Random(seed), []
    for first in range(0, pairs, _BACKLOG):
        server = socket.create_server((f"127.1.{number}.{first // _BACKLOG + 1}", chance.randrange(1024, 30_000)))
        server.listen(_BACKLOG)
        kept.append(server)
        for _ in range(min(_BACKLOG, pairs - first)):
            client = socket.socket()
            client.bind((f"127.2.{number}.{chance.randrange(1, 200)}", 0))
            client.connect(server.getsockname())
            kept += [client, server.accept()[0]]
    print("ready", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    hold(*map(int, sys.argv[1:]))
