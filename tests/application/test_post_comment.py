"""A reader posts: what is stored, what is refused, and what the judge is told."""

import pytest

from builders import ORIGIN
from palabre.application.ports import Sort
from palabre.application.tokens import key_of
from palabre.domain.comment import MAX_DEPTH, Status
from palabre.domain.errors import Code, Refusal
from palabre.domain.events import EventKind
from palabre.domain.person import Viewer

URL = f"{ORIGIN}/politique/budget"


def refusal(newsroom, *args, **changes) -> Refusal:
    with pytest.raises(Refusal) as refused:
        newsroom.post(*args, **changes)
    return refused.value


@pytest.mark.parametrize(
    ("text", "status", "kind"),
    [
        ("Bonjour.", Status.PUBLISHED, EventKind.COMMENT_PUBLISHED),
        ("[hold]", Status.HELD, EventKind.COMMENT_HELD),
        ("[refuse]", Status.REFUSED, EventKind.COMMENT_REFUSED),
    ],
)
def test_comment_decision_and_event_are_stored_together(newsroom, text, status, kind):
    posted = newsroom.post(text)
    comment_id = posted.stored.comment.id
    with newsroom.store.reading() as unit:
        assert unit.comments.stored(comment_id) == posted.stored
        assert unit.decisions.latest(comment_id) == posted.record
        assert [e.kind for e in unit.outbox.waiting(limit=9)] == [kind]
    assert posted.stored.comment.status is status


def test_the_token_opens_the_comment_and_only_its_hash_is_kept(newsroom):
    posted = newsroom.post()
    assert posted.stored.comment.author_key == key_of(posted.token) != posted.token


def test_a_second_post_with_the_token_belongs_to_the_same_author(newsroom):
    first = newsroom.post("[refuse]")
    newsroom.post("encore", token=first.token)
    assert newsroom.judge.facts[-1].refused == 1


def test_the_first_post_makes_the_thread_and_the_second_finds_it(newsroom):
    first = newsroom.post(url=URL + "?utm_source=lettre")
    second = newsroom.post(url=URL + "/#suite")
    assert first.thread.id == second.thread.id
    assert newsroom.read.counts([URL]) == {URL: 2}


def test_a_title_is_believed_from_a_registered_origin_only(newsroom):
    newsroom.post(title="Faux titre")
    assert newsroom.read.page(URL, Sort.NEWEST, limit=5).thread.article.title == ""
    newsroom.post(title="Le budget est voté", vouched=True)
    assert (
        newsroom.read.page(URL, Sort.NEWEST, limit=5).thread.article.title == "Le budget est voté"
    )


def test_the_judge_is_told_of_recent_posts_from_the_same_source(newsroom):
    newsroom.post("un", source="s1")
    newsroom.post("deux", source="s2")
    newsroom.post("trois", source="s1")
    (recent,) = newsroom.judge.facts[-1].recent
    assert (recent.text, recent.age) == ("un", 2.0)


def test_old_posts_are_no_flood(newsroom):
    newsroom.post("un", source="s1")
    newsroom.clock.forward(minutes=11)
    newsroom.post("deux", source="s1")
    assert newsroom.judge.facts[-1].recent == ()


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"text": " \n\t"}, Code.TEXT_EMPTY, "text"),
        ({"text": "\u200b\u2060"}, Code.TEXT_EMPTY, "text"),
        ({"text": "a" * 10_001}, Code.TEXT_TOO_LONG, "text"),
        ({"text": "a\x00b"}, Code.UNREADABLE_TEXT, "text"),
        ({"text": "a\ud800"}, Code.UNREADABLE_TEXT, "text"),
        ({"url": "pas une adresse"}, Code.BAD_ADDRESS, "url"),
        ({"url": "https://ailleurs.example/a"}, Code.UNKNOWN_SITE, "url"),
        ({"parent": "00000000-0000-7000-8000-000000000000"}, Code.PARENT_UNKNOWN, "parent"),
        ({"name": "x" * 61}, Code.NAME_TOO_LONG, "name"),
        ({"name": "claire  MARTIN"}, Code.NAME_RESERVED, "name"),
        ({"name": "Claire Mаrtin"}, Code.NAME_RESERVED, "name"),  # a Cyrillic a
        ({"name": "C1aire Martin"}, Code.NAME_RESERVED, "name"),
        ({"name": "Le Journal"}, Code.NAME_RESERVED, "name"),
        ({"email": "pas une adresse"}, Code.EMAIL_INVALID, "email"),
        ({"email": "a@example.org\nBcc: b@example.org"}, Code.EMAIL_INVALID, "email"),
    ],
)
def test_what_is_refused_names_its_field_and_leaves_nothing(newsroom, changes, code, field):
    refused = refusal(newsroom, **changes)
    assert (refused.code, refused.field) == (code, field)
    with newsroom.store.reading() as unit:
        assert unit.outbox.waiting(limit=1) == []
        assert unit.threads.all(limit=1) == []


def test_a_name_cannot_hide_marks_that_turn_the_line(newsroom):
    posted = newsroom.post(name="Zoé\u202eeriam\u200b du\n village")
    assert posted.stored.author.name == "Zoé eriam du village"


def test_replies(newsroom):
    root = newsroom.post().stored.comment
    reply = newsroom.post(parent=root.id).stored.comment
    assert (reply.root_id, reply.parent_id, reply.depth) == (root.id, root.id, 1)
    elsewhere = "https://journal.example/sport/match"
    assert refusal(newsroom, url=elsewhere, parent=root.id).code is Code.PARENT_ELSEWHERE


def test_nobody_answers_what_is_not_public(newsroom):
    held = newsroom.post("[hold]").stored.comment
    assert refusal(newsroom, parent=held.id).code is Code.PARENT_UNKNOWN


def test_conversations_end_somewhere(newsroom):
    comment = newsroom.post().stored.comment
    for _ in range(MAX_DEPTH):
        comment = newsroom.post(parent=comment.id).stored.comment
    refused = refusal(newsroom, parent=comment.id)
    assert (refused.code, refused.values) == (Code.REPLY_TOO_DEEP, {"maximum": MAX_DEPTH})


def test_a_closed_thread_takes_no_comment(newsroom):
    posted = newsroom.post()
    with newsroom.store.writing() as unit:
        unit.threads.close(posted.thread.id, newsroom.clock())
    assert refusal(newsroom).code is Code.THREAD_CLOSED
    assert newsroom.read.counts([URL]) == {URL: 1}


def test_its_author_sees_a_waiting_comment_and_nobody_else(newsroom):
    posted = newsroom.post("[hold]")
    page = newsroom.read.page(URL, Sort.NEWEST, limit=5)
    assert page.nodes == ()
    viewer = Viewer(author_key=key_of(posted.token))
    ((stored, record),) = newsroom.read.mine(page.thread, page.nodes, viewer).comments
    assert (stored, record) == (posted.stored, posted.record)
