from retroml_core import AlgorithmSpec, hookimpl


@hookimpl
def retroml_algorithms():
    return [AlgorithmSpec(name="shapeless", title="Shapeless", summary="", config=dict, factory="retroml_bad:nothing")]
