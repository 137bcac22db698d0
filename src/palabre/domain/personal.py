"""The kinds of data on people that this house can hold, and why it may: the words of the register.

``storage/tables/marks`` says of every column which kind it is; ``application/register`` says of
every kind what for, on what ground, for how long and who receives it.
"""

from enum import StrEnum


class Held(StrEnum):
    """A kind of data on people."""

    WORDS = "words"  # what somebody wrote, in all its revisions
    NAME = "name"
    EMAIL = "email"  # the address given with a comment
    TOKEN = "token"  # noqa: S105 -- hashes of the secrets by which an author is recognised
    VOTE = "vote"
    SOURCE = "source"  # keyed hash of the address a comment came from
    LIMITS = "limits"  # the same, counted in memory
    DECISION = "decision"  # what was decided on a comment, without its words
    LEDGER = "ledger"  # statements of reasons, reports, appeals: what was done, without words
    REPORT = "report"  # what somebody wrote in a report or an appeal, and who they said they are
    NOTE = "note"  # what a moderator wrote about a comment
    MEASURE = "measure"  # what moderators set on a reader: watched, suspended, banned
    TRACE = "trace"  # keyed hashes by which a text, address or link that comes again is known
    LABEL = "label"  # a comment on another page that a program with a key called spam or not
    PSEUDONYM = "pseudonym"  # kept by a mail address: both, and the author's token under seal
    SUBSCRIPTION = "subscription"
    CONSENT = "consent"
    MAIL = "mail"  # which mails were made for whom, without what they said
    REQUEST = "request"  # somebody asked for their data
    ERASURE = "erasure"  # that something was erased: when and how much, not whose
    HOLD = "hold"  # what a claim in court needs, although it was erased
    CONNECTION = "connection"  # the sealed store of connection sources
    READING = "reading"  # who read from it, and why
    ACCOUNT = "account"  # the newsroom's own accounts and sessions
    LOG = "log"
    BACKUP = "backup"


class LegalGround(StrEnum):
    """The grounds of Article 6(1) of the GDPR that this house rests on."""

    CONSENT = "consent"  # (a)
    CONTRACT = "contract"  # (b): a comment is published because its author asked for that
    DUTY = "duty"  # (c)
    INTEREST = "interest"  # (f)
