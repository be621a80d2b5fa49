from retroml_core import hookimpl


@hookimpl(wrapper=True)
def retroml_refuse_run(app, config):
    return (yield)
