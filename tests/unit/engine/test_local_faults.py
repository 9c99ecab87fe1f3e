"""Sentences on hosts that this machine cannot send to: one a cause, in the order in which causes came up."""

import errno
import random

import pytest

from tests.engine_playbook import Run
from tui_scan.engine.hosts import Hosts
from tui_scan.engine.local_faults import LocalFaults

FIRST = 0x0A4D0000
NO_ROUTE = OSError(errno.ENETUNREACH, "send")
BARRED = OSError(errno.EPERM, "send")


@pytest.fixture
def hosts() -> Hosts:
    """A large network."""
    return Hosts(4, [Run(FIRST, FIRST + 0xFFFF)])


def test_a_cause_is_told_once_with_the_first_host_and_the_number_of_the_others(
    hosts: Hosts, chance: random.Random
) -> None:
    notes = ["what was noted before"]
    faults = LocalFaults(hosts, notes)
    concerned = chance.sample(range(hosts.count), 1000)
    for host in concerned:
        faults.tell(host, NO_ROUTE)
        faults.tell(chance.choice(concerned[: concerned.index(host) + 1]), NO_ROUTE)
    assert notes[0] == "what was noted before"
    assert len(notes) == 2
    assert f"to {hosts.address(concerned[0])} and 999 more." in notes[1]


def test_one_host_is_told_by_its_address_alone(hosts: Hosts) -> None:
    notes: list[str] = []
    told = LocalFaults(hosts, notes).tell(7, NO_ROUTE)
    assert notes == [told]
    assert "to 10.77.0.7. " in told


def test_causes_are_told_apart(hosts: Hosts) -> None:
    notes: list[str] = []
    faults = LocalFaults(hosts, notes)
    for host in range(3):
        faults.tell(host, NO_ROUTE)
        faults.tell(host + 5, BARRED)
    assert sorted(note.count("and 2 more") for note in notes) == [1, 1]
    assert {"10.77.0.0" in note for note in notes} == {True, False}


def test_a_second_scan_type_says_the_same_only_once(hosts: Hosts) -> None:
    notes: list[str] = []
    for _ in range(2):
        faults = LocalFaults(hosts, notes)
        for host in range(9):
            faults.tell(host, NO_ROUTE)
    assert len(notes) == 1
