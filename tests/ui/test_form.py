"""The form judges each field as it is typed, in scope's own sentences, and counts what would be sent."""

import asyncio
from dataclasses import replace

import pytest
from textual.widgets import Input

from tests.ui.driven import press, program, ready, screen_text, until
from tui_scan.model.request import Resolve, ScanRequest
from tui_scan.model.techniques import TECHNIQUES, Protocol, Technique
from tui_scan.model.timing import TEMPLATES
from tui_scan.ui.widgets.form import ScanForm
from tui_scan.ui.widgets.form_choice import Choice
from tui_scan.ui.widgets.form_values import FormValues, judge_fields, values_of

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
        await until(lambda: bool(app.screen.query(ScanForm)))
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
        await until(lambda: "no-such-name.invalid” " in " ".join(screen_text(app).split()) + " ", 15)
        assert app.session.worker is None


async def test_a_slow_name_server_does_not_hold_the_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(request: ScanRequest, raw: bool) -> object:
        import time

        time.sleep(1.0)
        raise AssertionError("nobody waits for this answer")

    app = program("127.0.0.1")
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        monkeypatch.setattr("tui_scan.ui.widgets.form.propose", slow)
        await press(app, "c")
        await until(lambda: bool(app.screen.query(ScanForm)))
        await asyncio.sleep(0.45)
        loop = asyncio.get_running_loop()
        before = loop.time()
        await press(app, "end", "x", "y")
        await until(lambda: app.screen.query_one("#field-targets", Input).value == "127.0.0.1xy", 1.0)
        assert loop.time() - before < 0.5
        await press(app, "escape")


async def test_syn_cannot_be_chosen_without_raw_sockets() -> None:
    app = program("127.0.0.1", raw=False)
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "c")
        await until(lambda: bool(app.screen.query(ScanForm)))
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
        wanted = {t for t, info in TECHNIQUES.items() if info.protocol is Protocol.TCP}
        found = set()
        for _ in range(len(wanted) + 1):
            await press(app, "right")
            await until(lambda: f"[{dict(choice.options)[choice.value]}]" in screen_text(app))
            assert form.request is None or form.request.techniques == (choice.value,)
            found |= {choice.value}
        assert found == {*wanted, None}


async def test_the_dialog_gives_its_request_to_the_page() -> None:
    app = program("127.0.0.1", "1-10")
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "c")
        await until(lambda: bool(app.screen.query(ScanForm)))
        app.screen.query_one("#field-ports", Input).value = "20-29"
        await press(app, "tab", "tab", "tab", "tab", "space", "enter")
        await until(lambda: "1 host x 20 ports = 20 probes" in screen_text(app))
        assert app.session.request.techniques == (Technique.CONNECT, Technique.UDP)
        assert app.session.request.ports == "20-29"
        await press(app, "c")
        await until(lambda: bool(app.screen.query(ScanForm)))
        app.screen.query_one("#field-ports", Input).value = "1"
        await press(app, "escape")
        assert app.session.request.ports == "20-29"
