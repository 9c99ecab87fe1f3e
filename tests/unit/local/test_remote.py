"""Remote hosts that are not like this one: what they answer is canned, and a program stands in for ssh."""

import ast
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.namespaces import inside, link
from tests.scans import until
from tui_scan.local import reverse_probe
from tui_scan.local.listing import Listing
from tui_scan.local.remote import remote_listing
from tui_scan.local.remote_script import SCRIPT
from tui_scan.local.remote_ssh import command_line, over_ssh
from tui_scan.model.errors import LocalError, UsageError

HEADING = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
BIG = HEADING + "   0: 7F000001:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 77 1 0\n"
LITTLE = BIG.replace("7F000001", "0100007F")
BSD = "tcp4 0 0 *.22 *.* LISTEN\ntcp6 0 0 *.22 *.* LISTEN\nudp4 0 0 127.0.0.1.123 *.*\n"
IFCONFIG = "em0: flags=8863<UP>\n\tinet 192.0.2.9 netmask 0xffffff00\n\tinet6 fe80::1%em0 prefixlen 64\n"
Answering = Callable[..., Listing]


@pytest.fixture
def answering(tmp_path: Path) -> Answering:
    """A listing of a host that answers these sections, after a greeting, by a program that takes ssh's place."""

    def listing(ending: str = "== end\n", greeting: str = "Welcome!\n", **sections: str) -> Listing:
        told = "".join(f"== {name}\n{text}\n" for name, text in sections.items())
        (tmp_path / "answer").write_text(greeting + told + ending)
        (tmp_path / "ssh").write_text(f"#!/bin/sh\ncat >/dev/null\ncat {tmp_path}/answer\n")
        (tmp_path / "ssh").chmod(0o755)
        return remote_listing("web1", (str(tmp_path / "ssh"),))

    return listing


def test_a_bsd_is_read_by_its_netstat(answering: Answering) -> None:
    listing = answering(host="bsd1", system="FreeBSD", netstat=BSD, addresses=IFCONFIG)
    assert [(one.protocol, one.local_address, one.local_port) for one in listing.sockets] == [
        ("tcp", "0.0.0.0", 22),
        ("tcp6", "::", 22),
        ("udp", "127.0.0.1", 123),
    ]
    assert (listing.host, listing.source) == ("bsd1", "ssh web1")
    assert listing.addresses == {"192.0.2.9", "fe80::1"}


@pytest.mark.parametrize(
    ("told", "order"),
    [
        ({"order": " 0100", "machine": "mips"}, "big"),
        ({"order": " 0001", "machine": "mips"}, "little"),
        ({"machine": "s390x"}, "big"),
        ({"machine": "aarch64"}, "little"),
    ],
)
def test_the_byte_order_is_that_of_the_host(answering: Answering, told: dict[str, str], order: str) -> None:
    listing = answering(tcp=BIG if order == "big" else LITTLE, udp=HEADING, **told)
    assert [one.local_address for one in listing.sockets] == ["127.0.0.1"]


def test_users_have_the_names_that_they_have_there(answering: Answering) -> None:
    assert answering(tcp=LITTLE, udp=HEADING, users="root:0\nerin:1000").sockets[0].user == "erin"
    assert answering(tcp=LITTLE, udp=HEADING, users="root:0").sockets[0].user == "1000"


def test_without_ss_it_is_said_what_is_not_known(answering: Answering) -> None:
    (note,) = answering(tcp=LITTLE, udp=HEADING, bindv6only="0").notes
    assert "no ss" in note
    assert "bindv6only" in answering(tcp=LITTLE, udp=HEADING, bindv6only="1").notes[1]


def test_owners_that_may_not_be_seen_are_counted(answering: Answering) -> None:
    (note,) = answering(tcp=LITTLE, udp=HEADING, ss="tcp LISTEN 0 5 127.0.0.1:22 0.0.0.0:* uid:1000 ino:77").notes
    assert "hidden on web1: 1" in note


def test_a_table_that_may_not_be_read_is_missing(answering: Answering) -> None:
    listing = answering(tcp=LITTLE, ss="")
    assert not listing.complete
    assert any("/proc/net/udp" in note for note in listing.notes)


@pytest.mark.parametrize(("ahead", "words"), [(3600, "3600 s ahead"), (-90, "90 s behind"), (0, "")])
def test_a_clock_that_differs_is_told(answering: Answering, ahead: int, words: str) -> None:
    notes = answering(tcp="", udp="", ss="", clock=str(int(time.time()) + ahead)).notes
    told = " ".join(notes)
    assert ("clock" in told) == bool(words)
    near = {words, *(words.replace(str(abs(ahead)), str(abs(ahead) - by)) for by in (1, 2))}
    assert any(one in told for one in near)


def test_a_host_that_has_nothing_to_read_is_told_what_to_do(answering: Answering) -> None:
    with pytest.raises(LocalError, match=r"web1 \(Plan9\).*--import"):
        answering(system="Plan9")


def test_an_answer_that_is_cut_short_is_no_list(answering: Answering) -> None:
    with pytest.raises(LocalError, match=r"did not run the script to its end\. It said: \\x1b\[31mHello"):
        answering(ending="", greeting="\x1b[31mHello\n", tcp=LITTLE)


def test_a_host_that_keeps_silent_costs_no_more_than_the_time_allowed(tmp_path: Path) -> None:
    (tmp_path / "ssh").write_text("#!/bin/sh\nexec sleep 30\n")
    (tmp_path / "ssh").chmod(0o755)
    began = time.monotonic()
    with pytest.raises(LocalError, match=r"no whole answer within 0\.3 s"):
        remote_listing("web1", (str(tmp_path / "ssh"),), timeout=0.3)
    assert time.monotonic() - began < 25


def test_what_nobody_waits_for_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    (tmp_path / "ssh").write_text(f"#!/bin/sh\n[ $1 = -G ] && exit\nsleep 30 & echo $! >{tmp_path}/child\nwait\n")
    (tmp_path / "ssh").chmod(0o755)
    child = tmp_path / "child"
    with pytest.raises(LocalError, match="was stopped"):
        over_ssh(
            "web1", "true", "", (str(tmp_path / "ssh"),), 20, stopped=lambda: child.exists() and child.read_text() != ""
        )
    assert until(lambda: not alive(int(child.read_text())))


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("host", ["-oProxyCommand=id", "-", "", "a b", "a\tb", "a\nb", "a\x1bb"])
def test_what_ssh_would_not_take_for_a_host_is_refused(host: str) -> None:
    with pytest.raises(UsageError, match="no host for ssh"):
        command_line(host, ("ssh",), 10)


def test_ssh_is_told_to_ask_nothing_and_where_its_options_end() -> None:
    line = command_line("me@web1", ("ssh", "-p", "2222"), 10)
    assert line[:3] == ["ssh", "-p", "2222"]
    assert line[-2:] == ["--", "me@web1"]
    assert "BatchMode=yes" in line


@pytest.mark.parametrize("mode", [0o755, 0o700])
def test_a_connection_is_kept_only_where_nobody_else_can_enter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    place = Path("/tmp") / f"r{tmp_path.name[-5:]}{mode}"
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(place))
    place.mkdir()
    try:
        (place / "tui_scan").mkdir()
        (place / "tui_scan").chmod(mode)
        assert any(f"ControlPath={place}" in word for word in command_line("h", ("ssh",), 10)) == (mode == 0o700)
    finally:
        (place / "tui_scan").rmdir()
        place.rmdir()


def test_a_connection_is_kept_for_its_own_network_alone(own_namespaces: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr("tempfile.tempdir", "/tmp")
    with link() as made:
        lines = []
        for name in (made.scanner, made.target, made.scanner):
            with inside(name):
                lines.append(command_line("10.99.7.2", ("ssh",), 10))
    assert any("ControlPath=" in word for word in lines[0])
    assert lines[0] == lines[2] != lines[1], "the same address is another host there"


def test_a_connection_that_the_person_shares_themselves_is_used(tmp_path: Path) -> None:
    (tmp_path / "ssh").write_text("#!/bin/sh\necho host web1\necho controlpath /home/me/.ssh/cm-%C\n")
    (tmp_path / "ssh").chmod(0o755)
    assert not any("Control" in word for word in command_line("web1", (str(tmp_path / "ssh"),), 10))


def test_a_program_that_cannot_be_run_is_named() -> None:
    with pytest.raises(LocalError, match=r"'/no/ssh' cannot be run.*--ssh-command"):
        remote_listing("web1", ("/no/ssh",))


def test_readme_shows_the_script_that_is_run() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    assert f"```text\n{SCRIPT.strip()}\n```" in readme


def test_what_is_sent_to_python_there_is_python_3_6() -> None:
    source = Path(reverse_probe.__file__).read_text()
    tree = ast.parse(source, feature_version=(3, 6))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert imported == {"errno", "json", "resource", "selectors", "socket", "struct", "sys", "time"}
    assert json.dumps(source)
