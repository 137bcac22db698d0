"""What the house rules hand to the detectors: plain values, compiled from the file once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from palabre.moderation.lesson import Lesson
from palabre.moderation.model import FirstLook, Model
from palabre.moderation.vectors import TextVectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A word or phrase of a list.

    ``text`` is folded. ``exact`` holds the spelling with accents when only that counts.
    ``ambiguous``: harmless in another language, so it counts only where the text speaks ``lang``.
    """

    text: str
    symbol: str
    score: float
    lang: str | None = None
    exact: str | None = None
    ambiguous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A house pattern: ``source`` is a linear-time expression over the folded text."""

    source: str
    symbol: str
    score: float
    lang: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The figures that an editor may want to change; their meaning is in the rules' reference."""

    links: int = 3
    posts_per_minute: int = 5
    posts_per_ten_minutes: int = 20
    capitals: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that the rules know, for a detector to take what it needs."""

    entries: tuple[Entry, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    excepted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    domains: Mapping[str, frozenset[str]] = field(default_factory=dict)
    shorteners: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)
    models: tuple[Model, ...] = ()
    first_look: FirstLook | None = None
    lessons: tuple[Lesson, ...] = ()
    vectors: TextVectors | None = None
