"""One walk finds every fault."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from retroml_core import ExporterSpec, MetricSpec, Problem, RendererSpec, Severity
from retroml_core.config.composing import compose
from retroml_core.config.validation import check, film_seconds, range_problems, range_text
from retroml_core.hookspecs import hookimpl
from retroml_core.params import param
from retroml_core.testing.apps import tiny_app


@dataclass
class Inner:
    size: int = param(4, ge=1, le=8, unit="px", help="How large.")


@dataclass
class Outer:
    rate: float = param(0.5, ge=0.0, le=1.0, soft_ge=0.1, soft_le=0.9, help="How fast.")
    sizes: list[int] = param(default_factory=lambda: [1], ge=1, help="Sizes.")
    often: int | None = param(None, ge=1, help="How often.")
    mode: str = param("a", choices=("a", "b"), help="Which.")
    on: bool = param(True, help="Whether.")
    free: int = 0
    inner: Inner = field(default_factory=Inner)


def problems(**values) -> list[Problem]:
    return list(range_problems(Outer(**values)))


def test_defaults_are_fine():
    assert problems() == []


def test_the_message_has_key_value_range_unit_and_meaning():
    (problem,) = problems(inner=Inner(size=9))
    assert str(problem) == "inner.size=9: must be between 1 and 8 px (How large.)"


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_limits_themselves_are_allowed(value):
    assert all(problem.severity is Severity.WARNING for problem in problems(rate=value))


@pytest.mark.parametrize("value", [-0.01, 1.01])
def test_outside_the_limits_is_an_error(value):
    assert [problem.severity for problem in problems(rate=value)] == [Severity.ERROR]


@pytest.mark.parametrize("value", [0.05, 0.95])
def test_outside_the_safe_band_is_a_warning(value):
    (problem,) = problems(rate=value)
    assert problem.severity is Severity.WARNING
    assert "is usually between 0.1 and 0.9" in str(problem)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_must_be_finite(value):
    assert [problem.message for problem in problems(rate=value)] == ["must be a finite number"]


def test_every_item_of_a_list_is_looked_at():
    assert [(problem.key, problem.value) for problem in problems(sizes=[1, 0, -1])] == [("sizes", 0), ("sizes", -1)]


def test_nothing_is_allowed_where_it_is_the_default():
    assert problems(often=None) == []
    assert [problem.key for problem in problems(often=0)] == ["often"]


def test_a_default_is_never_remarked_upon():
    @dataclass
    class Automatic:
        every: int = param(0, ge=0, soft_ge=1000, help="0: chosen.")

    assert list(range_problems(Automatic())) == []
    assert len(list(range_problems(Automatic(every=1)))) == 1


def test_choices():
    (problem,) = problems(mode="c")
    assert "must be one of 'a', 'b'" in str(problem)


def test_what_is_missing_is_said():
    assert "needs a value" in str(problems(mode="???")[0])


def test_all_faults_are_found_in_one_walk():
    found = problems(rate=2, sizes=[0], often=0, mode="z", inner=Inner(size=0))
    assert [problem.key for problem in found] == ["rate", "sizes", "often", "mode", "inner.size"]


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [(1, 2, "h", "between 1 and 2 h"), (1, None, "", "at least 1"), (None, 2, "px", "at most 2 px"), (None, None, "h", "")],
)
def test_ranges_in_words(low, high, unit, text):
    assert range_text(low, high, unit) == text


@pytest.mark.parametrize(("length", "seconds"), [("60", 60), ("1.5", 1.5), ("match", None)])
def test_film_length(length, seconds):
    assert film_seconds(length) == seconds


@pytest.mark.parametrize("length", ["", "0", "-1", "nan", "inf", "an hour", "1e9"])
def test_bad_film_length(length):
    with pytest.raises(ValueError):  # noqa: PT011  # float's own words
        film_seconds(length)


# --- a whole config ---------------------------------------------------------------------------------------------------


@dataclass
class PartConfig:
    name: str = "part"


def part(kind, **more):
    return kind(name="part", title="Part", summary="", config=PartConfig, factory="m:f", **more)


@pytest.fixture
def app(tmp_path):
    plugin = SimpleNamespace(
        retroml_metrics=hookimpl(lambda: [part(MetricSpec)]),
        retroml_exporters=hookimpl(lambda: [part(ExporterSpec, suffix=".x", media_type="text/x")]),
        retroml_video_renderers=hookimpl(lambda: [part(RendererSpec)]),
        retroml_check_config=hookimpl(
            lambda config: [Problem(key="seed", value=config.seed, message="is unlucky")] if config.seed == 13 else []
        ),
    )
    return tiny_app(tmp_path, {"parts": plugin})


@pytest.fixture
def config(app):
    return compose(app, ["game=tiny"])


def faults(config, app, severity=Severity.ERROR) -> list[str]:
    return [str(problem) for problem in check(config, app) if problem.severity is severity]


def test_a_good_config_has_no_problem(config, app):
    config.metrics = ["part"]
    assert check(config, app) == []


def test_deterministic_needs_steps(config, app):
    config.deterministic = True
    assert faults(config, app)[0].startswith("deterministic=True: needs a budget in steps")
    config.budget.steps = 1000
    assert faults(config, app) == []


def test_a_budget_of_nothing_is_refused(config, app):
    config.budget.minutes = 0
    assert "leaves no time to train" in faults(config, app)[0]


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "cuda:0", "cuda:11"])
def test_devices(config, app, device):
    config.device = device
    assert faults(config, app) == []


@pytest.mark.parametrize("device", ["", "gpu", "cuda:", "cuda:x", "cpu "])
def test_bad_devices(config, app, device):
    config.device = device
    assert len(faults(config, app)) == 1


@pytest.mark.parametrize(("name", "value"), [("fps", 61), ("height", 721), ("length", "long")])
def test_films(config, app, name, value):
    setattr(config.film, name, value)
    assert [fault.partition("=")[0] for fault in faults(config, app)] == [f"film.{name}"]


def test_the_game_must_be_known(config, app):
    config.game = "chess"
    assert "no game is called 'chess'" in faults(config, app)[0]


def test_what_nobody_offers_is_named_with_what_is_near(config, app):
    config.metrics, config.film.renderers = ["prat"], ["zzz"]
    assert faults(config, app) == [
        "metrics=prat: no plugin offers it; did you mean part?",
        "film.renderers=zzz: no plugin offers it; there is part",
    ]


def test_an_exporter_that_cannot_follow_is_refused(config, app):
    config.exporters = ["part"]
    assert "cannot follow a run while it trains (export afterwards: retroml export ID --format part)" in faults(config, app)[0]


def test_a_film_without_tape_is_a_warning(config, app):
    config.film.renderers = ["part"]
    assert faults(config, app) == []
    assert "film.renderers=part: will not be made:" in faults(config, app, Severity.WARNING)[0]


def test_plugins_object_too(config, app):
    config.seed = 13
    assert faults(config, app) == ["seed=13: is unlucky"]


def test_plugins_see_only_configs_within_their_ranges(config, app):
    config.seed, config.film.fps = 13, 61
    assert [fault.partition("=")[0] for fault in faults(config, app)] == ["film.fps"]
