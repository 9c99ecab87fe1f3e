"""``tui-scan local`` as a command: kinds, filters, namespaces, JSON, and netstat's own lines."""

import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.namespaces import inside, link
from tui_scan.cli.local import main


def run(capsys: pytest.CaptureFixture[str], *argv: str, status: int = 0) -> list[str]:
    assert main(list(argv)) == status
    return capsys.readouterr().out.splitlines()


def test_the_lines_are_those_of_netstat(own_namespaces: None, capsys: pytest.CaptureFixture[str]) -> None:
    if shutil.which("netstat") is None:
        missing("netstat is not installed (package net-tools)")
    with link() as joined, inside(joined.target):
        sockets = [socket.create_server(("127.0.0.1", 0)), socket.create_server(("::", 0), family=socket.AF_INET6)]
        sockets.append(socket.create_connection(sockets[0].getsockname()))
        sockets += [socket.socket(type=socket.SOCK_DGRAM), socket.socket(type=socket.SOCK_RAW, proto=89)]
        sockets[3].bind(("127.0.0.1", 0))
        theirs = subprocess.run(["netstat", "-antuweW"], capture_output=True, text=True, check=True).stdout.splitlines()
        for options in ("-antuwe", "-ntu", "-lntu", "-lnw", "-lnu4", "-ant6"):
            ours = run(capsys, options)[1:]
            listed = subprocess.run(
                ["netstat", options], capture_output=True, text=True, check=True
            ).stdout.splitlines()
            ends = [line.split()[:5] for line in listed if line.startswith(("tcp", "udp", "raw"))]
            assert sorted(_bare(line)[:5] for line in ours) == sorted(ends), options
        ours = run(capsys, "-antuwe")[1:]
    for one in sockets:
        one.close()
    # netstat writes the number of a raw socket's state, and 0 as the user of what no program holds.
    states = {"7": [], "-": ["0"]}
    words = [[word for part in _bare(line) for word in states.get(part, [part])] for line in ours]
    raw = [[word for word in line.split() if word != "7"] for line in theirs[2:]]
    assert sorted(words) == sorted(raw)


def _bare(line: str) -> list[str]:
    """The words of a line, with IPv6 addresses as netstat writes them."""
    return [word.replace("[", "").replace("]", "") for word in line.split()]


def test_unix_sockets_have_their_own_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        server.listen(5)
        inode = os.fstat(server.fileno()).st_ino
        heading, *rows = run(capsys, "-lxnpee", f"inode:{inode}")
    assert heading.split()[:7] == ["Proto", "Recv-Q", "Send-Q", "Type", "State", "User", "Inode"]
    (row,) = rows
    assert row.split()[:5] == ["unix", "0", "0", "stream", "LISTEN"]
    assert f" {os.getpid()}/" in row and str(tmp_path / "s") in row and " 5 " in row


def test_filters_are_words(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_server(("127.0.0.1", 0)):
        port = server.getsockname()[1]
        own = f"proc:{os.getpid()}"
        assert len(run(capsys, "-ant", f"port:{port}", "state:listen", own)) == 2
        assert len(run(capsys, "-lnt", own)) == 3
        assert len(run(capsys, "-lnt", own, f"!port:{port}")) == 2
        assert len(run(capsys, "-lnt", own, "addr:/^10/")) == 1


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (("-an", "colour:red"), "no part of a socket"),
        (("-an", "port:99999"), "99999"),
        (("-an", "proc:/(/"), "no regular expression"),
        (("--namespace", "nowhere"), "--namespaces"),
    ],
)
def test_what_cannot_be_understood_is_exit_2(
    argv: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(list(argv)) == 2
    told = capsys.readouterr()
    assert says in told.err and told.out == ""


def test_json_tells_everything_known(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=7) as server:
        client = socket.create_connection(server.getsockname())
        client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        port = server.getsockname()[1]
        rows = [json.loads(line) for line in run(capsys, "-at", "--json", f"port:{port}")]
        client.close()
    listener, ours, queued = sorted(rows, key=lambda row: (row["state"] != "LISTEN", not row["inode"]))
    assert (listener["backlog"], listener["recv_q"], listener["pid"]) == (7, 1, os.getpid())
    assert listener["command"] and listener["cgroup"] and "tcp_info" not in listener
    assert (queued["note"], queued["pid"], queued["uid"]) == ("in accept queue", None, queued["uid"])
    assert ours["timer"]["name"] == "keepalive" and 7000 < ours["timer"]["expires_s"] <= 7200
    assert ours["tcp_info"]["rtt"] > 0 and ours["tcp_info"]["cwnd"] > 0 and ours["congestion"]


def test_namespaces_are_listed_and_one_is_shown(own_namespaces: None, capsys: pytest.CaptureFixture[str]) -> None:
    with link() as joined:
        with inside(joined.target):
            server = socket.create_server(("127.0.0.1", 0))
        port = server.getsockname()[1]
        rows = [json.loads(line) for line in run(capsys, "--namespaces", "--json")]
        (number,) = (row["number"] for row in rows if row["names"] == [joined.target])
        assert any(row["own"] for row in rows)
        assert any(joined.target in line and str(number) in line for line in run(capsys, "--namespaces"))
        for word in (joined.target, str(number)):
            told = [json.loads(line) for line in run(capsys, "-lt", "--json", "--namespace", word)]
            assert [(row["local_port"], row["namespace"], row["pid"]) for row in told] == [(port, number, os.getpid())]
        server.close()


def test_where_nothing_fits_it_is_said_what_a_bare_word_means(capsys: pytest.CaptureFixture[str]) -> None:
    word = f"nothing-{os.urandom(8).hex()}"
    assert main(["-nt", word]) == 0
    said = capsys.readouterr().err
    assert f"“{word}” alone is any text" in said
    assert "sockets that listen are left out" in said
    assert main(["-ant", f"addr:{word}"]) == 0
    assert capsys.readouterr().err == "tui-scan local: No socket fits the filter.\n"
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert main(["-lnt", str(server.getsockname()[1])]) == 0
        assert "No socket" not in capsys.readouterr().err


def test_rows_stand_by_kind_and_port_listeners_first(own_namespaces: None, capsys: pytest.CaptureFixture[str]) -> None:
    with link() as joined, inside(joined.target):
        held = [socket.create_server(("127.0.0.1", port)) for port in (4022, 22, 9022, 1022)]
        held += [socket.create_connection(held[1].getsockname()) for _ in range(5)]
        held.append(socket.create_server(("::1", 5), family=socket.AF_INET6))
        rows = [line.split() for line in run(capsys, "-ant")[1:]]
        for one in held:
            one.close()
    places = [(row[0], int(row[3].rpartition(":")[2]), row[5] != "LISTEN") for row in rows]
    assert len(places) == 15 and places == sorted(places)


@pytest.mark.parametrize(
    ("name", "shown"), [("exactly15bytes_", "exactly15bytes_"), ("sixteen_bytes_xy", "sixteen_bytes_x…")]
)
def test_a_name_that_the_kernel_cut_is_marked(
    name: str, shown: str, own_namespaces: None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    program = tmp_path / name
    program.symlink_to(shutil.which("sleep") or "/bin/sleep")
    with subprocess.Popen(["unshare", "-n", str(program), "30"]) as process:
        try:
            comm = Path(f"/proc/{process.pid}/comm")
            deadline = time.monotonic() + 60
            while comm.read_text().strip() != name[:15] and time.monotonic() < deadline:
                time.sleep(0.01)
            rows = [line for line in run(capsys, "--namespaces") if f" {process.pid}/" in line]
        finally:
            process.kill()
    assert [f" {process.pid}/{shown} " in row for row in rows] == [True], rows
