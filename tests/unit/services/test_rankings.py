"""The ranking and the tables: well-formed, complete, falling; and nmap's own files where a directory names them."""

from pathlib import Path

import pytest

from tui_scan.model.errors import UsageError
from tui_scan.model.techniques import TCP_AND_UDP, Protocol
from tui_scan.services.chosen import services_of
from tui_scan.services.names import ranking, service_name
from tui_scan.services.registry import DATA
from tui_scan.services.tables import numbers, rows

FILE = """# comment
ftp\t21/tcp\t0.2\t# File Transfer
http 80/tcp 0.5
ssh 22/tcp 0.2
domain 53/udp 0.4
range 6000-6002/tcp 0.001
"""


@pytest.mark.parametrize("protocol", TCP_AND_UDP)
def test_a_ranking_names_each_port_once_and_enough_of_them(protocol: Protocol) -> None:
    listed = [port for words in rows(f"{DATA}/{protocol}.txt") for word in words for port in numbers(word)]
    assert len(listed) == len(set(listed)) >= 1000
    assert all(0 < port < 65536 for port in listed)
    assert list(ranking(protocol)) == listed


@pytest.mark.parametrize("protocol", list(Protocol))
def test_shares_fall_and_are_shares(protocol: Protocol) -> None:
    shares = list(ranking(protocol).values())
    assert shares == sorted(shares, reverse=True)
    assert all(0 < share < 1 for share in shares)


def test_all_ip_protocols_are_ranked() -> None:
    assert set(ranking(Protocol.IP)) == set(range(256))


def test_every_data_file_says_where_it_is_from() -> None:
    files = sorted(Path(DATA).glob("*.txt"))
    assert {path.stem for path in files} == {"ip", "names", "sctp", "tcp", "udp"}
    for path in files:
        head = path.read_text(encoding="utf-8").splitlines()[:6]
        assert any("IANA" in line for line in head if line.startswith("#")), path


def test_a_data_directory_gives_its_names_and_shares(tmp_path: Path) -> None:
    (tmp_path / "nmap-services").write_text(FILE)
    (tmp_path / "nmap-protocols").write_text("icmp 1 ICMP # x\ntcp 6 TCP\n")
    found = services_of(str(tmp_path))
    assert list(found.ranking(Protocol.TCP).items())[:3] == [(80, 0.5), (21, 0.2), (22, 0.2)]
    assert found.ports_of("f*", Protocol.TCP) == (21,)
    assert found.ports_of("RANGE", Protocol.TCP) == (6000, 6001, 6002)
    assert found.ports_of("*", Protocol.UDP) == (53,)
    assert found.ports_of("tcp", Protocol.IP) == (6,)
    assert service_name(Protocol.TCP, 21, str(tmp_path)) == "ftp"
    assert service_name(Protocol.TCP, 443, str(tmp_path)) is None


@pytest.mark.parametrize(("content", "said"), [(None, "cannot be read"), ("ssh 22/tcp\n", "format"), ("x\n", "format")])
def test_a_directory_without_such_files_is_told(tmp_path: Path, content: str | None, said: str) -> None:
    if content is not None:
        (tmp_path / "nmap-services").write_text(content)
    with pytest.raises(UsageError, match=said):
        services_of(str(tmp_path))
