"""What the worker asks of a way for mail to leave, and how it is told that something went wrong."""

from email.message import EmailMessage
from typing import Protocol


class Unreachable(Exception):  # noqa: N818 -- it tells of a state
    """There is no way to send now: nothing is known about any one address."""


class RefusedForNow(Exception):  # noqa: N818
    """The server asks to try again later (SMTP 4xx)."""


class RefusedForGood(Exception):  # noqa: N818
    """The server will not take this mail (SMTP 5xx). ``nobody``: the address does not exist."""

    def __init__(self, code: int, *, nobody: bool) -> None:
        super().__init__(str(code))
        self.nobody = nobody


class Transport(Protocol):
    """A way for mail to leave; used by one thread."""

    def open(self) -> None:
        """Make ready to send at once, or raise ``Unreachable``."""

    def send(self, message: EmailMessage, *, sender: str, to: str, name: str) -> None:
        """Send a mail; when this returns, whoever took it answers for it.

        ``sender`` is where undeliverable mail returns to, ``name`` the mail's identifier.
        """

    def close(self) -> None:
        """Leave politely; no failure matters any more."""
