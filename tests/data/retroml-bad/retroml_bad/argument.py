from retroml_core import hookimpl


@hookimpl
def retroml_startup(app, colour): ...
