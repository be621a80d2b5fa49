"""Every YAML file this plugin ships composes into a valid config."""

from pathlib import Path

import pytest
import retroml_tianshou
from retroml_tianshou.architectures import parameter_count, resolve

from retroml_core.app import App
from retroml_core.config.composing import compose

CONF = Path(retroml_tianshou.__file__).parent / "conf"


def shipped(group: str) -> list[str]:
    return sorted(path.stem for path in (CONF / group).glob("*.yaml"))


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RETROML_HOME", str(tmp_path_factory.mktemp("home")))
        yield App.open()


@pytest.mark.parametrize("name", shipped("experiment"))
def test_experiments_compose(app, name):
    config = compose(app, [f"+experiment={name}"])
    assert config.algorithm.name == "ppo"
    assert config.name


@pytest.mark.parametrize("name", shipped("algorithm"))
def test_presets_compose(app, name):
    config = compose(app, [f"algorithm={name}", "budget.steps=100_000"])
    assert config.algorithm.name == name.partition("_")[0]
    exact = (config.algorithm.precision, config.algorithm.compile) == ("float32", "off")
    assert exact or name == "ppo_fast"


@pytest.mark.parametrize("name", shipped("network"))
def test_networks_compose(app, name):
    assert parameter_count(resolve(compose(app, [f"network={name}"]).network), (4, 84, 84), 4) > 0


def test_first_light_takes_the_quick_network_without_a_gpu(app, monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    config = compose(app, ["+experiment=first_light"])
    assert config.network.strides == [6, 2]
    assert config.game == "kung_fu_master"
    assert config.budget.limit_seconds() == 300


def test_the_paper_preset_differs_where_the_paper_does(app):
    algorithm = compose(app, ["algorithm=ppo_paper"]).algorithm
    assert (algorithm.epochs, algorithm.anneal_clip, algorithm.clip_value) == (3, True, False)


def test_the_paper_preset_of_a2c_clips_no_gradient(app):
    algorithm = compose(app, ["algorithm=a2c_paper"]).algorithm
    assert (algorithm.max_grad_norm, algorithm.value_coefficient) == (None, 0.5)


def test_faults_are_found_through_the_app(app):
    from retroml_core.config.composing import ConfigError

    with pytest.raises(ConfigError, match=r"algorithm\.minibatches"):
        compose(app, ["algorithm.minibatches=7"])
