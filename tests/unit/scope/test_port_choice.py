"""Which ports a request means: written, excluded, most frequent; one rule at a time, and together against a model."""

import random
from collections.abc import Iterable
from typing import Any

import pytest

from tui_scan.model.errors import UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Protocol
from tui_scan.scope.port_choice import USUAL, choose_ports
from tui_scan.services import names as own

TCP, UDP = Protocol.TCP, Protocol.UDP


class Ranked:
    """Ports of which only the order matters."""

    def __init__(self, order: Iterable[int]) -> None:
        self.order = tuple(order)

    def ports_of(self, name: str, protocol: Protocol) -> Iterable[int]:
        return self.order if name == "*" else ()

    def ranking(self, protocol: Protocol) -> dict[int, float]:
        return {port: 1 / rank for rank, port in enumerate(self.order, 1)}


def chosen(used: tuple[Protocol, ...] = (TCP,), names: Any = own, **asked: Any) -> dict[Protocol, tuple[int, ...]]:
    selection, _ = choose_ports(ScanRequest(**asked), used, names)
    return {protocol: tuple(selection.for_protocol(protocol)) for protocol in used}


def test_the_default_is_the_thousand_most_frequent() -> None:
    found = chosen((TCP, UDP))
    for protocol, ports in found.items():
        assert ports == tuple(sorted(list(own.ranking(protocol))[:USUAL]))
        assert len(ports) == USUAL
    assert {22, 80, 443, 3389, 8080} <= set(found[TCP])
    assert {53, 123, 161, 500} <= set(found[UDP])


def test_of_ip_all_protocols_are_scanned() -> None:
    assert chosen((Protocol.IP,))[Protocol.IP] == tuple(range(256))


def test_written_excluded_and_most_frequent_together() -> None:
    seed = random.randrange(1 << 32)
    dice = random.Random(seed)
    for _ in range(200):
        order = dice.sample(range(1, 60), 40)
        written = sorted(dice.sample(range(1, 60), dice.randrange(1, 50)))
        holes = set(dice.sample(range(1, 60), dice.randrange(0, 20)))
        top = dice.choice([None, dice.randrange(1, 30)])
        share = dice.choice([None, 1 / dice.randrange(1, 40)]) if top is None else None
        allowed = [port for port in written if port not in holes]
        ranked = [(rank, port) for rank, port in enumerate(order, 1) if port in allowed]
        if top is not None:
            model = [port for _, port in ranked][:top]
        elif share is not None:
            model = [port for rank, port in ranked if 1 / rank >= share]
        else:
            model = allowed
        asked: dict[str, Any] = {
            "ports": ",".join(map(str, written)),
            "exclude_ports": ",".join(map(str, holes)) or None,
            "top_ports": top,
            "port_ratio": share,
        }
        if model:
            assert chosen(names=Ranked(order), **asked)[TCP] == tuple(sorted(model)), f"seed {seed}: {asked}"
        else:
            with pytest.raises(UsageError, match="is left to scan"):
                chosen(names=Ranked(order), **asked)


def test_the_excluded_make_room_for_the_next() -> None:
    assert chosen(names=Ranked([5, 4, 3, 2, 1]), exclude_ports="4", top_ports=2)[TCP] == (3, 5)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"ports": "U:53"}, "hold no TCP port"),
        ({"ports": "22", "exclude_ports": "1-100"}, "-p “22” and --exclude-ports “1-100”"),
        ({"port_ratio": 0.99}, "--port-ratio “0.99”"),
        ({"exclude_ports": "x-"}, "neither a port nor"),
    ],
)
def test_nothing_left_is_told(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError) as caught:
        chosen(**asked)
    assert said in str(caught.value)


def test_a_name_of_another_protocol_is_no_name_here() -> None:
    assert chosen((TCP, UDP), ports="syslog")[UDP] == (514,)
    with pytest.raises(UsageError, match="hold no TCP port"):
        chosen((TCP,), ports="U:tftp")
