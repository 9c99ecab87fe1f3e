"""Pasted listings: forms that no program here prints, what cannot be read, and what is no listing at all."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_scan.local.imported import read_listing
from tui_scan.local.records import LocalSocket
from tui_scan.model.errors import UsageError

MACOS = """\
Active Internet connections (including servers)
Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)
tcp4       0      0  192.168.1.7.50211      17.57.146.52.5223      ESTABLISHED
tcp46      0      0  *.8080                 *.*                    LISTEN
tcp4       0      0  127.0.0.1.631          *.*                    LISTEN
tcp6       0      0  ::1.631                *.*                    LISTEN
tcp6       0      0  fe80::1%lo0.1024       *.*                    LISTEN
tcp4       0      0  *.22                   *.*                    LISTEN
tcp6       0      0  *.22                   *.*                    LISTEN
tcp4       0      0  *.*                    *.*                    CLOSED
udp4       0      0  *.5353                 *.*
udp6       0      0  *.5353                 *.*
udp4       0      0  *.*                    *.*
icm6       0      0  *.*                    *.*
Active LOCAL (UNIX) domain sockets
Address          Type   Recv-Q Send-Q            Inode             Conn             Refs          Nextref Addr
"""
FRENCH = """\
root@web:~# netstat -tulpen
(Tous les processus ne peuvent être identifiés, les infos sur les processus
non possédés ne seront pas affichées, vous devez être root pour les voir toutes.)
Connexions Internet actives (seulement serveurs)
Proto Recv-Q Send-Q Adresse locale          Adresse distante        Etat       Utilisatr  Inode      PID/Program name
tcp        0      0 127.0.0.1:3306          0.0.0.0:*               LISTEN      112        18533      1042/mysqld
tcp6       0      0 :::22                   :::*                    LISTEN      0          16021      -
udp        0      0 0.0.0.0:68              0.0.0.0:*                           0          15410      803/dhclient
udp6       0      0 fe80::1:546             :::*                                0          15411      803/dhclient: eth0
"""
OLD_SS = """\
Netid  State      Recv-Q Send-Q Local Address:Port               Peer Address:Port
udp    UNCONN     0      0         *:68                    *:*                   users:(("dhclient",803,6))
tcp    LISTEN     0      128       *:22                    *:*                   users:(("sshd",911,3),("init",1,40))
tcp    LISTEN     0      128      :::22                   :::*                   users:(("sshd",911,4))
tcp    ESTAB      0      0      10.0.0.5:22              10.0.0.9:50000
"""
BIG_ENDIAN = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 7F000001:0277 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 8400 1 00 100 0 0 10 0
   1: C0000207:0016 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 8401 1 00 100 0 0 10 0
"""


def places(sockets: tuple[LocalSocket, ...]) -> list[tuple[str, str]]:
    return [(one.protocol, one.local) for one in sockets]


def test_the_dots_of_the_bsds_are_read() -> None:
    listing = read_listing(MACOS, "paste")
    assert places(listing.sockets) == [
        ("tcp6", "[::]:8080"),
        ("tcp", "127.0.0.1:631"),
        ("tcp6", "[::1]:631"),
        ("tcp6", "[fe80::1]:1024"),
        ("tcp", "0.0.0.0:22"),
        ("tcp6", "[::]:22"),
        ("udp", "0.0.0.0:5353"),
        ("udp6", "[::]:5353"),
    ]
    assert [one.v6only for one in listing.sockets if one.local_address == "::"] == [False, True, True]


def test_french_netstat_is_read_and_its_warning_told() -> None:
    listing = read_listing(FRENCH, "paste")
    told = [(one.protocol, one.local, one.uid, one.inode, one.pid, one.program) for one in listing.sockets]
    assert told == [
        ("tcp", "127.0.0.1:3306", 112, 18533, 1042, "mysqld"),
        ("tcp6", "[::]:22", 0, 16021, None, None),
        ("udp", "0.0.0.0:68", 0, 15410, 803, "dhclient"),
        ("udp6", "[fe80::1]:546", 0, 15411, 803, "dhclient: eth0"),
    ]
    assert listing.complete
    assert [("root" in note, "hidden" in note) for note in listing.notes] == [(True, True)]


def test_a_star_of_an_old_ss_is_ipv4() -> None:
    listing = read_listing(OLD_SS, "paste")
    assert places(listing.sockets) == [("udp", "0.0.0.0:68"), ("tcp", "0.0.0.0:22"), ("tcp6", "[::]:22")]
    assert [(one.pid, one.program) for one in listing.sockets] == [(803, "dhclient"), (1, "init"), (911, "sshd")]
    assert [one.v6only for one in listing.sockets] == [None, None, None]


def test_a_star_of_a_new_ss_is_both_families() -> None:
    text = "tcp LISTEN 0 128 *:22 *:*\ntcp LISTEN 0 5 [::]:25 [::]:*\nudp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*\n"
    listing = read_listing(text, "paste")
    told = [(one.local_address, one.local_port, one.v6only, one.device, one.backlog) for one in listing.sockets]
    assert told == [("::", 22, False, "", 128), ("::", 25, True, "", 5), ("127.0.0.53", 53, None, "lo", None)]


def test_the_byte_order_is_told_by_loopback_else_chosen() -> None:
    told = read_listing(BIG_ENDIAN, "paste")
    assert [(one.local, one.recv_q, one.user) for one in told.sockets] == [
        ("127.0.0.1:631", 0, "0"),
        ("192.0.2.7:22", 3, "1000"),
    ]
    without = "\n".join(BIG_ENDIAN.splitlines()[2:])
    assert read_listing(without, "paste", "big").sockets[0].local == "192.0.2.7:22"
    assert read_listing(without, "paste", "little").sockets[0].local == "7.2.0.192:22"


def test_a_table_that_is_not_in_the_text_is_told() -> None:
    listing = read_listing(BIG_ENDIAN, "paste")
    assert not listing.complete
    assert [note.startswith("No UDP socket") for note in listing.notes] == [True]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("tcp LISTEN 0 128 0.0.0.0:nosuchservice 0.0.0.0:*", "nosuchservice"),
        ("tcp 0 0 www.example.org:80 0.0.0.0:* LISTEN", "www.example.org"),
        ("tcp LISTEN 0 128 0.0.0.0:99999 0.0.0.0:*", "99999"),
        ("0 128 0.0.0.0:22 0.0.0.0:*", "Netid"),
        ("tcp6 0 0 2001:db8:1234:5678:8080 :::* LISTEN", "cut short"),
        ("tcp6 0 0 2001:db8:1234:56.8080 *.* LISTEN", "cut short"),
        ("   0: 0100007F:0277 00000000:0000 0A 00000000:00", "cut short"),
        ('{"protocol": "tcp", "local_address": "127.0.0.1"', "JSON"),
        ('{"protocol": "tcp", "local_address": "127.0.0.1"}', "local_port"),
        ("what is this", "what is this"),
    ],
)
def test_a_line_that_cannot_be_read_is_told_with_its_number(line: str, why: str) -> None:
    good = "tcp LISTEN 0 128 127.0.0.1:22 0.0.0.0:*\nudp UNCONN 0 0 127.0.0.1:53 0.0.0.0:*"
    listing = read_listing(f"{good}\n\n{line}\n", "paste")
    assert len(listing.sockets) == 2
    (note,) = listing.notes
    assert note.startswith("Line 4 cannot be read: ")
    assert why in note
    assert not listing.complete


def test_a_bsd_that_writes_long_addresses_cut_none() -> None:
    text = "tcp6 0 0 2001:db8:0:1::77.80 *.* LISTEN\ntcp6 0 0 2001:db8:0:1:0:0:0:7.80 *.* LISTEN\n"
    assert [one.local_address for one in read_listing(text, "x").sockets] == ["2001:db8:0:1::77", "2001:db8:0:1::7"]
    with pytest.raises(UsageError, match=r"Line 1: .* may be cut short"):
        read_listing(text.splitlines()[0], "x")


def test_many_unreadable_lines_are_told_by_their_numbers() -> None:
    listing = read_listing("tcp LISTEN 0 9 127.0.0.1:22 *:*\nudp UNCONN 0 0 *:53 *:*\n" + "?\n" * 7, "paste")
    assert [note.partition(" cannot")[0] for note in listing.notes[:4]] == [f"Line {at}" for at in range(3, 7)]
    assert listing.notes[4] == "Lines that cannot be read either: 7, 8, 9."


@pytest.mark.parametrize(
    "text", ["", "\n\n", "hello\nworld", "PORT STATE SERVICE\n22/tcp open ssh\n", "{}", "[1]", "null"]
)
def test_what_is_no_listing_is_refused_with_what_to_paste(text: str) -> None:
    with pytest.raises(UsageError, match="ss -tulnp"):
        read_listing(text, "paste")


def test_line_ends_of_windows_a_mark_of_order_and_a_prompt_do_no_harm() -> None:
    text = "\N{ZERO WIDTH NO-BREAK SPACE}me@web:~$ sudo ss -tulnp\r\n" + OLD_SS.replace("\n", "\r\n")
    assert read_listing(text, "paste").notes == ()


def test_words_that_a_terminal_would_obey_are_written_out() -> None:
    row = LocalSocket("tcp", "::1", 80, "::", 0, read_listing(OLD_SS, "x").sockets[1].state, 0, 0, 0, "a\x1b[31m", 7)
    line = json.dumps(row._asdict() | {"state": "LISTEN", "program": "b\x07", "message": None})
    (found,) = read_listing(line, "paste").sockets
    assert (found.user, found.program) == ("a\\x1b[31m", "b\\x07")


def test_an_import_tells_neither_time_nor_host() -> None:
    listing = read_listing(FRENCH, "import list.txt")
    assert (listing.source, listing.host, listing.addresses) == ("import list.txt", "", frozenset())
    assert math.isnan(listing.taken_at)


LINES = st.sampled_from([line for text in (MACOS, FRENCH, OLD_SS, BIG_ENDIAN) for line in text.splitlines()])


@given(st.lists(LINES.flatmap(lambda line: st.integers(0, len(line)).map(lambda at: line[:at])) | LINES | st.text()))
def test_any_text_is_read_or_refused_never_both(lines: list[str]) -> None:
    text = "\n".join(lines)
    try:
        listing = read_listing(text, "paste")
    except UsageError:
        return
    assert all(one.listening and 0 <= one.local_port <= 65535 for one in listing.sockets)
    assert listing.complete or listing.notes
