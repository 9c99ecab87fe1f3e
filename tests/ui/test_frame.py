"""The interface looks at most so often, and takes at most a quarter of a core while a scan runs."""

import pytest

from tui_scan.ui.frame import FAST, LONGEST, SHARE, SLOW, FrameBudget, default_fps


class Machine:
    """A clock, and the processor time of the interface's thread."""

    def __init__(self) -> None:
        self.now = self.spent = 0.0

    def frame(self, budget: FrameBudget, cost: float, busy: bool = True) -> float:
        """A frame that costs so much after the wait that was asked for; returns the next wait."""
        self.now += cost
        self.spent += cost
        wait = budget.wait(busy)
        self.now += wait
        return wait


def budget(fps: float) -> tuple[Machine, FrameBudget]:
    machine = Machine()
    return machine, FrameBudget(fps, cpu=lambda: machine.spent, clock=lambda: machine.now)


def test_cheap_frames_come_at_the_asked_rate() -> None:
    machine, made = budget(10)
    assert {machine.frame(made, 0.001) for _ in range(50)} == {0.1}


@pytest.mark.parametrize("cost", [0.03, 0.05, 0.1, 0.3])
def test_dear_frames_come_so_rarely_that_the_share_holds(cost: float) -> None:
    machine, made = budget(10)
    for _ in range(30):
        machine.frame(made, cost)
    assert machine.spent / machine.now <= SHARE


def test_without_a_scan_nothing_is_held_back() -> None:
    machine, made = budget(10)
    assert machine.frame(made, 0.3, busy=False) == 0.1


def test_the_view_never_looks_dead() -> None:
    machine, made = budget(10)
    assert machine.frame(made, 30.0) == LONGEST


def test_over_ssh_fewer_frames_cross_the_wire() -> None:
    assert default_fps({}) == FAST
    assert default_fps({"SSH_CONNECTION": "10.0.0.1 5 10.0.0.2 22"}) == SLOW
