"""Report files: opened early, closed whole, one failure costs no other."""

import io
import pathlib
import sys

import pytest

from tui_scan.cli.outputs import Outputs, Wanted
from tui_scan.model.errors import LocalError, UsageError


def test_a_path_that_cannot_be_written_is_an_error_before_the_scan(tmp_path: pathlib.Path) -> None:
    for path in (tmp_path / "missing" / "x.xml", tmp_path):
        with pytest.raises(LocalError, match="Nothing was sent"):
            Outputs([Wanted("-oX", "xml", str(path))])


@pytest.mark.parametrize("path", ["-", "same", "./same"])
def test_two_reports_in_one_place_are_refused(
    path: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    other = "-" if path == "-" else "same"
    with pytest.raises(UsageError, match="-oN and -oX both write to"):
        Outputs([Wanted("-oN", "normal", path), Wanted("-oX", "xml", other)])
    assert not list(tmp_path.iterdir())


def test_a_full_disk_costs_only_its_own_report(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = Outputs([Wanted("-oX", "xml", "/dev/full"), Wanted("-oG", "grepable", str(tmp_path / "g"))])
    writers = {kind: lambda _run, out, kind=kind: out.write(kind) for kind in ("xml", "grepable", "normal")}
    troubles = outputs.write(None, writers)  # type: ignore[arg-type]
    assert len(troubles) == 1
    assert "/dev/full (-oX)" in troubles[0]
    assert (tmp_path / "g").read_text() == "grepable"
    assert capsys.readouterr().out == "normal"


def test_a_reader_who_left_costs_no_file(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def flush(self) -> None:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stdout", Gone())
    outputs = Outputs([Wanted("-oN", "normal", "-"), Wanted("-oX", "xml", str(tmp_path / "x"))])
    writers = {kind: lambda _run, out, kind=kind: out.write(kind) for kind in ("xml", "normal")}
    with pytest.raises(BrokenPipeError):
        outputs.write(None, writers)  # type: ignore[arg-type]
    assert (tmp_path / "x").read_text() == "xml"


def test_no_file_is_emptied_where_another_cannot_be_written(tmp_path: pathlib.Path) -> None:
    old = tmp_path / "old"
    old.write_text("last week's scan")
    with pytest.raises(LocalError):
        Outputs([Wanted("-oN", "normal", str(old)), Wanted("-oX", "xml", str(tmp_path / "missing" / "x"))])
    assert old.read_text() == "last week's scan"
    opened = Outputs([Wanted("-oN", "normal", str(old))])
    assert old.read_text() == ""
    opened.write(None, {"normal": lambda _run, _out: None})  # type: ignore[arg-type]


def test_appending_keeps_what_was_there(tmp_path: pathlib.Path) -> None:
    old = tmp_path / "old"
    old.write_text("yesterday\n")
    outputs = Outputs([Wanted("-oN", "normal", str(old))], append=True)
    outputs.write(None, {"normal": lambda _run, out: out.write("today\n")})  # type: ignore[arg-type, dict-item]
    assert old.read_text() == "yesterday\ntoday\n"
