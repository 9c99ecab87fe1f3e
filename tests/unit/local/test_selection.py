"""The options of netstat and the words about states."""

from itertools import product

import pytest

from tui_scan.local.records import PROTOCOLS, LocalSocket
from tui_scan.local.selection import Selection, select
from tui_scan.local.states import STATE_MEANINGS, STATES_BY_NUMBER, UNOWNED_NOTES, SocketState


def one(protocol: str, remote_port: int) -> LocalSocket:
    state = SocketState.ESTABLISHED if remote_port else SocketState.LISTEN
    return LocalSocket(protocol, "192.0.2.1", 22, "0.0.0.0", remote_port, state, 0, 0, 0, "root", 1)


SOCKETS = [one(protocol, port) for protocol, port in product(PROTOCOLS, (0, 4711))]


@pytest.mark.parametrize(
    ("selection", "shown"),
    [
        (Selection(), {"tcp:c", "tcp6:c", "udp:c", "udp6:c"}),
        (Selection(listening=True), {"tcp:l", "tcp6:l", "udp:l", "udp6:l"}),
        (Selection(all=True, tcp=True), {"tcp:l", "tcp:c", "tcp6:l", "tcp6:c"}),
        (Selection(all=True, listening=True, udp=True, ipv4=True), {"udp:l", "udp:c"}),
        (Selection(listening=True, ipv6=True), {"tcp6:l", "udp6:l"}),
        (Selection(listening=True, tcp=True, udp=True, ipv4=True, ipv6=True), {f"{p}:l" for p in PROTOCOLS}),
    ],
)
def test_what_each_option_shows(selection: Selection, shown: set[str]) -> None:
    found = {f"{s.protocol}:{'l' if s.listening else 'c'}" for s in select(SOCKETS, selection)}
    assert found == shown


def test_every_state_is_explained_in_full_sentences() -> None:
    assert set(STATE_MEANINGS) == set(SocketState) == set(STATES_BY_NUMBER.values())
    for meaning in STATE_MEANINGS.values():
        assert meaning[0].isupper()
        assert meaning.endswith(".")
        assert "  " not in meaning
    assert SocketState.LISTEN not in UNOWNED_NOTES
