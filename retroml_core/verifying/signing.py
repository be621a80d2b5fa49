"""The key that certificates are signed with: Ed25519 (RFC 8032), one for each user, made when it is first needed.

It lies in the user's config folder as PEM (PKCS #8), readable by its owner only. Whoever has it can sign in that name.
"""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from retroml_core.choices import config_folder
from retroml_core.faults import Fault
from retroml_core.files import whole

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["KEY_FILE", "Signer", "is_own", "is_signed", "key_name", "own_signer"]

KEY_FILE = "signing_key.pem"
_OTHERS = 0o077


class Signer:
    """Signs with one private key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @property
    def public_key(self) -> str:
        """The public key, 32 bytes in Base64."""
        return base64.b64encode(self._key.public_key().public_bytes_raw()).decode()

    def sign(self, message: bytes) -> str:
        """The signature of `message`, 64 bytes in Base64."""
        return base64.b64encode(self._key.sign(message)).decode()


def is_signed(message: bytes, signature: str, public_key: str) -> bool:
    """Whether `signature` is that of `message` by the owner of `public_key`; False also for what is neither."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
        key.verify(base64.b64decode(signature, validate=True), message)
    except (ValueError, InvalidSignature):
        return False
    return True


def key_name(public_key: str) -> str:
    """A short name of a public key for people to compare: 16 hex digits of its SHA-256, in fours."""
    digits = hashlib.sha256(public_key.encode()).hexdigest()[:16]
    return " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))


def own_signer() -> Signer:
    """The user's own; its key is made where there is none yet.

    Raises Fault when the key can be read by others or is damaged, OSError when it cannot be read or written.
    """
    from filelock import FileLock

    path = config_folder() / KEY_FILE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):
            if not path.exists():
                _make(path)
    return Signer(_read(path))


def is_own(public_key: str) -> bool:
    """Whether `public_key` is that of the user's own key; False where there is none that can be used."""
    try:
        return Signer(_read(config_folder() / KEY_FILE)).public_key == public_key
    except (OSError, Fault):
        return False


def _make(path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with whole(path) as temporary, _private(temporary) as file:
        file.write(pem)


def _private(path: Path) -> BinaryIO:
    """A new file that is its owner's alone from its first byte on; on Windows the user's folder is."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _read(path: Path) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if os.name != "nt" and path.stat().st_mode & _OTHERS:
        raise Fault(f"others may read the signing key {path}; make it private: chmod 600 '{path}'")
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError) as error:
        raise Fault(
            f"the signing key {path} is damaged ({error}); put it back from a copy, or move it away for a new one"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Fault(f"the signing key {path} is not an Ed25519 key; move it away for a new one")
    return key
