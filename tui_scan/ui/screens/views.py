"""The views of the page by their numbers; each is made when it is first asked for."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from textual.widget import Widget

if TYPE_CHECKING:
    from tui_scan.ui.screens.main import MainScreen


class View(NamedTuple):
    """One view: its name is its widget's id, its number the key that shows it.

    ``title`` is what the line above the views says, ``tooltip`` the help's sentence. ``make`` gives the widget; it gets
    the page, for the session and the port that is shown.
    """

    name: str
    number: int
    title: str
    tooltip: str
    make: "Callable[[MainScreen], Widget]"


def _scan(page: "MainScreen") -> Widget:
    from tui_scan.ui.screens.scan import ScanView

    return ScanView(page.session, id="scan")


def _local(page: "MainScreen") -> Widget:
    from tui_scan.ui.screens.local import LocalView

    return LocalView(page=page, id="local")


def _packets(page: "MainScreen") -> Widget:
    from tui_scan.ui.screens.packets import PacketsView

    return PacketsView(page.session, page.show_port, id="packets")


def _compare(page: "MainScreen") -> Widget:
    from tui_scan.ui.screens.compare import CompareView

    return CompareView(page.session, page.view.host, id="compare")


def _matrix(page: "MainScreen") -> Widget:
    from tui_scan.ui.screens.matrix import MatrixView

    return MatrixView(page.session, page.view.host, id="matrix")


def _step(page: "MainScreen") -> Widget:
    from tui_scan.ui.screens.step import StepView

    return StepView(page.session, lambda: page.view.pointed, id="step")


VIEWS = {
    view.name: view
    for view in (
        View("scan", 1, "Scan", "Show the scan.", _scan),
        View("local", 2, "Local", "Show this host's own sockets.", _local),
        View("compare", 3, "Compare", "Set what listens on a host beside what is seen of it.", _compare),
        View("packets", 4, "Packets", "Show all packets in the order of their times.", _packets),
        View("matrix", 5, "Matrix", "Probe some ports by every scan type, and tell the kind of filter.", _matrix),
        View("step", 6, "Step", "Send one probe a key press, and predict what comes back.", _step),
    )
}
"""All views by name, in the order of their numbers."""
