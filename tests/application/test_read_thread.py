"""A reader reads: order, pages, tombstones, and what is kept from whom."""

import pytest

from builders import ORIGIN
from palabre.application.moderate import Choice
from palabre.application.ports import Sort
from palabre.application.read_thread import REPLIES_SHOWN
from palabre.application.tokens import key_of
from palabre.domain.comment import Status
from palabre.domain.decision import Verdict
from palabre.domain.errors import Code, Refusal
from palabre.domain.person import ANYBODY, Viewer

URL = f"{ORIGIN}/politique/budget"


def texts(nodes) -> list[str]:
    return [n.stored.body.text if n.stored.body else "(gone)" for n in nodes]


def read_all(newsroom, sort: Sort, limit: int) -> list[str]:
    found, after = [], None
    while True:
        page = newsroom.read.page(URL, sort, limit=limit, after=after)
        found += texts(page.nodes)
        after = page.next
        if after is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
def test_orders(newsroom, limit):
    ids = {t: newsroom.post(t).stored.comment.id for t in ("a", "b", "c", "d")}
    for text, votes in (("b", 3), ("a", 1), ("d", 1)):
        for _ in range(votes):
            newsroom.vote(ids[text], 1, voter=None, viewer=ANYBODY)
    assert read_all(newsroom, Sort.NEWEST, limit) == ["d", "c", "b", "a"]
    assert read_all(newsroom, Sort.OLDEST, limit) == ["a", "b", "c", "d"]
    assert read_all(newsroom, Sort.TOP, limit) == ["b", "d", "a", "c"]


def test_a_comment_posted_meanwhile_moves_nothing_already_read(newsroom):
    for text in "abcd":
        newsroom.post(text)
    first = newsroom.read.page(URL, Sort.NEWEST, limit=2)
    newsroom.post("e")
    second = newsroom.read.page(URL, Sort.NEWEST, limit=2, after=first.next)
    assert texts(first.nodes) + texts(second.nodes) == ["d", "c", "b", "a"]


@pytest.mark.parametrize("after", ["", "x", "bmV3ZXN0fDB8eA", "é", "bmV3ZXN0fDB8"])
def test_a_made_up_cursor_is_refused(newsroom, after):
    newsroom.post()
    if not after:
        return
    with pytest.raises(Refusal) as refused:
        newsroom.read.page(URL, Sort.NEWEST, limit=2, after=after)
    assert refused.value.code is Code.BAD_CURSOR


def test_a_cursor_belongs_to_its_order(newsroom):
    newsroom.post()
    newsroom.post()
    after = newsroom.read.page(URL, Sort.NEWEST, limit=1).next
    with pytest.raises(Refusal):
        newsroom.read.page(URL, Sort.TOP, limit=1, after=after)


def test_replies_hang_below_what_they_answer(newsroom):
    root = newsroom.post("racine").stored.comment.id
    one = newsroom.post("un", parent=root).stored.comment.id
    newsroom.post("deux", parent=root)
    newsroom.post("un.un", parent=one)
    (node,) = newsroom.read.page(URL, Sort.NEWEST, limit=5).nodes
    assert texts(node.replies) == ["un", "deux"]
    assert texts(node.replies[0].replies) == ["un.un"]
    assert node.stored.comment.replies == 3


def test_the_rest_of_a_long_conversation_comes_by_its_own_cursor(newsroom):
    root = newsroom.post("racine").stored.comment.id
    said = [f"r{i}" for i in range(REPLIES_SHOWN + 7)]
    for text in said:
        newsroom.post(text, parent=root)
    (node,) = newsroom.read.page(URL, Sort.NEWEST, limit=5).nodes
    rest = newsroom.read.replies(root, limit=5, after=node.next)
    last = newsroom.read.replies(root, limit=5, after=rest.next)
    assert texts(node.replies) + texts(rest.replies) + texts(last.replies) == said
    assert last.next is None


def test_a_removed_comment_leaves_its_place_where_somebody_answered(newsroom):
    removed = newsroom.post("racine").stored.comment.id
    middle = newsroom.post("milieu", parent=removed).stored.comment.id
    newsroom.post("fin", parent=middle)
    leaf = newsroom.post("feuille", parent=removed).stored.comment.id
    for comment_id in (removed, middle, leaf):
        choice = Choice(verdict=Verdict.REFUSE, rule="insult")
        newsroom.moderate.decide(comment_id, choice, newsroom.moderator)
    (node,) = newsroom.read.page(URL, Sort.NEWEST, limit=5).nodes
    assert texts([node]) == ["(gone)"]
    assert node.stored.author.name is None
    (below,) = node.replies
    assert (texts([below]), texts(below.replies)) == (["(gone)"], ["fin"])
    assert newsroom.read.counts([URL]) == {URL: 1}


def test_one_comment(newsroom):
    posted = newsroom.post("[refuse]")
    comment_id = posted.stored.comment.id
    with pytest.raises(Refusal) as refused:
        newsroom.read.comment(comment_id, ANYBODY)
    assert refused.value.code is Code.UNKNOWN_COMMENT
    author = Viewer(author_key=key_of(posted.token))
    found, record = newsroom.read.comment(comment_id, author)
    assert (found.stored, record) == (posted.stored, posted.record)
    assert newsroom.read.comment(comment_id, Viewer(moderator=newsroom.moderator))[1] is None


@pytest.mark.parametrize("comment_id", ["", "x", "../..", "00000000-0000-7000-8000-000000000000"])
def test_no_such_comment(newsroom, comment_id):
    with pytest.raises(Refusal) as refused:
        newsroom.read.comment(comment_id, ANYBODY)
    assert refused.value.code is Code.UNKNOWN_COMMENT


def test_votes(newsroom):
    comment_id = newsroom.post().stored.comment.id
    voted = newsroom.vote(comment_id, 1, voter=None, viewer=ANYBODY)
    again = newsroom.vote(comment_id, 1, voter=voted.token, viewer=ANYBODY)
    assert (again.tally.up, again.tally.down, again.token) == (1, 0, voted.token)
    turned = newsroom.vote(comment_id, -1, voter=voted.token, viewer=ANYBODY)
    assert (turned.tally.up, turned.tally.down) == (0, 1)
    other = newsroom.vote(comment_id, 1, voter=None, viewer=ANYBODY)
    assert other.token != voted.token
    back = newsroom.vote(comment_id, 0, voter=voted.token, viewer=ANYBODY)
    assert (back.tally.up, back.tally.down, back.tally.mine) == (1, 0, 0)
    page = newsroom.read.page(URL, Sort.TOP, limit=5)
    viewer = Viewer(voter_key=key_of(other.token))
    assert newsroom.read.mine(page.thread, page.nodes, viewer).votes == {comment_id: 1}


def test_nobody_votes_for_their_own_comment_or_for_a_hidden_one(newsroom):
    posted = newsroom.post()
    held = newsroom.post("[hold]")
    for target, viewer, code in (
        (posted, Viewer(author_key=key_of(posted.token)), Code.OWN_COMMENT),
        (held, ANYBODY, Code.UNKNOWN_COMMENT),
    ):
        with pytest.raises(Refusal) as refused:
            newsroom.vote(target.stored.comment.id, 1, voter=None, viewer=viewer)
        assert refused.value.code is code
    assert held.stored.comment.status is Status.HELD


def test_counts_of_many_articles(newsroom):
    newsroom.post()
    newsroom.post("[hold]")
    other = f"{ORIGIN}/sport/match"
    assert newsroom.read.counts([URL, other]) == {URL: 1, other: 0}
