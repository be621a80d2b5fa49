from retroml_core import hookimpl


@hookimpl
def retroml_config_package():
    return "retroml_bad.conf_half"
