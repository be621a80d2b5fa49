from retroml_core import AlgorithmSpec, hookimpl
from retroml_core.builtin.configs import RandomConfig


@hookimpl
def retroml_algorithms():
    return [AlgorithmSpec(name="random", title="Mine", summary="", config=RandomConfig, factory="retroml_bad:nothing")]
