"""The table of moves, read aloud."""

from datetime import timedelta

import pytest

from builders import NOON, a_comment
from palabre.domain.comment import MOVES, Status, check_move
from palabre.domain.errors import Refusal

P, H, R, D = Status.PUBLISHED, Status.HELD, Status.REFUSED, Status.DELETED
ALLOWED = {
    # a published comment is reported, removed, or taken back by its author
    *((P, H), (P, R), (P, D)),
    # a moderator lets a held comment through or not; its author may give up waiting
    *((H, P), (H, R), (H, D)),
    # a refusal is reversed at once or looked at again
    *((R, P), (R, H), (R, D)),
    # what its author deleted has no words left to show
}


@pytest.mark.parametrize("current", Status)
@pytest.mark.parametrize("to", Status)
def test_moves(current: Status, to: Status):
    assert set(MOVES) == set(Status)
    if (current, to) in ALLOWED:
        check_move(current, to)
    else:
        with pytest.raises(Refusal):
            check_move(current, to)


def test_editing_ends_with_the_window():
    comment = a_comment()
    window = timedelta(minutes=15)
    assert comment.can_be_edited(NOON + timedelta(minutes=14, seconds=59), window)
    assert not comment.can_be_edited(NOON + window, window)
    assert not a_comment(status=D).can_be_edited(NOON, window)
