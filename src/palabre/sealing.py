"""Boxes that anybody can close and one key opens: libsodium's sealed boxes, by PyNaCl.

X25519, XSalsa20-Poly1305; a new key pair for each box, so that not even its writer can open it
again (https://doc.libsodium.org/public-key_cryptography/sealed_boxes).
"""

import base64
import binascii
from collections.abc import Callable

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

_LENGTH = 32  # bytes of an X25519 key


def new_pair() -> tuple[str, str]:
    """Return a private and a public key in Base64."""
    private = PrivateKey.generate()
    return _text(bytes(private)), _text(bytes(private.public_key))


def sealer(public: str) -> Callable[[bytes], bytes]:
    """Return what closes a box for a public key; ``ValueError``: it is none."""
    box = SealedBox(PublicKey(_key(public)))
    return lambda content: bytes(box.encrypt(content))


def opener(private: str) -> Callable[[bytes], bytes]:
    """Return what opens boxes; ``ValueError``: the key is none, or not that of a box."""
    box = SealedBox(PrivateKey(_key(private)))

    def opened(sealed: bytes) -> bytes:
        try:
            return bytes(box.decrypt(sealed))
        except CryptoError:
            raise ValueError("this key does not open what was sealed") from None

    return opened


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != _LENGTH:
        raise ValueError("not a key; `palabre person keys` makes a pair")
    return key


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode("ascii")
