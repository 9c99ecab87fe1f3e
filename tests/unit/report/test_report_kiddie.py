"""The script kiddies' output says what the normal one says, port by port."""

import io

from tests.made_runs import enter, made_scan, run_of
from tui_scan.model.reasons import Reason
from tui_scan.model.states import PortState
from tui_scan.model.techniques import Protocol, Technique
from tui_scan.report.kiddie import spelt, write_kiddie
from tui_scan.report.normal import write_normal


def test_it_is_the_normal_output_in_another_spelling() -> None:
    scan = made_scan(["10.0.0.1"], "22,23", Technique.SYN)
    enter(scan, {("10.0.0.1", Protocol.TCP, 22): (PortState.OPEN, Reason.SYN_ACK)})
    enter(scan, {("10.0.0.1", Protocol.TCP, 23): (PortState.CLOSED, Reason.RESET)})
    plain, funny = io.StringIO(), io.StringIO()
    write_normal(run_of(scan), plain)
    write_kiddie(run_of(scan), funny)
    assert "22/tcp 0p3n" in funny.getvalue()
    assert "(10.0.0.1)" in funny.getvalue() or " 10.0.0.1\n" in funny.getvalue()
    pairs = list(zip(plain.getvalue().splitlines(), funny.getvalue().splitlines(), strict=True))
    assert all(len(one) == len(other) for one, other in pairs)
    assert any(one != other for one, other in pairs)


def test_numbers_stay() -> None:
    assert spelt("open 443/tcp 10.0.0.1 fd00::a1") == "0p3n 443/tcp 10.0.0.1 fd00::a1"
