"""From a comment to a mail in somebody's server: who is told, when, and who is not."""

import re
from datetime import UTC, datetime

import pytest

from notify.conftest import SECRET
from palabre.application.mail_ports import MailState
from palabre.application.mail_tokens import Purpose, address_hash, address_token, mail_in
from palabre.application.moderate import Choice
from palabre.domain.decision import Verdict
from palabre.domain.errors import Code, Refusal
from palabre.domain.person import Viewer
from palabre.domain.subscription import Act, Kind, Pace, Stop

ZOE = "zoe@lectrices.example"


def link(mail, name: str) -> str:
    """Return the token of a mail's link."""
    text = mail.message.get_body(("plain",)).get_content()
    return re.search(rf"/subscriptions/{name}/([\w-]+)", text)[1]


def hashed(address: str = ZOE) -> str:
    return address_hash(address, SECRET)


def readers(newsroom) -> list[str]:
    return sorted(m.to for m in newsroom.work())


def test_a_guest_is_asked_once_and_told_after_saying_yes(newsroom):
    newsroom.post("Avant.")
    newsroom.ask(ZOE)
    newsroom.post("Pendant.")
    (question,) = newsroom.work()
    assert question.to == ZOE
    assert "List-Unsubscribe" not in question.message
    listed = newsroom.manage.confirm(link(question, "confirm"), "Oui, prévenez-moi")
    assert listed.subscription.kind is Kind.THREAD
    newsroom.post("Après.", name="Anaïs")
    (told,) = newsroom.work()
    assert told.to == ZOE
    assert "Après." in told.message.get_body(("plain",)).get_content()
    with newsroom.store.reading() as unit:
        lines = unit.subscriptions.consents(hashed())
    assert [(c.act, c.text) for c in lines] == [
        (Act.ASKED, "Prévenez-moi."),
        (Act.CONFIRMED, "Oui, prévenez-moi"),
    ]


def test_a_yes_counts_once_and_for_seven_days(newsroom):
    newsroom.ask(ZOE)
    (question,) = newsroom.work()
    token = link(question, "confirm")
    newsroom.clock.forward(days=7)
    with pytest.raises(Refusal) as refused:
        newsroom.manage.confirm(token, "Oui")
    assert refused.value.code is Code.LINK_EXPIRED
    newsroom.ask(ZOE)
    (again,) = newsroom.work()
    newsroom.manage.confirm(link(again, "confirm"), "Oui")
    newsroom.manage.confirm(link(again, "confirm"), "Oui")
    with newsroom.store.reading() as unit:
        acts = [c.act for c in unit.subscriptions.consents(hashed())]
        (left,) = [s for s in unit.subscriptions.of_address(hashed()) if s.confirmed_at]
    assert acts.count(Act.CONFIRMED) == 1
    newsroom.manage.leave_all(address_token(hashed(), SECRET))
    with pytest.raises(Refusal):
        newsroom.manage.confirm(link(again, "confirm"), "Oui")
    assert left.kind is Kind.THREAD


def test_what_nobody_confirmed_is_purged_and_its_address_left_alone(newsroom):
    newsroom.ask(ZOE)
    assert len(newsroom.work()) == 1
    newsroom.clock.forward(days=30, hours=1)
    newsroom.work()
    with newsroom.store.reading() as unit:
        address = unit.subscriptions.address(hashed())
        assert unit.subscriptions.of_address(hashed()) == []
    assert (address.address, address.stopped) == (None, Stop.UNCONFIRMED)
    newsroom.clock.forward(days=100)
    newsroom.ask(ZOE)
    assert newsroom.work() == []
    assert newsroom.worker.stop.allow(hashed())
    newsroom.ask(ZOE)
    assert len(newsroom.work()) == 1


def test_an_address_that_said_yes_once_keeps_it_when_a_later_request_runs_out(newsroom):
    newsroom.subscribed(ZOE)
    newsroom.ask(ZOE, url="https://journal.example/autre")
    newsroom.clock.forward(days=31)
    newsroom.work()
    newsroom.post()
    assert readers(newsroom) == [ZOE]


def test_the_author_is_not_told_by_token_nor_by_address(newsroom):
    mine = newsroom.post()
    newsroom.subscribed(ZOE, token=mine.token)
    newsroom.subscribed("anais@lectrices.example")
    newsroom.post("De Zoé.", token=mine.token)
    newsroom.post("D’Anaïs.", email="Anais@lectrices.example")
    assert readers(newsroom) == ["anais@lectrices.example", ZOE]


def test_answers_to_mine_at_any_depth_and_to_one_comment_directly(newsroom):
    mine = newsroom.post("La mienne.")
    newsroom.subscribed(ZOE, Kind.MINE, token=mine.token)
    one = mine.stored.comment.id
    newsroom.subscribed("un@lectrices.example", Kind.COMMENT, comment_id=one)
    newsroom.subscribed("tout@lectrices.example", Kind.EVERYWHERE, token=mine.token)
    newsroom.post("Ailleurs.")
    assert readers(newsroom) == []
    answer = newsroom.post("Réponse.", parent=one)
    assert readers(newsroom) == ["tout@lectrices.example", "un@lectrices.example", ZOE]
    newsroom.post("Plus bas.", parent=answer.stored.comment.id)
    assert readers(newsroom) == ["tout@lectrices.example", ZOE]


def test_a_wider_subscription_takes_the_place_of_narrower_ones(newsroom):
    mine = newsroom.post()
    about = {"token": mine.token}
    newsroom.subscribed(ZOE, Kind.COMMENT, comment_id=mine.stored.comment.id, **about)
    newsroom.subscribed(ZOE, Kind.MINE, **about)
    with newsroom.store.reading() as unit:
        assert [s.kind for s in unit.subscriptions.of_address(hashed())] == [Kind.MINE]
    newsroom.ask(ZOE, Kind.THREAD, **about)
    (question,) = newsroom.work()
    with newsroom.store.reading() as unit:
        assert len(unit.subscriptions.of_address(hashed())) == 2
    newsroom.manage.confirm(link(question, "confirm"), "Oui")
    with newsroom.store.reading() as unit:
        assert [s.kind for s in unit.subscriptions.of_address(hashed())] == [Kind.THREAD]
        acts = [c.act for c in unit.subscriptions.consents(hashed())]
    assert acts.count(Act.REPLACED) == 2
    newsroom.ask(ZOE, Kind.MINE, **about)
    (known,) = newsroom.work()
    assert "déjà prévenu" in known.message["Subject"]


def test_nothing_is_told_of_what_is_gone_when_the_mail_would_leave(newsroom):
    newsroom.subscribed(ZOE)
    posted = newsroom.post("À retirer.")
    newsroom.worker.tell.events()
    newsroom.worker.tell.gather()
    choice = Choice(verdict=Verdict.HOLD)
    newsroom.moderate.decide(posted.stored.comment.id, choice, newsroom.moderator)
    assert readers(newsroom) == []
    with newsroom.store.reading() as unit:
        assert unit.mails.waiting() == {"events": 0, "notices": 0, "mails": 0}
    # Published after all: the reader was not told, and is not told late of an old mail either.
    choice = Choice(verdict=Verdict.PUBLISH)
    newsroom.moderate.decide(posted.stored.comment.id, choice, newsroom.moderator)
    assert readers(newsroom) == []


def test_a_held_comment_is_told_of_when_it_is_published_and_once(newsroom):
    newsroom.subscribed(ZOE)
    posted = newsroom.post("[hold] Douteux.")
    assert readers(newsroom) == []
    for verdict in (Verdict.PUBLISH, Verdict.HOLD, Verdict.PUBLISH):
        choice = Choice(verdict=verdict, rule=None)
        newsroom.clock.forward(minutes=1)
        newsroom.moderate.decide(posted.stored.comment.id, choice, newsroom.moderator)
        if verdict is Verdict.PUBLISH:
            newsroom.work()
    sent = [m for m in newsroom.server.taken if m.to == ZOE]
    assert len(sent) == 1


def test_who_leaves_gets_nothing_more_not_even_what_waits(newsroom):
    newsroom.subscribed(ZOE)
    newsroom.post()
    (told,) = newsroom.work()
    newsroom.post("Encore.")
    newsroom.worker.tell.events()
    newsroom.worker.tell.gather()
    newsroom.manage.leave(link(told, "leave"))
    assert readers(newsroom) == []
    with newsroom.store.reading() as unit:
        assert unit.subscriptions.address(hashed()) is None


def test_a_storm_becomes_a_digest(newsroom):
    newsroom.subscribed(ZOE)
    for n in range(20):
        newsroom.post(f"Commentaire {n}.")
        newsroom.work()
    assert len(newsroom.server.taken) == 3
    newsroom.clock.forward(hours=1)
    (digest,) = newsroom.work()
    assert "17 nouveaux commentaires" in digest.message["Subject"]
    text = digest.message.get_body(("plain",)).get_content()
    assert [n for n in range(20) if f"Commentaire {n}." in text] == list(range(3, 20))


def test_many_articles_together_are_limited_by_the_hour(newsroom):
    urls = [f"https://journal.example/sport/{n}" for n in range(12)]
    for url in urls:
        newsroom.subscribed(ZOE, url=url)
    for url in urls:
        newsroom.post(url=url)
        newsroom.work()
    assert len(newsroom.server.taken) == 10
    newsroom.clock.forward(hours=1)
    assert len(newsroom.work()) == 1


def test_a_daily_digest_leaves_in_the_morning_of_the_newsroom(newsroom):
    newsroom.subscribed(ZOE)
    newsroom.manage.choose(address_token(hashed(), SECRET), Pace.DAILY)
    newsroom.post("Un.")
    newsroom.post("Deux.")
    assert readers(newsroom) == []
    newsroom.clock.now = datetime(2026, 3, 3, 5, 59, tzinfo=UTC)
    assert readers(newsroom) == []
    newsroom.clock.now = datetime(2026, 3, 3, 6, 0, tzinfo=UTC)  # seven in Paris
    assert readers(newsroom) == [ZOE]


def test_a_temporary_refusal_is_tried_again_later_and_later(newsroom):
    newsroom.subscribed(ZOE)
    newsroom.server.at_recipient = lambda _: "451 4.3.0 Come again"
    newsroom.post()
    assert newsroom.work() == []
    for minutes in (1, 2, 4):
        newsroom.clock.forward(minutes=minutes, seconds=-1)
        assert not newsroom.worker.send()
        newsroom.clock.forward(seconds=1)
        if minutes == 4:
            newsroom.server.at_recipient = lambda _: None
        assert newsroom.worker.send()
    assert [m.to for m in newsroom.server.taken] == [ZOE]


def test_what_is_refused_for_days_is_given_up(newsroom):
    newsroom.subscribed(ZOE)
    newsroom.server.at_data = lambda _: "451 4.3.0 Come again"
    newsroom.post()
    for _ in range(30):
        newsroom.work()
        newsroom.clock.forward(hours=6)
    newsroom.server.at_data = lambda _: None
    assert readers(newsroom) == []
    with newsroom.store.reading() as unit:
        assert unit.mails.waiting()["mails"] == 0
        assert unit.subscriptions.address(hashed()).soft_bounces == 1


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ("550 5.1.1 No such user", True),
        ("550 no such user", True),
        ("550 5.7.1 We do not like you", False),
        ("552 5.2.2 Full", False),
    ],
)
def test_an_address_that_does_not_exist_gets_no_more_mail(newsroom, said: str, gone: bool):
    newsroom.subscribed(ZOE)
    newsroom.server.at_recipient = lambda _: said
    newsroom.post()
    assert newsroom.work() == []
    newsroom.server.at_recipient = lambda _: None
    newsroom.post("Encore.")
    assert readers(newsroom) == ([] if gone else [ZOE])
    with newsroom.store.reading() as unit:
        address = unit.subscriptions.address(hashed())
    assert (address.stopped is Stop.BOUNCED, address.address is None) == (gone, gone)


@pytest.mark.parametrize("said", ["421 4.3.2 Closing", "550 5.7.1 Sender rejected"])
def test_a_server_that_refuses_the_house_costs_no_reader_anything(newsroom, said: str):
    newsroom.subscribed(ZOE)
    newsroom.server.at_sender = lambda _: said
    newsroom.post()
    for _ in range(5):
        newsroom.worker.round()
        newsroom.clock.forward(minutes=10)
    assert newsroom.server.taken == []
    newsroom.server.at_sender = lambda _: None
    assert readers(newsroom) == [ZOE]


def test_each_mail_has_an_envelope_of_its_own_that_names_it(newsroom):
    newsroom.subscribed(ZOE)
    newsroom.post()
    (told,) = newsroom.work()
    token = re.fullmatch(r"bounces\+(\w+)@journal\.example", told.sender)[1]
    with newsroom.store.reading() as unit:
        mail = unit.mails.get(mail_in(token, SECRET))
    assert (mail.address_hash, mail.state) == (hashed(), MailState.SENT)


def test_three_passing_bounces_or_one_complaint_stop_an_address(newsroom):
    newsroom.subscribed(ZOE)
    newsroom.subscribed("anais@lectrices.example")
    newsroom.post()
    sent = {m.to: mail_in(re.search(r"\+(\w+)@", m.sender)[1], SECRET) for m in newsroom.work()}
    for _ in range(2):
        newsroom.worker.stop.refused(sent[ZOE], for_good=False)
    newsroom.worker.stop.complained(sent["anais@lectrices.example"])
    newsroom.post("Encore.")
    assert readers(newsroom) == [ZOE]
    newsroom.worker.stop.refused(sent[ZOE], for_good=False)
    newsroom.post("Et encore.")
    assert readers(newsroom) == []


def test_old_events_are_no_news(newsroom):
    newsroom.subscribed(ZOE)
    newsroom.post()
    newsroom.clock.forward(days=3)
    assert readers(newsroom) == []


def test_an_edit_and_a_deletion_are_not_told(newsroom):
    newsroom.subscribed(ZOE)
    posted = newsroom.post()
    assert readers(newsroom) == [ZOE]
    viewer = Viewer(author_key=posted.stored.comment.author_key)
    newsroom.edit(posted.stored.comment.id, "Corrigé.", viewer)
    newsroom.edit.delete(posted.stored.comment.id, viewer)
    assert readers(newsroom) == []


def test_links_of_one_purpose_or_another_house_open_nothing(newsroom):
    newsroom.ask(ZOE)
    (question,) = newsroom.work()
    token = link(question, "confirm")
    for act in (newsroom.manage.leave, newsroom.manage.mine, newsroom.manage.leave_all):
        with pytest.raises(Refusal) as refused:
            act(token)
        assert refused.value.code is Code.LINK_INVALID
    assert newsroom.manage.look(Purpose.CONFIRM, token) is not None
