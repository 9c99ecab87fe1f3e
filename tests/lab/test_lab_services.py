"""The services of the lab's hosts: they answer every datagram, survive every client and cost nothing."""

import random
import sys
import textwrap
import time
from ipaddress import ip_address
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.dns import DNS, DNSQR
from scapy.layers.ntp import NTPHeader

from tui_scan.lab import datagrams
from tui_scan.lab.datagrams import Names
from tui_scan.lab.running import RunningLab

_NAMES = Names({"web.lab": (ip_address("10.1.0.2"), ip_address("fd01::2"))})


def dns(name: str, kind: str) -> DNS:
    query = bytes(DNS(id=4711, rd=1, qd=DNSQR(qname=name, qtype=kind)))
    return DNS(datagrams.answer(_NAMES, 53, query))


@pytest.mark.parametrize(
    ("name", "kind", "code", "data"),
    [
        ("web.lab", "A", 0, ["10.1.0.2"]),
        ("WEB.lab", "AAAA", 0, ["fd01::2"]),
        ("2.0.1.10.in-addr.arpa", "PTR", 0, [b"web.lab."]),
        (ip_address("fd01::2").reverse_pointer, "PTR", 0, [b"web.lab."]),
        ("web.lab", "MX", 0, []),
        ("mail.lab", "A", 3, []),
    ],
)
def test_the_name_server_knows_the_lab(name: str, kind: str, code: int, data: list[object]) -> None:
    answer = dns(name, kind)
    assert (answer.id, answer.qr, answer.aa, answer.rd, answer.rcode) == (4711, 1, 1, 1, code)
    assert answer.qd[0].qname.decode().rstrip(".") == name
    assert [record.rdata for record in answer.an or []] == data


def test_the_time_server_answers_the_client_that_asked() -> None:
    query = NTPHeader(version=4, mode=3, sent=3_900_000_000.5)
    answer = NTPHeader(datagrams.answer(_NAMES, 123, bytes(query)))
    assert (answer.version, answer.mode, answer.stratum) == (4, 4, 2)
    assert answer.orig == query.sent
    assert abs(answer.sent - (time.time() + 2_208_988_800)) < 5


@given(st.sampled_from([53, 69, 123, 161, 5353]), st.binary(max_size=600))
def test_every_datagram_gets_an_answer(port: int, received: bytes) -> None:
    assert datagrams.answer(_NAMES, port, received)


_BAD_CLIENTS = """
import socket, struct, sys
address = sys.argv[1]
family = socket.AF_INET6 if ":" in address else socket.AF_INET
held = []
for number in range(1500):
    client = socket.socket(family, socket.SOCK_STREAM)
    client.connect((address, (22, 80, 3306)[number % 3]))
    if number % 5 == 0:
        client.send(b"x" * 3000)
    if number % 2:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    elif len(held) < 700:
        held.append(client)
    else:
        client.close()
with socket.create_connection((address, 80), 5) as client:
    client.send(b"GET / HTTP/1.0\\r\\n\\r\\n")
    print(client.recv(100).split()[1].decode())
with socket.create_connection((address, 22), 5) as client:
    print(client.recv(100).decode())
"""


@pytest.mark.parametrize("address", ["10.77.0.2", "fd77::2"])
def test_listeners_survive_bad_clients(lab: RunningLab, address: str) -> None:
    done = lab.run([sys.executable, "-c", _BAD_CLIENTS, address])
    assert done.stdout.split() == ["200", "SSH-2.0-lab"], done.stderr


def _cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_an_idle_lab_costs_nothing(lab: RunningLab) -> None:
    for _ in range(10):  # of what other tests asked, something may still be under way
        before = {name: _cpu_ticks(pid) for name, pid in lab.hosts.items()}
        time.sleep(1.0)
        used = {name: _cpu_ticks(pid) - before[name] for name, pid in lab.hosts.items()}
        if max(used.values()) <= 1:
            return
    raise AssertionError(used)


def test_the_service_of_a_simulated_host_answers_through_the_kernel(lab: RunningLab, chance: random.Random) -> None:
    name = chance.choice([host.name for host in lab.topology.hosts])
    query = bytes(DNS(id=chance.randrange(1 << 16), qd=DNSQR(qname=name, qtype="A")))
    ask = textwrap.dedent(
        f"""
        import socket
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
            asked.settimeout(0.5)
            for _ in range(20):
                asked.sendto(bytes.fromhex("{query.hex()}"), ("10.77.0.4", 53))
                try:
                    print(asked.recv(2048).hex())
                    break
                except TimeoutError:
                    pass
        """
    )
    answer = DNS(bytes.fromhex(lab.run([sys.executable, "-c", ask]).stdout.strip()))
    assert answer.an[0].rdata == str(lab.topology.host(name).addresses[0].ip)
