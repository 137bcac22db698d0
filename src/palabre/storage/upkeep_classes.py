"""What leaves by itself, class by class: which rows are due, and what they become."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from palabre.application.mail_ports import MailState
from palabre.domain.retention import Leaves
from palabre.storage.tables import (
    client_labels,
    comment_authors,
    comment_bodies,
    comment_sources,
    comments,
    consents,
    data_requests,
    decision_notes,
    decisions,
    erasures,
    evidence_snapshots,
    held_words,
    ledger_tasks,
    ledger_words,
    legal_holds,
    legal_readings,
    legal_sources,
    mail_addresses,
    mails,
    notices,
    outbox,
    pseudonym_links,
    pseudonyms,
    reader_measures,
    repeats,
    retention_runs,
    sessions,
    source_keys,
    subscriptions,
    traces,
    votes,
)

BEFORE: sa.BindParameter[Any] = sa.bindparam("before", type_=comments.c.created_at.type)

# A voter's hash is hexadecimal: what begins with this letter is nobody's, and sorts behind them.
NOBODY = "x"
_NO_VOTER: Mapping[str, sa.ColumnElement[str]] = {
    "sqlite": sa.literal_column("'x' || substr(lower(hex(randomblob(32))), 2)"),
    "postgresql": sa.literal_column(
        "'x' || substr(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 2)"
    ),
}


@dataclass(frozen=True, slots=True)
class Due:
    """The rows of a class that are due, and what they become; ``become`` None: they are deleted."""

    table: sa.Table
    due: sa.ColumnElement[bool]
    become: Callable[[str], Mapping[str, Any]] | None = None


def _old_comments(column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    """Tell whether the comment that a row belongs to is due."""
    return sa.exists().where(comments.c.id == column, comments.c.created_at <= BEFORE)


def _no_hold(column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    return ~sa.exists().where(legal_holds.c.comment_id == column, legal_holds.c.ends_at > BEFORE)


CLASSES: Mapping[Leaves, Due] = {
    Leaves.SOURCES: Due(comment_sources, comment_sources.c.created_at <= BEFORE),
    Leaves.SOURCE_KEYS: Due(source_keys, source_keys.c.at <= BEFORE),
    Leaves.NAMES: Due(
        comment_authors,
        sa.and_(
            comment_authors.c.name.is_not(None),
            comment_authors.c.is_staff.is_(sa.false()),
            _old_comments(comment_authors.c.comment_id),
        ),
    ),
    Leaves.EMAILS: Due(
        comment_authors,
        sa.and_(comment_authors.c.email.is_not(None), _old_comments(comment_authors.c.comment_id)),
    ),
    Leaves.REVISIONS: Due(
        comment_bodies,
        sa.exists().where(
            comments.c.id == comment_bodies.c.comment_id,
            comments.c.revision > comment_bodies.c.revision,
            comments.c.edited_at <= BEFORE,
        ),
    ),
    Leaves.VOTES: Due(
        votes,
        sa.and_(votes.c.at <= BEFORE, votes.c.voter_key < NOBODY),
        lambda dialect: {"voter_key": _NO_VOTER[dialect]},
    ),
    Leaves.NOTES: Due(
        decision_notes,
        sa.exists().where(decisions.c.id == decision_notes.c.decision_id, decisions.c.at <= BEFORE),
    ),
    # Not while somebody waits for the answer.
    Leaves.REPORT_WORDS: Due(
        ledger_words,
        sa.and_(
            ledger_words.c.at <= BEFORE,
            ~sa.exists().where(ledger_tasks.c.line_id == ledger_words.c.line_id),
        ),
    ),
    Leaves.CONSENTS: Due(
        consents,
        sa.and_(
            consents.c.at <= BEFORE,
            ~sa.exists().where(subscriptions.c.id == consents.c.subscription_id),
        ),
    ),
    Leaves.STOPPED: Due(mail_addresses, mail_addresses.c.stopped_at <= BEFORE),
    # Nothing written under it since: neither kept for so long nor a comment within.
    Leaves.PSEUDONYMS: Due(
        pseudonyms,
        sa.and_(
            pseudonyms.c.kept_at <= BEFORE,
            ~sa.exists().where(
                comments.c.author_key == pseudonyms.c.author_key,
                comments.c.site_id == pseudonyms.c.site_id,
                comments.c.created_at > BEFORE,
            ),
        ),
    ),
    Leaves.PSEUDONYM_LINKS: Due(pseudonym_links, pseudonym_links.c.asked_at <= BEFORE),
    Leaves.NOTICES: Due(
        notices,
        sa.exists().where(
            mails.c.id == notices.c.mail_id,
            mails.c.state != MailState.WAITING.value,
            mails.c.done_at <= BEFORE,
        ),
    ),
    Leaves.MAILS: Due(
        mails,
        sa.and_(mails.c.state != MailState.WAITING.value, mails.c.done_at <= BEFORE),
    ),
    Leaves.EVENTS: Due(outbox, outbox.c.handled_at <= BEFORE),
    Leaves.REPEATS: Due(repeats, repeats.c.at <= BEFORE),
    Leaves.SESSIONS: Due(sessions, sessions.c.expires_at <= BEFORE),
    Leaves.REQUESTS: Due(data_requests, data_requests.c.asked_at <= BEFORE),
    Leaves.HELD_WORDS: Due(held_words, _no_hold(held_words.c.comment_id)),
    Leaves.SNAPSHOTS: Due(
        evidence_snapshots,
        sa.and_(evidence_snapshots.c.ends_at <= BEFORE, _no_hold(evidence_snapshots.c.comment_id)),
    ),
    Leaves.HOLDS: Due(legal_holds, legal_holds.c.ends_at <= BEFORE),
    Leaves.CONNECTIONS: Due(legal_sources, legal_sources.c.at <= BEFORE),
    Leaves.READINGS: Due(legal_readings, legal_readings.c.at <= BEFORE),
    Leaves.ERASURES: Due(erasures, erasures.c.at <= BEFORE),
    Leaves.TRACES: Due(traces, traces.c.at <= BEFORE),
    Leaves.MEASURES: Due(reader_measures, reader_measures.c.until <= BEFORE),
    Leaves.LABELS: Due(client_labels, client_labels.c.at <= BEFORE),
    Leaves.RUNS: Due(retention_runs, retention_runs.c.at <= BEFORE),
}
