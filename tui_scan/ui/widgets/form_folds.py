"""The part of the form that is made of the option tables: a fold a group, its rows made when it is first opened."""

from collections.abc import Iterator, Mapping
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from tui_scan.language import translate
from tui_scan.model.request import ScanRequest
from tui_scan.ui.widgets.form_choice import Choice
from tui_scan.ui.widgets.form_fields import FOLDS, Field, Values, changed
from tui_scan.ui.widgets.form_fold import Fold


def hint_words(hint: str) -> str:
    """What an empty field says: in brackets, since not every terminal shows it in another colour than a value."""
    return f"({hint})"


def text_field(name: str, value: str, hint: str) -> Input:
    """A field that is typed into."""
    return Input(value, placeholder=hint_words(hint), compact=True, id=f"field-{name}", select_on_focus=False)


def row(name: str, title: str, field: Widget) -> Iterator[Widget]:
    """A label and a field, and under them room for a sentence."""
    yield Horizontal(Static(translate(title), classes="form-label", markup=False), field, classes="form-row")
    yield Static(id=f"error-{name}", classes="form-error", markup=False)


def says_of(key: str) -> str:
    """The options of a field and what they mean; empty where no fold has it."""
    return next((field.says for fields in FOLDS.values() for field in fields if field.key == key), "")


class Folds(Vertical):
    """All folds; what is typed and chosen in them goes up as the fields' own messages."""

    class Made(Message):
        """There are new fields, which show what stands in them but were not judged yet."""

    def __init__(self, values: Values, request: ScanRequest) -> None:
        """``request`` gives the usual values, such as those of its timing template."""
        super().__init__()
        self._values, self._request = values, request

    def compose(self) -> ComposeResult:
        """A heading a group, and an empty room below it."""
        for number, (title, fields) in enumerate(FOLDS.items()):
            fold = Fold(title, id=f"fold-{number}")
            fold.mark_changed(changed(fields, self._values))
            yield fold
            yield Vertical(id=f"folded-{number}", classes="form-folded")

    def take(self, values: Values, request: ScanRequest) -> None:
        """Count what is changed, and show the usual values where nothing is typed."""
        self._values, self._request = values, request
        for number, fields in enumerate(FOLDS.values()):
            self.query_one(f"#fold-{number}", Fold).mark_changed(changed(fields, values))
            for field in fields:
                for line in self.query(f"#field-{field.key}").results(Input):
                    line.placeholder = hint_words(translate(field.hint(request)))

    def open_wrong(self, errors: Mapping[str, Any]) -> None:
        """Open the folds of fields that are wrong, so that their sentences are seen."""
        for number, fields in enumerate(FOLDS.values()):
            if any(field.key in errors for field in fields):
                self.query_one(f"#fold-{number}", Fold).action_turn(True)

    @on(Fold.Turned)
    async def _turned(self, event: Fold.Turned) -> None:
        """The rows of all folds would cost the first picture time, so that each is made when it is looked at."""
        event.stop()
        number = (event.fold.id or "").removeprefix("fold-")
        under = self.query_one(f"#folded-{number}", Vertical)
        under.display = event.fold.open
        if event.fold.open and not under.children:
            await under.mount(*(part for field in FOLDS[event.fold.title] for part in self._row(field)))
            self.post_message(self.Made())

    def _row(self, field: Field) -> Iterator[Widget]:
        value = self._values.get(field.key)
        widget: Widget
        if field.is_choice:
            words = tuple((one, translate(word)) for one, word in field.choices())
            widget = Choice(words, value, id=f"field-{field.key}")
        else:
            widget = text_field(field.key, value or "", translate(field.hint(self._request)))
        yield from row(field.key, field.title, widget)
