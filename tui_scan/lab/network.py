"""Makes the practice network around the present process, which becomes the scanner's side of it."""

import contextlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tui_scan.lab import namespaces
from tui_scan.lab.children import Child, Inhabitant
from tui_scan.lab.datagrams import Names
from tui_scan.lab.links import CableEnd, Links
from tui_scan.lab.namespaces import enter_own
from tui_scan.lab.obstacles import explain
from tui_scan.lab.own_machine import OwnMachine
from tui_scan.lab.real_host import RealHost, configure, prepare_quiet
from tui_scan.lab.routes import inner_routes, outer_routes
from tui_scan.lab.simulated.host import SimulatedHost
from tui_scan.lab.switch import SCANNER_INTERFACE, SWITCH, Cable, Switch, plan
from tui_scan.lab.topology import HostSpec, Kind, Topology
from tui_scan.model.errors import LocalError
from tui_scan.model.techniques import Protocol


@dataclass
class Lab:
    """A running practice network; it ends with ``close`` or with this process, however that ends."""

    topology: Topology
    _children: list[Child] = field(default_factory=list)

    @property
    def pids(self) -> dict[str, int]:
        """The process of each host's namespace, by the host's name, and that of ``SWITCH``."""
        return {child.name: child.pid for child in self._children if not child.at_home}

    def close(self) -> None:
        """End all hosts. The present process stays in the empty namespace."""
        while self._children:
            self._children.pop().end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def enter(topology: Topology) -> Lab:
    """Move the present process to a new practice network, on the interface ``lab0``.

    Must be called before any thread starts. Hosts are child processes of this one. Raises LocalError where
    namespaces are forbidden (with what to do) or the network cannot be made; hosts already made are ended.
    """
    try:
        enter_own()
    except OSError as error:
        raise LocalError(explain(error)) from error
    lab = Lab(topology)
    try:
        _build(lab)
    except OSError as error:
        lab.close()
        raise LocalError(
            "The lab's network could not be made: {strerror}.", strerror=error.strerror or error
        ) from error
    except BaseException:
        lab.close()
        raise
    return lab


def _build(lab: Lab) -> None:
    topology = lab.topology
    names = Names({host.name: tuple(interface.ip for interface in host.addresses) for host in topology.hosts})
    cables = plan(topology)
    inhabitants = [Switch(cables), *(_inhabitant(topology, host, names) for host in topology.hosts)]
    for inhabitant in inhabitants:
        lab._children.append(Child(inhabitant))
    prepare_quiet()
    _each(lab, Child.await_step)
    _plug(lab, cables)
    _each(lab, Child.go_on)
    configure(Links(), [(SCANNER_INTERFACE, topology.scanner)], outer_routes(topology))
    # Without the names the lab is still whole: addresses work.
    with contextlib.suppress(OSError):
        _give_names(topology)
    _each(lab, Child.await_step)
    if topology.services or topology.connections:
        own = Child(OwnMachine(topology, names), at_home=True)
        lab._children.append(own)
        own.await_step()
        own.go_on()
        own.await_step()


def _each(lab: Lab, step: Callable[[Child], None]) -> None:
    for child in lab._children:
        step(child)


def _inhabitant(topology: Topology, host: HostSpec, names: Names) -> Inhabitant:
    if host.kind is Kind.SIMULATED:
        return SimulatedHost(host, names)
    routes = inner_routes(topology, host) if host.behind else outer_routes(topology, host)
    guarded = [other for other in topology.hosts if other.behind == host.name]
    return RealHost(host, routes, names, guarded)


def _plug(lab: Lab, cables: tuple[Cable, ...]) -> None:
    """Make every cable: one end at its host, the other at the switch."""
    links = Links()
    pids = lab.pids
    for cable in cables:
        pid = pids[cable.host] if cable.host else os.getpid()
        switch_mac = b"\x06" + cable.mac[1:]
        links.cable(CableEnd(cable.interface, pid, cable.mac), CableEnd(cable.port, pids[SWITCH], switch_mac))


def _give_names(topology: Topology) -> None:
    """Let this process and its children find the lab's names, and its name server if a host is one."""
    lines = [f"{interface.ip}\t{host.name}\n" for host in topology.hosts for interface in host.addresses]
    hosts = Path("/etc/hosts")
    _show(hosts, hosts.read_text(encoding="utf-8", errors="replace").rstrip("\n") + "\n" + "".join(lines))
    servers = [
        interface.ip for host in topology.hosts for interface in host.addresses if 53 in host.service(Protocol.UDP).open
    ]
    if servers:
        _show(Path("/etc/resolv.conf"), f"nameserver {servers[0]}\noptions timeout:1 attempts:1\n")


def _show(path: Path, content: str) -> None:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as shown:
        shown.write(content)
        shown.flush()
        os.fchmod(shown.fileno(), 0o644)
        namespaces.bind_file(Path(shown.name), path)
