"""nmap's spelling on the command line, and a sentence for all that cannot be understood."""

import pathlib
import re

import pytest

from tui_scan.cli.options import InterfaceOptions, interface_options
from tui_scan.cli.scan_options import ScanOptions, scan_options
from tui_scan.model.errors import RefusedError, UsageError
from tui_scan.model.request import Resolve
from tui_scan.model.techniques import Technique
from tui_scan.model.timing import TEMPLATES
from tui_scan.options.capture import shown_size
from tui_scan.options.groups import GROUPS
from tui_scan.options.output import OUTPUT

SYN, CONNECT, UDP = Technique.SYN, Technique.CONNECT, Technique.UDP


def parsed(line: str) -> ScanOptions:
    options = scan_options([*line.split(), "10.0.0.1"])
    assert options is not None
    return options


@pytest.mark.parametrize(
    ("line", "techniques"),
    [
        ("", ()),
        ("-sS", (SYN,)),
        ("-sT", (CONNECT,)),
        ("-sSU", (SYN, UDP)),
        ("-sU -sS", (UDP, SYN)),
        ("-sTU -sT", (CONNECT, UDP)),
        ("-sA", (Technique.ACK,)),
        ("-sUX", (UDP, Technique.XMAS)),
    ],
)
def test_scan_types_combine(line: str, techniques: tuple[Technique, ...]) -> None:
    assert parsed(line).request.techniques == techniques


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("SYN", 0x02),
        ("URGACKPSHRSTSYNFIN", 0x3F),
        ("synfin", 0x03),
        ("ECE,CWR", 0xC0),
        ("0x29", 0x29),
        ("0", 0),
        ("41", 41),
        ("255", 255),
        ("NONE", 0),
        ("all", 255),
    ],
)
def test_flags_by_name_and_number(text: str, flags: int) -> None:
    assert parsed(f"--scanflags {text}").request.scan_flags == flags


@pytest.mark.parametrize(
    ("line", "ports"),
    [("-p22", "22"), ("-p 22", "22"), ("-p-", "-"), ("-p -", "-"), ("-p -100", "-100"), ("-p T:1-,U:53", "T:1-,U:53")],
)
def test_ports_attached_or_apart(line: str, ports: str) -> None:
    assert parsed(line).request.ports == ports


def test_targets_may_stand_anywhere() -> None:
    options = scan_options(["a", "-p", "22", "b", "-n", "c", "--", "-d"])
    assert options is not None
    assert options.request.targets == ("a", "b", "c", "-d")


@pytest.mark.parametrize(
    ("line", "timing"),
    [
        ("", TEMPLATES[3]),
        *((f"-T{number}", timing) for number, timing in enumerate(TEMPLATES)),
        *((f"-T {timing.name}", timing) for timing in TEMPLATES),
        ("-TAggressive", TEMPLATES[4]),
    ],
)
def test_templates_by_number_and_name(line: str, timing: object) -> None:
    assert parsed(line).request.timing == timing


def test_what_is_said_beats_the_template_wherever_it_stands() -> None:
    timing = parsed("--max-retries 1 --host-timeout 2m -T4 --max-rate 12.5 --max-rtt-timeout=300ms").request.timing
    assert (timing.max_retries, timing.host_timeout, timing.max_rate) == (1, 120_000, 12.5)
    assert (timing.min_rtt_timeout, timing.initial_rtt_timeout, timing.max_rtt_timeout) == (100, 300, 300)
    assert timing.max_tcp_delay == 10


@pytest.mark.parametrize(
    ("text", "ms"), [("500ms", 500), ("3s", 3000), ("3", 3000), ("1.5", 1500), ("2m", 120_000), ("1h", 3_600_000)]
)
def test_times_as_nmap_writes_them(text: str, ms: int) -> None:
    assert parsed(f"--host-timeout {text}").request.timing.host_timeout == ms


def test_the_other_options(tmp_path: pathlib.Path) -> None:
    listed, excluded = tmp_path / "targets", tmp_path / "not"
    listed.write_text("10.0.0.2 10.0.0.3 # mine\n10.0.0.4\n")
    excluded.write_text("10.0.0.3\n")
    options = parsed(
        f"-6nr -Pn -e lo --authorized --exclude a,b --excludefile {excluded} -iL {listed} --open --reason -vv"
    )
    request = options.request
    assert request.targets == ("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4")
    assert request.excludes == ("a,b", "10.0.0.3")
    assert (request.family, request.resolve, request.interface) == (6, Resolve.NEVER, "lo")
    assert (request.randomize, request.authorized) == (False, True)
    assert (options.output.open_only, options.reasons, options.verbosity) == (True, True, 2)
    assert parsed("-R").request.resolve is Resolve.ALWAYS


def test_reports_and_their_files() -> None:
    reports = parsed("-oN n -oX - -oG g -oJ j -oA base").reports
    assert {(report.kind, report.path) for report in reports} == {
        ("normal", "n"),
        ("xml", "-"),
        ("grepable", "g"),
        ("json", "j"),
        ("normal", "base.nmap"),
        ("xml", "base.xml"),
        ("grepable", "base.gnmap"),
    }


def test_the_interface_takes_the_same_and_more() -> None:
    options = interface_options(["-sU", "-p53", "--start", "--fps", "30", "--no-mouse", "--ascii", "10.0.0.1"])
    assert options is not None
    assert (options.start, options.fps, options.mouse, options.ascii_only) == (True, 30, False, True)
    assert options.request.techniques == (UDP,)
    assert interface_options([]) == InterfaceOptions(options.request.__class__())


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("-sS -sT x", "-sS and -sT are two TCP scan types"),
        ("-sTS x", "-sT and -sS are two TCP scan types"),
        ("-sFUX x", "-sF and -sX are two TCP scan types"),
        ("--scanflags 256 x", "a number from 0 to 255"),
        ("--scanflags 0x100 x", "a number from 0 to 255"),
        ("--scanflags 010 x", "a number from 0 to 255"),
        ("--scanflags SYNX x", "such as SYNFIN"),
        ("--scanflags= x", "such as SYNFIN"),
        ("-sQ x", "-sQ is not known"),
        ("-sSA x", "“tui-scan matrix” runs many types side by side"),
        ("-p", "-p needs a value"),
        ("x -oX", "-oX needs a value"),
        ("--frobnicate x", "--frobnicate is not known"),
        ("--max-retry 3 x", "Did you mean --max-retries?"),
        ("-O x", "OS detection does not exist here"),
        ("-sV x", "Version detection does not exist here. A port is named by its number"),
        ("-sC x", "Scripts do not exist here"),
        ("--script=default x", "Leave --script out"),
        ("--unprivileged x", "Leave --unprivileged out"),
        ("--webxml x", "no stylesheet"),
        ("-T9 x", "-T9 is no timing template"),
        ("--max-rate 0 x", "above 0"),
        ("--max-rate nan x", "above 0"),
        ("--max-rate inf x", "above 0"),
        ("--min-rate 9 --max-rate 3 x", "--min-rate (9) is above --max-rate (3)"),
        ("--host-timeout 5x x", "500ms, 3s, 2m or 1h"),
        ("--initial-rtt-timeout 0 x", "500ms, 3s, 2m or 1h"),
        ("--max-rtt-timeout 500 x", "would be 500 seconds. Write 500s if that is meant, or 500ms"),
        ("--max-rtt-timeout 4ms x", "5ms to 240h"),
        ("--host-timeout -3 x", "needs a value"),
        ("--max-retries -1 x", "needs a value"),
        ("--max-retries=-1 x", "from 0 to 15"),
        ("--max-retries 1.5 x", "from 0 to 15"),
        ("--max-retries ٣ x", "from 0 to 15"),
        ("--max-parallelism 0 x", "from 1 to 65535"),
        ("--min-parallelism 0 x", "from 1 to 65535"),
        ("--min-parallelism 9 --max-parallelism 3 x", "--min-parallelism (9) is above --max-parallelism (3)"),
        ("--min-parallelism 9 -T2 x", "--min-parallelism 9 contradicts -T polite, which has 1 probe in flight"),
        ("--min-hostgroup 0 x", "from 1 to"),
        ("--max-hostgroup 0 x", "from 1 to"),
        ("--max-hostgroup 1.5 x", "from 1 to"),
        ("--min-hostgroup 9 --max-hostgroup 3 x", "--min-hostgroup (9) is above --max-hostgroup (3)"),
        ("--min-rtt-timeout 2s --max-rtt-timeout 1s x", "Swap them"),
        ("--initial-rtt-timeout 20s x", "--initial-rtt-timeout (20000 ms)"),
        ("-n -R x", "-n and -R exclude each other. Choose one of them."),
        ("-F --top-ports 5 x", "-F and --top-ports exclude each other. Choose one of them."),
        ("-sIzombie.lab:80 x", "Write -sI zombie.lab:80."),
        ("-sSI x", "-sI ZOMBIE"),
        ("-oX- x", "Write -oX -."),
        ("-iL/etc/hosts", "Write -iL /etc/hosts."),
        ("-OX x", "Did you mean -oX?"),
        ("-PD x", "-PD is not known here. See"),
        ("-e no-such-if x", "no interface no-such-if here"),
        ("-n=3 x", "takes no value"),
        ("-iL /does/not/exist", "/does/not/exist"),
        ("-iL - --excludefile - x", "Two lists"),
        ("", "No target"),
    ],
)
def test_what_is_wrong_is_said(line: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        scan_options(line.split())
    assert says in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("line", ["--fps 0", "--fps 61", "--fps x", "--start", "-oX f x"])
def test_the_interfaces_own_mistakes(line: str) -> None:
    with pytest.raises(UsageError):
        interface_options(line.split())


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("-F", {"top_ports": 100}),
        ("--top-ports 7 -p 1-100", {"top_ports": 7, "ports": "1-100"}),
        ("--port-ratio .01", {"port_ratio": 0.01}),
        ("--exclude-ports 1-9,T:80", {"exclude_ports": "1-9,T:80"}),
        ("--exclude-ports -100 -p -200", {"exclude_ports": "-100", "ports": "-200"}),
        ("--datadir /usr/share/nmap", {"datadir": "/usr/share/nmap"}),
        ("-r", {"randomize": False}),
    ],
)
def test_which_ports(line: str, fields: dict[str, object]) -> None:
    request = parsed(line).request
    assert {name: getattr(request, name) for name in fields} == fields


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("-F -p 1-100", "write --top-ports N"),
        ("-F --top-ports 10", "-F and --top-ports exclude each other"),
        ("--top-ports 10 --port-ratio 0.1", "exclude each other"),
        ("-F --port-ratio 0.1", "exclude each other"),
        ("--top-ports 0", "from 1 to 65536"),
        ("--port-ratio 1", "from 0 to below 1"),
        ("--port-ratio nan", "from 0 to below 1"),
    ],
)
def test_contradictions_in_the_ports(line: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parsed(line)


@pytest.mark.parametrize(
    ("line", "reasons", "verbosity", "debugging"),
    [
        ("", False, 0, 0),
        ("-v", False, 1, 0),
        ("-vv", True, 2, 0),
        ("-v2", True, 2, 0),
        ("-d", True, 1, 1),
        ("-dd -v", True, 2, 2),
        ("--reason", True, 0, 0),
    ],
)
def test_how_much_is_told(line: str, reasons: bool, verbosity: int, debugging: int) -> None:
    options = parsed(line)
    assert (options.reasons, options.verbosity, options.output.debugging) == (reasons, verbosity, debugging)


@pytest.mark.parametrize(
    ("glued", "apart"),
    [("-p-", "-p -"), ("-p-80", "-p -80"), ("-T4", "-T 4"), ("-g53", "-g 53"), ("-D10.0.0.9,ME", "-D 10.0.0.9,ME")],
)
def test_values_that_nmap_takes_glued(glued: str, apart: str) -> None:
    assert parsed(glued).request == parsed(apart).request != parsed("").request


def test_two_reports_of_one_kind_are_both_written_and_told() -> None:
    options = parsed("-oX a -oX b -oN c")
    assert [wanted.path for wanted in options.reports if wanted.kind == "xml"] == ["a", "b"]
    assert [str(note) for note in options.notes] == [
        "-oX is given more than once, and all are written: a, b. nmap writes the last alone."
    ]


def test_reports_in_every_format() -> None:
    options = parsed("-oN a -oX b -oG c -oS d -oJ e -oA f --append-output")
    assert [(wanted.kind, wanted.path) for wanted in options.reports] == [
        ("normal", "a"),
        ("xml", "b"),
        ("grepable", "c"),
        ("kiddie", "d"),
        ("json", "e"),
        ("normal", "f.nmap"),
        ("xml", "f.xml"),
        ("grepable", "f.gnmap"),
    ]
    assert options.output.append


@pytest.mark.parametrize("line", ["--append-output", "--append-output -oN -"])
def test_there_must_be_a_file_to_append_to(line: str) -> None:
    with pytest.raises(UsageError, match="no report goes to a file"):
        parsed(line)


def test_random_targets_are_refused() -> None:
    with pytest.raises(RefusedError, match="tui-scan lab"):
        parsed("-iR 10")


def test_aggressive_is_what_of_it_exists() -> None:
    assert parsed("-A").request.trace
    assert parsed("-A --traceroute").request.trace


def test_every_option_is_in_the_help_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert scan_options(["-h"]) is None
    said = capsys.readouterr().out
    flags = [flag for group in (*GROUPS, OUTPUT) for option in group.options for flag in option.flags]
    assert len(flags) == len(set(flags))
    for group in (*GROUPS, OUTPUT):
        assert group.title.lower() in said.lower()
    for flag in flags:
        assert re.search(rf"(?m)^ +(\S+, )*{re.escape(flag)}[ ,\n]", said), flag


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("-PS22,80", [("S", 22), ("S", 80)]),
        ("-PS", [("S", 80)]),
        ("-PE", [("E", 0)]),
        ("-PE -PS443 -PA", [("E", 0), ("S", 443), ("A", 80)]),
    ],
)
def test_values_that_are_glued_on_or_missing(line: str, asked: list[tuple[str, int]]) -> None:
    request = parsed(line).request
    assert request.targets == ("10.0.0.1",)
    assert sorted((one.ping.value, one.port) for one in request.discovery.asked) == sorted(asked)


def test_a_value_glued_to_an_option_that_takes_none() -> None:
    with pytest.raises(UsageError):
        parsed("-PE22")


@pytest.mark.parametrize(
    ("text", "size"),
    [("64M", 64 << 20), ("1g", 1 << 30), ("2048K", 2 << 20), ("1MiB", 1 << 20), ("2000000", 2_000_000)],
)
def test_sizes(text: str, size: int) -> None:
    assert parsed(f"--capture-memory {text}").request.capture_memory == size
    shown = shown_size(size)
    assert parsed(f"--capture-memory {shown}").request.capture_memory == size


@pytest.mark.parametrize("text", ["", "0", "1K", "64", "64MM", "2000G", "1.5G", "lots"])
def test_a_size_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="wants a size such as 64M"):
        scan_options(["--capture-memory", text, "10.0.0.1"])
