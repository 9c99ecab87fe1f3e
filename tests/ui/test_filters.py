"""All filters are equally strict, say what is wrong with a word and how it is written, and fit their lines."""

import random
from collections.abc import Callable

import pytest
from textual.widgets import Input

from tests.ui.driven import press, program, ready, told, until, view
from tui_scan.language import translate, use
from tui_scan.local.filter import HINT as SOCKET_HINT
from tui_scan.local.filter import parse_socket_filter
from tui_scan.model.errors import UsageError
from tui_scan.ui.widgets.compare_filter import HINT as COMPARE_HINT
from tui_scan.ui.widgets.compare_filter import parse_compare_filter
from tui_scan.ui.widgets.packet_filter import HINT as PACKET_HINT
from tui_scan.ui.widgets.packet_filter import parse_packet_filter
from tui_scan.ui.widgets.results_filter import HINT as RESULT_HINT
from tui_scan.ui.widgets.results_filter import parse_filter

PARSERS: tuple[Callable[[str], object], ...] = (
    parse_filter,
    parse_compare_filter,
    parse_packet_filter,
    parse_socket_filter,
)


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize("key", ["state", "proto", "port"])
def test_an_unknown_value_is_an_error_in_every_filter(parse: Callable[[str], object], key: str) -> None:
    word = "".join(random.choices("wxyz", k=6))
    with pytest.raises(UsageError, match=word):
        parse(f"{key}:{word}")


@pytest.mark.parametrize("parse", [parse_filter, parse_compare_filter])
def test_an_unknown_reason_is_an_error_too(parse: Callable[[str], object]) -> None:
    parse("reason:reset")
    with pytest.raises(UsageError, match="nonesuch"):
        parse("reason:nonesuch")


def test_an_unknown_class_is_an_error() -> None:
    parse_compare_filter("class:al")
    with pytest.raises(UsageError, match=r"bogus.*alarm, no-local-listener"):
        parse_compare_filter("class:bogus")


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("port:22 or port:80", "port:22,80"),
        ("port:22 AND port:80", "leave out “and”"),
        ("not port:22", "!port:22"),
        ("state=open", "Write state:open"),
        ("tcp.port==22", "Write port:22"),
        ("port!=22", "Write !port:22"),
    ],
)
def test_what_other_programs_write_is_told_how_it_is_written_here(
    parse: Callable[[str], object], text: str, says: str
) -> None:
    with pytest.raises(UsageError) as wrong:
        parse(text)
    assert says in str(wrong.value)


@pytest.mark.parametrize("hint", [RESULT_HINT, COMPARE_HINT, PACKET_HINT, SOCKET_HINT])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_hint_fits_the_narrow_screen_whole(hint: str, language: str) -> None:
    use(language)
    try:
        assert len(translate(hint)) <= 78
    finally:
        use("en")


async def test_results_say_that_nothing_matches_and_keep_the_rows_of_the_last_right_filter() -> None:
    app = program("127.0.0.1", "1-20")
    async with app.run_test(size=(80, 24)):
        await until(lambda: ready(app))
        await press(app, "s")
        await until(lambda: app.session.phase.ended)
        await press(app, "slash")
        line = view(app).query_one("#filter", Input)
        line.value = "port:19"
        await until(lambda: "19 tcp" in told(app))
        line.value = "port:19 proto:xyz"
        await until(lambda: "is no protocol" in told(app))
        assert "19 tcp" in told(app)
        line.value = "port:30000"
        await until(lambda: "No port matches the filter." in told(app))
        assert "yet" not in told(app)
