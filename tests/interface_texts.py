"""The texts of the interface that stand in tables: words of keys and their sentences, views, headings, the form."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from textual.binding import Binding
from textual.dom import DOMNode

import tui_scan.ui
from tui_scan.model.techniques import Technique
from tui_scan.ui import keys
from tui_scan.ui.screens.views import VIEWS
from tui_scan.ui.widgets import form, form_fields, form_taken
from tui_scan.ui.widgets.table_columns import TableColumn


def modules() -> Iterator[ModuleType]:
    """All modules of the interface."""
    for found in pkgutil.walk_packages(tui_scan.ui.__path__, "tui_scan.ui."):
        yield importlib.import_module(found.name)


def bindings() -> Iterator[Binding]:
    """The keys that widgets and screens of the interface have themselves."""
    for module in modules():
        for kind in vars(module).values():
            if isinstance(kind, type) and issubclass(kind, DOMNode) and kind.__module__ == module.__name__:
                yield from (one for one in vars(kind).get("BINDINGS", ()) if isinstance(one, Binding))


def key_texts() -> Iterator[str]:
    """The words of the footer, and the sentences of the help and the palette."""
    for key in (*keys.KEYS, *keys.TYPING):
        yield from (key.label, key.tooltip)
    for binding in bindings():
        if binding.show:
            yield binding.description
        yield binding.tooltip
    yield from (place.value for place in keys.Place)
    yield from (key.face for key in (*keys.KEYS, *keys.TYPING))
    for view in VIEWS.values():
        yield from (view.title, view.tooltip)


def headings() -> Iterator[str]:
    """The headings of all tables."""
    for module in modules():
        for value in vars(module).values():
            if isinstance(value, tuple) and value and all(isinstance(one, TableColumn) for one in value):
                yield from (column.title for column in value)


def form_texts() -> Iterator[str]:
    """Labels, hints and words of the scan's form, of its folds too, and what the options of the folds mean."""
    for _, title, hint in (*form.TEXTS, *form.LIMITS):
        yield from (title, hint)
    for _, title, choices in form.CHOICES:
        yield title
        yield from (word for value, word in choices if not isinstance(value, Technique))
    for title, fields in form_fields.FOLDS.items():
        yield title
        for field in fields:
            yield from (field.title, "none", *(option.says for option in field.options))
            if field.is_choice:
                yield from (word for _, word in field.choices())
    for texts in (form_taken._NONE, form_taken._BY_PARTY, form_taken._BY_AIM):
        yield from map(str, texts.values())
