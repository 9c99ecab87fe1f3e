"""What is typed at once after the key that opens a dialog is the dialog's, whole and in order."""

import random

import pytest
from textual import events
from textual.keys import _character_to_key as key_of
from textual.widgets import Input

from tests.ui.driven import main, program, ready, until
from tui_scan.ui.app import TuiScanApp
from tui_scan.ui.widgets.confirm import Ask


def burst(app: TuiScanApp, *keys: str) -> None:
    """Press keys faster than the program can take any of them."""
    for key in keys:
        character = key if len(key) == 1 else None
        app.post_message(events.Key(key_of(key) if character else key, character))


def value(app: TuiScanApp, field: str) -> str:
    """What stands in a field; empty where there is none yet."""
    return next((one.value for one in app.screen.query(field).results(Input)), "")


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_a_target_typed_in_one_burst_with_the_key_for_the_form_comes_whole(size: tuple[int, int]) -> None:
    seed = random.randrange(1 << 32)
    print(f"seed {seed}")
    target = ".".join(["127", *(str(random.Random(seed + n).randrange(1, 255)) for n in range(3))])
    app = program("127.0.0.1-4", "1-50")
    async with app.run_test(size=size):
        await until(lambda: ready(app) and (size[0] < 100 or bool(value(app, "#field-targets"))))
        burst(app, "c", "ctrl+u", *target, "tab", "tab", "ctrl+u", "2", "2")
        await until(lambda: value(app, "#field-ports") == "22")
        assert value(app, "#field-targets") == target
        assert main(app).here == "scan", "a digit of the target was taken for a view's number"


async def test_a_name_typed_in_one_burst_with_the_key_for_the_picture_comes_whole() -> None:
    app = program("127.0.0.1", "1-50")
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        burst(app, "I", "ctrl+u", *"q2.svg")
        await until(lambda: value(app, "#answer") == "q2.svg")
        assert isinstance(app.screen, Ask)
        assert main(app).here == "scan"


async def test_a_paste_waits_for_the_keys_before_it() -> None:
    app = program("127.0.0.1", "1-50")
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        burst(app, "c", "ctrl+u")
        app.post_message(events.Paste("127.9.8.7"))
        burst(app, "7")
        await until(lambda: value(app, "#field-targets") == "127.9.8.77")
