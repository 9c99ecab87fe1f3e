"""Every key of the program in one table: bindings, footer, help and palette are read from it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from textual.binding import Binding, BindingType
from textual.widget import Widget

from tui_scan.ui.screens.views import VIEWS


class Place(StrEnum):
    """Where a key works; the value is the heading in the help."""

    EVERYWHERE = "Everywhere"
    SCAN = "Scan view"


@dataclass(frozen=True, slots=True)
class Key:
    """One key: ``keys`` as textual names them, ``action`` what they run.

    ``label`` is the footer's word, ``tooltip`` the help's sentence. ``rank`` orders the footer from the
    left, 0 keeps a key out of it, negative ranks are pinned to its right end. ``shown`` is the key as a
    person reads it.
    """

    id: str
    keys: str
    action: str
    label: str
    tooltip: str
    place: Place
    rank: int = 0
    shown: str = ""
    priority: bool = False

    @classmethod
    def of_binding(cls, binding: Binding, rank: int) -> Self:
        """A key that a widget or a screen of its own has, for the footer."""
        return cls(
            binding.id or "",
            binding.key,
            binding.action,
            binding.description,
            binding.tooltip,
            Place.SCAN,
            rank,
            face(binding.key),
        )

    @property
    def face(self) -> str:
        """The key as the footer and the help write it."""
        return self.shown or self.keys.split(",")[0]

    def binding(self) -> Binding:
        """The key for textual."""
        return Binding(
            self.keys,
            self.action,
            self.label,
            show=False,
            key_display=self.face,
            tooltip=self.tooltip,
            id=self.id,
            priority=self.priority,
        )


KEYS = (
    *(
        Key(
            f"view.{view.name}",
            str(view.number),
            f"view('{view.name}')",
            view.title.lower(),
            view.tooltip,
            Place.EVERYWHERE,
        )
        for view in VIEWS.values()
    ),
    Key(
        "focus.next",
        "tab",
        "app.focus_next",
        "next pane",
        "Go to the next pane; shift+tab goes back.",
        Place.EVERYWHERE,
        shown="Tab",
    ),
    Key(
        "palette",
        "ctrl+p",
        "app.command_palette",
        "commands",
        "Find a command by its name.",
        Place.EVERYWHERE,
        shown="^p",
    ),
    Key("picture", "I", "app.picture", "picture", "Write a picture of the screen to a file (SVG).", Place.EVERYWHERE),
    Key("help", "question_mark", "app.help", "help", "Show this page.", Place.EVERYWHERE, -2, "?"),
    Key(
        "quit",
        "q,ctrl+c",
        "app.leave(False)",
        "quit",
        "Quit; asks first while a scan runs.",
        Place.EVERYWHERE,
        -1,
        "q",
    ),
    Key(
        "quit.summary",
        "Q",
        "app.leave(True)",
        "quit, print",
        "Quit and print the report to the terminal.",
        Place.EVERYWHERE,
    ),
    Key(
        "scan.start",
        "s",
        "start_or_stop",
        "start",
        "Start the scan of the form; stop the scan that runs.",
        Place.SCAN,
        1,
    ),
    Key(
        "scan.pause",
        "p",
        "pause",
        "pause",
        "Hold the scan, or let it go on. Answers on their way still count.",
        Place.SCAN,
        2,
    ),
    Key(
        "scan.settle",
        "w",
        "settle",
        "guess the rest",
        "Wait no longer for hosts that limit their answers: their silent ports become a guess that says so.",
        Place.SCAN,
    ),
    Key("form.edit", "c", "edit", "edit", "Edit targets, ports and options.", Place.SCAN, 3),
    Key(
        "view.toggle",
        "v",
        "toggle_list",
        "list",
        "Change between the map of ports, the list of results and the hosts.",
        Place.SCAN,
        4,
    ),
    Key(
        "view.freeze",
        "z",
        "freeze",
        "freeze",
        "Hold the view still; the scan goes on behind it.",
        Place.SCAN,
        9,
    ),
    Key("host.next", "right_square_bracket", "host(1)", "next host", "Show the next host.", Place.SCAN, 10, "]"),
    Key("host.previous", "left_square_bracket", "host(-1)", "", "Show the previous host.", Place.SCAN, 0, "["),
    Key(
        "exchange.enlarge",
        "x",
        "enlarge",
        "exchange",
        "Show the exchange alone, with the TCP states of both ends, or the map again.",
        Place.SCAN,
        6,
    ),
    Key("exchange.copy", "y", "copy", "copy", "Send the exchange to the terminal's clipboard.", Place.SCAN, 7),
    Key(
        "exchange.save",
        "E",
        "save",
        "save exchange",
        "Write the exchange to a file: as text, JSON or pcapng.",
        Place.SCAN,
    ),
    Key("report.export", "e", "export", "export", "Write the report to a file.", Place.SCAN, 8),
    Key("results.filter", "slash", "filter", "filter", "Show results that match.", Place.SCAN, 6, "/"),
)
"""All keys. Those that move the cursor belong to the widgets and are listed with them in the help."""

TYPING = (
    Key("typing.done", "enter", "", "done", "", Place.EVERYWHERE, 1, "Enter"),
    Key("typing.leave", "escape", "", "leave", "", Place.EVERYWHERE, 2, "Esc"),
    Key("typing.next", "tab", "", "next field", "", Place.EVERYWHERE, 3, "Tab"),
)
"""What the footer offers while a field takes all letters: its own keys, and those of the view around it."""


def of_widget(kind: type[Widget]) -> Iterator[Key]:
    """The keys that a kind of widget wants in the footer: its first among the needed ones, others last."""
    yielded = False
    for binding in kind.BINDINGS:
        if isinstance(binding, Binding) and binding.show and binding.id:
            yield Key.of_binding(binding, FOCUSED_LAST if yielded else FOCUSED_FIRST)
            yielded = True


def face(keys: str) -> str:
    """The first of some keys as a person reads it."""
    first = keys.split(",")[0]
    return NAMES.get(first, first)


NAMES = {
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "enter": "Enter",
    "space": "Space",
    "escape": "Esc",
    "home": "Home",
    "end": "End",
    "plus": "+",
    "minus": "-",
    "slash": "/",
    "question_mark": "?",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "backspace": "BkSp",
}
"""Keys that people call by another name than textual."""

FOCUSED_FIRST, FOCUSED_LAST = 5, 11
"""Where the footer has the keys of what has the focus: the first of them, and the others."""


def of(*places: Place) -> Iterator[Key]:
    """The keys of these places, in the table's order."""
    return (key for key in KEYS if key.place in places)


def bindings(*places: Place) -> list[BindingType]:
    """The bindings of these places for a ``BINDINGS`` class variable."""
    return [key.binding() for key in of(*places)]
