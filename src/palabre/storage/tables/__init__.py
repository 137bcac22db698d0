"""The tables, as the present version of Palabre knows them.

What says who somebody is or what they wrote stands apart from what may never change: the erasable
rows are ``comment_bodies``, ``comment_authors``, ``comment_passages``, ``comment_sources`` and
``decision_notes``, and all of ``mail``; what each column says of people stands in
``marks``. The migrations build the same tables step by step; a test compares the two.
"""

from palabre.storage.tables.audits import audit_answers, audits
from palabre.storage.tables.clients import client_keys, client_labels, client_usage
from palabre.storage.tables.conversation import (
    comment_authors,
    comment_bodies,
    comment_sources,
    comments,
    votes,
)
from palabre.storage.tables.desk import (
    decision_notes,
    decisions,
    moderator_sites,
    moderators,
    outbox,
    sessions,
)
from palabre.storage.tables.desk_work import (
    comment_words,
    desk_notes,
    desk_refusals,
    moderator_duties,
    queue_bands,
    queue_entries,
    saved_filters,
)
from palabre.storage.tables.highlights import highlights
from palabre.storage.tables.ledger import (
    ledger,
    ledger_head,
    ledger_tasks,
    ledger_words,
    webhook_places,
)
from palabre.storage.tables.lessons import layer_uses, site_layers, traces
from palabre.storage.tables.mail import (
    consents,
    mail_addresses,
    mails,
    notices,
    subscriptions,
)
from palabre.storage.tables.modes import modes, reader_measures
from palabre.storage.tables.naming import metadata
from palabre.storage.tables.passages import comment_passages
from palabre.storage.tables.places import (
    articles,
    sections,
    site_names,
    site_origins,
    sites,
    threads,
)
from palabre.storage.tables.privacy import (
    comment_mailboxes,
    data_requests,
    erasures,
    evidence_snapshots,
    held_words,
    legal_holds,
    legal_readings,
    legal_sources,
    retention_runs,
    source_keys,
)
from palabre.storage.tables.pseudonyms import pseudonym_links, pseudonyms
from palabre.storage.tables.repeats import repeats
from palabre.storage.tables.scores import score_floors, score_notes
from palabre.storage.tables.sign_in import passkeys, session_uses, spent_challenges

__all__ = [
    "articles",
    "audit_answers",
    "audits",
    "client_keys",
    "client_labels",
    "client_usage",
    "comment_authors",
    "comment_bodies",
    "comment_mailboxes",
    "comment_passages",
    "comment_sources",
    "comment_words",
    "comments",
    "consents",
    "data_requests",
    "decision_notes",
    "decisions",
    "desk_notes",
    "desk_refusals",
    "erasures",
    "evidence_snapshots",
    "held_words",
    "highlights",
    "layer_uses",
    "ledger",
    "ledger_head",
    "ledger_tasks",
    "ledger_words",
    "legal_holds",
    "legal_readings",
    "legal_sources",
    "mail_addresses",
    "mails",
    "metadata",
    "moderator_duties",
    "moderator_sites",
    "moderators",
    "modes",
    "notices",
    "outbox",
    "passkeys",
    "pseudonym_links",
    "pseudonyms",
    "queue_bands",
    "queue_entries",
    "reader_measures",
    "repeats",
    "retention_runs",
    "saved_filters",
    "score_floors",
    "score_notes",
    "sections",
    "session_uses",
    "sessions",
    "site_layers",
    "site_names",
    "site_origins",
    "sites",
    "source_keys",
    "spent_challenges",
    "subscriptions",
    "threads",
    "traces",
    "votes",
    "webhook_places",
]
