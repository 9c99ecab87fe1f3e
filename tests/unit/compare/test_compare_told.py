"""What is told of a finding: both sides, times, remarks, and the record as JSON."""

import json
import math

import pytest

from tests.unit.compare.findings import listener, listing, seen
from tui_scan.compare.classes import PortClass
from tui_scan.compare.join import Finding, compared
from tui_scan.compare.listed import foreign_note, ssh_words
from tui_scan.compare.record import record
from tui_scan.compare.seen import Seen, Vantage
from tui_scan.compare.told import explanation, next_step, summary
from tui_scan.local.records import LocalSocket
from tui_scan.model.errors import UsageError
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol


def found(view: Seen, *sockets: LocalSocket, complete: bool = True) -> Finding:
    """The only finding."""
    (one,) = compared(listing(*sockets, complete=complete), [view]).findings
    return one


def test_both_sides_are_told_with_who_and_from_where() -> None:
    text = explanation(found(seen(), listener("0.0.0.0", program="sshd", pid=812)))
    assert text.startswith("sshd (812) listens at 0.0.0.0:22. From laptop (10.0.0.9) the port is open (syn-ack). ")


@pytest.mark.parametrize(
    ("state", "before", "after", "classes"),
    [
        (PortState.OPEN, (), ("0.0.0.0",), (PortClass.NO_LOCAL_LISTENER, PortClass.EXPOSED)),
        (PortState.CLOSED, ("0.0.0.0",), (), (PortClass.RESET_ELSEWHERE, None)),
        (PortState.OPEN, ("127.0.0.1",), ("0.0.0.0",), (PortClass.ALARM, PortClass.EXPOSED)),
    ],
)
def test_what_changed_meanwhile_is_of_no_class(
    state: PortState, before: tuple[str, ...], after: tuple[str, ...], classes: tuple[PortClass | None, ...]
) -> None:
    lists = [listing(*(listener(one, program="sshd") for one in bound)) for bound in (before, after)]
    (one,) = compared(lists[0], [seen(state=state)], lists[1]).findings
    assert one.class_ is PortClass.UNPROVEN and one.possible == {PortClass.UNPROVEN, *classes}
    words = [each or "nothing to tell" for each in classes]
    assert f"By the first list this would be {words[0]}, by the second {words[1]}." in explanation(one)
    later = f"sshd listens at {after[0]}:22." if after else "Nothing on the host listens at tcp port 22."
    assert f"Listed again after the look: {later}" in explanation(one) and next_step(one) == "Compare once more."
    assert record(one)["changed"] is True
    (same,) = compared(lists[0], [seen()], lists[0]).findings
    assert same.change is None and record(same)["changed"] is False


def test_another_program_at_the_same_place_is_no_change() -> None:
    lists = [listing(listener("0.0.0.0", program=name, inode=number)) for number, name in enumerate(("old", "new"), 1)]
    (one,) = compared(lists[0], [seen()], lists[1]).findings
    assert (one.class_, one.change) == (PortClass.EXPOSED, None)


def test_a_hidden_owner_a_sender_and_an_incomplete_list_are_said() -> None:
    blocked = seen(state=PortState.FILTERED, reason=Reason.ADMIN_PROHIBITED, sender="10.0.0.1")
    text = explanation(found(blocked, listener("0.0.0.0")))
    assert "whose name is hidden listens at 0.0.0.0:22" in text and "told by 10.0.0.1" in text
    assert "The list has no listener" in explanation(found(seen(), complete=False))
    assert "Nothing on the host listens at tcp port 22." in explanation(found(seen()))


def test_a_full_accept_queue_explains_silence() -> None:
    silent = seen(state=PortState.FILTERED)
    assert "accept queue is full (6 wait, 5 may)" in explanation(found(silent, listener("::", recv_q=6, backlog=5)))
    assert "accept queue" not in explanation(found(silent, listener("::", recv_q=5, backlog=5)))
    assert "accept queue" not in explanation(found(seen(), listener("::", recv_q=6, backlog=5)))


def test_a_device_that_a_listener_is_bound_to_is_said_where_it_may_matter() -> None:
    bound = listener("0.0.0.0", device="eth1")
    assert "bound to the interface eth1" in explanation(found(seen(state=PortState.CLOSED), bound))
    assert "bound to the interface" not in explanation(found(seen(), bound))


def test_an_unknown_v6only_is_said_where_it_matters() -> None:
    refused = seen(state=PortState.CLOSED)
    assert "may be one for IPv6 only" in explanation(found(refused, listener("::")))
    assert "may be one for IPv6 only" not in explanation(found(refused, listener("::", v6only=False)))
    six_only = found(refused, listener("::", v6only=True))
    assert six_only.class_ is PortClass.RESET_ELSEWHERE and "the other IP version alone" in explanation(six_only)


def test_nothing_is_told_of_ports_without_listener_that_are_shut() -> None:
    for state in PortState:
        findings = compared(listing(), [seen(state=state)]).findings
        assert bool(findings) == (state is PortState.OPEN)


def test_alarms_stand_first_then_addresses_and_ports() -> None:
    sockets = [listener("0.0.0.0", 22), listener("127.0.0.1", 23), listener("127.0.0.1", 24), listener("0.0.0.0", 9)]
    views = [seen(22), seen(23), seen(24, PortState.CLOSED), seen(9), seen(25), seen(9, address="10.0.0.10")]
    told = compared(listing(*sockets, addresses=""), views)
    assert [(one.class_.value, one.address, one.port) for one in told.findings] == [
        ("alarm", "10.0.0.5", 23),
        ("no-local-listener", "10.0.0.5", 25),
        ("exposed", "10.0.0.5", 9),
        ("exposed", "10.0.0.5", 22),
        ("exposed", "10.0.0.10", 9),
        ("loopback-only", "10.0.0.5", 24),
    ]
    words = dict(word.split("=") for word in summary(told).split())
    assert words.pop("ports") == "6"
    assert list(words) == [str(one) for one in PortClass]
    assert (words["alarm"], words["exposed"], words["published"]) == ("1", "3", "0")


def test_the_record_has_both_sides() -> None:
    one = record(found(seen(), listener("::", v6only=False, program="sshd", pid=812, backlog=128, recv_q=2)))
    assert json.loads(json.dumps(one)) == one
    assert list(one)[:8] == ["addr", "family", "proto", "port", "local", "remote", "class", "explanation"]
    assert (one["local"]["program"], one["local"]["dual_stack"], one["local"]["backlog"]) == ("sshd", True, 128)
    assert (one["local"]["taken_at"], one["remote"]["seen_at"]) == (1e9, 1e9 + 5)
    assert (one["remote"]["from"], one["remote"]["view"]) == ("10.0.0.9", "remote")
    assert one["next"] and one["next"] not in one["explanation"]
    assert record(found(seen()))["local"] is None
    unknown = Seen(seen().verdict, Vantage("laptop", "10.0.0.5", own=True), math.nan)
    assert (record(found(unknown))["remote"]["seen_at"], record(found(unknown))["remote"]["view"]) == (None, "self")


def test_a_self_scan_proves_nothing_and_says_so() -> None:
    own = Vantage("web1", "10.0.0.5", own=True)
    one = found(seen(vantage=own), listener("0.0.0.0"))
    assert one.class_ is PortClass.UNPROVEN and "This is no remote view: 10.0.0.5" in explanation(one)
    loopback = found(seen(vantage=own, address="127.0.0.1"), listener("127.0.0.1"))
    assert loopback.class_ is PortClass.LOOPBACK_ONLY


def test_a_target_that_is_none_of_the_hosts_addresses_is_doubted() -> None:
    assert foreign_note(listing(), ["10.0.0.5", "127.0.0.1", "fd00::5"]) == ""
    assert foreign_note(listing(addresses=""), ["10.0.0.9"]) == ""
    assert "10.0.0.9 is none of the addresses that web1 lists (10.0.0.5" in foreign_note(listing(), ["10.0.0.9"])
    behind = found(seen(address="192.0.2.80"), listener("10.0.0.5"))
    assert behind.class_ is PortClass.EXPOSED and "likely, not proven" in explanation(behind)


@pytest.mark.parametrize(
    ("state", "protocol", "wanted"),
    [
        (PortState.OPEN_FILTERED, Protocol.UDP, "tcpdump udp port 22"),
        (PortState.OPEN_FILTERED, Protocol.TCP, "-sS or -sT"),
        (PortState.UNTRIED, Protocol.TCP, "no verdict"),
    ],
)
def test_what_is_unproven_says_what_would_prove_it(state: PortState, protocol: Protocol, wanted: str) -> None:
    one = found(seen(state=state, protocol=protocol), listener("0.0.0.0", protocol=protocol.value))
    assert one.class_ is PortClass.UNPROVEN and wanted in f"{explanation(one)} {next_step(one)}"


def test_the_ssh_command_is_split_as_a_shell_does() -> None:
    assert ssh_words("ssh -p 2222 -i 'my key'") == ("ssh", "-p", "2222", "-i", "my key")
    assert ssh_words(None) == ("ssh",)
    for wrong in ("", "ssh 'x"):
        with pytest.raises(UsageError):
            ssh_words(wrong)
