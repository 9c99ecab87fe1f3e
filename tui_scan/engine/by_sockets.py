"""The techniques that need no privilege, each with its loop; a scan by packets never loads this module."""

from collections.abc import Callable

from tui_scan.engine.loops.batches import BatchLoop
from tui_scan.engine.loops.sockets import SocketTechnique
from tui_scan.engine.loops.window import WindowLoop
from tui_scan.engine.scan import Scan
from tui_scan.engine.techniques import connect, udp
from tui_scan.engine.techniques.payloads import FAST_TRIES
from tui_scan.engine.transport import uring
from tui_scan.engine.transport.connecting import Connecting
from tui_scan.engine.transport.datagrams import Datagrams
from tui_scan.model.techniques import Technique

TECHNIQUES = {
    Technique.CONNECT: SocketTechnique(connect.RULES, Connecting, connect.verdict, ("connect()", "connect()")),
    Technique.UDP: SocketTechnique(udp.RULES, Datagrams, udp.verdict, ("send()", "recv()"), FAST_TRIES),
}


def carry_out(scan: Scan, technique: Technique, key: int, checkpoint: Callable[[], bool]) -> None:
    """Run a technique to its end: in batches by io_uring where it is a connect, the kernel allows that and no
    host needs a link of its own, else on an epoll."""
    batches = technique is Technique.CONNECT and not scan.hosts.zones and uring.allowed()
    loop = BatchLoop if batches else WindowLoop
    loop(scan, TECHNIQUES[technique], key, checkpoint).run()
