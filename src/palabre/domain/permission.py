"""The desk's permissions: which role may do what. Where it may is said by the account's duties.

``TABLE`` is the one place where this stands; ``docs/reference/roles.md`` prints it, and a test
walks through all of it over HTTP.
"""

from collections.abc import Mapping
from enum import StrEnum

from palabre.domain.errors import Code, Refusal
from palabre.domain.person import Moderator, Role


class Task(StrEnum):
    """What somebody can be asked to do at the desk."""

    READ = "read"  # the queue, comments in any state, an author's history, the search
    DECIDE = "decide"
    DECIDE_ESCALATED = "decide_escalated"  # what was handed to the legal desk
    OVERRULE = "overrule"  # take back what a colleague decided
    CLAIM = "claim"
    NOTE = "note"  # notes, and asking for or giving a second opinion
    ESCALATE = "escalate"
    ASSIGN = "assign"
    CLOSE_THREAD = "close_thread"
    HIGHLIGHT = "highlight"  # pin a conversation, feature a comment
    SET_MODE = "set_mode"  # pre-moderation, slow mode, opening hours
    STANDING = "standing"  # watch or suspend a reader, for a time
    BAN = "ban"
    REVIEW = "review"  # answer the audit sample
    FIGURES = "figures"  # accuracy of the rules, agreement between moderators
    REFUSALS = "refusals"  # the list of what was refused to whom
    EVIDENCE = "evidence"  # seal a comment for a claim, and hand it out
    ACCOUNTS = "accounts"
    KEYS = "keys"  # keys of programs that have comments judged here
    PERSON = "person"  # carry out a reader's written request: find, erase


_M, _L, _J, _A = Role.MODERATOR, Role.LEAD, Role.LEGAL, Role.ADMINISTRATOR
_ALL = frozenset(Role)

TABLE: Mapping[Task, frozenset[Role]] = {
    Task.READ: _ALL,
    Task.DECIDE: frozenset({_M, _L, _A}),
    Task.DECIDE_ESCALATED: frozenset({_L, _J, _A}),
    Task.OVERRULE: frozenset({_L, _A}),
    Task.CLAIM: _ALL,
    Task.NOTE: _ALL,
    Task.ESCALATE: _ALL,
    Task.ASSIGN: frozenset({_L, _A}),
    Task.CLOSE_THREAD: frozenset({_M, _L, _A}),
    Task.HIGHLIGHT: frozenset({_M, _L, _A}),
    Task.SET_MODE: frozenset({_L, _A}),
    Task.STANDING: frozenset({_M, _L, _A}),
    Task.BAN: frozenset({_L, _A}),
    Task.REVIEW: frozenset({_M, _L, _A}),
    Task.FIGURES: frozenset({_L, _J, _A}),
    Task.REFUSALS: frozenset({_L, _J, _A}),
    Task.EVIDENCE: frozenset({_L, _J, _A}),
    Task.ACCOUNTS: frozenset({_A}),
    Task.KEYS: frozenset({_A}),
    Task.PERSON: frozenset({_A}),
}


def may_do(moderator: Moderator, task: Task, site_id: str, section_id: str | None = None) -> bool:
    """Tell whether the account may do this in a section of a site (None: outside all sections)."""
    return bool(TABLE[task] & moderator.roles_in(site_id, section_id))


def may_somewhere(moderator: Moderator, task: Task) -> bool:
    """Tell whether there is any part of the house where the account may do this."""
    return any(duty.role in TABLE[task] for duty in moderator.all_duties)


def may_everywhere(moderator: Moderator, task: Task) -> bool:
    """Tell whether the account may do this in the whole house."""
    return any(d.role in TABLE[task] and d.site_id is None for d in moderator.all_duties)


def require_task(
    moderator: Moderator, task: Task, site_id: str, section_id: str | None = None
) -> None:
    """Refuse with ``not_permitted`` unless the account may do this there."""
    if not may_do(moderator, task, site_id, section_id):
        raise Refusal(Code.NOT_PERMITTED, task=task.value)


def require_somewhere(moderator: Moderator, task: Task) -> None:
    """Refuse with ``not_permitted`` unless the account may do this in some part of the house."""
    if not may_somewhere(moderator, task):
        raise Refusal(Code.NOT_PERMITTED, task=task.value)


def may_manage(moderator: Moderator, other: Moderator, task: Task = Task.ACCOUNTS) -> bool:
    """Tell whether an account may do this wherever the other one works."""
    return all(
        may_everywhere(moderator, task)
        if duty.site_id is None
        else may_do(moderator, task, duty.site_id, duty.section_id)
        for duty in other.all_duties
    )
