"""Freed memory stays with the process where the C library can be told so."""

import platform
import sys

from retroml_tianshou import memory

GLIBC = sys.platform == "linux" and platform.libc_ver()[0] == "glibc"


def test_the_c_library_takes_every_setting():
    assert memory.keep_freed_memory() is GLIBC


def test_elsewhere_nothing_happens(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert memory.keep_freed_memory() is False


def test_a_setting_that_is_refused_is_told(monkeypatch):
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda _: Library())
    monkeypatch.setattr(sys, "platform", "linux")
    assert memory.keep_freed_memory() is False


class Library:
    """A C library that takes all settings but one."""

    def mallopt(self, option, value):
        return int(option != -3)
