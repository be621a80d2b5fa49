"""Telling the desktop that something happened while nobody looks at the window. Best effort: no desktop, no message."""

from __future__ import annotations

import base64
import contextlib
import shutil
import subprocess
import sys

__all__ = ["notification_command", "notify"]

SECONDS = 10
APP_ID = r"{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\WindowsPowerShell\v1.0\powershell.exe"
"""A program known to Windows, in whose name the message comes: without one Windows shows none."""
_WINDOWS = """
$x = [Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
$t = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent(1)
$n = $t.GetElementsByTagName("text")
$n.Item(0).AppendChild($t.CreateTextNode([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String("{title}")))) > $null
$n.Item(1).AppendChild($t.CreateTextNode([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String("{text}")))) > $null
$m = [Windows.UI.Notifications.ToastNotification]::new($t)
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier('{app}').Show($m)
"""


def notification_command(title: str, text: str, platform: str = sys.platform) -> list[str]:
    """The command that shows a message on this platform; empty where none is known."""
    if platform == "win32":
        words = {"title": _encoded(title), "text": _encoded(text), "app": APP_ID}
        script = _WINDOWS
        for key, value in words.items():
            script = script.replace(f"{{{key}}}", value)
        return ["powershell", "-NoProfile", "-NonInteractive", "-WindowStyle", "Hidden", "-Command", script]
    if platform == "darwin":
        quoted = [words.replace("\\", "\\\\").replace('"', '\\"') for words in (text, title)]
        return ["osascript", "-e", f'display notification "{quoted[0]}" with title "{quoted[1]}"']
    if shutil.which("notify-send"):
        return ["notify-send", "--app-name=Retro ML", "--", title, text]
    if shutil.which("gdbus"):
        return [
            "gdbus", "call", "--session", "--dest=org.freedesktop.Notifications",
            "--object-path=/org/freedesktop/Notifications", "--method=org.freedesktop.Notifications.Notify",
            "Retro ML", "0", "", title, text, "[]", "{}", "-1",
        ]  # fmt: skip
    return []


def notify(title: str, text: str) -> None:
    """Show a message on the desktop; from any thread, blocks until it was handed over."""
    command = notification_command(title, text)
    if command:
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run(command, capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL)


def _encoded(words: str) -> str:
    return base64.b64encode(words.encode()).decode()
