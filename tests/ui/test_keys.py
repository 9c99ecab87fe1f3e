"""The table of keys: each once, each survives tmux, screen and PuTTY, each has an action that exists."""

import re
from collections import Counter

from tui_scan.ui.app import TuiScanApp
from tui_scan.ui.keys import KEYS, Place, bindings
from tui_scan.ui.screens.main import MainScreen

LOST = {"ctrl+s", "ctrl+q", "ctrl+a", "ctrl+b", "ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m", "ctrl+enter"}
"""Keys that terminals or multiplexers keep for themselves (harlequin #425)."""


def test_ids_and_keys_are_unique() -> None:
    assert max(Counter(key.id for key in KEYS).values()) == 1
    assert max(Counter(one for key in KEYS for one in key.keys.split(",")).values()) == 1


def test_every_key_survives_a_multiplexer() -> None:
    for key in KEYS:
        for one in key.keys.split(","):
            assert one not in LOST
            assert not re.fullmatch(r"f\d+|home|end", one)


def test_every_action_exists() -> None:
    for key in KEYS:
        name = key.action.partition("(")[0]
        owner = TuiScanApp if name.startswith("app.") else MainScreen
        assert callable(getattr(owner, f"action_{name.removeprefix('app.')}")), key.id


def test_every_key_has_a_sentence() -> None:
    assert all(key.tooltip.endswith(".") for key in KEYS)
    assert len(bindings(*Place)) == len(KEYS)
