"""How paths are walked: up to the host, down to the first router, and no further than makes sense."""

import random

import pytest

from tui_scan.engine.discovery.walk import MOST_HOPS, MOST_SILENT, Walk, distance
from tui_scan.model.trace import Hop


def walked(walk: Walk, length: int, mute: set[int]) -> int:
    """Play a path of ``length`` hops, some of them silent; how many probes that took."""
    probes = 0
    while ttl := walk.next:
        probes += 1
        assert 1 <= ttl <= MOST_HOPS
        assert probes <= 2 * MOST_HOPS
        at = min(ttl, length)
        if at in mute:
            walk.silent()
        else:
            walk.told(Hop(ttl, f"hop {at}", 100), reached=at == length)
    return probes


@pytest.mark.parametrize("start", [1, 2, 5, 9, 30, 77])
def test_every_hop_that_answers_is_found(chance: random.Random, start: int) -> None:
    for _ in range(50):
        length = chance.randrange(1, 20)
        mute = set(chance.sample(range(1, length), min(length - 1, chance.randrange(3))))
        walk = Walk(start)
        walked(walk, length, mute)
        assert walk.top == length
        assert {ttl: hop.address for ttl, hop in walk.hops.items()} == {
            ttl: f"hop {ttl}" for ttl in range(1, length + 1) if ttl not in mute
        }


def test_a_right_guess_takes_a_probe_a_hop() -> None:
    assert walked(Walk(7), 7, set()) == 7


def test_a_host_that_never_answers_ends_the_walk() -> None:
    walk = Walk(1)
    probes = walked(walk, 25, set(range(4, 26)))
    assert probes == 3 + MOST_SILENT
    assert not walk.top
    assert sorted(walk.hops) == [1, 2, 3]


def test_a_shared_path_is_not_walked_again() -> None:
    first, second = Walk(6), Walk(6)
    walked(first, 6, set())
    second.told(Hop(6, "host", 1), reached=True)
    second.told(Hop(5, "hop 5", 1), reached=False)
    second.share(first)
    assert second.next == 0
    assert [second.hops[ttl].address for ttl in range(1, 7)] == [f"hop {n}" for n in range(1, 6)] + ["host"]


@pytest.mark.parametrize(("ttl", "hops"), [(64, 1), (63, 2), (128, 1), (118, 11), (255, 1), (250, 6), (30, 3), (1, 32)])
def test_distance_by_ttl(ttl: int, hops: int) -> None:
    assert distance(ttl) == hops
