"""Proof of work: a guest's browser computes for a moment before a comment is taken.

The protocol is ALTCHA's, version 2 (altcha.org): a signed challenge names a salt and the beginning
of a key; whoever tries counters finds the one from which PBKDF2 derives a key that begins so, and
sends that key. PBKDF2, because browsers have it built in: people's machines then do the same work
as fast as a spammer's program does on the same machine. The counter is drawn evenly, so nobody
waits more than twice the average.

A challenge is bound to one article's site and one ``Idempotency-Key``, under which a post is stored
once in 24 hours: a solution serves one comment, and no table of used ones is needed. The library of
the protocol's authors is not used here (2,000 lines, an HTTP client among them, for the forty
below); the tests hold both against each other.
"""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from palabre.domain.errors import Code, Refusal

# What a client sends that cannot compute: its comment waits for a moderator.
CANNOT: Final = "none"
ALGORITHM: Final = "PBKDF2/SHA-256"
ITERATIONS: Final = 2_000  # of PBKDF2, for each try
LIFE: Final = timedelta(minutes=10)  # well within the 24 hours of an Idempotency-Key
_KEY_BYTES: Final = 32
_MOST: Final = 4_000  # characters of a solution


class ProofRefusal(Refusal):
    """A refusal with what to solve before the same comment is sent again."""

    def __init__(self, code: Code, key: str, challenge: dict[str, object]) -> None:
        super().__init__(code, field="proof", idempotency_key=key)
        self.challenge = challenge


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Makes challenges and checks solutions. ``tries``: how many it takes, on average."""

    secret: bytes = field(repr=False)
    tries: int = 1_000

    def asked(self, code: Code, origin: str, key: str | None, now: datetime) -> ProofRefusal:
        """Return the refusal that asks to solve a new challenge; without a key it gives one."""
        key = key or secrets.token_urlsafe(24)
        return ProofRefusal(code, key, self.challenge(origin, key, now))

    def challenge(self, origin: str, key: str, now: datetime) -> dict[str, object]:
        """Return a challenge for one comment, as ALTCHA writes it."""
        nonce, salt = secrets.token_bytes(16), secrets.token_bytes(16)
        derived = derive(nonce, salt, secrets.randbelow(2 * self.tries))
        parameters: dict[str, object] = {
            "algorithm": ALGORITHM,
            "cost": ITERATIONS,
            "data": {"for": self._bound(origin, key)},
            "expiresAt": int((now + LIFE).timestamp()),
            "keyLength": _KEY_BYTES,
            "keyPrefix": derived[: _KEY_BYTES // 2].hex(),
            "keySignature": self._mac("key", derived),
            "nonce": nonce.hex(),
            "salt": salt.hex(),
        }
        return {"parameters": parameters, "signature": self._mac("challenge", _text(parameters))}

    def check(self, given: str, origin: str, key: str | None, now: datetime) -> None:
        """Let a solution pass, or refuse it.

        ``proof_wrong``: no challenge of this house, or no solution of it; ``proof_used``: it is for
        another comment; ``proof_expired``: solved too late, the refusal brings a new challenge.
        """
        try:
            said = json.loads(base64.b64decode(given[:_MOST], validate=True))
            parameters, signature = said["challenge"]["parameters"], said["challenge"]["signature"]
            derived = bytes.fromhex(said["solution"]["derivedKey"])
            ours = _same(signature, self._mac("challenge", _text(parameters)))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Refusal(Code.PROOF_WRONG, field="proof") from None
        # What we have signed has the shape that we gave it.
        if not ours or not _same(self._mac("key", derived), parameters["keySignature"]):
            raise Refusal(Code.PROOF_WRONG, field="proof")
        if not _same(parameters["data"]["for"], self._bound(origin, key or "")):
            raise Refusal(Code.PROOF_USED, field="proof")
        if parameters["expiresAt"] < now.timestamp():
            raise self.asked(Code.PROOF_EXPIRED, origin, key, now)

    def holds(self, given: str | None, origin: str, key: str | None, now: datetime) -> bool:
        """Tell whether it is a solution that would pass."""
        try:
            self.check(given or "", origin, key, now)
        except Refusal:
            return False
        return True

    def _bound(self, origin: str, key: str) -> str:
        return self._mac("for", f"{origin}\n{key}".encode())

    def _mac(self, purpose: str, message: bytes) -> str:
        about = f"palabre.proof.{purpose}\n".encode()
        return hmac.new(self.secret, about + message, hashlib.sha256).hexdigest()


def derive(nonce: bytes, salt: bytes, counter: int) -> bytes:
    """Return the key of one try: the work itself, about a millisecond."""
    password = nonce + counter.to_bytes(4, "big")
    return hashlib.pbkdf2_hmac("sha256", password, salt, ITERATIONS, _KEY_BYTES)


def _text(parameters: Any) -> bytes:  # noqa: ANN401 -- JSON
    return json.dumps(parameters, sort_keys=True, separators=(",", ":")).encode()


def _same(one: object, other: str) -> bool:
    return isinstance(one, str) and hmac.compare_digest(one.encode(), other.encode())
