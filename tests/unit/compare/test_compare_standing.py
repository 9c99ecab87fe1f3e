"""Which listener takes what comes for an address: wildcards, dual-stack, loopback, mapped addresses, namespaces."""

from dataclasses import replace

import pytest

from tests.unit.compare.findings import listener, listing
from tui_scan.compare.standing import Standing, index, standing_of
from tui_scan.local.listing import THIS_HOST
from tui_scan.local.states import SocketState
from tui_scan.model.techniques import Protocol


@pytest.mark.parametrize(
    ("bound", "v6only", "address", "wanted"),
    [
        ("0.0.0.0", None, "10.0.0.5", Standing.EVERYWHERE),
        ("0.0.0.0", None, "fd00::5", Standing.OTHER_FAMILY),
        ("::", False, "10.0.0.5", Standing.EVERYWHERE),
        ("::", None, "10.0.0.5", Standing.EVERYWHERE),
        ("::", True, "10.0.0.5", Standing.OTHER_FAMILY),
        ("::", True, "fd00::5", Standing.EVERYWHERE),
        ("10.0.0.5", None, "10.0.0.5", Standing.HERE),
        ("::ffff:10.0.0.5", False, "10.0.0.5", Standing.HERE),
        ("::ffff:10.0.0.5", False, "fd00::5", Standing.OTHER_FAMILY),
        ("10.0.0.6", None, "10.0.0.5", Standing.ANOTHER),
        ("fd00::5", None, "fd00::5", Standing.HERE),
        ("fd00::6", None, "10.0.0.5", Standing.OTHER_FAMILY),
        ("127.0.0.1", None, "10.0.0.5", Standing.LOOPBACK),
        ("127.0.0.53", None, "10.0.0.5", Standing.LOOPBACK),
        ("::1", None, "fd00::5", Standing.LOOPBACK),
        ("::ffff:127.0.0.1", False, "10.0.0.5", Standing.LOOPBACK),
        ("127.0.0.1", None, "127.0.0.1", Standing.LOOPBACK_HERE),
        ("127.0.0.1", None, "127.0.0.2", Standing.OTHER_LOOPBACK),
        ("::1", None, "127.0.0.1", Standing.OTHER_LOOPBACK),
        ("127.0.0.1", None, "::1", Standing.OTHER_LOOPBACK),
        ("::1", None, "::1", Standing.LOOPBACK_HERE),
    ],
)
def test_how_a_listener_stands_to_an_address(bound: str, v6only: bool | None, address: str, wanted: Standing) -> None:
    assert standing_of(listener(bound, v6only=v6only), address, False) is wanted


def test_a_bound_listener_behind_a_translation_is_no_other_address() -> None:
    found = index(listing(listener("10.0.0.5")))
    assert found.local("192.0.2.80", Protocol.TCP, 22).standing is Standing.TRANSLATED
    assert found.local("10.0.0.5", Protocol.TCP, 22).standing is Standing.HERE
    unknown = index(listing(listener("10.0.0.5"), addresses=""))
    assert unknown.local("192.0.2.80", Protocol.TCP, 22).standing is Standing.ANOTHER


def test_the_nearest_listener_decides_and_its_equals_are_kept() -> None:
    far, near, twin = listener("127.0.0.1"), listener("0.0.0.0"), listener("0.0.0.0", note="twin")
    found = index(listing(far, near, twin)).local("10.0.0.5", Protocol.TCP, 22)
    assert (found.standing, found.listeners) == (Standing.EVERYWHERE, (near, twin))


def test_of_equals_the_one_of_the_addresss_own_ip_version_stands_first() -> None:
    for pair in (("127.0.0.1", "::1"), ("::1", "127.0.0.1"), ("::", "0.0.0.0"), ("0.0.0.0", "::")):
        known = index(listing(*(listener(one, v6only=False) for one in pair)))
        for address in ("10.0.0.5", "fd00::5"):
            first = known.local(address, Protocol.TCP, 22).listeners[0]
            assert (":" in first.local_address) == (":" in address)


def test_protocols_ports_and_zones_are_told_apart() -> None:
    found = index(listing(listener("0.0.0.0", 53, "udp"), listener("::", 80), listener("fe80::1", 81)))
    assert found.local("10.0.0.5", Protocol.UDP, 53).standing is Standing.EVERYWHERE
    assert found.local("10.0.0.5", Protocol.TCP, 53).standing is Standing.NOBODY
    assert found.local("10.0.0.5", Protocol.UDP, 80).standing is Standing.NOBODY
    assert found.local("fe80::1%eth0", Protocol.TCP, 81).standing is Standing.HERE


def test_connections_are_no_listeners() -> None:
    talking = listener("10.0.0.5")._replace(remote_address="10.0.0.9", remote_port=5555, state=SocketState.ESTABLISHED)
    assert index(listing(talking)).local("10.0.0.5", Protocol.TCP, 22).standing is Standing.NOBODY


def test_other_namespaces_count_where_the_host_has_nothing() -> None:
    inner, hidden = listener("0.0.0.0", 80), listener("127.0.0.1", 81)
    found = index(listing(listener("127.0.0.1", 22), elsewhere=(inner, hidden, listener("0.0.0.0", 22))))
    assert found.local("10.0.0.5", Protocol.TCP, 80).listeners == (inner,)
    assert found.local("10.0.0.5", Protocol.TCP, 80).standing is Standing.OTHER_NAMESPACE
    assert found.local("10.0.0.5", Protocol.TCP, 81).standing is Standing.NOBODY, "loopback in there is not reached"
    assert found.local("10.0.0.5", Protocol.TCP, 22).standing is Standing.LOOPBACK, "the host's own come first"


def test_the_own_list_tells_nothing_of_another_machine() -> None:
    found = index(listing(listener("0.0.0.0"), listener("127.0.0.1", 23), source=THIS_HOST))
    assert found.local("10.0.0.9", Protocol.TCP, 22).standing is Standing.UNRELATED
    assert found.local("10.0.0.9", Protocol.TCP, 23).standing is Standing.UNRELATED
    assert found.local("10.0.0.9", Protocol.TCP, 24).standing is Standing.NOBODY
    assert found.local("10.0.0.5", Protocol.TCP, 22).standing is Standing.EVERYWHERE
    assert found.local("127.0.0.1", Protocol.TCP, 22).standing is Standing.EVERYWHERE


def test_the_namespace_that_has_the_address_goes_before_all_others() -> None:
    inner, other = listener("0.0.0.0", 80, note="inner"), listener("0.0.0.0", 80, note="other")
    bound = listener("10.9.0.2", 81, note="inner")
    own = listing(listener("0.0.0.0", 80), source=THIS_HOST, elsewhere=(other, inner, bound))
    found = index(replace(own, namespaces={"inner": frozenset({"10.9.0.1"}), "other": frozenset({"10.9.0.3"})}))
    owner = found.local("10.9.0.1", Protocol.TCP, 80)
    assert (owner.standing, owner.listeners) == (Standing.OWNER_NAMESPACE, (inner,))
    assert found.local("10.0.0.9", Protocol.TCP, 80).standing is Standing.UNRELATED
    assert found.local("10.0.0.9", Protocol.TCP, 81).standing is Standing.UNRELATED_NAMESPACE
    assert found.local("10.9.0.1", Protocol.TCP, 81).standing is Standing.UNRELATED_NAMESPACE, "bound to another one"
