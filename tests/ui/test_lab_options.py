"""``tui-scan lab`` passes on to the interface how it begins and draws."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tui_scan.cli import interface, lab
from tui_scan.cli.options import InterfaceOptions


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[InterfaceOptions, str | None]]:
    """What interfaces are opened with; no lab is made."""
    seen: list[tuple[InterfaceOptions, str | None]] = []

    @contextmanager
    def no_lab(_topology: object) -> Iterator[None]:
        yield

    def note(options: InterfaceOptions, title: str | None = None) -> int:
        seen.append((options, title))
        return 0

    monkeypatch.setattr(lab, "enter", no_lab)
    monkeypatch.setattr(interface, "open_interface", note)
    return seen


def test_the_options_of_the_interface_reach_it(opened: list[tuple[InterfaceOptions, str | None]]) -> None:
    assert lab.main(["--start", "--fps", "7", "--no-mouse", "--ascii"]) == 0
    (options, title), *_ = opened
    assert (options.start, options.fps, options.mouse, options.ascii_only) == (True, 7, False, True)
    assert title and options.request.targets


@pytest.mark.parametrize("line", ["--fps 0", "--fps x", "--start --truth", "--ascii --list", "--start -- true"])
def test_what_makes_no_sense_is_said(
    line: str, opened: list[tuple[InterfaceOptions, str | None]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert lab.main(line.split()) == 2
    assert "--" in capsys.readouterr().err
    assert not opened
