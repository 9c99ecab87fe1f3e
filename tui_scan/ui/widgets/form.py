"""The form of a scan: what is typed is judged at once, and counted before anything is sent."""

from collections.abc import Iterator
from typing import Any

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from tui_scan.language import number, translate
from tui_scan.model.discovery import Aim
from tui_scan.model.errors import TuiScanError
from tui_scan.model.request import Resolve, ScanRequest
from tui_scan.model.techniques import TCP_AND_UDP, TECHNIQUES, Protocol, Technique
from tui_scan.ui.session import Proposal, propose
from tui_scan.ui.widgets.form_choice import Choice
from tui_scan.ui.widgets.form_folds import Folds, row, says_of, text_field
from tui_scan.ui.widgets.form_taken import NO_TCP, TYPES, taken_by
from tui_scan.ui.widgets.form_values import NO_RAW, field_of, judge_fields, values_of

PATIENCE = 0.35
"""Seconds without a key before names are resolved."""

AT_ONCE = 0.01
"""The same for what the form was opened with."""

TEXTS = (
    ("targets", "Target", "host, 10.0.0.1-20, 10.0.0.0/24"),
    ("excludes", "Exclude", "none"),
    ("ports", "Ports", "the usual ones; 1-1024, -, http*"),
)
NOUNS = ("host", "hosts", "port", "ports", "protocol", "protocols", "probe", "probes")
"""What is counted."""

LIMITS = (("rate", "Max rate", "no limit"), ("interface", "Interface", "as routed"))
TCP_TYPES = tuple(info for info in TECHNIQUES.values() if info.protocol is Protocol.TCP and not info.third_party)
OTHER_TYPES = tuple(info for info in TECHNIQUES.values() if info.protocol not in TCP_AND_UDP)
CHOICES: tuple[tuple[str, str, tuple[tuple[Any, str], ...]], ...] = (
    ("tcp", "TCP", (*((info.technique, info.title.removeprefix("TCP ")) for info in TCP_TYPES), (None, NO_TCP))),
    ("udp", "UDP", ((True, "yes"), (False, "no"))),
    ("other", "Other", ((None, "no"), *((info.technique, info.title) for info in OTHER_TYPES))),
    ("family", "IP", ((None, "auto"), (4, "v4"), (6, "v6"))),
    ("timing", "Timing", tuple((level, f"T{level}") for level in range(6))),
    ("names", "Names", ((Resolve.NEVER, "never"), (Resolve.UP, "if up"), (Resolve.ALWAYS, "all"))),
)


class ScanForm(Vertical):
    """The fields; each change is judged, and what it would send is told by ``Judged``."""

    class Judged(Message):
        """The fields as they are now: a proposal where all is well, None where not (or not yet).

        ``refused`` is the field that proved wrong when its names were looked up and all was counted.
        """

        def __init__(self, form: "ScanForm", proposal: Proposal | None, refused: str = "") -> None:
            super().__init__()
            self.form, self.proposal, self.refused = form, proposal, refused

    class Accepted(Message):
        """Enter was pressed in a field."""

    class Answered(Message):
        """What came of resolving and counting a request: a proposal, or the sentence why not."""

        def __init__(self, request: ScanRequest, answer: Proposal | str) -> None:
            super().__init__()
            self.request, self.answer = request, answer

    def __init__(self, request: ScanRequest, raw: bool, *, focused: bool = False, id: str | None = None) -> None:
        """``raw`` says whether raw sockets can be had, ``focused`` that the first field takes the keys."""
        super().__init__(id=id)
        self._focused = focused
        self._base, self._raw = request, raw
        self.values = values_of(request, raw)
        self.proposal: Proposal | None = None
        self._patience: Timer | None = None
        self._asked: ScanRequest | None = None

    @property
    def wrong(self) -> tuple[str, str] | None:
        """The first field that is wrong and the sentence why; None while all are right."""
        return next(iter(judge_fields(self.values, self._base, self._raw).errors.items()), None)

    @property
    def request(self) -> ScanRequest | None:
        """The request of the fields; None while one of them is wrong."""
        return judge_fields(self.values, self._base, self._raw).request

    def compose(self) -> ComposeResult:
        """A row a field, and under it room for a sentence."""
        with VerticalScroll(id="form-fields", can_focus=False):
            yield from self._fields()
        yield Static(id="form-says", markup=False)
        yield Static(id="form-count", markup=False)

    def _fields(self) -> Iterator[Widget]:
        barred = () if self._raw else tuple(info.technique for info in TECHNIQUES.values() if info.needs_raw)
        for name, title, hint in TEXTS:
            yield from row(name, title, text_field(name, self.values.value(name), translate(hint)))
        for name, title, options in CHOICES:
            choice = Choice(
                tuple((one, word if isinstance(one, Technique) else translate(word)) for one, word in options),
                getattr(self.values, name),
                disabled_values=barred if name in ("tcp", "other") else (),
                id=f"field-{name}",
            )
            yield from row(name, title, choice)
        for name, title, hint in LIMITS:
            yield from row(name, title, text_field(name, self.values.value(name), translate(hint)))
        yield Folds(self.values.more, self._base)

    def on_mount(self) -> None:
        """Judge what the form was opened with."""
        self._judge(AT_ONCE)
        if self._focused:
            self.focus_first()

    def focus_first(self) -> None:
        """Put the cursor into the first field."""
        self.focus_field("targets")

    def focus_field(self, name: str) -> None:
        """Put the cursor into a field; one that is folded away is shown first."""
        self.query_one(Folds).open_wrong({name: ""})
        for field in self.query(f"#field-{name}"):
            field.focus()

    def hurry(self) -> None:
        """Look up and count at once what the fields say, and tell that this is waited for."""
        if self._patience is not None:
            self._patience.stop()
        if self._asked is not None:
            self._count(translate("Looking up the target …"))
            self._propose(self._asked)

    @on(Folds.Made)
    def _made(self, event: Folds.Made) -> None:
        event.stop()
        self._judge()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Tell what the field under the cursor means."""
        key = (event.widget.id or "").removeprefix("field-")
        self.query_one("#form-says", Static).update(says_of(key))

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._take((event.input.id or "").removeprefix("field-"), event.value)

    @on(Choice.Changed)
    def _chosen(self, event: Choice.Changed) -> None:
        event.stop()
        self._take((event.choice.id or "").removeprefix("field-"), event.choice.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Accepted())

    def _take(self, name: str, value: object) -> None:
        if self.values.value(name) != value:
            self.values = self.values.with_value(name, value)
            self._judge()

    def _judge(self, patience: float = PATIENCE) -> None:
        self.proposal = None
        judged = judge_fields(self.values, self._base, self._raw)
        for line in self.query(".form-error").results(Static):
            name = (line.id or "").removeprefix("error-")
            self._say(name, judged.errors.get(name, ""))
        folds = self.query_one(Folds)
        folds.open_wrong(judged.errors)
        if judged.request is not None:
            folds.take(self.values.more, judged.request)
        if not self._raw and "tcp" not in judged.errors:
            self._say("tcp", translate(NO_RAW), wrong=False)
        if judged.request is not None:
            self._show_taken(judged.request)
        if self._patience is not None:
            self._patience.stop()
        self._asked = judged.request
        self._count("")
        self.post_message(self.Judged(self, None))
        if judged.request is not None and judged.request.targets:
            request = judged.request
            self._patience = self.set_timer(patience, lambda: self._propose(request))
        elif not judged.errors:
            self._count(translate("Write a target: a host name, an address or a network."))

    def _show_taken(self, request: ScanRequest) -> None:
        """Show where a third party, or the aim, takes the place of the scan types."""
        taken = taken_by(request)
        for name in TYPES:
            self.query_one(f"#field-{name}", Choice).take_place(translate(taken.words.get(name, "")))
        if taken.sentence:
            self._say("tcp", translate(taken.sentence), wrong=False)

    @work(thread=True, exclusive=True, exit_on_error=False, group="propose")
    def _propose(self, request: ScanRequest) -> None:
        answer: Proposal | str
        try:
            answer = propose(request, self._raw)
        except TuiScanError as error:
            answer = error.sentence
        self.post_message(self.Answered(request, answer))

    @on(Answered)
    def _answered(self, event: Answered) -> None:
        event.stop()
        if event.request is not self._asked:
            return
        answer = event.answer
        if isinstance(answer, str):
            name = field_of(answer, self.values)
            self.query_one(Folds).open_wrong({name: answer})
            self._say(name, translate(answer))
            self._count("")
            self.post_message(self.Judged(self, None, name))
            return
        self.proposal = answer
        self._count(counted(answer))
        self.post_message(self.Judged(self, answer))

    def _count(self, text: str) -> None:
        for line in self.query("#form-count").results(Static):
            line.update(text)

    def _say(self, name: str, sentence: str, wrong: bool = True) -> None:
        if not (found := self.query(f"#error-{name}")):
            return
        line = found.first(Static)
        line.update(sentence)
        line.set_class(wrong, "wrong")
        line.display = bool(sentence)
        if sentence and self.screen.focused is not None and self.screen.focused.id == f"field-{name}":
            # The sentence has no place before the next layout, and the field may be the last one in sight.
            self.call_after_refresh(line.scroll_visible, animate=False)


def counted(proposal: Proposal) -> str:
    """``4 hosts x 1,024 ports = 4,096 probes``, and what the guard and the plan have to say."""
    hosts, ports = proposal.plan.host_count, proposal.plan.port_count
    size = _many(hosts, "host")
    if proposal.request.aim is Aim.PORTS:
        size += f" x {_many(ports, proposal.plan.noun)} = {_many(hosts * ports, 'probe')}"
    return "\n".join(filter(None, (size, proposal.warning, *map(translate, proposal.plan.notes))))


def _many(count: int, noun: str) -> str:
    return f"{number(count)} {translate(noun + 's' * (count != 1))}"
