"""Running a process while showing what it prints."""

import sys

from setting_up.process import KEPT_LINES, pip_environment, run_shown


def _python(code: str, show=lambda _: None):
    return run_shown([sys.executable, "-c", code], show)


def test_output_and_exit_code_are_kept():
    result = _python("import sys; print('out'); sys.stdout.flush(); print('err', file=sys.stderr); sys.exit(3)")
    assert (result.code, result.output) == (3, "out\nerr")


def test_every_line_is_shown_as_it_comes():
    shown: list[str] = []
    _python("print('one'); print(); print('  two')", shown.append)
    assert [line for i, line in enumerate(shown) if line and line not in shown[:i]] == ["one", "two"]


def test_only_the_end_of_a_long_output_is_kept():
    lines = _python(f"print(*range({KEPT_LINES + 5}), sep='\\n')").output.splitlines()
    assert len(lines) == KEPT_LINES
    assert lines[-1] == str(KEPT_LINES + 4)


def test_bytes_that_are_no_text_do_no_harm():
    assert "ok" in _python(r"import sys; sys.stdout.buffer.write(b'\xff\xfe ok\n')").output


def test_a_question_is_answered_by_the_end_of_input():
    assert _python("input()").code != 0


def test_pip_is_kept_inside_the_environment_and_the_rest_of_the_users_settings_stay():
    changed = pip_environment({"PIP_USER": "1", "PIP_FIND_LINKS": "/wheels"})
    assert changed["PIP_USER"] == "0"
    assert changed["PIP_FIND_LINKS"] == "/wheels"
