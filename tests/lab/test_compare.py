"""Each class of the comparison comes out right, of a host that has them all: by ssh, by import, by its own list."""

import json
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.compare_world import (
    ALARM,
    ANSWERING,
    DEVICE_ONLY,
    EXPOSED,
    INNER,
    PORTS,
    PUBLISHED,
    REJECTED,
    SECOND,
    SECOND_ONLY,
    SIX,
    CompareWorld,
    Key,
)
from tests.namespaces import Link
from tests.ssh_server import SshServer, ssh_server
from tui_scan.compare.classes import PortClass

FAMILIES = (4, 6)


Asked = tuple[SshServer, subprocess.Popen[str]]


@pytest.fixture(scope="module", autouse=True)
def asked_from_there(compared_world: CompareWorld) -> Iterator[Asked]:
    """The host asks its other end, which takes seconds for silent ports: begun first, and read by the last test."""
    link = compared_world.link
    with ssh_server(link, at=link.scanner, client=link.target) as vantage:
        options = ["--from", vantage.host, "--ssh-command", shlex.join(vantage.command), "-p", PORTS, "--json"]
        command = command_line(link.target, *options, *Link.address.values())
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            yield vantage, process


def command_line(namespace: str, *arguments: str) -> list[str]:
    """The command as it is run in a namespace."""
    return ["ip", "netns", "exec", namespace, sys.executable, "-m", "tui_scan", "compare", *arguments]


def compare(namespace: str, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command in a namespace."""
    command = command_line(namespace, *arguments)
    return subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=180, check=False)


def objects(told: str, address: str = "") -> dict[Key, dict[str, Any]]:
    """The lines about an address by protocol and port; "": of the only one."""
    rows = [json.loads(line) for line in told.splitlines()]
    return {(row["proto"], row["port"]): row for row in rows if address in ("", row["addr"])}


def classes(found: dict[Key, dict[str, Any]]) -> dict[Key, str]:
    """The classes by protocol and port, of the ports of this world."""
    return {key: row["class"] for key, row in found.items() if key[1] != 2222}


def test_every_class_over_ssh(compared_world: CompareWorld, compared_server: SshServer) -> None:
    done = compare(
        compared_world.link.scanner,
        *("--ssh", compared_server.host, "--ssh-command", shlex.join(compared_server.command)),
        *("-p", PORTS, "--json", *Link.address.values()),
    )
    assert done.returncode == 0, done.stderr
    for family, target in Link.address.items():
        found = objects(done.stdout, target)
        assert classes(found) == compared_world.truth(family)
        assert {row["family"] for row in found.values()} == {family}
        unheard = [row["class"] for row in found.values() if row["local"] is None]
        assert set(unheard) == {"no-local-listener"}
        assert found["tcp", PUBLISHED]["local"]["program"] == "docker-proxy"
        assert found["tcp", INNER]["local"]["program"] == "nginx"
        assert "network namespace" in found["tcp", INNER]["local"]["namespace"]
        assert found["tcp", EXPOSED]["local"]["dual_stack"] is True
        assert found["tcp", EXPOSED]["local"]["backlog"] == 16
        assert found["tcp", DEVICE_ONLY]["local"]["device"] == "vc"
        assert "bound to the interface vc" in found["tcp", DEVICE_ONLY]["explanation"]
        assert found["tcp", REJECTED]["remote"]["reason"] == "port-unreach"
        assert {row["remote"]["from"] for row in found.values()} == {Link.own[family]}
        assert {row["remote"]["view"] for row in found.values()} == {"remote"}
        for row in found.values():
            assert row["next"] and row["next"] not in row["explanation"]
            if row["local"]:
                assert abs(row["local"]["taken_at"] - row["remote"]["seen_at"]) < 60


@pytest.mark.parametrize("printed", ["ss -tulnpe", "netstat -tulnp"])
def test_every_class_by_import(compared_world: CompareWorld, peer: Callable[[str], str], printed: str) -> None:
    program, *options = printed.split()
    text = compared_world.link.at_target(peer(program), *options)
    arguments = ("--import", "-", "-p", PORTS, "--json", *Link.address.values())
    done = compare(compared_world.link.scanner, *arguments, stdin=text)
    assert done.returncode == 0, done.stderr
    for family, target in Link.address.items():
        assert classes(objects(done.stdout, target)) == compared_world.truth(family, namespaces=False)


def test_both_families_in_one_command_and_the_table(compared_world: CompareWorld) -> None:
    addresses = list(Link.address.values())
    done = compare(
        compared_world.link.scanner,
        *("--import", "-", "-p", PORTS, "--fail-on", "alarm,no-local-listener", *addresses),
        stdin=compared_world.link.at_target("ss", "-tulnpe"),
    )
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    rows = [line.split() for line in lines if line.split()[:1] and line.split()[0] in set(PortClass)]
    rows = [row for row in rows if row[1] in addresses]
    assert [row[0] for row in rows[:2]] == ["alarm", "alarm"], "what needs a look first stands first"
    wanted = {
        (family, *key): one
        for family in FAMILIES
        for key, one in compared_world.truth(family, namespaces=False).items()
    }
    seen = {
        (4 if row[1] == addresses[0] else 6, *reversed(row[2].split("/"))): row[0]
        for row in rows
        if row[2] != "2222/tcp"
    }
    assert {(family, proto, int(port)): one for (family, proto, port), one in seen.items()} == wanted
    counts = dict(word.split("=") for word in lines[-1].removeprefix("# ").split())
    assert counts["alarm"] == "2" and int(counts["ports"]) == len(rows)
    assert "nft list ruleset" in done.stdout and "127.0.0.1:8008" in done.stdout


def test_a_host_that_is_down_is_no_faultless_comparison(compared_world: CompareWorld) -> None:
    done = compare(compared_world.link.scanner, "-p", "22", Link.absent[4])
    assert done.returncode == 1
    assert f"{Link.absent[4]} is down" in done.stderr and done.stdout.splitlines()[-1].startswith("# ports=0 ")


def test_no_such_class_no_failure(compared_world: CompareWorld) -> None:
    text = compared_world.link.at_target("ss", "-tulnp")
    done = compare(
        compared_world.link.scanner,
        *("--import", "-", "-p", str(EXPOSED), "--fail-on", "alarm,no-local-listener", Link.address[4]),
        stdin=text,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("# ports=1 alarm=0 ")


def test_a_scan_of_the_own_address_is_no_remote_view(compared_world: CompareWorld) -> None:
    done = compare(compared_world.link.target, "-p", PORTS, "--json", *Link.address.values())
    assert done.returncode == 0, done.stderr
    for target in Link.address.values():
        found = objects(done.stdout, target)
        assert {row["remote"]["view"] for row in found.values()} == {"self"}
        assert all("This is no remote view" in row["explanation"] for row in found.values())
        assert found["tcp", EXPOSED]["class"] == PortClass.UNPROVEN
        assert found["tcp", ALARM]["class"] == PortClass.LOOPBACK_ONLY, "no redirection stands on the way over lo"


def test_the_default_ports_are_those_that_listen_and_the_usual(
    compared_world: CompareWorld, compared_server: SshServer
) -> None:
    done = compare(
        compared_world.link.scanner,
        *("--ssh", compared_server.host, "--ssh-command", shlex.join(compared_server.command), "--json", SECOND[4]),
    )
    assert done.returncode == 0, done.stderr
    found = objects(done.stdout)
    wanted = {("tcp", EXPOSED), ("tcp", SECOND_ONLY), ("tcp", SIX), ("udp", ANSWERING), ("tcp", 2222)}
    assert found.keys() >= wanted
    assert found["tcp", SECOND_ONLY]["class"] == "exposed", "this is the address it is bound to"
    assert found["udp", ANSWERING]["class"] != "exposed", "it is bound to the other one"


def test_every_class_as_another_host_sees_it(compared_world: CompareWorld, asked_from_there: Asked) -> None:
    vantage, process = asked_from_there
    told, complaints = process.communicate(timeout=180)
    assert process.returncode == 0, complaints
    for family, target in Link.address.items():
        found = objects(told, target)
        assert classes(found) == compared_world.truth(family)
        assert {row["remote"]["from"] for row in found.values()} == {Link.own[family]}
        assert {row["remote"]["from_host"] for row in found.values()} == {vantage.host}
        assert {row["local"]["source"] for row in found.values() if row["local"]} == {"this host"}
