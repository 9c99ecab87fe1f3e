"""The parts of a plan: together they are the whole, and no two share a probe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_scan.model.errors import UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import Protocol
from tui_scan.scope.plan import ScanPlan, plan
from tui_scan.services import names


def planned(targets: list[str], ports: str, part: tuple[int, int] = (1, 1)) -> ScanPlan:
    return plan(ScanRequest(targets=tuple(targets), ports=ports, shard=part), names=names, broadcasts=())


def probes(of: ScanPlan) -> list[tuple[str, int]]:
    return [(address, port) for address in of.addresses() for port in of.ports.for_protocol(Protocol.TCP)]


TARGETS = st.lists(st.sampled_from(["10.0.0.1-9", "10.0.1.0/29", "10.0.3.4", "10.2-3.0.7"]), min_size=1, unique=True)


@given(TARGETS, st.integers(1, 12))
def test_the_parts_are_the_whole_and_share_nothing(targets: list[str], parts: int) -> None:
    pieces = [probe for k in range(1, parts + 1) for probe in probes(planned(targets, "20-40", (k, parts)))]
    assert sorted(pieces) == sorted(probes(planned(targets, "20-40")))


def test_a_part_without_a_probe_is_refused() -> None:
    assert probes(planned(["10.0.0.1"], "22,23", (1, 3))) == [("10.0.0.1", 22)]
    assert probes(planned(["10.0.0.1"], "22,23", (2, 3))) == [("10.0.0.1", 23)]
    with pytest.raises(UsageError, match="part 3 of 3"):
        planned(["10.0.0.1"], "22,23", (3, 3))
