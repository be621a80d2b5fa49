import os

import pytest

from retroml_core.choices import CONFIG_VARIABLE
from retroml_core.faults import Fault
from retroml_core.verifying.signing import KEY_FILE, is_own, is_signed, key_name, own_signer


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The config folder of this test."""
    monkeypatch.setenv(CONFIG_VARIABLE, str(tmp_path / "config"))
    return tmp_path / "config"


def test_a_signature_is_that_of_its_message():
    signer = own_signer()
    assert is_signed(b"a run", signer.sign(b"a run"), signer.public_key)


def test_a_signature_fits_no_other_message():
    signer = own_signer()
    assert not is_signed(b"a rum", signer.sign(b"a run"), signer.public_key)


def test_a_signature_fits_no_other_key(folder):
    signer = own_signer()
    (folder / KEY_FILE).unlink()
    assert not is_signed(b"a run", signer.sign(b"a run"), own_signer().public_key)


@pytest.mark.parametrize(("signature", "key"), [("?", None), ("AAAA", None), (None, "AAAA"), (None, "ä")])
def test_what_is_no_signature_or_key_signs_nothing(signature, key):
    signer = own_signer()
    assert not is_signed(b"a run", signature or signer.sign(b"a run"), key or signer.public_key)


def test_the_key_is_made_once():
    assert own_signer().public_key == own_signer().public_key


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes; the user's folder is private there")
def test_the_key_can_be_read_by_its_owner_only(folder):
    own_signer()
    assert (folder / KEY_FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes; the user's folder is private there")
def test_a_key_that_others_may_read_is_not_used(folder):
    own_signer()
    (folder / KEY_FILE).chmod(0o644)
    with pytest.raises(Fault, match=r"others may read the signing key .* chmod 600"):
        own_signer()


def test_a_damaged_key_is_refused_in_words(folder):
    own_signer()
    (folder / KEY_FILE).write_bytes(b"-----BEGIN PRIVATE KEY-----\n")
    with pytest.raises(Fault, match="is damaged"):
        own_signer()


def test_a_key_of_another_kind_is_refused_in_words(folder):
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    own_signer()
    pem = X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / KEY_FILE).write_bytes(pem)
    with pytest.raises(Fault, match="not an Ed25519 key"):
        own_signer()


def test_one_knows_the_own_key(folder):
    assert not is_own("AAAA")
    signer = own_signer()
    assert is_own(signer.public_key)
    (folder / KEY_FILE).unlink()
    assert not is_own(signer.public_key)


def test_keys_have_short_names_that_differ():
    assert len(key_name("AAAA")) == 19
    assert key_name("AAAA") != key_name("AAAB")
