"""Dialogs that ask one thing: yes or no, a typed yes, a file name."""

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui_scan.language import translate

WANTED, NO_NAME = "Type {wanted} to go on; Esc cancels.", "Type a name; Esc cancels."


class Confirm(ModalScreen[bool]):
    """A question that ``y`` or Enter answers with yes, ``n`` or Esc with no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "answer(True)", "yes", show=False),
        Binding("n,escape,q", "answer(False)", "no", show=False),
    ]

    def __init__(self, question: str, yes: str) -> None:
        """Both as they are shown; ``yes`` is the word beside the key."""
        super().__init__()
        self._question, self._yes = question, yes

    def compose(self) -> ComposeResult:
        """The question and the two keys."""
        with Vertical(classes="dialog"):
            yield Static(self._question, markup=False)
            yield Static(f"y {self._yes}    n {translate('no')}", classes="dialog-keys", markup=False)

    def action_answer(self, yes: bool) -> None:
        """Close with the answer."""
        self.dismiss(yes)


class Notice(ModalScreen[None]):
    """A sentence to be read; any of Esc, Enter, q closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,q,space", "close", "close", show=False)]

    def __init__(self, sentence: str) -> None:
        super().__init__()
        self._sentence = sentence

    def compose(self) -> ComposeResult:
        """The sentence and the key."""
        with Vertical(classes="dialog"):
            yield Static(self._sentence, markup=False)
            yield Static(translate("Enter close"), classes="dialog-keys", markup=False)

    def action_close(self) -> None:
        """Close it."""
        self.dismiss(None)


Judge = Callable[[str], Awaitable[str | None]]
"""Gives the sentence why an answer is not taken, None where it is."""


class Ask(ModalScreen[str | None]):
    """A question with a line to type the answer; Esc gives None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "cancel", show=False)]

    def __init__(self, question: str, value: str = "", wanted: str | None = None, judge: Judge | None = None) -> None:
        """``wanted``: the only answer that is taken; ``judge`` takes any other, or says why not."""
        super().__init__()
        self._question, self._value, self._wanted, self._judge = question, value, wanted, judge

    def compose(self) -> ComposeResult:
        """The question, the line, the keys."""
        with Vertical(classes="dialog"):
            yield Static(self._question, markup=False)
            yield Input(self._value, compact=True, id="answer")
            yield Static("", id="answer-error", classes="form-error wrong", markup=False)
            yield Static(translate("Enter go on    Esc cancel"), classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one("#answer-error").display = False
        self.query_one(Input).focus()

    @on(Input.Submitted)
    def _answered(self, event: Input.Submitted) -> None:
        event.stop()
        answer = event.value.strip()
        if answer and self._wanted in (None, answer.lower()):
            self._close_if_taken(answer)
            return
        self._say(translate(WANTED if self._wanted else NO_NAME, wanted=self._wanted))

    @work(exclusive=True, group="judge")
    async def _close_if_taken(self, answer: str) -> None:
        wrong = await self._judge(answer) if self._judge is not None else None
        if wrong is None:
            self.dismiss(answer)
        else:
            self._say(wrong)

    def _say(self, sentence: str) -> None:
        error = self.query_one("#answer-error", Static)
        error.update(sentence)
        error.display = bool(sentence)

    def action_cancel(self) -> None:
        """Close without an answer."""
        self.dismiss(None)
