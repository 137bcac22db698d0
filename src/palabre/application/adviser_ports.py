"""What the house asks of advisers outside: a text without its author, and what comes back."""

from dataclasses import dataclass
from typing import Protocol

from palabre.moderation.explain import ADVISED

# Of a held comment: an adviser finds that it breaks a rule, or that it breaks none.
BREACH, HARMLESS = ADVISED


class AdviserFailedError(Exception):
    """No usable answer came; the message holds no word of a comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A comment as it leaves the house: words pseudonymised, language, the site's origin."""

    text: str
    lang: str | None
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """An answer. ``score``: how sure, 0 to 1; ``rule``: the id of the rule that is broken.

    ``tokens`` is what it cost, as the adviser counts; ``version`` the model that answered.
    """

    breach: bool
    score: float
    rule: str | None = None
    tokens: int = 0
    version: str = "1"


class Adviser(Protocol):
    """One adviser. Its address comes from the settings alone."""

    @property
    def name(self) -> str:
        """A stable name, kept in decisions."""
        ...

    def ask(self, question: Question) -> Advice:
        """Return what it makes of a comment; raise ``AdviserFailedError``."""
        ...
