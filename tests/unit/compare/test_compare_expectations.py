"""The file of expectations: what it may say, what is wrong with it in a sentence, and how a comparison differs."""

from pathlib import Path

import pytest

from tests.unit.compare.findings import listener, listing, seen
from tui_scan.compare.expectations import differences
from tui_scan.compare.expectations_file import read_expectations
from tui_scan.compare.join import compared
from tui_scan.compare.seen import Vantage
from tui_scan.model.errors import UsageError
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol
from tui_scan.services import names

HERE = Vantage("laptop", "10.0.0.9")


def differs(tmp_path: Path, text: str, *ports: tuple[Protocol, int, PortState], vantage: Vantage = HERE) -> list[str]:
    """``+22/tcp`` for a new port, ``-`` for a required one, ``.`` for an allowed one that is shut."""
    path = tmp_path / "expected.toml"
    path.write_text(text)
    views = [seen(port, state, protocol, vantage) for protocol, port, state in ports]
    found = differences(read_expectations(str(path), names), compared(listing(listener("0.0.0.0")), views), views)
    return [f"{'+' if one.new else '-' if one.counts else '.'}{one.port}/{one.protocol}" for one in found]


TCP, UDP = Protocol.TCP, Protocol.UDP
OPEN, CLOSED, SILENT = PortState.OPEN, PortState.CLOSED, PortState.OPEN_FILTERED


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ["+22/tcp", "+80/tcp"]),
        ('[[open]]\ntcp = "22,80"', []),
        ("[[open]]\ntcp = 22", ["+80/tcp"]),
        ('[[open]]\ntcp = "ssh,80"', []),
        ('[[open]]\ntcp = "22"\n[[open]]\ntcp = "80"', []),
        ('[[open]]\nfrom = "10.0.0.0/24"\ntcp = "22,80"', []),
        ('[[open]]\nfrom = "10.0.1.0/24"\ntcp = "22,80"', ["+22/tcp", "+80/tcp"]),
        ('[[open]]\nfrom = ["fd00::/8", "laptop"]\ntcp = "22,80"', []),
        ('[[open]]\nfrom = "desktop"\ntcp = "22,80"', ["+22/tcp", "+80/tcp"]),
        ('[[open]]\nto = "10.0.0.5"\ntcp = "22,80"', []),
        ('[[open]]\nto = "10.0.0.6"\ntcp = "22,80"', ["+22/tcp", "+80/tcp"]),
        ('[[open]]\ntcp = "22,80,443"\nudp = "53"', [".443/tcp"]),
        ('[[open]]\ntcp = "22,80,443"\nrequired = true', ["-443/tcp"]),
        ('[[open]]\ntcp = "443"\nrequired = true', ["+22/tcp", "+80/tcp", "-443/tcp"]),
        ('[[open]]\nudp = "22,80"', ["+22/tcp", "+80/tcp"]),
    ],
)
def test_what_is_open_and_not_allowed_and_what_is_required_and_shut(
    tmp_path: Path, text: str, wanted: list[str]
) -> None:
    found = differs(tmp_path, text, (TCP, 22, OPEN), (TCP, 80, OPEN), (TCP, 443, CLOSED), (UDP, 53, SILENT))
    assert found == wanted


def test_all_ports_that_are_named_are_asked(tmp_path: Path) -> None:
    path = tmp_path / "expected.toml"
    path.write_text('[[open]]\ntcp = "22,80-81"\n[[open]]\nudp = "53"\n')
    assert read_expectations(str(path), names).ports == {(TCP, 22), (TCP, 80), (TCP, 81), (UDP, 53)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[open]]\ntcp = ", "line 2"),
        ("[[open]\n", "line 1"),
        ("[[open]]\nfrom = [\n", "line 3"),
        ("open = 5", "no list of tables"),
        ("open = [5]", "no list of tables"),
        ("[[close]]\ntcp = 22", "“close”"),
        ('[[open]]\ntcp = "22"\n\n[[open]]\nport = 5', "line 4"),
        ("[[open]]\ntcp = [22]", "“tcp”"),
        ("[[open]]\ntcp = true", "“tcp”"),
        ("[[open]]\ntcp = 70000", "too high"),
        ("[[open]]\nfrom = 5", "“from”"),
        ('[[open]]\nfrom = "10.0.0.0/99"', "no network"),
        ('[[open]]\nto = "web1"', "no address"),
        ('[[open]]\nrequired = "yes"', "without quotes"),
    ],
)
def test_what_is_wrong_is_a_sentence(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as told:
        read_expectations(str(path), names)
    assert words in str(told.value) and str(path) in str(told.value)
    assert str(told.value).endswith((".", '".')) and "\n" not in str(told.value)


def test_a_mark_of_byte_order_is_let_be(tmp_path: Path) -> None:
    assert differs(tmp_path, "\N{BYTE ORDER MARK}[[open]]\ntcp = 22", (TCP, 22, OPEN)) == []


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(UsageError, match=str(path)):
            read_expectations(str(path), names)
    latin = tmp_path / "latin"
    latin.write_bytes(b'[[open]]\nfrom = "\xe9"')
    with pytest.raises(UsageError, match="latin"):
        read_expectations(str(latin), names)
