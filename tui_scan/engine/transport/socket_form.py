"""What the options ask of sockets by which the kernel sends the probes: interface, source port, TTL, data."""

import errno
import socket
from typing import NamedTuple

from tui_scan.engine.probes import in_use
from tui_scan.model.errors import PrivilegeError
from tui_scan.model.request import ScanRequest

_PORTS = (0, socket.IPPROTO_TCP, socket.IPPROTO_UDP)
"""Protocols of sockets that have ports; 0 is what the kind of socket stands for."""


class SocketForm(NamedTuple):
    """None stands for what the kernel chooses; ``data`` for what the port is usually asked."""

    interface: str | None = None
    source_port: int | None = None
    ttl: int | None = None
    data: bytes | None = None

    def apply(self, sock: socket.socket, family: int) -> None:
        """Set a fresh socket up; raises OSError for local faults."""
        if self.interface:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, self.interface.encode())
        if self.ttl is not None and family == 4:
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, self.ttl)
        elif self.ttl is not None:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, self.ttl)
        if self.source_port is not None and sock.proto in _PORTS:
            # Sockets that all say so may share a port while none of them listens (socket(7)).
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("", self.source_port))


AS_USUAL = SocketForm()


def socket_form(request: ScanRequest, key: int) -> SocketForm:
    """What a request asks of sockets; ``key`` is the scan's, from which random data follow."""
    form = request.packets
    return SocketForm(request.interface, form.source_port, form.ttl, form.payload(key) if form.has_data else None)


def check_source_port(form: SocketForm, family: int, kind: socket.SocketKind) -> None:
    """Raises PrivilegeError or LocalError where the source port cannot be had."""
    if form.source_port is None:
        return
    with socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6, kind) as sock:
        try:
            SocketForm(source_port=form.source_port).apply(sock, family)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EPERM):
                raise PrivilegeError(
                    "Source port {source_port} (-g) is a low one, which this process may not take "
                    "(CAP_NET_BIND_SERVICE, net.ipv4.ip_unprivileged_port_start). Run it with sudo, or choose one "
                    "from 1024 up.",
                    source_port=form.source_port,
                ) from None
            raise in_use(form.source_port, error) from None
