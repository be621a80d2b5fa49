"""The page of one run, without a window."""

from __future__ import annotations

import pytest
from retroml_dearpygui.services.metric_names import metric_title
from retroml_dearpygui.services.run_report import flat, log_tail
from retroml_dearpygui.viewmodels import run_detail
from retroml_dearpygui.viewmodels.run_detail import RunDetailViewModel

from retroml_core.events import RunState
from retroml_core.files import write_json
from retroml_core.runs.models import list_models


@pytest.fixture
def detail(desk, trained, monkeypatch):
    """The page of a finished run. What is not as in its preset is not looked for: that takes longer than all the rest."""
    monkeypatch.setattr(run_detail, "differences", lambda app, run: ((), ""))
    made = RunDetailViewModel(desk)
    made.commands._start = lambda run: None
    made.open(trained.id)
    return made


def test_everything_known_of_a_run_is_there(detail, trained):
    report = detail.report
    assert report.row.state is RunState.COMPLETED
    assert dict(report.settings)["algorithm.name"] == "random"
    assert dict(report.provenance)["python"] == "3.11"
    assert [kept.name for kept in report.checkpoints] == [kept.name for kept in trained.checkpoints()]
    assert report.curves[0] == "score"
    assert "loss/policy" in report.curves
    assert report.size_bytes > 0


def test_the_score_is_the_first_curve_shown(detail):
    assert (detail.curve_name, detail.curve.points) == ("score", 6)


def test_the_score_has_a_mean_and_a_band_as_on_the_other_pages(detail):
    assert detail.score.window == 100
    assert len(detail.score.mean) == len(detail.score.low) == len(detail.curve.steps)


def test_another_curve_can_be_shown(detail):
    detail.show_curve("loss/policy")
    assert (detail.curve.points, detail.score) == (3, None)


def test_curves_are_called_by_words(detail):
    assert detail.curves["Loss: policy"] == "loss/policy"
    assert next(iter(detail.curves)) == "Score of the games"


def test_the_score_is_offered_before_a_game_is_finished(desk, make_run):
    detail = RunDetailViewModel(desk)
    detail.open(make_run().id)
    assert list(detail.curves) == ["Score of the games"]
    assert (detail.curve.points, detail.score) == (0, None)


@pytest.mark.parametrize(
    ("name", "unit", "title"),
    [
        ("time/steps_per_second", "steps/s", "Time: steps per second (steps/s)"),
        ("episode/length_mean", "", "Episode: length mean"),
        ("entropy", "nats", "Entropy (nats)"),
        ("score", "points", "Score of the games"),
    ],
)
def test_what_was_measured_is_named_in_words(name, unit, title):
    assert metric_title(name, unit) == title


def test_what_is_not_as_the_preset_has_it_is_listed(desk, trained):
    detail = RunDetailViewModel(desk)
    detail.open(trained.id)
    found = {difference.key: difference for difference in detail.differences}
    assert found["algorithm.environments"].value == "2"
    assert "seed" not in found


def test_a_folder_that_takes_no_export_is_told_in_words_of_the_app(detail, front, tmp_path):
    (tmp_path / "file").write_text("")
    detail.export([], tmp_path / "file" / "out")
    title, words, _ = front.toasts[-1]
    assert title == "That did not work"
    assert words.startswith("cannot write to")
    assert words.endswith("; choose another folder")


def test_latest_is_a_run(desk, trained):
    detail = RunDetailViewModel(desk)
    detail.open("latest")
    assert detail.run_id == trained.id


def test_an_unknown_run_is_told(desk):
    detail = RunDetailViewModel(desk)
    detail.open("nothing")
    assert "there is no run" in detail.problem


def test_a_run_of_a_newer_version_is_shown_as_far_as_it_can_be(desk, trained):
    write_json(trained.folder / "config.json", {**trained.tree, "schema_version": 999})
    detail = RunDetailViewModel(desk)
    detail.open(trained.id)
    assert detail.problem == ""
    assert "999" in detail.config_problem
    assert dict(detail.report.settings)["game"] == "tiny"


def test_a_run_at_work_is_read_again_every_second(detail, at_work, trained, clock):
    at_work(trained)
    detail.refresh()
    version = detail.version
    detail.tick()
    assert detail.version == version
    clock.pass_by(1.5)
    detail.tick()
    assert detail.version > version


def test_a_finished_run_is_left_alone(detail, clock):
    version = detail.version
    clock.pass_by(60)
    detail.tick()
    assert detail.version == version


def test_name_tags_and_notes_are_written_on_it(detail, trained):
    detail.rename("  Mine ")
    detail.set_tags("fast, good,, fast")
    detail.set_notes("Some words.")
    labels = detail.report.labels
    assert (labels.name, labels.tags, labels.notes) == ("Mine", ("fast", "good"), "Some words.")
    detail.set_tags("good")
    assert detail.report.labels.tags == ("good",)
    assert detail.title == "Mine"


def test_a_checkpoint_is_kept_as_a_model(detail, front, app):
    detail.save_model(detail.report.checkpoints[-1].name, "Keep")
    assert [model.name for model in list_models(app.root)] == ["Keep"]
    assert front.toasts[-1][0] == "Model saved"


def test_training_on_makes_a_run_and_shows_it(detail, front, trained):
    detail.train_on(detail.report.checkpoints[-1].name, 5)
    assert front.toasts == []
    (place,) = front.places
    assert place[0] == "experiments"
    assert place[1]["run"] != trained.id


def test_stopping_what_does_not_run_is_told(detail, front):
    detail.stop()
    front.answer()
    assert "there is no process to stop it" in front.toasts[-1][1]


def test_its_id_goes_to_the_clipboard(detail, front, trained):
    detail.copy_id()
    assert front.clipboard == trained.id


def test_a_log_is_shown_by_its_last_lines_as_a_terminal_would(tmp_path):
    log = tmp_path / "out.log"
    log.write_bytes(b"first\n10 %\r50 %\r100 %\nlast \xff\n")
    assert log_tail(log) == "first\n100 %\nlast \ufffd"


def test_a_long_log_is_cut_at_its_beginning(tmp_path):
    log = tmp_path / "out.log"
    log.write_text("\n".join(f"line {number}" for number in range(50_000)))
    lines = log_tail(log).splitlines()
    assert (len(lines), lines[-1]) == (200, "line 49999")


def test_no_log_is_no_words(tmp_path):
    assert log_tail(tmp_path / "out.log") == ""


def test_trees_become_dotted_keys():
    assert list(flat({"a": {"b": None, "c": [1]}, "d": "x", "e": {}})) == [
        ("a.b", "–"),
        ("a.c", "[1]"),
        ("d", "x"),
        ("e", "{}"),
    ]
