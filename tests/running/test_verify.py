import dataclasses
import json

import numpy as np
import pytest
from edits import edit_checkpoint, edit_event, flip_bit, kill

from retroml_core.algorithm import StopTraining
from retroml_core.faults import Fault
from retroml_core.files import write_json
from retroml_core.runs.checkpoints import CheckpointStore
from retroml_core.runs.eventlog import decode
from retroml_core.schema import Budget, CheckpointConfig
from retroml_core.verifying.findings import Divergence, Verdict

TIMED = Budget(seconds=3600.0, steps=2000)
"""Schedules go by the share of the time, as last reported; the run ends by its steps, however slow the machine is."""

# --- honest runs --------------------------------------------------------------------------------------------------------


def test_an_honest_run_is_verified(honest, verify):
    verdict = verify(honest)
    assert verdict.divergence is None
    assert (verdict.first, verdict.last) == (0, 3000)
    assert verdict.differences == []
    assert verdict.compared["episodes"] > 20
    assert verdict.compared["checkpoints"] >= 4
    assert verdict.compared["fingerprints"] >= 1


def test_a_segment_between_two_checkpoints_is_verified_alone(honest, verify):
    run = honest
    first, last = sorted(one.step for one in run.checkpoints() if one.full)[:2]
    verdict = verify(run, first=first, last=last)
    assert verdict.ok
    assert (verdict.first, verdict.last) == (first, last)
    assert 0 < verdict.compared["episodes"] < len(run.episodes())


def test_a_run_with_a_budget_in_time_is_verified(trained, verify):
    run = trained(budget=TIMED)
    assert len({event.data["fraction"] for event in run.events({"timestep_update"})}) > 3
    verdict = verify(run)
    assert verdict.divergence is None
    assert verdict.compared["episodes"] > 0


def test_a_run_that_was_paused_stopped_and_tuned_is_verified(make_run, trained, verify, command):
    run = trained(
        plan={
            40: lambda control: control.tune.append(command("set", name="learning_rate", value=0.125)),
            77: lambda control: control.checkpoint.append(command("checkpoint")),
            333: lambda control: control.request_stop("enough"),
        }
    )
    kill(run)
    trained(run)
    assert verify(run).divergence is None


def test_a_killed_run_that_went_on_from_a_checkpoint_is_verified(make_run, trained, verify):
    run = make_run(learner={}, budget=TIMED, checkpoints=CheckpointConfig(every_steps=200, keep_policies=4))

    def die(control):
        raise StopTraining

    with pytest.raises(StopTraining):
        trained(run, {150: die})
    kill(run)
    trained(run)
    assert any(event.data["resumed_from"] for event in run.events({"run_state"}))
    assert verify(run).divergence is None


@pytest.fixture
def gone_on(make_run, trained, command):
    """A run that was killed at step 1440, after a setting was changed, and went on from the checkpoint of step 1000."""
    run = make_run(learner={}, steps=2000, checkpoints=CheckpointConfig(every_steps=1000, keep=9, keep_policies=4))

    def die(control):
        raise StopTraining

    with pytest.raises(StopTraining):
        trained(run, {310: lambda control: control.tune.append(command("set", name="learning_rate", value=4.0)), 360: die})
    kill(run)
    trained(run)
    assert any(event.data["verb"] == "set" and event.data["ok"] for event in run.events({"control_ack"}))
    return run


def test_a_setting_changed_beyond_the_checkpoint_it_went_on_from_counts_no_more(gone_on, verify):
    assert verify(gone_on).divergence is None


@pytest.mark.parametrize(("attempt", "compared"), [(1, False), (2, True)])
def test_a_checkpoint_beyond_the_one_it_went_on_from_counts_no_more(gone_on, verify, attempt, compared):
    store = CheckpointStore(gone_on.checkpoints_folder)
    store.save(1216, None, {"weights": np.ones((15, 3))}, {"attempt": attempt}, "policy")
    assert (verify(gone_on).divergence is not None) == compared


def test_nothing_of_the_run_is_changed(honest, verify):
    run = honest
    before = {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}
    verify(run)
    assert {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()} == before


# --- what is found ------------------------------------------------------------------------------------------------------


def test_an_edited_score_is_found_at_its_episode(honest, verify):
    run = honest
    event = edit_event(run, "episode_finished", 30, score=99.0)
    found = verify(run).divergence
    assert (found.kind, found.step) == ("episode", event.step)
    assert f"episode {event.data['number']}: recorded is" in found.what
    assert "score 99" in found.what


def test_an_episode_that_was_left_out_is_found(honest, verify):
    run = honest
    path = min(run.events_folder.iterdir())
    lines = path.read_bytes().splitlines()
    gone = [line for line in lines if decode(line).type == "episode_finished"][10]
    path.write_bytes(b"\n".join(line for line in lines if line != gone) + b"\n")
    found = verify(run).divergence
    assert found.kind == "episode"
    assert found.step <= decode(gone).step


def test_an_edited_fingerprint_is_found_and_narrowed_down(honest, verify):
    run = honest
    event = edit_event(run, "fingerprint", -1, parameters="0" * 32)
    found = verify(run).divergence
    assert (found.kind, found.step) == ("parameters", event.step)
    assert f"after update {event.data['update']}" in found.what
    assert "they were equal" in found.hint


def test_another_chain_of_play_is_found(honest, verify):
    run = honest
    event = edit_event(run, "fingerprint", -1, play="0" * 32)
    found = verify(run).divergence
    assert (found.kind, found.step) == ("play", event.step)


def test_a_damaged_checkpoint_is_found(honest, verify):
    run = honest
    step = sorted(one.step for one in run.checkpoints() if one.full)[1]
    file = run.checkpoints_folder / f"{step:012d}" / "state.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"\x7f")
    found = verify(run).divergence
    assert (found.kind, found.step) == ("checkpoint", step)
    assert "was changed after it was written" in found.what


@pytest.mark.parametrize(
    ("name", "change", "where"),
    [
        ("state", lambda tree: tree["trainable"]["learner"]["weights"].__iadd__(1e-9), "/state/learner/weights"),
        ("policy", lambda tree: tree["weights"].__iadd__(1e-9), "/policy/weights"),
        ("policy", lambda tree: flip_bit(tree["weights"]), "/policy/weights"),
        ("state", lambda tree: tree["trainable"].update(updates=1), "/state/updates"),
    ],
)
def test_a_forged_checkpoint_is_found_with_the_place(honest, verify, name, change, where):
    run = honest
    step = sorted(one.step for one in run.checkpoints() if one.full)[1]
    edit_checkpoint(run, step, change, name)
    found = verify(run).divergence
    assert (found.kind, found.step) == ("checkpoint", step)
    assert where in found.what


def test_a_policy_that_was_another_before_the_first_step_is_found_where_there_is_a_tape(honest, app, verify, monkeypatch):
    catch = app.registry.environments["catch"]
    taped = dataclasses.replace(catch, tape="retroml_core.testing.film:open_made_up_tape")
    monkeypatch.setitem(app.registry.environments, "catch", taped)
    (honest.tape_folder / "something").write_bytes(b"played")
    edit_checkpoint(honest, 0, lambda tree: flip_bit(tree["weights"]), "policy")
    found = verify(honest).divergence
    assert (found.kind, found.step) == ("checkpoint", 0)


def test_a_changed_setting_is_named(honest, verify):
    run = honest
    tree = run.tree
    tree["algorithm"]["learning_rate"] = 0.25
    write_json(run.folder / "config.json", tree)
    verdict = verify(run)
    assert verdict.divergence.kind == "config"
    assert "algorithm.learning_rate=0.25, the run was trained with 0.5" in verdict.divergence.what
    assert any("training" in line for line in verdict.unverifiable)


def test_another_config_shows_even_when_its_hash_was_forged(honest, verify, app):
    from retroml_core.config.composing import config_hash

    run = honest
    tree = run.tree
    tree["algorithm"]["learning_rate"] = 0.25
    write_json(run.folder / "config.json", tree)
    write_json(run.folder / "provenance.json", {**run.provenance(), "config_hash": config_hash(run.config(app))})
    found = verify(run).divergence
    assert found.kind in ("parameters", "checkpoint", "play", "episode")
    assert found.step > 0


def test_a_moved_share_of_the_budget_is_found(trained, verify):
    run = trained(budget=TIMED)
    edit_event(run, "timestep_update", 2, fraction=0.9)
    assert verify(run).divergence is not None


# --- what cannot be -----------------------------------------------------------------------------------------------------


def test_a_game_without_tape_says_that_its_play_is_not_verified(honest, verify):
    assert verify(honest).unverifiable == ["play: Catch keeps no tape: Catch is too small to be worth a film"]


def test_another_machine_is_named_first(honest, verify):
    run = honest
    made = run.provenance()
    made["packages"]["numpy"] = "1.0"
    made["earlier"] = [{"attempt": 1, "changed": ["threads: 1 -> 2"]}]
    write_json(run.folder / "provenance.json", made)
    differences = verify(run).differences
    assert differences[0] == f"numpy: 1.0 -> {np.__version__}"
    assert differences[1] == "after attempt 1, threads: 1 -> 2"


def test_schedules_by_an_unrecorded_clock_are_not_verified(trained, verify):
    run = trained(budget=TIMED)
    write_json(run.folder / "provenance.json", {**run.provenance(), "v": 1})
    verdict = verify(run)
    assert verdict.ok
    assert any("followed the clock" in line for line in verdict.unverifiable)


def test_settings_changed_between_attempts_bound_what_can_be_verified(honest, trained, verify):
    run = honest
    tree = run.tree
    tree["budget"]["steps"] = 4000
    tree["algorithm"]["learning_rate"] = 0.25
    write_json(run.folder / "config.json", tree)
    kill(run)
    trained(run)
    assert verify(run).unverifiable[-1] == "training: its settings were changed after attempt 1; from step 3,000 on it can be"
    verdict = verify(run, first=3000)
    assert verdict.ok
    assert verdict.compared["episodes"] > 0


def test_only_play_leaves_the_training_out(honest, verify):
    assert verify(honest, play_only=True).compared == {}


@pytest.mark.parametrize(
    ("segment", "message"),
    [
        ({"first": 999}, "carried out again from its start, checkpoint"),
        ({"first": 3000}, "nothing of .* can be compared from step 3,000 to 3,000"),
        ({"last": 0}, "nothing of .* can be compared"),
    ],
)
def test_a_segment_that_cannot_be_is_refused_in_words(honest, verify, segment, message):
    with pytest.raises(Fault, match=message):
        verify(honest, **segment)


def test_a_run_that_never_began_is_refused_in_words(make_run, verify):
    with pytest.raises(Fault, match="nothing of"):
        verify(make_run())


def test_the_earliest_divergence_counts():
    verdict = Verdict("run", 0, 10)
    late, early = (Divergence(step=step, kind="episode", what="") for step in (9, 3))
    for found in ((late,), (early, None), (late,)):
        verdict.found(*found)
    assert verdict.divergence is early


# --- the command --------------------------------------------------------------------------------------------------------


def test_the_command_says_what_was_verified(honest, app, capsys):
    from retroml_core.commands.verify import main

    run = honest
    assert main(app, [run.id]) == 0
    page = capsys.readouterr().out
    assert "Verified: all that was compared is as recorded." in page
    assert "Not verified: play" in page


def test_the_command_ends_with_one_where_something_differs(honest, app, capsys):
    from retroml_core.commands.verify import main

    run = honest
    event = edit_event(run, "episode_finished", 3, score=99.0)
    assert main(app, [run.id, "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["verified"], said["divergence"]["step"]) == (False, event.step)


@pytest.mark.parametrize("words", [["--segment", "a:b"], ["--segment", "0:100", "--to", "5"], ["--segment", "5"]])
def test_wrong_words_are_refused(honest, app, words):
    from retroml_core.commands.verify import main

    with pytest.raises(Fault, match="--segment"):
        main(app, [honest.id, *words])


def test_a_segment_may_be_given_as_two_steps(honest, app, capsys):
    from retroml_core.commands.verify import main

    run = honest
    first, last = sorted(one.step for one in CheckpointStore(run.checkpoints_folder).full())[:2]
    assert main(app, [run.id, "--segment", f"{first}:{last}"]) == 0
    assert f"steps {first:,} to {last:,}" in capsys.readouterr().out
