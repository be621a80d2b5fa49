"""Certificates: what they say, that nobody can change it, and that a run which is not as certified is found out."""

import json
import shutil
import tempfile
from pathlib import Path

import pytest
from edits import edit_checkpoint, edit_config, edit_event, flip_bit

from retroml_core.choices import CONFIG_VARIABLE
from retroml_core.commands.verify import main
from retroml_core.config.composing import config_hash
from retroml_core.faults import Fault
from retroml_core.files import read_json, write_json
from retroml_core.training import provenance
from retroml_core.verifying.certificates import read_certificate
from retroml_core.verifying.signing import KEY_FILE


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The config folder of this test."""
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "config"))
    return tmp_path / "config"


@pytest.fixture(scope="module")
def issued():
    """A folder to keep the certificate of `honest` and the key that signed it in."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
def certificate(app, honest, issued, folder, tmp_path, capsys):
    """The file of a certificate of the run `honest`; made once, each test has a copy."""
    path, kept = tmp_path / "certificate.json", issued / "certificate.json"
    if not kept.exists():
        assert main(app, [honest.id, "--certificate", str(kept)]) == 0
        shutil.copy2(folder / KEY_FILE, issued)
    folder.mkdir(exist_ok=True)
    shutil.copy2(issued / KEY_FILE, folder)
    shutil.copy2(kept, path)
    capsys.readouterr()
    return path


@pytest.fixture
def check(app, certificate, capsys):
    """Checks `certificate`: the exit code and the page."""

    def look(*words):
        code = main(app, ["--check", str(certificate), *words])
        return code, capsys.readouterr().out

    return look


# --- what it says ---------------------------------------------------------------------------------------------------------


def test_it_says_which_run_with_which_config_came_to_what(app, honest, certificate):
    said = read_certificate(certificate).statement
    last = [event for event in honest.events({"fingerprint"}) if event.step == 3000][-1].data
    assert (said["run"], said["config_hash"]) == (honest.id, config_hash(honest.config(app)))
    assert said["config"]["algorithm"]["learning_rate"] == 0.5
    assert said["chain"] == {"step": 3000, **last}
    assert (said["verified"]["first"], said["verified"]["last"]) == (0, 3000)
    assert said["verified"]["unverifiable"] == ["play: Catch keeps no tape: Catch is too small to be worth a film"]
    assert said["made_on"]["packages"]["numpy"] == provenance.versions()["numpy"]
    assert said["made_on"]["plugin_files"] == {}


def test_it_names_no_person_and_no_machine(certificate):
    told = read_certificate(certificate).statement["made_on"]
    assert {"system", "command_line", "environment_variables", "config"}.isdisjoint(told)


def test_that_of_a_segment_speaks_of_the_segment_only(app, honest, tmp_path):
    first, last = sorted(one.step for one in honest.checkpoints() if one.full)[:2]
    path = tmp_path / "segment.json"
    assert main(app, [honest.id, "--segment", f"{first}:{last}", "--certificate", str(path)]) == 0
    said = read_certificate(path).statement
    assert (said["verified"]["first"], said["verified"]["last"]) == (first, last)
    assert {int(name) for name in said["checkpoints"]} <= set(range(first, last + 1))


def test_checking_tells_it_in_words(honest, check):
    code, page = check()
    assert code == 0
    assert page.startswith("Genuine: signed with the key ")
    assert "(your own)" in page
    assert f"run       {honest.id}" in page
    assert "chain     step 3,000" in page
    assert "The run is here, and is as certified." in page


def test_checking_tells_it_as_json(check):
    code, page = check("--json")
    said = json.loads(page)
    assert (code, said["genuine"], said["own_key"], said["differences"]) == (0, True, True, [])


def test_the_key_of_another_is_said_to_be_so(folder, check):
    (folder / KEY_FILE).unlink()
    code, page = check()
    assert code == 0
    assert "not yours: ask its owner" in page


def test_it_can_be_checked_without_the_run(honest, check):
    shutil.rmtree(honest.folder)
    code, page = check()
    assert code == 0
    assert "The run is not in this data folder" in page


def test_a_checkpoint_that_is_no_longer_kept_speaks_against_nothing(honest, check):
    shutil.rmtree(honest.checkpoints()[0].folder)
    assert check()[0] == 0


# --- when there is none ---------------------------------------------------------------------------------------------------


def test_a_run_that_is_not_as_recorded_gets_none(app, honest, tmp_path, capsys):
    edit_event(honest, "episode_finished", 30, score=99.0)
    assert main(app, [honest.id, "--certificate", str(tmp_path / "none.json")]) == 1
    assert "No certificate was written: the run is not as recorded." in capsys.readouterr().err
    assert not (tmp_path / "none.json").exists()


def test_where_nothing_was_compared_there_is_none(app, honest, tmp_path, capsys):
    main(app, [honest.id, "--play-only", "--certificate", str(tmp_path / "none.json")])
    assert "No certificate was written: nothing could be compared." in capsys.readouterr().err
    assert not (tmp_path / "none.json").exists()


def test_a_place_where_it_cannot_be_written_is_refused_before_the_work(app, honest, tmp_path):
    with pytest.raises(Fault, match="name a file in a folder that exists"):
        main(app, [honest.id, "--certificate", str(tmp_path / "nowhere" / "certificate.json")])


@pytest.mark.parametrize("words", [[], ["some-run", "--check", "file"]])
def test_either_a_run_or_a_certificate_is_asked_for(app, words):
    with pytest.raises(Fault, match="say either which run to verify"):
        main(app, words)


# --- what nobody can change ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw["statement"]["config"]["algorithm"].update(learning_rate=0.25),
        lambda raw: raw["statement"]["chain"].update(parameters="0" * 32),
        lambda raw: raw["statement"].update(run="another"),
        lambda raw: raw["statement"].update(more="words"),
        lambda raw: raw.update(signature=raw["signature"][:-4] + "AAA="),
        lambda raw: raw.update(public_key="AAAA"),
    ],
)
def test_one_that_was_changed_is_not_genuine(certificate, check, change):
    raw = read_json(certificate)
    change(raw)
    write_json(certificate, raw)
    code, page = check()
    assert code == 1
    assert page.startswith("Not genuine")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda text: "{", "holds no certificate"),
        (lambda text: "[]", "holds no certificate"),
        (lambda text: text.replace('"v": 1', '"v": 2'), "not of the format retroml-certificate 1"),
        (lambda text: text.replace('"run":', '"ran":'), "holds no certificate of a run: 'run'"),
        (lambda text: text.replace('"run":', '"run": "another",\n"run":'), "a key stands in it twice"),
        (lambda text: text.replace('"checkpoints": {', '"checkpoints": 3, "other": {'), "its checkpoints is not what"),
    ],
)
def test_what_is_no_certificate_is_refused_in_words(certificate, check, change, why):
    certificate.write_text(change(certificate.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(Fault, match=why):
        check()


def test_a_file_that_is_not_there_is_refused_in_words(app, tmp_path):
    with pytest.raises(Fault, match="cannot read"):
        main(app, ["--check", str(tmp_path / "nothing.json")])


# --- a run that is not as certified ----------------------------------------------------------------------------------------


def test_a_changed_setting_is_named(honest, check):
    edit_config(honest, "learning_rate", 0.25)
    code, page = check()
    assert code == 1
    assert "config.json: algorithm.learning_rate was 0.5 -> 0.25" in page


def test_a_config_that_cannot_be_read_is_named(honest, check):
    (honest.folder / "config.json").write_text("{", encoding="utf-8")
    assert "config.json cannot be used" in check()[1]


@pytest.mark.parametrize("name", ["policy", "state"])
def test_one_bit_of_a_weight_is_named_with_its_file(honest, check, name):
    where = {"policy": lambda tree: tree["weights"], "state": lambda tree: tree["trainable"]["learner"]["weights"]}[name]
    edit_checkpoint(honest, 3000, lambda tree: flip_bit(where(tree)), name)
    code, page = check()
    assert code == 1
    assert f"checkpoint 000000003000: {name}.safetensors is not the certified one" in page


def test_a_damaged_file_is_named(honest, check):
    file = honest.checkpoints()[-1].folder / "policy.safetensors"
    file.write_bytes(file.read_bytes()[:-1] + b"\x7f")
    assert f"{file} is damaged" in check()[1]


def test_another_version_of_a_dependency_is_named(honest, check):
    made = honest.provenance()
    made["packages"]["numpy"] = "1.0"
    write_json(honest.folder / "provenance.json", made)
    code, page = check()
    assert code == 1
    assert f"provenance.json: numpy: {provenance.versions()['numpy']} -> 1.0" in page


def test_other_digests_are_named(honest, check):
    edit_event(honest, "fingerprint", -1, parameters="0" * 32)
    assert "the events do not tell the certified digests of step 3,000" in check()[1]


def test_a_lost_provenance_is_named(honest, check):
    (honest.folder / "provenance.json").unlink()
    assert "provenance.json is gone" in check()[1]
