"""What modes and the ladder of trust need from the store; ``ports`` puts them into the unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from palabre.domain.mode import Mode
from palabre.domain.trust import Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote:
    """When an author last wrote in a thread."""

    thread_id: str
    site_id: str
    section_id: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """How many comments of a thread came since a moment and wait."""

    thread_id: str
    site_id: str
    section_id: str | None
    held: int


class Modes(Protocol):
    """Modes: few, read as a whole."""

    def all(self) -> Sequence[Mode]:
        """Return all of them, by scope; also those that have ended by themselves."""

    def set(self, mode: Mode) -> None:
        """Set a mode, in the place of the one that its part of the house has."""

    def lift(self, scope: str) -> None:
        """Take a mode away; of no effect where there is none."""

    def wrote(self, author_key: str | None, source: str | None, since: datetime) -> Sequence[Wrote]:
        """Return where an author (else: whoever sent from the source) wrote since, and when last.

        A writing transaction is the only one that asks for the same author until it ends.
        """

    def bursts(self, since: datetime, *, at_least: int) -> Sequence[Burst]:
        """Return the threads in which so many comments came since and wait, the most first."""

    def pace(self, since: datetime) -> Mapping[tuple[str, str], int]:
        """Return how many comments came since, by the article's (origin, key)."""


class Measures(Protocol):
    """What moderators set on readers."""

    def set(self, measure: Measure) -> None:
        """Set a measure, in the place of the one that the reader has on the site."""

    def of(self, author_key: str, site_id: str) -> Measure | None:
        """Return what is set on a reader, ended or not."""

    def of_keys(self, author_keys: Sequence[str]) -> Sequence[Measure]:
        """Return what is set on these authors on any site, by site."""

    def by_statement(self, statement_id: str) -> Measure | None:
        """Return the measure that a statement of reasons is about, while it is kept."""

    def end(self, author_key: str, site_id: str, at: datetime) -> None:
        """Let a measure end at a moment, if it had not ended before."""

    def forget(self, author_keys: Sequence[str]) -> None:
        """Remove what is set on these authors."""

    def since(self, site_ids: Sequence[str], now: datetime, *, limit: int) -> Sequence[Measure]:
        """Return the measures of some sites that are in force, the latest first."""
