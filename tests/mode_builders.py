"""Modes and measures with harmless values; each test says what it is about."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from builders import NOON
from palabre.application.tokens import key_of
from palabre.domain.mode import Mode
from palabre.domain.trust import Measure, Trust


def a_mode(**changes: Any) -> Mode:
    """Return a mode of the site that lets everything be read first, without an end."""
    return replace(
        Mode(site_id="le-journal", holds_all=True, set_by="lead", set_at=NOON), **changes
    )


def a_measure(comment_id: str, **changes: Any) -> Measure:
    """Return a reader who is suspended for a week from noon."""
    measure = Measure(
        author_key=key_of("a reader's token"),
        site_id="le-journal",
        trust=Trust.SUSPENDED,
        rule="insult",
        comment_id=comment_id,
        set_at=NOON,
        set_by="lead",
        until=NOON + timedelta(days=7),
    )
    return replace(measure, **changes)
