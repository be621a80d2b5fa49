from retroml_core import hookimpl


@hookimpl
def retroml_algoritms():
    return []
