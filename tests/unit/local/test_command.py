"""``tui-scan local`` on the sockets of this very process."""

import json
import os
import re
import socket
import subprocess
import sys

import pytest

from tui_scan.cli.local import main
from tui_scan.local.names import host_names, service_name


def test_the_table_shows_a_listener_with_user_inode_and_program(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port, inode = server.getsockname()[1], os.fstat(server.fileno()).st_ino
        assert main(["-antpe"]) == 0
    told = capsys.readouterr()
    heading, *rows = told.out.splitlines()
    titles = "Proto Recv-Q Send-Q Local Address Foreign Address State User Inode PID/Program name"
    assert " ".join(heading.split()) == titles
    (row,) = (row for row in rows if f"127.0.0.1:{port} " in row and "LISTEN" in row)
    assert row.split()[:8] == [
        "tcp",
        "0",
        "0",
        f"127.0.0.1:{port}",
        "0.0.0.0:*",
        "LISTEN",
        str(os.getuid()),
        str(inode),
    ]
    assert row.split()[8].startswith(f"{os.getpid()}/")
    assert not any(row.startswith("udp") for row in rows)


def test_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        assert main(["-l", "-6", "--json"]) == 0
        port = server.getsockname()[1]
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (row,) = (row for row in rows if row["local_port"] == port and row["protocol"] == "tcp6")
    assert (row["local_address"], row["state"], row["pid"]) == ("::1", "LISTEN", os.getpid())


def test_a_wrong_option_is_exit_2_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-q"]) == 2
    told = capsys.readouterr()
    assert "-q" in told.err
    assert told.out == ""


def test_a_reader_that_goes_away_gives_no_traceback() -> None:
    code = "import sys; from tui_scan.cli.local import main; sys.exit(main(['-an']))"
    read_end, write_end = os.pipe()
    os.close(read_end)
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=write_end, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write_end)
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_names_of_ports_and_hosts() -> None:
    assert service_name(0, "tcp") == "*"
    assert service_name(22, "tcp6") in ("ssh", "22")
    assert service_name(65530, "udp") == "65530"
    known = socket.getnameinfo(("127.0.0.1", 0), 0)[0]
    names = host_names(["127.0.0.1", "0.0.0.0"])
    assert names == ({} if known == "127.0.0.1" else {"127.0.0.1": known})


@pytest.mark.parametrize("line", ["-z", "-az", "--frob", "--filter x"])
def test_options_that_are_not_known_are_told_in_a_sentence(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(line.split()) == 2
    told = capsys.readouterr()
    assert re.fullmatch(r"tui-scan local: The option -\S+ is not known here\. See “tui-scan local -h”\.\n", told.err)
    assert not told.out


def test_switches_that_are_numbers_follow_other_switches(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert main(["-l", "-p", "-4", "--json", f"port:{server.getsockname()[1]}"]) == 0
    assert json.loads(capsys.readouterr().out)["pid"] == os.getpid()
