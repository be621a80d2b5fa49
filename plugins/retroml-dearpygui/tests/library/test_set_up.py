"""Setting up from inside the app: the process, and what is said of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from retroml_dearpygui import offers
from retroml_dearpygui.services import set_up as service
from retroml_dearpygui.services.set_up import Installation, Room, SetUpFailed, SetUpNews, SetUpStopped, missing
from retroml_dearpygui.viewmodels import set_up as module
from retroml_dearpygui.viewmodels.set_up import SetUpViewModel, Stage

NEWS = {"step": 2, "of": 5, "title": "PyTorch", "seconds": 65, "detail": "Downloading"}


def saying(program):
    return Installation([sys.executable, "-u", "-c", f"import json, sys, time\n{program}"])


# --- the process ------------------------------------------------------------------------------------------------------


def test_its_news_are_handed_on():
    told = []
    saying(f"print(json.dumps({NEWS})); print(json.dumps({{'said': 'It is done.'}}))").follow(told.append)
    assert told == [SetUpNews(**NEWS)]


def test_a_failure_tells_what_was_said_in_the_end():
    program = f"print(json.dumps({NEWS})); print(json.dumps({{'said': 'The disk is full.'}})); print('torn {{'); sys.exit(1)"
    with pytest.raises(SetUpFailed, match=r"The disk is full\.\ntorn"):
        saying(program).follow(lambda _: None)


def test_a_process_that_dies_without_a_word_is_a_failure_in_words():
    with pytest.raises(SetUpFailed, match="ended with code 3 and said nothing"):
        saying("sys.exit(3)").follow(lambda _: None)


def test_a_stopped_one_ends_and_is_no_failure():
    work = saying(f"print(json.dumps({NEWS})); time.sleep(600)")
    with pytest.raises(SetUpStopped):
        work.follow(lambda _: work.stop())


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts are of another kind there")
def test_one_that_does_not_hear_an_interrupt_ends_too(monkeypatch):
    monkeypatch.setattr(service, "PATIENCE_SECONDS", 0.0)
    deaf = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
    work = saying(f"{deaf}\nprint(json.dumps({NEWS})); time.sleep(600)")
    with pytest.raises(SetUpStopped):
        work.follow(lambda _: work.stop())


def test_here_nothing_is_missing():
    assert missing() == ()
    assert not service.unfinished()


def test_what_cannot_be_found_is_named(monkeypatch):
    monkeypatch.setattr(service, "NEEDED", {"no_such_module": "Something", "json": "JSON"})
    assert missing() == ("Something",)


def test_before_that_only_early_pages_and_actions_are_there_in_every_mode(app):
    assert [(page.name, page.mode) for page in offers.pages(app.plugins, early=True)] == [("setup", 1), ("help", 1)]
    early = {action.name for action in offers.actions(app.plugins, early=True)}
    assert "show_help" in early
    assert "start_training" not in early


# --- what the page shows ----------------------------------------------------------------------------------------------


class FakeInstallation:
    """Tells of two steps, then ends as it is told to."""

    def __init__(self, end=None):
        self.end = end
        self.stopped = False

    def follow(self, tell):
        tell(SetUpNews(**NEWS))
        if self.end is not None:
            raise self.end

    def stop(self):
        self.stopped = True


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A machine on which PyTorch is missing, and a checkout that can install it."""
    monkeypatch.setattr(module, "missing", lambda: ("PyTorch", "Tianshou"))
    monkeypatch.setattr(module, "door", lambda: tmp_path / "bootstrap.py")
    monkeypatch.setattr(module, "worst_first", lambda app: [])
    monkeypatch.setattr(module, "room_needed", lambda *, gpu: Room(download_bytes=400_000_000, disk_bytes=1_500_000_000))
    monkeypatch.setattr(module, "free_bytes", lambda folder: 10_000_000_000)


def made(desk, monkeypatch, end=None):
    work = FakeInstallation(end)
    monkeypatch.setattr(module, "begin_installation", lambda: work)
    vm = SetUpViewModel(desk, spawn=lambda do: do())
    vm.refresh()
    return vm, work


def test_what_is_missing_and_what_it_takes_is_said_before(bare, desk, monkeypatch):
    vm, _ = made(desk, monkeypatch)
    assert vm.title == "Almost there: PyTorch and Tianshou are not installed yet"
    assert "400.0 MB to download and takes 1.5 GB of disk" in vm.text
    assert vm.can_start


def test_it_is_installed_and_the_app_may_begin_again(bare, desk, monkeypatch):
    vm, _ = made(desk, monkeypatch)
    seen = []
    monkeypatch.setattr(vm, "changed", lambda: seen.append((vm.stage, vm.share, vm.step)))
    vm.start()
    assert (Stage.WORKING, 0.2, "Step 2 of 5: PyTorch, 1:05") in seen
    assert vm.stage is Stage.DONE


def test_a_failure_is_said_in_the_words_of_the_set_up_and_can_be_tried_again(bare, desk, front, monkeypatch):
    vm, _ = made(desk, monkeypatch, SetUpFailed("The network cannot be reached."))
    vm.start()
    assert (vm.stage, vm.words) == (Stage.FAILED, "The network cannot be reached.")
    assert front.toasts
    assert vm.can_start


def test_stopped_it_is_as_before(bare, desk, front, monkeypatch):
    vm, _ = made(desk, monkeypatch, SetUpStopped())
    vm.start()
    assert (vm.stage, vm.words, front.toasts) == (Stage.NEEDED, "", [])


def test_it_ends_with_the_app(bare, desk, monkeypatch):
    vm, work = made(desk, monkeypatch)
    vm.stage, vm._work = Stage.WORKING, work
    vm.close()
    assert work.stopped


def test_too_little_disk_is_refused_before_anything_is_downloaded(bare, desk, monkeypatch):
    monkeypatch.setattr(module, "free_bytes", lambda folder: 200_000_000)
    vm, _ = made(desk, monkeypatch)
    vm.start()
    assert vm.words == "It takes 1.5 GB of disk, 200.0 MB are free. Free some, then try again."


def test_where_it_cannot_install_by_itself_it_says_how(bare, desk, monkeypatch):
    monkeypatch.setattr(module, "door", lambda: None)
    vm, _ = made(desk, monkeypatch)
    vm.start()
    assert vm.stage is Stage.NEEDED
    assert "pip install" in vm.text


def test_the_copy_holds_what_was_found(desk, front, monkeypatch):
    from retroml_core.commands.doctor import Finding, Verdict

    monkeypatch.setattr(module, "worst_first", lambda app: [Finding("disk", Verdict.BAD, "it is full")])
    vm, _ = made(desk, monkeypatch)
    vm.copy()
    assert front.clipboard == f"- disk ({Verdict.BAD}): it is full"


def test_the_door_is_that_of_the_checkout_of_this_environment():
    file = service.door()
    assert file is None or file == Path(service.retroml_core.__file__).resolve().parents[1] / "bootstrap.py"
