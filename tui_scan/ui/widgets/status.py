"""The last line: the keys that matter here, help and quit pinned to the right."""

from collections.abc import Mapping, Sequence

from rich.text import Text
from textual import events
from textual.app import RenderResult
from textual.widget import Widget

from tui_scan.language import translate
from tui_scan.ui.keys import Key


class KeyLine(Widget):
    """Keys with their words, as many as fit; a click does what the key does."""

    DEFAULT_CSS = "KeyLine { height: 1; width: 1fr; dock: bottom; }"
    COMPONENT_CLASSES = {"keys--key"}

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._keys: list[Key] = []
        self._words: dict[str, str] = {}
        self._ends: list[tuple[int, int, Key]] = []

    def show(self, keys: Sequence[Key], words: Mapping[str, str]) -> None:
        """Offer these keys; ``words`` replaces the labels of some ids for now, in the language that is spoken."""
        chosen = sorted((key for key in keys if key.rank), key=lambda key: key.rank)
        if (chosen, words) != (self._keys, self._words):
            self._keys, self._words = chosen, dict(words)
            self.refresh()

    def render(self) -> RenderResult:
        """The line for this width."""
        width, text = self.size.width, Text(no_wrap=True, overflow="crop")
        self._ends = []
        pinned = [key for key in self._keys if key.rank < 0]
        room = width - sum(len(self._face(key)) + 2 for key in pinned) - 1
        for key in self._keys:
            if key.rank > 0:
                if text.cell_len + len(self._face(key)) + 2 > room:
                    break
                self._append(text.append(" "), key)
                text.append(" ")
        if width > 20:
            text.append(" " * max(0, room - text.cell_len))
        for key in pinned:
            self._append(text.append(" "), key)
            text.append(" ")
        return text

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        for start, end, key in self._ends:
            if start <= event.x < end:
                self.app.simulate_key(key.keys.split(",")[0])

    def _face(self, key: Key) -> str:
        return f"{translate(key.face)} {self._word(key)}"

    def _word(self, key: Key) -> str:
        return self._words.get(key.id) or translate(key.label)

    def _append(self, text: Text, key: Key) -> None:
        start = text.cell_len
        text.append(translate(key.face), self.get_component_rich_style("keys--key"))
        text.append(f" {self._word(key)}")
        self._ends.append((start, text.cell_len, key))
