"""The form as a dialog, for terminals without room beside the map."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_scan.language import translate
from tui_scan.model.request import ScanRequest
from tui_scan.ui.widgets.form import ScanForm

KEYS = "Tab next field   Left/Right choose   Enter take it   Esc cancel"


class FormScreen(ModalScreen[ScanRequest | None]):
    """Edits a request; Enter gives the new one, Esc gives None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", show=False),
        Binding("enter", "accept", "accept", show=False),
        Binding("down", "app.focus_next", "next field", show=False),
        Binding("up", "app.focus_previous", "previous field", show=False),
    ]

    def __init__(self, request: ScanRequest, raw: bool) -> None:
        super().__init__()
        self._request, self._raw = request, raw
        self._accepted: ScanRequest | None = None

    def compose(self) -> ComposeResult:
        """The form and the keys that close it."""
        with Vertical(classes="dialog form-dialog"):
            yield ScanForm(self._request, self._raw, focused=True, id="form")
            yield Static(translate(KEYS), classes="dialog-keys", markup=False)

    @on(ScanForm.Accepted)
    def action_accept(self) -> None:
        """Close with the request, if every field is right and its names are known; else stay, and say why."""
        form = self.query_one(ScanForm)
        request = form.request
        if form.wrong is not None:
            self.app.bell()
            form.focus_field(form.wrong[0])
        elif request is not None and (not request.targets or form.proposal is not None):
            self.dismiss(request)
        else:
            self._accepted = request
            form.hurry()

    @on(ScanForm.Judged)
    def _judged(self, event: ScanForm.Judged) -> None:
        """What waited for its names is taken once they are known, and not once another word was typed."""
        event.stop()
        accepted, self._accepted = self._accepted, None
        if accepted is not None and event.proposal is not None and event.proposal.request == accepted:
            self.dismiss(accepted)
        elif accepted is not None and event.refused:
            self.app.bell()
            event.form.focus_field(event.refused)

    def action_cancel(self) -> None:
        """Close and change nothing."""
        self.dismiss(None)
