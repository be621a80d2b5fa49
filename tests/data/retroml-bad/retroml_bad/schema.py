from dataclasses import dataclass, field

from retroml_core import AlgorithmSpec, hookimpl


@dataclass
class UnusualConfig:
    name: str = "unusual"
    colours: set[str] = field(default_factory=set)


@hookimpl
def retroml_algorithms():
    return [AlgorithmSpec(name="unusual", title="Unusual", summary="", config=UnusualConfig, factory="retroml_bad:nothing")]
