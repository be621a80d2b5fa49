"""The command palette finds what one means; shortcuts are read; what is done is done."""

import pytest
from retroml_dearpygui import actions
from retroml_dearpygui.services.notify import notification_command
from retroml_dearpygui.ui.keyboard import combination
from retroml_dearpygui.viewmodels.palette import Entry, entries, found


@pytest.fixture
def listed(desk):
    return entries(desk)


def test_pages_actions_and_games_are_all_there(listed, desk):
    titles = {entry.title for entry in listed}
    assert {"Train", "Watch", "Start training", "Train Pong"} <= titles
    assert sum(title.startswith("Train ") for title in titles) >= len(desk.app.registry.games)


@pytest.mark.parametrize(
    ("words", "first"), [("watch", "Watch"), ("stop", "Stop"), ("train pac", "Train Ms. Pac-Man"), ("drklgt", "Dark or light")]
)
def test_some_letters_are_enough(listed, words, first):
    titles = [entry.title for entry in found(listed, words)]
    assert first.replace(".", "").lower() in [title.replace(".", "").lower() for title in titles[:6]]


def test_what_begins_with_the_words_comes_first():
    listed = [Entry(title, "", "", "", lambda: None) for title in ("A pause", "Pause", "Papa uses")]
    assert [entry.title for entry in found(listed, "pause")] == ["Pause", "A pause", "Papa uses"]


def test_what_the_mode_hides_is_found_by_its_words_only(desk, front):
    desk.settings.set(mode=1)
    listed = entries(desk)
    assert "Models" not in [entry.title for entry in found(listed, "")]
    first, *_ = found(listed, "models")
    assert (first.title, first.shortcut) == ("Models", "")
    first.do()
    assert front.places == [("models", {})]


def test_choosing_a_page_goes_there(listed, front):
    next(entry for entry in listed if entry.title == "Watch").do()
    assert front.places == [("watch", {})]


def test_choosing_a_game_sets_it_up(listed, desk):
    from retroml_dearpygui.viewmodels.train import TrainViewModel

    next(entry for entry in listed if entry.title == "Train Pong").do()
    assert desk.viewmodel(TrainViewModel).game == "pong"


def test_the_look_changes_and_stays_changed(desk, front):
    actions.other_theme(desk)
    assert (desk.settings.now.theme, front.restyled) == ("light", 1)
    actions.other_theme(desk)
    assert desk.settings.now.theme == "dark"


def test_modes_go_round(desk):
    modes = []
    for _ in range(4):
        actions.next_mode(desk)
        modes.append(desk.settings.now.mode)
    assert modes == [2, 3, 4, 1]


def test_the_size_stays_within_reason(desk):
    for _ in range(30):
        actions.larger(desk)
    assert desk.settings.now.scale == 3.0
    for _ in range(30):
        actions.smaller(desk)
    assert desk.settings.now.scale == 0.75


def test_without_a_run_there_is_nothing_to_pause(desk, front):
    actions.pause_run(desk)
    assert front.toasts[-1][0] == "There is no run yet"


@pytest.mark.parametrize("words", ["Ctrl+K", "Ctrl+Shift+L", "Esc", "Ctrl+Enter", "F1", "Ctrl+9"])
def test_shortcuts_are_read_as_written(words):
    assert combination(words)[1] == words.startswith("Ctrl+")


def test_a_key_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="is no shortcut"):
        combination("Ctrl+Banana")


def test_every_shortcut_is_used_once(desk):
    from retroml_dearpygui import offers

    shortcuts = [combination(spec.shortcut) for spec in offers.actions(desk.app.plugins) if spec.shortcut]
    assert len(shortcuts) == len(set(shortcuts))


def test_a_notification_cannot_smuggle_commands():
    evil = '"; rm -rf $(home)'
    assert "rm -rf" not in notification_command(evil, evil, "win32")[-1]
    assert notification_command(evil, "x", "darwin")[-1].endswith('with title "\\"; rm -rf $(home)"')
