"""What leaves by itself after a time, named as the log of the job names it."""

from enum import StrEnum


class Leaves(StrEnum):
    """A class of data with a period of its own. ``storage`` knows the rows behind each."""

    SOURCES = "sources"
    SOURCE_KEYS = "source_keys"
    NAMES = "names"
    EMAILS = "emails"
    REVISIONS = "revisions"  # earlier wordings of comments that were edited
    UNPUBLISHED = "unpublished"  # held and refused comments
    PUBLISHED = "published"
    VOTES = "votes"  # who voted; the count stays
    NOTES = "notes"
    REPORT_WORDS = "report_words"  # what reports and appeals said, and who made them
    CONSENTS = "consents"  # of subscriptions that have ended
    STOPPED = "stopped"  # hashes of addresses that must be left alone
    PSEUDONYMS = "pseudonyms"  # kept, and nothing written under them for so long
    PSEUDONYM_LINKS = "pseudonym_links"
    NOTICES = "notices"
    MAILS = "mails"
    EVENTS = "events"
    REPEATS = "repeats"
    SESSIONS = "sessions"
    REQUESTS = "requests"
    HELD_WORDS = "held_words"  # kept for a claim that has ended
    HOLDS = "holds"
    SNAPSHOTS = "snapshots"  # evidence under seal, by its own end; longer while a hold goes on
    CONNECTIONS = "connections"
    READINGS = "readings"
    ERASURES = "erasures"
    TRACES = "traces"
    MEASURES = "measures"  # what was set on readers, from its end on
    LABELS = "labels"  # what programs with a key said of comments
    RUNS = "runs"  # the log of this very job


# These are comments: what they say leaves, a stone stays where something public stands below.
OF_COMMENTS = frozenset({Leaves.UNPUBLISHED, Leaves.PUBLISHED})
