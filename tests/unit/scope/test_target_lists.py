"""Target lists in files and on standard input."""

import io
from pathlib import Path

import pytest

from tui_scan.model.errors import UsageError
from tui_scan.scope.lists import read_list

CONTENT = "10.0.0.1  10.0.0.2\t# two\n\n# none\n2001:db8::/64#near\r\nname\n"
EXPRESSIONS = ("10.0.0.1", "10.0.0.2", "2001:db8::/64", "name")


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_words_and_comments(tmp_path: Path, mark: bytes) -> None:
    path = tmp_path / "targets"
    path.write_bytes(mark + CONTENT.encode())
    assert read_list(str(path)) == EXPRESSIONS


def test_standard_input() -> None:
    assert read_list("-", io.StringIO(CONTENT)) == EXPRESSIONS


@pytest.mark.parametrize("name", ["none", ".", "a\0b"])
def test_a_list_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="Cannot read the list"):
        read_list(str(tmp_path / name))


def test_a_list_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "targets"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not a text file"):
        read_list(str(path))
