"""What the browser keeps while its owner is at the provider: sealed, and for ten minutes.

Nothing is stored here before somebody came back, so that a flood of first clicks costs nothing.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from itsdangerous import BadSignature, Signer
from litestar.datastructures import Cookie

from palabre.domain.errors import Code, Refusal
from palabre.web.oidc import Attempt

_LIFE = timedelta(minutes=10)
_LONGEST: Final = 3500  # a browser keeps some 4096 bytes with name and attributes


class Attempts:
    """Seals attempts for one door (``purpose``), so that one door's opens no other."""

    def __init__(self, secret: bytes, purpose: str, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._signer = Signer(
            secret,
            salt=f"palabre.oidc.{purpose}",
            key_derivation="hmac",
            digest_method=hashlib.sha256,
        )

    def seal(self, attempt: Attempt, **kept: str) -> str:
        """Return the attempt as text, with what is to be known again when the browser is back."""
        begun = int(self._clock().timestamp())
        whole = [attempt.state, attempt.nonce, attempt.verifier, begun, kept]
        text = self._signer.sign(json.dumps(whole, separators=(",", ":"))).decode("ascii")
        if len(text) > _LONGEST:
            raise Refusal(Code.BAD_ADDRESS)
        return text

    def open(self, text: str) -> tuple[Attempt, dict[str, str]]:
        """Return what was sealed; refuse with ``sign_on_invalid`` or ``sign_on_expired``."""
        try:
            whole = json.loads(self._signer.unsign(text.encode("utf-8", "replace")))
        except (BadSignature, ValueError):
            raise Refusal(Code.SIGN_ON_INVALID) from None
        state, nonce, verifier, begun, kept = whole
        if int(self._clock().timestamp()) - begun > _LIFE.total_seconds():
            raise Refusal(Code.SIGN_ON_EXPIRED)
        return Attempt(state=state, nonce=nonce, verifier=verifier), kept


def attempt_cookie(key: str, value: str, *, path: str, secure: bool) -> Cookie:
    """Return the cookie that carries an attempt; an empty value takes it back.

    ``Lax``: the browser comes back by a plain link from another site.
    """
    life = int(_LIFE.total_seconds()) if value else 0
    return Cookie(
        key=key,
        value=value,
        max_age=life,
        path=path,
        httponly=True,
        secure=secure,
        samesite="lax",
    )
