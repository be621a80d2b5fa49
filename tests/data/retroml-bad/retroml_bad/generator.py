from retroml_core import MetricSpec, hookimpl
from retroml_core.builtin.configs import LocalConfig


@hookimpl
def retroml_metrics():
    yield MetricSpec(name="local", title="Half", summary="", config=LocalConfig, factory="retroml_bad:nothing")
    raise RuntimeError("midway")
