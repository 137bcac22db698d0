"""Links in mails, and the keyed hash of an address: signed with the house's secret, kept nowhere.

A token says what it is for: one that leaves does not confirm. Whether it still counts is said by
the rows it leads to; a subscription that is gone takes its tokens along.
"""

import base64
import binascii
import hashlib
import hmac
import unicodedata
import uuid
from enum import StrEnum

_ID, _HASH = 16, 32  # bytes of a UUID, of SHA-256
_TAG = 16  # bytes of HMAC-SHA-256, as RFC 2104 (section 5) lets it be cut
_SHORT_TAG = 8  # in an envelope sender, where 64 characters are all there is; it opens nothing


class Purpose(StrEnum):
    """What a token is good for."""

    CONFIRM = "confirm"
    LEAVE = "leave"
    MANAGE = "manage"
    DATA = "data"
    REPORT = "report"
    STATEMENT = "statement"
    PSEUDONYM = "pseudonym"


def address_hash(address: str, secret: bytes) -> str:
    """Return the keyed hash under which an address is known: HMAC-SHA-256 in hexadecimal.

    Capitals make no other address: in practice no server tells them apart, and a reader who writes
    one once in capitals must not be mailed twice.
    """
    normal = unicodedata.normalize("NFC", address.strip()).lower()
    return hmac.new(secret, f"mail address\n{normal}".encode(), hashlib.sha256).hexdigest()


def subscription_token(purpose: Purpose, subscription_id: str, secret: bytes) -> str:
    """Return the token of one subscription (43 URL-safe characters)."""
    return _signed(purpose, uuid.UUID(subscription_id).bytes, secret)


def address_token(hashed: str, secret: bytes) -> str:
    """Return the token of the page on which an address's subscriptions stand (64 characters)."""
    return _signed(Purpose.MANAGE, bytes.fromhex(hashed), secret)


def subscription_in(purpose: Purpose, token: str, secret: bytes) -> str | None:
    """Return the subscription that a token is for; None when it is not one of ours."""
    subject = _read(purpose, token, secret)
    return str(uuid.UUID(bytes=subject)) if subject and len(subject) == _ID else None


def address_in(token: str, secret: bytes) -> str | None:
    """Return the hash of the address that a token is for; None when it is not one of ours."""
    subject = _read(Purpose.MANAGE, token, secret)
    return subject.hex() if subject and len(subject) == _HASH else None


def bounce_token(mail_id: str, secret: bytes) -> str:
    """Return what names a mail in its envelope sender: letters and digits, whatever their case."""
    subject = uuid.UUID(mail_id).bytes
    packed = subject + _mac("bounce", subject, secret)[:_SHORT_TAG]
    return base64.b32encode(packed).decode("ascii").rstrip("=").lower()


def mail_in(token: str, secret: bytes) -> str | None:
    """Return the mail that an envelope sender names; None when it is not one of ours."""
    try:
        packed = base64.b32decode(token.upper() + "=" * (-len(token) % 8))
    except (binascii.Error, ValueError):
        return None
    subject, tag = packed[:-_SHORT_TAG], packed[-_SHORT_TAG:]
    good = hmac.compare_digest(tag, _mac("bounce", subject, secret)[:_SHORT_TAG])
    return str(uuid.UUID(bytes=subject)) if good and len(subject) == _ID else None


def message_tag(hashed: str, subject: str, secret: bytes) -> str:
    """Return what makes a Message-ID its recipient's own without telling who that is."""
    return _mac("message", f"{hashed}\n{subject}".encode(), secret)[:10].hex()


def _signed(purpose: str, subject: bytes, secret: bytes) -> str:
    packed = subject + _mac(purpose, subject, secret)[:_TAG]
    return base64.urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")


def _read(purpose: str, token: str, secret: bytes) -> bytes | None:
    try:
        packed = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    subject, tag = packed[:-_TAG], packed[-_TAG:]
    good = hmac.compare_digest(tag, _mac(purpose, subject, secret)[:_TAG])
    return subject if good else None


def _mac(purpose: str, subject: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, f"mail {purpose}\n".encode() + subject, hashlib.sha256).digest()
