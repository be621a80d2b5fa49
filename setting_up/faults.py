"""What can go wrong while setting up, in plain words."""

from __future__ import annotations

import re

EXPLANATIONS = (
    (
        r"No space left|Errno 28|not enough space on the disk|WinError 112|Disk quota",
        "The disk is full. Set-up needs about 3 GB (10 GB with an NVIDIA GPU) in this folder and room in the temporary folder.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError",
        "A server's certificate was not accepted. Behind a company proxy, tell pip its certificate:"
        " pip config set global.cert FILE.",
    ),
    (
        r"ProxyError|407 Proxy",
        "The proxy refused the connection. Check the HTTPS_PROXY environment variable or pip's proxy setting.",
    ),
    (
        r"NewConnectionError|NameResolutionError|name resolution|getaddrinfo|Network is unreachable|Max retries"
        r"|ConnectTimeout|Read timed out|ReadTimeout|ConnectionReset|Connection aborted|RemoteDisconnected",
        "The package index could not be reached. Check the internet connection; what was downloaded so far is kept.",
    ),
    (
        r"Permission denied|Errno 13|Access is denied|WinError 5\b|WinError 32|Read-only file system",
        "A file could not be written. Is this folder yours, is it writable, and is no Retro ML still running?",
    ),
    (
        r"ensurepip is not available|No module named '?ensurepip|No module named '?venv",
        "This Python cannot make virtual environments. On Debian and Ubuntu: sudo apt install python3-venv",
    ),
    (r"DO NOT MATCH THE HASHES|IncompleteRead|BadZipFile", "A download arrived damaged. Run the same command again."),
    (
        r"Failed building wheel|Microsoft Visual C\+\+ 14|error: command '.*' failed|metadata-generation-failed",
        "A package has no ready-made build for this Python. Use Python 3.11, 3.12 or 3.13.",
    ),
    (
        r"No matching distribution found",
        "A package has no build for this Python and system. Use a 64-bit Python 3.11, 3.12 or 3.13.",
    ),
    (r"ResolutionImpossible", "The wanted versions contradict each other; pip's settings may hold a constraint of their own."),
    (
        r"WinError 126|c10\.dll|vcruntime",
        "Windows lacks the Visual C++ runtime that PyTorch needs: install 'vc_redist.x64.exe'.",
    ),
    (r"MemoryError|Cannot allocate memory", "The machine ran out of memory. Close other programs and run the command again."),
)


class SetupFailed(Exception):
    """A step failed; the message says in plain words what to do."""


def explain(output: str) -> str:
    """What the output of a failed process means, in plain words."""
    unknown = "This is not a known difficulty. The lines above are the last of its output."
    return next((words for pattern, words in EXPLANATIONS if re.search(pattern, output, re.IGNORECASE)), unknown)
