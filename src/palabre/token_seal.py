"""Authors' tokens under the house's secret: whoever has the store alone can open none.

Fernet (https://github.com/fernet/spec): AES-128 in CBC mode and HMAC-SHA-256 over all of it.
"""

import base64
import hmac

from cryptography.fernet import Fernet, InvalidToken


class TokenSeal:
    """Closes and opens with a key that is derived from ``secret`` for nothing else."""

    def __init__(self, secret: bytes) -> None:
        key = hmac.digest(secret, b"authors' tokens under seal", "sha256")
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def close(self, token: str) -> bytes:
        """Return the token under seal."""
        return self._fernet.encrypt(token.encode())

    def open(self, sealed: bytes) -> str | None:
        """Return the token; None when the house's secret is another one by now."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            return None
