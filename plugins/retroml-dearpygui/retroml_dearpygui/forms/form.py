"""`Form`: the settings of something as a user edits them, told from what the preset says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from retroml_dearpygui.forms.texts import BadText, as_override, as_text, fault_of, parse, warning_of

if TYPE_CHECKING:
    from retroml_dearpygui.forms.fields import Field

__all__ = ["Form"]


class Form:
    """Values by key, over the `usual` ones. `version` rises with every change; `fault` and `warning` are in words."""

    def __init__(self, fields: Iterable[Field], usual: Mapping[str, Any]) -> None:
        self.fields = {field.key: field for field in fields if field.key in usual}
        self.usual = dict(usual)
        self.version = 0
        self._edited: dict[str, Any] = {}
        self._texts: dict[str, str] = {}
        self._faults: dict[str, str] = {}
        self._blamed: dict[str, str] = {}

    def value(self, key: str) -> Any:
        """The value in force."""
        return self._edited.get(key, self.usual[key])

    def text(self, key: str) -> str:
        """What stands in the field: as it was typed, also when that is no value."""
        return self._texts[key] if key in self._texts else as_text(self.fields[key], self.value(key))

    def set_text(self, key: str, text: str) -> None:
        """The user typed `text`; a fault leaves the value as it was."""
        self._texts[key] = text
        try:
            value = parse(self.fields[key], text)
        except BadText as fault:
            self._faults[key] = str(fault)
            self.pardon()
            return
        self._set(key, value)

    def set_value(self, key: str, value: Any) -> None:
        """The user chose `value`."""
        self._texts.pop(key, None)
        self._set(key, value)

    def blame(self, key: str, words: str) -> None:
        """Somebody else found a fault in the value of `key`, or of a name in it; gone with the next edit of any field, which
        may be the cause."""
        key = key if key in self.fields else key.rpartition(".")[0]
        if key in self.fields:
            self._blamed[key] = words
            self.version += 1

    def pardon(self) -> None:
        """Something that the values depend on is new: what others found no longer counts."""
        self._blamed.clear()
        self.version += 1

    def fault(self, key: str) -> str:
        """What is wrong with what stands in the field, "" when nothing is."""
        return self._faults.get(key) or self._blamed.get(key, "")

    def warning(self, key: str) -> str:
        """What is unusual about the value, "" when nothing is."""
        return "" if self.fault(key) else warning_of(self.fields[key], self.value(key)) if self.changed(key) else ""

    @property
    def valid(self) -> bool:
        """Whether every field holds an allowed value."""
        return not self._faults and not self._blamed

    def changed(self, key: str) -> bool:
        """Whether the field differs from what the preset says."""
        return key in self._edited or key in self._faults

    @property
    def changes(self) -> list[str]:
        """The keys that differ from what the preset says."""
        return [key for key in self.fields if self.changed(key)]

    def revert(self, key: str) -> None:
        """Back to what the preset says."""
        for kept in (self._edited, self._texts, self._faults):
            kept.pop(key, None)
        self.pardon()

    def reset(self, keys: Iterable[str] | None = None) -> Callable[[], None]:
        """These, or all, back to what the preset says; returns what undoes that."""
        before = dict(self._edited), dict(self._texts), dict(self._faults)

        def undo() -> None:
            self._edited, self._texts, self._faults = before
            self.pardon()

        for key in self.changes if keys is None else keys:
            self.revert(key)
        return undo

    def rebase(self, fields: Iterable[Field], usual: Mapping[str, Any]) -> None:
        """Another preset, game or algorithm: what the user changed stays changed where the setting is still there."""
        self.fields = {field.key: field for field in fields if field.key in usual}
        self.usual = dict(usual)
        for key in [key for key in self._edited if key not in self.fields or self._edited[key] == self.usual[key]]:
            self._edited.pop(key)
        self._texts = {key: text for key, text in self._texts.items() if key in self._faults and key in self.fields}
        self._faults = {key: fault for key, fault in self._faults.items() if key in self.fields}
        self.pardon()

    def overrides(self) -> list[str]:
        """What differs, as overrides of a config."""
        return [as_override(key, value) for key, value in self._edited.items()]

    def _set(self, key: str, value: Any) -> None:
        fault = fault_of(self.fields[key], value)
        self._faults.pop(key, None)
        if fault:
            self._faults[key] = fault
        elif value == self.usual[key]:
            self._edited.pop(key, None)
        else:
            self._edited[key] = value
        self.pardon()
