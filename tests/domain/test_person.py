"""Who may do what, and the reason when not: the permission table, row by row."""

from datetime import timedelta

import pytest

from builders import NOON, a_comment, a_moderator, a_thread
from palabre.domain.comment import Comment, Status
from palabre.domain.errors import Code
from palabre.domain.person import ANYBODY, TABLE, Action, Case, Viewer, may

THREAD = a_thread()
CLOSED = a_thread(closes_at=NOON)
MINE = Viewer(author_key="mine")
OTHER = Viewer(author_key="other")
DESK = Viewer(moderator=a_moderator(site_ids=("le-journal",)))
ELSEWHERE = Viewer(moderator=a_moderator(site_ids=("another",)))
WINDOW = timedelta(minutes=15)
LATE = NOON + timedelta(hours=1)


def comment(status: Status = Status.PUBLISHED) -> Comment:
    return a_comment(THREAD, author_key="mine", status=status)


HELD, REFUSED, DELETED = (
    comment(Status.HELD),
    comment(Status.REFUSED),
    comment(Status.DELETED),
)

ROWS = [
    (Action.POST, ANYBODY, THREAD, None, NOON, None),
    (Action.POST, ANYBODY, CLOSED, None, NOON, Code.THREAD_CLOSED),
    (Action.READ, ANYBODY, THREAD, comment(), NOON, None),
    (Action.READ, ANYBODY, THREAD, HELD, NOON, Code.UNKNOWN_COMMENT),
    (Action.READ, OTHER, THREAD, REFUSED, NOON, Code.UNKNOWN_COMMENT),
    (Action.READ, MINE, THREAD, HELD, NOON, None),
    (Action.READ, MINE, THREAD, REFUSED, NOON, None),
    (Action.READ, MINE, THREAD, DELETED, NOON, Code.UNKNOWN_COMMENT),
    (Action.READ, DESK, THREAD, HELD, NOON, None),
    (Action.READ, ELSEWHERE, THREAD, HELD, NOON, Code.UNKNOWN_COMMENT),
    (Action.READ, ANYBODY, THREAD, None, NOON, Code.UNKNOWN_COMMENT),
    (Action.EDIT, MINE, THREAD, comment(), NOON, None),
    (Action.EDIT, MINE, THREAD, HELD, NOON, None),
    (Action.EDIT, OTHER, THREAD, comment(), NOON, Code.NOT_YOURS),
    (Action.EDIT, ANYBODY, THREAD, comment(), NOON, Code.NOT_YOURS),
    (Action.EDIT, MINE, THREAD, comment(), LATE, Code.EDIT_WINDOW_OVER),
    (Action.EDIT, MINE, THREAD, DELETED, NOON, Code.UNKNOWN_COMMENT),
    (Action.EDIT, MINE, CLOSED, comment(), NOON, Code.THREAD_CLOSED),
    (Action.DELETE, MINE, CLOSED, comment(), LATE, None),
    (Action.DELETE, OTHER, THREAD, comment(), NOON, Code.NOT_YOURS),
    (Action.VOTE, OTHER, THREAD, comment(), NOON, None),
    (Action.VOTE, MINE, THREAD, comment(), NOON, Code.OWN_COMMENT),
    (Action.VOTE, OTHER, THREAD, HELD, NOON, Code.UNKNOWN_COMMENT),
    (Action.VOTE, OTHER, CLOSED, comment(), NOON, Code.THREAD_CLOSED),
    (Action.MODERATE, DESK, THREAD, HELD, NOON, None),
    (Action.MODERATE, ELSEWHERE, THREAD, HELD, NOON, Code.NOT_PERMITTED),
    (Action.MODERATE, MINE, THREAD, HELD, NOON, Code.SIGN_IN_REQUIRED),
]


@pytest.mark.parametrize(("action", "viewer", "thread", "about", "now", "reason"), ROWS)
def test_table(action, viewer, thread, about, now, reason):
    case = Case(viewer=viewer, now=now, thread=thread, comment=about, edit_window=WINDOW)
    assert may(action, case) is reason


def test_every_action_has_a_row():
    assert set(TABLE) == set(Action) == {row[0] for row in ROWS}
