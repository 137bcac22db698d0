"""Whom a request for data is about: nobody has an account, so a person is what they can show.

Whoever opened a link that we mailed to an address has that address; whoever sends a token wrote or
voted with it. What was written without the address and in another browser is not theirs to show,
and so is not found.
"""

import hashlib
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from palabre.application.mail_tokens import address_hash


class Scope(StrEnum):
    """How much is to be erased."""

    EVERYTHING = "everything"
    IDENTITY = "identity"  # published texts stay, nobody's; the rest goes as with everything
    COMMENT = "comment"  # one of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The keys under which the store knows somebody; several when several were shown.

    ``mailboxes`` find comments, ``address_hashes`` subscriptions and mails; ``addresses`` are the
    plain addresses, for the person's own eyes.
    """

    mailboxes: frozenset[str] = frozenset()
    address_hashes: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    author_keys: frozenset[str] = frozenset()
    voter_keys: frozenset[str] = frozenset()

    def __or__(self, other: "Person") -> "Person":
        """Return who has shown both."""
        return Person(
            mailboxes=self.mailboxes | other.mailboxes,
            address_hashes=self.address_hashes | other.address_hashes,
            addresses=self.addresses | other.addresses,
            author_keys=self.author_keys | other.author_keys,
            voter_keys=self.voter_keys | other.voter_keys,
        )

    @property
    def is_known(self) -> bool:
        """Tell whether anything was shown at all."""
        return bool(self.mailboxes or self.author_keys or self.voter_keys)


def mailbox_of(address: str) -> str:
    """Return under what comments with an address are found: SHA-256 of its normal form.

    It is no secret: it stands beside the address and goes with it. It needs no key, so that a house
    that has lost its key still finds what it must erase.
    """
    normal = unicodedata.normalize("NFC", address.strip()).lower()
    return hashlib.sha256(normal.encode()).hexdigest()


def of_address(address: str, secret: bytes) -> Person:
    """Return the owner of an address."""
    return Person(
        mailboxes=frozenset({mailbox_of(address)}),
        address_hashes=frozenset({address_hash(address, secret)}),
        addresses=frozenset({address}),
    )


def of_tokens(author_key: str | None, voter_key: str | None) -> Person:
    """Return whoever holds an author's and a voter's token."""
    return Person(
        author_keys=frozenset({author_key} - {None}),  # type: ignore[arg-type]
        voter_keys=frozenset({voter_key} - {None}),  # type: ignore[arg-type]
    )
