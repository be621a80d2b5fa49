from retroml_core import hookimpl


@hookimpl
def retroml_games():
    return "breakout"


@hookimpl
def retroml_metrics():
    return [{"name": "mine"}]
