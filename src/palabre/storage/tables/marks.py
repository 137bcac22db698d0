"""Which column holds what kind of data on people: the one place where that is said.

Every column of every table stands here, either under its kind or as none. A column that somebody
adds without deciding fails a test, and so does a kind that the register does not tell of.
"""

from collections.abc import Mapping

from palabre.domain.personal import Held

# What every row needs to be found, ordered and counted; of nobody by itself.
_PLAIN = {
    "audit_answers": "decision_id at",
    "audits": "decision_id comment_id site_id section_id share wanted answered drawn_at",
    "articles": "thread_id address_hash origin key url title lang section_id",
    "client_keys": "id site_id hint label role spam_when own_site_only created_at revoked_at",
    "client_labels": "id key_id site_id at taken_back_at",
    "client_usage": "key_id month blog calls spam ham missed_spam false_positives",
    "comment_authors": "comment_id is_staff",
    "comment_bodies": "comment_id revision renderer",
    "comment_mailboxes": "comment_id",
    "comment_passages": "comment_id thread_id",
    "comment_sources": "comment_id created_at",
    "comment_words": "position comment_id",
    "comments": (
        "id site_id thread_id root_id parent_id depth status created_at lang revision edited_at up"
        " down score replies listed listed_below"
    ),
    "consents": "position subscription_id site_id",
    "data_requests": "id site_id",
    "decision_notes": "decision_id comment_id",
    "decisions": "position id comment_id revision",
    "desk_notes": "id comment_id kind at",
    "desk_refusals": "position at",
    "erasures": "position",
    "evidence_snapshots": "line_id site_id at ends_at",
    "held_words": "comment_id at",
    "highlights": "comment_id thread_id pinned featured",
    "ledger": "number id site_id comment_id subject previous hash",
    "ledger_head": "id count hash decided",
    "ledger_tasks": "line_id kind site_id rank due_at turn comment_id",
    "ledger_words": "line_id comment_id at",
    "layer_uses": "position site_id number at",
    "legal_holds": "comment_id begun_at ends_at",
    "legal_readings": "position",
    "legal_sources": "position at",
    "mail_addresses": "",
    "mails": "position id site_id thread_id slot due_at attempts",
    "moderator_duties": "moderator_id rank site_id section_id",
    "moderator_sites": "moderator_id site_id rank",
    "moderators": "id created_at",
    "modes": (
        "scope site_id section_id thread_id holds_all known_only slow_minutes proof closes_at opens"
        " shuts why until set_at"
    ),
    "notices": "comment_id subscription_id site_id thread_id made_at due_at mail_id",
    "outbox": "position id kind site_id thread_id comment_id at handled_at attempts",
    "passkeys": "sign_count",
    "pseudonym_links": "id site_id asks",
    "pseudonyms": "id site_id",
    "queue_bands": "comment_id",
    "queue_entries": (
        "comment_id site_id section_id thread_id lang priority harm reach votes reports rule"
        " entered_at level group_id"
    ),
    "reader_measures": "site_id comment_id statement_id",
    "repeats": "comment_id at",
    "retention_runs": "position at kind removed",
    "saved_filters": "id",
    "score_floors": "thread_id version",
    "score_notes": "comment_id until since thread_id score at",
    "sections": "site_id id rank name path",
    "session_uses": "",
    "sessions": "created_at expires_at",
    "site_layers": "site_id number made_at decisions report packed",
    "site_names": "site_id rank",
    "site_origins": "origin site_id rank",
    "sites": "id name lang name_required email_required",
    "source_keys": "day at",
    "spent_challenges": "key expires_at",
    "subscriptions": "id site_id",
    "threads": "id site_id created_at closes_at version public_count",
    "traces": "home at",
    "votes": "comment_id",
    "webhook_places": "name number attempts due_at status",
}

_PERSONAL: Mapping[str, Mapping[Held, str]] = {
    "audit_answers": {Held.ACCOUNT: "moderator_id verdict rule"},
    "audits": {Held.DECISION: "verdict rules"},
    "client_keys": {Held.ACCOUNT: "key_hash created_by"},
    "client_labels": {Held.LABEL: "digest text lang labels"},
    "comment_authors": {Held.NAME: "name badge", Held.EMAIL: "email"},
    "comment_bodies": {Held.WORDS: "text html salt"},
    "comment_mailboxes": {Held.EMAIL: "mailbox"},
    "comment_passages": {Held.WORDS: "passage_key exact prefix suffix begins ends fragment"},
    "comment_sources": {Held.SOURCE: "source"},
    "comment_words": {Held.WORDS: "words", Held.NAME: "name"},
    "comments": {Held.TOKEN: "author_key"},
    "consents": {Held.CONSENT: "address_hash kind act text lang at"},
    "data_requests": {Held.REQUEST: "address address_hash lang asked_at"},
    "decision_notes": {Held.NOTE: "note"},
    "decisions": {
        Held.DECISION: (
            "verdict rules rules_version evidence scores lang ground_kind ground_rule"
            " ground_reference not_checked not_needed versions actor_kind actor_id at"
            " automated_detection automated_decision commitment supersedes"
        )
    },
    "desk_notes": {Held.NOTE: "text", Held.ACCOUNT: "moderator_id"},
    "desk_refusals": {Held.ACCOUNT: "moderator_id method path code"},
    "erasures": {Held.ERASURE: "at scope asked_by comments votes subscriptions held"},
    "evidence_snapshots": {Held.HOLD: "comment_id sealed"},
    "held_words": {Held.HOLD: "content"},
    "ledger": {Held.LEDGER: "kind at content commitment"},
    "ledger_words": {Held.REPORT: "salt texts mailbox"},
    "layer_uses": {Held.ACCOUNT: "used_by"},
    "legal_holds": {Held.HOLD: "reason placed_by"},
    "legal_readings": {Held.READING: "comment_id at reader witness reason lines"},
    "legal_sources": {Held.CONNECTION: "comment_id sealed"},
    "mail_addresses": {
        Held.SUBSCRIPTION: (
            "hash address lang pace created_at confirmed_at stopped stopped_at soft_bounces"
        )
    },
    "mails": {Held.MAIL: "kind address_hash subscription_id made_at state done_at reason"},
    "moderator_duties": {Held.ACCOUNT: "role"},
    "moderators": {Held.ACCOUNT: "login name role password_hash"},
    "modes": {Held.ACCOUNT: "set_by"},
    "notices": {Held.MAIL: "address_hash"},
    "passkeys": {Held.ACCOUNT: "key moderator_id credential public_key name created_at used_at"},
    "pseudonym_links": {
        Held.PSEUDONYM: (
            "address_hash address lang url asked_at name name_key author_key sealed code_key"
            " code_at"
        )
    },
    "pseudonyms": {
        Held.PSEUDONYM: "author_key name name_key address_hash address sealed lang kept_at"
    },
    "queue_bands": {Held.WORDS: "band"},
    "queue_entries": {
        Held.WORDS: "signature",
        Held.ACCOUNT: "claimed_by claimed_until assigned_to",
    },
    "reader_measures": {
        Held.TOKEN: "author_key",
        Held.MEASURE: "trust rule set_at until",
        Held.ACCOUNT: "set_by",
    },
    "repeats": {Held.TOKEN: "key content"},
    "saved_filters": {Held.ACCOUNT: "moderator_id name query"},
    "session_uses": {Held.ACCOUNT: "key device way seen_at"},
    "sessions": {Held.ACCOUNT: "key moderator_id"},
    "site_names": {Held.ACCOUNT: "name"},
    "source_keys": {Held.SOURCE: "key"},
    "subscriptions": {
        Held.SUBSCRIPTION: (
            "address_hash kind thread_id comment_id author_key lang asked_at confirmed_at"
        )
    },
    "traces": {Held.TRACE: "key seen elsewhere good bad"},
    "votes": {Held.VOTE: "voter_key value at"},
}


def _marks() -> dict[tuple[str, str], Held | None]:
    found: dict[tuple[str, str], Held | None] = {}
    for table, names in _PLAIN.items():
        found |= {(table, name): None for name in names.split()}
    for table, kinds in _PERSONAL.items():
        for kind, names in kinds.items():
            found |= {(table, name): kind for name in names.split()}
    return found


# By table and column; None: it says nothing about anybody.
MARKS: Mapping[tuple[str, str], Held | None] = _marks()
