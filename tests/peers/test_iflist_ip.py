"""--iflist beside iproute2, in a network namespace with links, addresses and routes drawn by lot."""

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.conftest import missing
from tests.namespaces import run


@pytest.fixture
def namespace() -> Iterator[str]:
    """An empty network namespace, by name."""
    if os.geteuid() or shutil.which("ip") is None:
        missing("root and iproute2 are needed to make a network namespace")
    name = f"tsiflist{os.getpid()}"
    run("ip", "netns", "add", name)
    try:
        yield name
    finally:
        run("ip", "netns", "del", name)


def within(namespace: str, *command: str) -> str:
    return run("ip", "netns", "exec", namespace, *command)


def tables(text: str) -> tuple[list[list[str]], list[list[str]]]:
    first, second = text.split("\n\n")
    return [line.split() for line in first.splitlines()[2:]], [line.split() for line in second.splitlines()[2:]]


def test_interfaces_and_routes_are_those_of_ip(namespace: str) -> None:
    seed = random.randrange(1 << 32)
    dice = random.Random(seed)
    for number in range(dice.randrange(1, 4)):
        name = f"d{number}"
        within(namespace, "ip", "link", "add", name, "type", "veth", "peer", "name", f"e{number}")
        within(namespace, "ip", "link", "set", name, "mtu", str(dice.randrange(1300, 1500)))
        within(
            namespace,
            "ip",
            "address",
            "add",
            f"10.{number}.{dice.randrange(256)}.1/{dice.randrange(20, 31)}",
            "dev",
            name,
        )
        within(namespace, "ip", "address", "add", f"fd{number:02}::{dice.randrange(9):x}/64", "dev", name, "nodad")
        if dice.random() < 0.7:
            within(namespace, "ip", "link", "set", name, "up")
            within(
                namespace,
                "ip",
                "route",
                "add",
                f"10.99.{number}.0/24",
                "dev",
                name,
                "metric",
                str(dice.randrange(1, 99)),
            )
    links, routes = tables(within(namespace, sys.executable, "-m", "tui_scan", "scan", "--iflist"))
    wanted = []
    for link in json.loads(within(namespace, "ip", "-j", "address")):
        mac = [link["address"]] if link["link_type"] == "ether" else []
        state = "up" if "UP" in link["flags"] else "down"
        addresses = [f"{one['local']}/{one['prefixlen']}" for one in link["addr_info"]] or ["(none)"]
        kind = {"ether": "ethernet"}.get(link["link_type"], link["link_type"])
        wanted += [[link["ifname"], address, kind, state, str(link["mtu"]), *mac] for address in addresses]
    assert sorted(links) == sorted(wanted), f"seed {seed}"
    ways = []
    for option, whole in (("-4", "/32"), ("-6", "/128")):
        for way in json.loads(within(namespace, "ip", "-j", option, "route") or "[]"):
            target = way["dst"] if "/" in way["dst"] else way["dst"] + whole
            ways.append(
                [target, way["dev"], str(way.get("metric", 0)), *([way["gateway"]] if "gateway" in way else [])]
            )
    assert sorted(routes) == sorted(ways), f"seed {seed}"


def test_it_needs_no_target_and_sends_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui_scan", "scan", "--iflist"], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0
    assert "127.0.0.1/8" in done.stdout
