"""What is shown in which room: nothing is lost in a small terminal but what there is no room for."""

import pytest

from tui_scan.ui.screens.arrangement import (
    LEAST_EXCHANGE,
    LEAST_MAP,
    OPEN_STORY,
    WHOLE_STORY,
    Room,
    map_rows,
    shown,
)


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("face", ["map", "list", "hosts", "exchange"])
@pytest.mark.parametrize(("width", "height"), [(40, 10), (80, 24), (120, 35), (120, 36), (160, 50)])
def test_the_chosen_face_is_always_shown(width: int, height: int, face: str, several: bool) -> None:
    room = Room(width, height, True, several, face)
    if face not in room.faces:
        return
    seen = shown(room)
    assert seen[{"map": "grid", "list": "results"}.get(face, face)]
    assert not seen["welcome"]


def test_a_wide_terminal_shows_all_at_once() -> None:
    seen = shown(Room(160, 50, True, True, "map"))
    assert all(seen[name] for name in ("hosts", "grid", "results", "exchange"))
    assert not shown(Room(160, 50, True, False, "map"))["hosts"]


def test_a_small_terminal_hides_the_exchange_and_the_request() -> None:
    seen = shown(Room(40, 10, True, False, "map"))
    assert [name for name, on_show in seen.items() if on_show] == ["grid", "upper"]
    assert shown(Room(40, 10, True, False, "exchange"))["exchange"]


@pytest.mark.parametrize("rows", range(16, 60))
def test_the_exchange_keeps_its_rows(rows: int) -> None:
    for lines in range(1, 80):
        upper = map_rows(rows, lines, wide=False)
        assert rows - upper >= LEAST_EXCHANGE
        assert upper <= lines + 1 or upper == LEAST_MAP
        if rows >= 2 * OPEN_STORY:
            assert rows - upper >= OPEN_STORY


@pytest.mark.parametrize("rows", range(16, 60))
def test_when_the_scan_is_over_the_whole_story_has_its_rows(rows: int) -> None:
    for lines in range(1, 80):
        upper = map_rows(rows, lines, wide=False, over=True)
        assert upper >= LEAST_MAP and rows - upper >= min(WHOLE_STORY, rows - 2 * LEAST_MAP)


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (160, 50)])
def test_the_enlarged_exchange_stands_alone(size: tuple[int, int]) -> None:
    seen = shown(Room(*size, True, True, "exchange"))
    assert {name for name, on_show in seen.items() if on_show} == {"exchange", "lower"}
