"""The whole interface speaks French: footers, form, headings and help, and it still fits 80x24."""

import re
from collections.abc import Iterator

import pytest
from rich.text import Text
from textual.widgets import Input, Static

from tests import interface_texts
from tests.ui.driven import at_rest, main, press, program, ready, screen_text, told, until, view
from tests.ui.listening import Listeners
from tui_scan.engine.progress import Phase
from tui_scan.language import translate, use
from tui_scan.ui.app import TuiScanApp
from tui_scan.ui.reporting import summary
from tui_scan.ui.screens.views import VIEWS
from tui_scan.ui.widgets.form_choice import Choice
from tui_scan.ui.widgets.form_fields import FOLDS
from tui_scan.ui.widgets.form_fold import Fold
from tui_scan.ui.widgets.results import ResultsTable
from tui_scan.ui.widgets.status import KeyLine

OF_THE_MOMENT = {"start", "stop", "resume", "list", "map", "hosts", "exchange", "shrink", "freeze", "thaw"}
"""Words of the footer that stand in no table: they change with what the key would do."""

LEAST = 6
"""Keys that each view offers at least, in 80 columns."""

LABEL = 10
"""Character cells of a label of the form."""


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    use("fr")
    yield
    use(None)


def footer(app: TuiScanApp) -> str:
    """The line of keys."""
    line = main(app).query_one(KeyLine).render()
    assert isinstance(line, Text)
    return line.plain


def words_of(line: str) -> list[str]:
    """The words of a line of keys, without the keys."""
    return [part.partition(" ")[2] for part in re.split(r" {2,}", line.strip())]


def foreign(texts: set[str]) -> set[str]:
    """Those texts that are called otherwise in French."""
    return {text for text in texts if text and translate(text) != text}


async def test_no_footer_has_an_english_word(listeners: Listeners) -> None:
    english = foreign({*interface_texts.key_texts(), *OF_THE_MOMENT})
    assert {"start", "quit", "next field", "Enter"} <= english
    app = program(listeners.address, "1-5")
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        seen, line = set(), ""
        for one in VIEWS.values():
            before = line
            await press(app, str(one.number))
            await until(lambda name=one.name: main(app).here == name)  # type: ignore[misc]
            await until(lambda old=before: footer(app) != old and len(words_of(footer(app))) >= LEAST)  # type: ignore[misc]
            await at_rest(lambda: footer(app))
            line = footer(app)
            assert line.rstrip().endswith("? aide  q quitter")
            shown = words_of(line)
            assert not english & set(shown), line
            assert not english & {part.partition(" ")[0] for part in re.split(r" {2,}", line.strip())}, line
            seen.add(tuple(shown))
            tabs = screen_text(app).splitlines()[1]
            assert f"{one.number} {translate(one.title)[:4]}" in tabs
        assert len(seen) == len(VIEWS), "each view has its own keys"


async def test_the_form_is_french_and_its_labels_are_whole() -> None:
    english = foreign(set(interface_texts.form_texts()))
    assert {"Target", "Exclude", "none", "no limit", "timing"} <= english
    app = program("127.0.0.1", "1-5")
    async with app.run_test(size=(160, 50)):
        await until(lambda: "+ hôtes, noms et chemin" in screen_text(app))
        next(fold for fold in app.screen.query(Fold) if fold.title == "timing").action_turn(True)
        await until(lambda: len(app.screen.query(".form-label")) >= len(FOLDS["timing"]) + 10)
        labels = [str(label.content) for label in app.screen.query(".form-label").results(Static)]
        assert not english & set(labels)
        assert {"Cible", "Exclure", "Débit max", "Réessais"} <= set(labels)
        labels += [translate(field.title) for fields in FOLDS.values() for field in fields]
        assert [label for label in labels if len(label) > LABEL] == []
        hints = [line.placeholder.strip("()") for line in app.screen.query(Input)]
        assert not english & set(hints)
        assert {"aucun", "aucune limite"} <= set(hints)
        words = {word for choice in app.screen.query(Choice) for _, word in choice.options}
        assert not english & words
        assert {"oui", "non", "jamais", "window"} <= words, "scan types keep their names"


async def test_a_scan_is_shown_in_french(listeners: Listeners) -> None:
    app = program(listeners.address, listeners.range)
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await until(lambda: "PRÊT" in screen_text(app))
        await press(app, "s")
        await until(lambda: app.session.phase is Phase.FINISHED)
        await until(lambda: "FINI" in screen_text(app) and "raison " in screen_text(app))
        text = screen_text(app)
        assert re.search(r"FINI .* en \d", text.splitlines()[0])
        assert re.search(r"open 7 .*closed", text.splitlines()[1]), "names of states stay"
        await press(app, "v")
        await until(lambda: len(view(app).query_one(ResultsTable).rows) > 0 and "résultats" in screen_text(app))
        await until(lambda: re.search(r"Port Prot État▲ +Service +Raison", screen_text(app)) is not None)
        assert "Nmap done" not in summary(app.session)
        assert "scanned in" in summary(app.session), "reports are English"


async def test_what_is_wrong_is_said_in_french() -> None:
    app = program("224.0.0.1", "1-5")
    async with app.run_test(size=(80, 24)):
        await until(lambda: bool(main(app).query("#grid")))
        await press(app, "s")
        await until(lambda: "n'est jamais scanné" in told(app).replace("\N{NO-BREAK SPACE}", " "))
        await press(app, "escape")
        await press(app, "question_mark")
        await until(lambda: "Montrer le scan." in screen_text(app))
