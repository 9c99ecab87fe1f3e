"""The techniques by which somebody else's machine tells of a port, each with its loop."""

from collections.abc import Callable

from tui_scan.engine.loops.bounce import BounceLoop
from tui_scan.engine.loops.idle import IdleLoop
from tui_scan.engine.scan import Scan
from tui_scan.model.techniques import Technique
from tui_scan.privilege.sockets import SocketSource

LOOPS: dict[Technique, type[IdleLoop] | type[BounceLoop]] = {
    Technique.IDLE: IdleLoop,
    Technique.BOUNCE: BounceLoop,
}


def carry_out(
    scan: Scan, technique: Technique, key: int, sockets: SocketSource, checkpoint: Callable[[], bool]
) -> None:
    """Run a technique to its end."""
    LOOPS[technique](scan, key, sockets, checkpoint).run()
