"""What a mail says, before it is put into the forms that mail asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from palabre.application.mail_ports import Mail


class Words(Protocol):
    """The words of one language, as far as mails need them."""

    @property
    def lang(self) -> str:
        """The language's BCP 47 tag."""
        ...

    @property
    def is_right_to_left(self) -> bool:
        """Tell whether the language is written from right to left."""
        ...

    def say(self, key: str, **values: object) -> str:
        """Return the sentence under ``key`` with its named placeholders filled."""

    def count(self, key: str, n: int, **values: object) -> str:
        """Return the sentence under ``key`` in the plural form for ``n``."""

    def moment(self, at: datetime) -> str:
        """Return a date with its time, as this language writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A comment as a mail shows it: plain text, one line of it at most."""

    name: str
    text: str
    moment: str
    link: str
    title: str
    is_answer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail ready to be written.

    ``rests_on`` are the subscriptions and the comments without which it must not be sent.
    ``references`` are the Message-IDs above it, the oldest first. ``leave`` is the address that a
    POST ends the subscription at; None for mail that is not of a list.
    """

    mail: Mail
    to: str
    words: Words
    from_name: str
    subject: str
    template: str
    message_id: str
    values: Mapping[str, Any]
    references: tuple[str, ...] = ()
    in_reply_to: str | None = None
    list_name: str = ""
    list_id: str | None = None
    leave: str | None = None
    rests_on: tuple[frozenset[str], frozenset[str]] = field(
        default_factory=lambda: (frozenset(), frozenset())
    )
