"""No-break spaces keep French marks at their words, however narrow the screen is."""

from textual.app import App, ComposeResult
from textual.widgets import Static

from tests.ui.driven import screen_text
from tui_scan.ui.no_break import keep_no_breaks

SENTENCE = "Sur l'hôte, cherchez « nft list ruleset » ou « dnat » : la règle le dit ; sinon, voyez « ssh »."


async def test_no_line_begins_or_ends_at_a_no_break_space() -> None:
    keep_no_breaks()
    words = SENTENCE.replace("« ", "«\N{NO-BREAK SPACE}").replace(" »", "\N{NO-BREAK SPACE}»")
    words = words.replace(" :", "\N{NO-BREAK SPACE}:").replace(" ;", "\N{NO-BREAK SPACE};")

    class Page(App[None]):
        def compose(self) -> ComposeResult:
            yield Static(words, markup=False)

    for width in range(12, 60):
        app = Page()
        async with app.run_test(size=(width, 20)) as pilot:
            await pilot.pause()
            lines = [line.strip(" ") for line in screen_text(app).splitlines() if line.strip()]
        assert " ".join(lines) == words, width
        assert not [line for line in lines if line[0] in "»:;" or line[-1] == "«"], (width, lines)
