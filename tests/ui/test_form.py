"""The form judges each field as it is typed, in scope's own sentences, and counts what would be sent."""

import random
import threading
from dataclasses import replace

import pytest
from textual.widgets import Input, Static

from tests.ui.driven import PATIENCE, press, program, ready, screen_text, told, until
from tui_scan.cli.options import interface_options
from tui_scan.model.discovery import Aim
from tui_scan.model.errors import UsageError
from tui_scan.model.request import Resolve, ScanRequest
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique
from tui_scan.model.timing import TEMPLATES
from tui_scan.options.groups import GROUPS
from tui_scan.ui.screens.form import FormScreen
from tui_scan.ui.session import propose
from tui_scan.ui.widgets.confirm import Notice
from tui_scan.ui.widgets.form import ScanForm
from tui_scan.ui.widgets.form_choice import Choice
from tui_scan.ui.widgets.form_fields import FOLDS
from tui_scan.ui.widgets.form_fold import Fold
from tui_scan.ui.widgets.form_values import FormValues, field_of, judge_fields, values_of

GOOD = FormValues(targets="127.0.0.1", tcp=Technique.CONNECT)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("targets", "10.0.0.256", "256"),
        ("targets", "http://example.org/", "Write the host alone"),
        ("excludes", "10.0.0.0/33", "32"),
        ("ports", "70000", "Ports are 0 to 65535"),
        ("ports", "9-5", "Write 5-9"),
        ("ports", "no-such-service", "neither a port nor a known service name"),
        ("rate", "fast", "“fast” is no rate"),
        ("rate", "-3", "no rate"),
        ("rate", "nan", "no rate"),
        ("interface", "eth99", "There is no interface “eth99”"),
        ("tcp", None, "Nothing is scanned"),
    ],
)
def test_each_field_says_what_is_wrong_with_it(field: str, value: object, says: str) -> None:
    judged = judge_fields(replace(GOOD, **{field: value}), ScanRequest(), raw=True)  # type: ignore[arg-type]
    assert judged.request is None
    assert list(judged.errors) == [field]
    assert says in judged.errors[field]


def test_syn_needs_raw_sockets() -> None:
    judged = judge_fields(replace(GOOD, tcp=Technique.SYN), ScanRequest(), raw=False)
    assert "CAP_NET_RAW" in judged.errors["tcp"]
    assert values_of(ScanRequest(), raw=False).tcp is Technique.CONNECT
    assert values_of(ScanRequest(), raw=True).tcp is Technique.SYN


def test_what_the_form_has_no_field_for_stays() -> None:
    base = ScanRequest(
        targets=("10.0.0.1", "10.0.0.9-12"),
        excludes=("10.0.0.10",),
        ports="T:80,U:53",
        techniques=(Technique.CONNECT, Technique.UDP),
        family=4,
        resolve=Resolve.NEVER,
        timing=replace(TEMPLATES[4], min_rate=50, max_rate=900.0, max_retries=1),
        randomize=False,
    )
    assert judge_fields(values_of(base, raw=False), base, raw=False).request == base
    other = judge_fields(replace(values_of(base, raw=False), timing=2), base, raw=False).request
    assert other is not None
    assert other.timing == replace(TEMPLATES[2], min_rate=50, max_rate=900.0, max_retries=1)


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_typing_is_judged_and_counted(size: tuple[int, int]) -> None:
    app = program("127.0.0.1-4", "1-1024")
    async with app.run_test(size=size):
        await until(lambda: ready(app))
        await press(app, "c")
        await until(lambda: bool(app.screen.query("#field-interface")))
        await until(lambda: "4 hosts x 1,024 ports = 4,096 probes" in screen_text(app))
        ports = app.screen.query_one("#field-ports", Input)
        ports.value = "9-5"
        await until(lambda: "The port range 9-5 is backwards" in screen_text(app))
        assert "probes" not in screen_text(app).partition("Interface")[2]
        ports.value = "5-9"
        await until(lambda: "4 hosts x 5 ports = 20 probes" in screen_text(app))
        assert "backwards" not in screen_text(app)
        target = app.screen.query_one("#field-targets", Input)
        target.value = "no-such-name.invalid"
        await until(lambda: "no-such-name.invalid” " in " ".join(screen_text(app).split()) + " ")
        assert app.session.worker is None


async def test_a_slow_name_server_does_not_hold_the_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, typed, held = threading.Event(), threading.Event(), threading.Event()

    def slow(request: ScanRequest, raw: bool) -> object:
        asked.set()
        if not typed.wait(PATIENCE):
            held.set()
        raise UsageError("nobody waits for this answer")

    app = program("127.0.0.1")
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        monkeypatch.setattr("tui_scan.ui.widgets.form.propose", slow)
        await press(app, "c")
        await until(asked.is_set)
        await until(lambda: isinstance(app.focused, Input))
        await press(app, "end", "x", "y")
        await until(lambda: app.screen.query_one("#field-targets", Input).value == "127.0.0.1xy")
        assert not held.is_set(), "what was typed came after the answer"
        typed.set()
        await press(app, "escape")


async def test_syn_cannot_be_chosen_without_raw_sockets() -> None:
    app = program("127.0.0.1", raw=False)
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "c")
        await until(lambda: bool(app.screen.query("#field-interface")))
        choice = app.screen.query_one("#field-tcp", Choice)
        choice.focus()
        for _ in range(4):
            await press(app, "right")
            assert choice.value is not Technique.SYN
        assert "CAP_NET_RAW" in screen_text(app)


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_every_tcp_type_can_be_chosen_and_is_seen(size: tuple[int, int]) -> None:
    app = program("127.0.0.1")
    async with app.run_test(size=size):
        await until(lambda: ready(app))
        await press(app, "c")
        await until(lambda: app.focused is not None and app.focused.id == "field-targets")
        choice, form = app.screen.query_one("#field-tcp", Choice), app.screen.query_one(ScanForm)
        choice.focus()
        await until(lambda: choice.has_focus)
        wanted = {t for t, info in TECHNIQUES.items() if info.protocol is Protocol.TCP and not info.third_party}
        found = {choice.value}
        for _ in range(len(wanted)):
            await press(app, "right")
            await until(lambda: choice.value not in found)
            await until(lambda: f"[{dict(choice.options)[choice.value]}]" in screen_text(app))
            await until(lambda: form.request is None or form.request.techniques == (choice.value,))
            found.add(choice.value)
        assert found == {*wanted, None}


async def test_the_dialog_gives_its_request_to_the_page() -> None:
    app = program("127.0.0.1", "1-10")
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "c")
        await until(lambda: bool(app.screen.query("#field-interface")))
        app.screen.query_one("#field-ports", Input).value = "20-29"
        await press(app, "tab", "tab", "tab", "tab", "space", "enter")
        await until(lambda: "1 host x 20 ports = 20 probes" in screen_text(app))
        assert app.session.request.techniques == (Technique.CONNECT, Technique.UDP)
        assert app.session.request.ports == "20-29"
        await press(app, "c")
        await until(lambda: bool(app.screen.query("#field-interface")))
        app.screen.query_one("#field-ports", Input).value = "1"
        await press(app, "escape")
        assert app.session.request.ports == "20-29"


OWN_FIELDS = {"-p", "--max-rate", "-T", "-s", "-n", "-R", "-e", "-6", "--exclude"}
"""Options whose fields are always in sight."""
NO_FIELDS = {"-iL", "-iR", "--excludefile", "--shard", "--authorized", "-A", "-PR", "-F", "-f"}
"""Files that are read once, a yes that is typed when it is asked for, and other words for another field's value."""


def test_every_option_has_its_field() -> None:
    titled = {option.flag for fields in FOLDS.values() for field in fields for option in field.options}
    everything = {option.flag for group in GROUPS for option in group.options}
    assert titled | OWN_FIELDS | NO_FIELDS == everything
    assert not titled & (OWN_FIELDS | NO_FIELDS)
    keys = [field.key for fields in FOLDS.values() for field in fields]
    assert len(keys) == len(set(keys))
    assert all(len(field.title) <= 10 for fields in FOLDS.values() for field in fields)


@pytest.mark.parametrize("level", range(6))
def test_timing_is_shown_with_the_templates_values(level: int) -> None:
    judged = judge_fields(replace(GOOD, timing=level), ScanRequest(), raw=True).request
    assert judged is not None
    for field in FOLDS["timing"]:
        option = field.options[0]
        usual = getattr(TEMPLATES[level], option.field)
        hint = field.hint(judged)
        assert field.shown(judged) == ""
        if usual is None:
            assert hint == "none"
        else:
            assert option.read is not None
            again = judge_fields(replace(GOOD, timing=level, more={field.key: hint}), ScanRequest(), raw=True).request
            assert again is not None, (field.title, hint)
            assert again == judged, (field.title, hint)


LINES = (
    "--max-retries 3 --min-rate 5 --max-rate 100",
    "--initial-rtt-timeout 200ms --max-rtt-timeout 2s",
    "--host-timeout 90s --scan-delay 15ms",
    "--max-parallelism 7 --min-hostgroup 2 --max-hostgroup 9",
    "--exclude-ports 1-9 --top-ports 50",
    "--port-ratio 0.01 -r",
    "-p 1-100,http* --datadir /usr/share/nmap",
    "-sn --traceroute",
    "-sL --dns-servers 10.0.0.53,10.0.0.54",
    "-PE -PS22,80 -PU53 --disable-arp-ping",
    "-Pn --system-dns",
    "-sSU --scanflags SYNFIN",
    "-sY -sT",
    "-n -6 -e lo",
    "-f -g 53 --ttl 9 --badsum --send-ip",
    "--mtu 24 --data 0xCAFE --ip-options R --spoof-mac 02:11",
    "--data-length 0 --spoof-mac 0 --send-eth",
    "--data-string hi",
)


def test_the_form_shows_what_the_command_line_said_and_says_it_again() -> None:
    seed = random.randrange(1 << 32)
    dice = random.Random(seed)
    for _ in range(40):
        words = [word for line in dice.sample(LINES, dice.randrange(1, 5)) for word in line.split()]
        words += [f"-T{dice.randrange(6)}", "10.0.0.1"]
        try:
            options = interface_options(words)
        except UsageError:
            continue
        assert options is not None
        asked = options.request
        judged = judge_fields(values_of(asked, raw=True), asked, raw=True)
        assert judged.request is not None, f"seed {seed}: {words}: {judged.errors}"
        same = replace(judged.request, techniques=())
        assert same == replace(asked, techniques=()), f"seed {seed}: {words}"
        if asked.aim is Aim.PORTS and asked.techniques:
            assert set(judged.request.techniques) == set(asked.techniques), f"seed {seed}: {words}"


@pytest.mark.parametrize(
    ("key", "typed", "says"),
    [
        ("timing-max-retries", "99", "--max-retries wants a whole number from 0 to 15"),
        ("timing-max-rtt-timeout", "soon", "--max-rtt-timeout wants a time"),
        ("request-port-ratio", "2", "--port-ratio wants a share"),
        ("request-scanflags", "XYZ", "--scanflags wants"),
        ("discovery-PS", "http", "-PS wants numbers"),
    ],
)
def test_each_field_of_a_fold_says_what_is_wrong_with_it(key: str, typed: str, says: str) -> None:
    judged = judge_fields(replace(GOOD, more={key: typed}), ScanRequest(), raw=True)
    assert judged.request is None
    assert list(judged.errors) == [key]
    assert says in judged.errors[key]


def test_fields_that_contradict_each_other_are_told() -> None:
    more = {"timing-min-rtt-timeout": "2s", "timing-max-rtt-timeout": "1s"}
    judged = judge_fields(replace(GOOD, more=more), ScanRequest(), raw=True)
    assert judged.request is None
    assert "Swap them" in judged.errors["timing-min-rtt-timeout"]


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_a_fold_opens_and_its_fields_count(size: tuple[int, int]) -> None:
    app = program("127.0.0.1")
    async with app.run_test(size=size):
        await until(lambda: ready(app))
        await press(app, "c")
        await until(lambda: bool(app.screen.query(Fold)) and "1 host x 100 ports" in screen_text(app))
        await until(lambda: isinstance(app.focused, Input))
        form = app.screen.query_one(ScanForm)
        assert [fold.title for fold in app.screen.query(Fold)] == list(FOLDS)
        fold = next(fold for fold in app.screen.query(Fold) if fold.title == "timing")
        fold.focus()
        await until(lambda: fold.has_focus)
        await press(app, "enter")
        await until(lambda: bool(app.screen.query("#field-timing-max-retries")))
        retries = app.screen.query_one("#field-timing-max-retries", Input)
        assert retries.placeholder == "(10)"
        retries.focus()
        await until(lambda: "--max-retries: send again" in screen_text(app))
        retries.value = "2"
        await until(lambda: form.proposal is not None and form.proposal.request.timing.max_retries == 2)
        assert fold.changed == 1
        app.screen.query_one("#field-timing", Choice).choose(5)
        wait = app.screen.query_one("#field-timing-max-rtt-timeout", Input)
        await until(lambda: wait.placeholder == "(300ms)")
        retries.value = "many"
        error = app.screen.query_one("#error-timing-max-retries", Static)
        await until(lambda: "--max-retries wants a whole number" in str(error.content))
        await until(lambda: "--max-retries wants" in screen_text(app))
        assert form.request is None


async def test_a_directory_without_nmaps_files_is_told_at_its_field() -> None:
    app = program("127.0.0.1")
    async with app.run_test(size=(100, 34)):
        await until(lambda: ready(app))
        await press(app, "c")
        await until(lambda: bool(app.screen.query(Fold)) and "1 host x 100 ports" in screen_text(app))
        fold = next(fold for fold in app.screen.query(Fold) if fold.title == "ports")
        fold.focus()
        await until(lambda: fold.has_focus)
        await press(app, "space")
        await until(lambda: bool(app.screen.query("#field-request-datadir")))
        app.screen.query_one("#field-request-datadir", Input).value = "/nowhere"
        await until(lambda: "cannot be read" in str(app.screen.query_one("#error-request-datadir", Static).content))


def test_a_scan_of_hosts_alone_asks_for_no_scan_type() -> None:
    judged = judge_fields(replace(GOOD, more={"request-sn": Aim.HOSTS}), ScanRequest(), raw=True).request
    assert judged is not None
    assert (judged.aim, judged.techniques) == (Aim.HOSTS, ())


def test_packet_options_that_do_not_go_with_the_targets_are_told_at_their_field() -> None:
    values = replace(GOOD, targets="::1", tcp=Technique.SYN, more={"packets-mtu": "16"})
    judged = judge_fields(values, ScanRequest(), raw=True)
    assert judged.request is not None
    assert judged.request.packets.mtu == 16
    with pytest.raises(UsageError, match="targets are IPv6") as told:
        propose(judged.request, raw=True)
    assert field_of(str(told.value), values) == "packets-mtu"
    with pytest.raises(UsageError, match="Choose -sS") as told:
        propose(replace(judged.request, techniques=(Technique.CONNECT,)), raw=True)
    assert field_of(str(told.value), values) == "packets-mtu"


@pytest.mark.parametrize(
    ("size", "fold", "key", "word", "says"),
    [
        ((80, 24), "third parties", "third-sI", "[idle]", "The zombie"),
        ((160, 50), "third parties", "third-b", "[FTP bounce]", "The FTP server"),
        ((160, 50), "hosts, names and way", "request-sn", "[no]", "only finds out who is up"),
    ],
)
async def test_what_takes_the_place_of_the_scan_type_is_seen(
    size: tuple[int, int], fold: str, key: str, word: str, says: str
) -> None:
    app = program("127.0.0.1")
    async with app.run_test(size=size):
        await until(lambda: ready(app))
        await press(app, "c")
        await until(lambda: bool(app.screen.query(Fold)) and "1 host x 100 ports" in screen_text(app))
        app.screen.query_one("#field-ports", Input).value = ""
        choice = app.screen.query_one("#field-tcp", Choice)
        before = choice.value
        next(one for one in app.screen.query(Fold) if one.title == fold).action_turn(True)
        await until(lambda: bool(app.screen.query(f"#field-{key}")))
        field = app.screen.query_one(f"#field-{key}")
        taking, nothing = ("127.0.0.1", "") if isinstance(field, Input) else (Aim.HOSTS, Aim.PORTS)

        def fill(value: object) -> None:
            if isinstance(field, Choice):
                field.choose(value)
            else:
                field.value = value  # type: ignore[attr-defined]

        fill(taking)
        error = app.screen.query_one("#error-tcp", Static)
        await until(lambda: says in str(error.content))
        choice.focus()
        await until(lambda: word in screen_text(app) and error.display)
        await press(app, "right", "tab")
        await until(lambda: not choice.has_focus)
        assert choice.value == before
        assert all(app.screen.query_one(f"#field-{name}", Choice).taken == "no" for name in ("udp", "other"))
        fill(nothing)
        await until(lambda: not choice.taken)
        assert says not in str(error.content)


async def test_a_scan_of_a_wrong_form_is_refused_and_the_old_one_never_run() -> None:
    typed = says = f"127.0.0.{random.randrange(256, 1000)}"
    app = program("127.0.0.1-4", "1-50")
    async with app.run_test(size=(160, 50)):
        await until(lambda: ready(app) and bool(app.screen.query("#form-panel #field-targets")))
        await press(app, "c")
        app.screen.query_one("#field-targets", Input).value = typed
        await until(lambda: "255" in told(app).replace(typed, ""))
        await press(app, "escape", "s")
        await until(lambda: isinstance(app.screen, Notice))
        assert says in told(app)
        assert app.session.worker is None
        await press(app, "enter")
        await until(lambda: app.focused is not None and app.focused.id == "field-targets")
        assert app.session.worker is None


async def test_what_was_typed_last_is_scanned_even_where_it_was_not_counted_yet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui_scan.ui.widgets.form.PATIENCE", 3600)
    app = program("127.0.0.1-4", "1-50")
    async with app.run_test(size=(160, 50)):
        await until(lambda: ready(app) and bool(app.screen.query("#form-panel #field-targets")))
        app.screen.query_one("#field-targets", Input).value = "127.0.0.7"
        await until(lambda: app.screen.query_one(ScanForm).values.targets == "127.0.0.7")
        await press(app, "s")
        await until(lambda: app.session.worker is not None and app.session.phase.ended)
        assert app.session.scan is not None
        assert [app.session.scan.hosts.address(n) for n in range(app.session.scan.hosts.count)] == ["127.0.0.7"]


async def test_the_dialog_stays_open_with_the_error_on_a_name_that_nobody_knows() -> None:
    app = program("127.0.0.1", "1-50")
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "c")
        await until(lambda: isinstance(app.screen, FormScreen) and isinstance(app.focused, Input))
        app.screen.query_one("#field-targets", Input).value = "no-such-name.invalid"
        app.screen.query_one("#field-ports", Input).focus()
        await press(app, "enter")
        await until(lambda: "cannot be resolved" in told(app) or "no-such-name.invalid” " in f"{told(app)} ")
        await until(lambda: app.focused is not None and app.focused.id == "field-targets")
        assert isinstance(app.screen, FormScreen)
        assert app.session.request.targets == ("127.0.0.1",)
        app.screen.query_one("#field-targets", Input).value = "127.0.0.2"
        await press(app, "enter")
        await until(lambda: not isinstance(app.screen, FormScreen))
        assert app.session.request.targets == ("127.0.0.2",)
