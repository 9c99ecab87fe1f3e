"""Privilege is the effective capability of the thread, whoever the user is."""

import socket
import threading
from dataclasses import replace

import pytest

from tests.scans import without_raw
from tui_scan.engine.scan import default_techniques
from tui_scan.model.errors import LocalError, PrivilegeError, UsageError
from tui_scan.model.request import ScanRequest
from tui_scan.model.techniques import TECHNIQUES, Technique
from tui_scan.privilege.capabilities import badge, can_raw
from tui_scan.privilege.sockets import OwnSockets


def kernel_says() -> bool:
    """Whether the kernel lets this thread open a raw socket."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW).close()
    except PermissionError:
        return False
    return True


def test_the_capability_is_what_the_kernel_goes_by() -> None:
    assert can_raw() is kernel_says() is OwnSockets().raw


def test_without_the_capability_root_cannot_either() -> None:
    with without_raw():
        assert can_raw() is kernel_says() is False
        assert badge() == "no raw sockets"
        for opened in (OwnSockets().packet_cooked, lambda: OwnSockets().raw_ip(4), lambda: OwnSockets().raw_ip(6)):
            with pytest.raises(LocalError, match="CAP_NET_RAW"):
                opened()


def test_capabilities_are_the_threads_own() -> None:
    if not can_raw():
        pytest.skip("this process has no CAP_NET_RAW to take away")
    told: list[bool] = []
    with without_raw():
        thread = threading.Thread(target=lambda: told.append(can_raw()))
        thread.start()
        thread.join()
    thread = threading.Thread(target=lambda: told.append(can_raw()))
    thread.start()
    thread.join()
    assert told == [False, True]


@pytest.mark.parametrize("family", [4, 6])
def test_sockets_are_of_the_kind_asked_for(family: int) -> None:
    if not can_raw():
        pytest.skip("raw sockets need CAP_NET_RAW")
    with OwnSockets().raw_ip(family) as sock:
        assert sock.type == socket.SOCK_RAW
        assert sock.family == (socket.AF_INET if family == 4 else socket.AF_INET6)
    with OwnSockets().packet_cooked() as sock:
        assert (sock.family, sock.type) == (socket.AF_PACKET, socket.SOCK_DGRAM)


def test_the_technique_follows_the_privilege() -> None:
    request = ScanRequest(("127.0.0.1",))
    assert default_techniques(request, raw=True) == (Technique.SYN,)
    assert default_techniques(request, raw=False) == (Technique.CONNECT,)
    wanted = ScanRequest(("127.0.0.1",), techniques=(Technique.SYN, Technique.UDP))
    assert default_techniques(wanted, raw=True) == wanted.techniques
    with pytest.raises(PrivilegeError, match=r"-sS.*sudo") as caught:
        default_techniques(wanted, raw=False)
    assert caught.value.exit_code == 3
    plain = ScanRequest(("127.0.0.1",), techniques=(Technique.CONNECT, Technique.UDP))
    assert default_techniques(plain, raw=False) == plain.techniques


@pytest.mark.parametrize("technique", [t for t, info in TECHNIQUES.items() if info.needs_raw and not info.third_party])
def test_what_needs_raw_sockets_is_refused_without_them(technique: Technique) -> None:
    request = ScanRequest(("127.0.0.1",), techniques=(technique,))
    assert default_techniques(request, raw=True) == (technique,)
    with pytest.raises(PrivilegeError, match=f"{TECHNIQUES[technique].option}.*sudo"):
        default_techniques(request, raw=False)


def test_other_flags_want_a_scan_type_that_writes_segments() -> None:
    plain = ScanRequest(("127.0.0.1",), scan_flags=3)
    assert default_techniques(plain, raw=True) == (Technique.SYN,)
    with pytest.raises(PrivilegeError, match="-sS"):
        default_techniques(plain, raw=False)
    both = replace(plain, techniques=(Technique.UDP, Technique.FIN))
    assert default_techniques(both, raw=True) == both.techniques
    for technique in (Technique.CONNECT, Technique.UDP):
        with pytest.raises(UsageError, match="--scanflags") as caught:
            default_techniques(replace(plain, techniques=(technique,)), raw=True)
        assert caught.value.exit_code == 2
