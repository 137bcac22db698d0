"""Who acts, and the table of who may do what. Each answer carries its reason."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from palabre.domain.article import Thread
from palabre.domain.comment import Comment, Status
from palabre.domain.errors import Code, Refusal


class Role(StrEnum):
    """What a signed-in person is there for."""

    MODERATOR = "moderator"
    LEAD = "lead"
    LEGAL = "legal"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A role for a part of the house: one section, one site, or all of it (None)."""

    role: Role
    site_id: str | None = None
    section_id: str | None = None

    def covers(self, site_id: str, section_id: str | None) -> bool:
        """Tell whether the duty reaches an article of this section ("" and None: of none)."""
        if self.site_id is not None and self.site_id != site_id:
            return False
        return self.section_id is None or self.section_id == section_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Moderator:
    """A member of the newsroom with an account.

    Without ``duties`` they have their ``role`` on ``site_ids`` (empty: on all sites); with duties
    these say it all, and ``role`` is the account's title.
    """

    id: str
    login: str
    name: str
    role: Role
    password_hash: str
    site_ids: tuple[str, ...] = ()
    duties: tuple[Duty, ...] = ()
    created_at: datetime

    @property
    def all_duties(self) -> tuple[Duty, ...]:
        """What the account may do where, in one form."""
        if self.duties:
            return self.duties
        sites = self.site_ids or (None,)
        return tuple(Duty(role=self.role, site_id=site_id) for site_id in sites)

    def works_on(self, site_id: str) -> bool:
        """Tell whether this account covers the site, or a section of it."""
        return any(duty.site_id in {None, site_id} for duty in self.all_duties)

    def works_in(self, site_id: str, section_id: str | None) -> bool:
        """Tell whether this account covers a section of the site."""
        return any(duty.covers(site_id, section_id) for duty in self.all_duties)

    def roles_in(self, site_id: str, section_id: str | None) -> frozenset[Role]:
        """Return the roles that the account has there."""
        return frozenset(d.role for d in self.all_duties if d.covers(site_id, section_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """Whoever asks: perhaps an author (by token), perhaps a voter, perhaps a moderator.

    The keys are hashes of the secrets that were shown, never the secrets. ``staff_of``: the site
    that says, by its own sign-on, that they are of its newsroom.
    """

    author_key: str | None = None
    voter_key: str | None = None
    moderator: Moderator | None = None
    staff_of: str | None = None

    def wrote(self, comment: Comment) -> bool:
        """Tell whether the viewer holds the token of the comment's author."""
        return self.author_key is not None and self.author_key == comment.author_key


ANYBODY = Viewer()


class Action(StrEnum):
    """What can be asked about a comment or a thread."""

    POST = "post"
    READ = "read"
    EDIT = "edit"
    DELETE = "delete"
    VOTE = "vote"
    MODERATE = "moderate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a permission is judged on."""

    viewer: Viewer
    now: datetime
    thread: Thread
    comment: Comment | None = None
    edit_window: timedelta = timedelta(0)


def _is_open(case: Case) -> Code | None:
    return None if case.thread.is_open(case.now) else Code.THREAD_CLOSED


def _may_write(case: Case) -> Code | None:
    # The newsroom may answer after the end: a right of reply has no closing time (French law of
    # 21 June 2004, article 1-1, III).
    if case.viewer.staff_of == case.thread.article.site_id:
        return None
    return _is_open(case)


def _is_mine(case: Case) -> Code | None:
    assert case.comment is not None  # noqa: S101 -- the table asks this of comments only
    return None if case.viewer.wrote(case.comment) else Code.NOT_YOURS


def _is_not_mine(case: Case) -> Code | None:
    return Code.OWN_COMMENT if _is_mine(case) is None else None


def _is_editable(case: Case) -> Code | None:
    assert case.comment is not None  # noqa: S101 -- as above
    in_time = case.comment.can_be_edited(case.now, case.edit_window)
    return None if in_time else Code.EDIT_WINDOW_OVER


def _exists(case: Case) -> Code | None:
    gone = case.comment is None or case.comment.status is Status.DELETED
    return Code.UNKNOWN_COMMENT if gone else None


def _is_public(case: Case) -> Code | None:
    public = case.comment is not None and case.comment.status is Status.PUBLISHED
    return None if public else Code.UNKNOWN_COMMENT


def _is_visible(case: Case) -> Code | None:
    if _is_public(case) is None or (_exists(case) is None and _is_mine(case) is None):
        return None
    return Code.UNKNOWN_COMMENT if _works_here(case) else None


def _works_here(case: Case) -> Code | None:
    if case.viewer.moderator is None:
        return Code.SIGN_IN_REQUIRED
    article = case.thread.article
    works = case.viewer.moderator.works_in(article.site_id, article.section_id)
    return None if works else Code.NOT_PERMITTED


# All of a row's conditions must hold; the first that does not is the reason given.
TABLE: dict[Action, tuple[Callable[[Case], Code | None], ...]] = {
    Action.POST: (_may_write,),
    Action.READ: (_is_visible,),
    Action.EDIT: (_exists, _is_mine, _is_editable, _may_write),
    Action.DELETE: (_exists, _is_mine),
    Action.VOTE: (_is_public, _is_not_mine, _is_open),
    Action.MODERATE: (_works_here,),
}


def may(action: Action, case: Case) -> Code | None:
    """Return None when the action is allowed, else the code that says why it is not."""
    return next((code for rule in TABLE[action] if (code := rule(case)) is not None), None)


def require(action: Action, case: Case) -> None:
    """Refuse with the reason when the action is not allowed."""
    code = may(action, case)
    if code is not None:
        raise Refusal(code)
