"""Every kind of mail as it goes over the wire: by the field's rules, in any script and length."""

import re
from email.header import decode_header, make_header

import pytest

from notify.conftest import DESK, Newsroom, furnish
from notify.mail_rules import complaints
from palabre.domain.subscription import Kind

ZOE = "zoe@lectrices.example"
ARABIC = "الميزانية: من يدفع؟"
TITLES = [
    "Le budget est voté",
    ARABIC,
    "שלום \u202e!olleh",
    "L" + "o" * 250 + "ng titre sans espace",
    "Un très long titre qui n’en finit pas, " * 7,
    "東京の予算" * 40,
    "=?utf-8?q?not_decoded?= \"quoted\" <tag> & 'x', ; : @",
    "🗳️ 👩🏽‍💻 emoji",
]


@pytest.mark.parametrize("title", TITLES)
def test_a_notice_keeps_the_rules_whatever_its_title(newsroom: Newsroom, title: str):
    newsroom.subscribed(ZOE)
    root = newsroom.post(f"Texte <b>{title}</b>", title=title, name=title[:60] or None)
    newsroom.post("Réponse.", parent=root.stored.comment.id, title=title)
    told = newsroom.work()
    digest_or_two = [m for m in told if m.to == ZOE]
    assert digest_or_two
    for mail in digest_or_two:
        assert complaints(mail.raw, of_list=True) == []
    subject = str(make_header(decode_header(str(digest_or_two[0].message["Subject"]))))
    assert subject.startswith("Le Journal\N{NO-BREAK SPACE}: ")


def test_every_kind_keeps_the_rules(newsroom: Newsroom):
    newsroom.ask(ZOE)
    (question,) = newsroom.work()
    assert complaints(question.raw, of_list=False) == []
    newsroom.subscribed("anais@lectrices.example")
    newsroom.ask("anais@lectrices.example")
    (known,) = newsroom.work()
    assert complaints(known.raw, of_list=False) == []
    for n in range(9):
        newsroom.post(f"Commentaire {n}, *accentué* : é à ü\n\n> cité", name="Zoé “L’Écrivaine”")
    (digest,) = newsroom.work()
    assert complaints(digest.raw, of_list=True) == []
    desk = furnish(newsroom.store, newsroom.server, desk_to=(DESK,))
    desk.clock.forward(seconds=30)
    desk.post("[hold] [threat] À lire.")
    desk.worker.round()
    desk.worker.transport.close()
    kinds = [m for m in newsroom.server.taken if m.to == DESK]
    assert len(kinds) == 3
    for mail in kinds:
        assert complaints(mail.raw, of_list=False) == []


def test_threads_hold_together(newsroom: Newsroom):
    newsroom.subscribed(ZOE)
    newsroom.subscribed("anais@lectrices.example")
    above: list[str] = []
    mails = []
    for n in range(3):
        posted = newsroom.post(f"Niveau {n}.", parent=above[-1] if above else None)
        above.append(posted.stored.comment.id)
        mails.append({m.to: m.message for m in newsroom.work()})
    for to in (ZOE, "anais@lectrices.example"):
        first, second, third = (found[to] for found in mails)
        assert second["In-Reply-To"] == first["Message-ID"]
        assert str(third["References"]).split()[1:] == [first["Message-ID"], second["Message-ID"]]
        assert str(first["References"]).split() == str(third["References"]).split()[:1]
        assert first["Subject"] == second["Subject"] == third["Subject"]
        assert (
            first["List-Id"]
            == third["List-Id"]
            == "Le Journal <le-journal.comments.journal.example>"
        )
    assert mails[0][ZOE]["Message-ID"] != mails[0]["anais@lectrices.example"]["Message-ID"]


def test_a_mail_sent_again_has_the_same_identity(newsroom: Newsroom):
    newsroom.subscribed(ZOE)
    newsroom.post()
    newsroom.server.at_data = lambda _: "451 4.3.0 Later"
    seen: list[str] = []
    original = newsroom.worker.compose

    def composing(letter, now):
        message = original(letter, now)
        seen.append(str(message["Message-ID"]))
        return message

    newsroom.worker.compose = composing
    for _ in range(3):
        newsroom.work()
        newsroom.clock.forward(hours=6)
    assert len(seen) == 3
    assert len(set(seen)) == 1


def test_the_sender_is_never_the_commenter(newsroom: Newsroom):
    newsroom.subscribed(ZOE)
    newsroom.post("Bonjour.", name="Claire <claire@ailleurs.example>", email="c@ailleurs.example")
    (told,) = newsroom.work()
    (sender,) = told.message["From"].addresses
    assert sender.addr_spec == "comments@journal.example"
    assert b"c@ailleurs.example" not in told.raw
    assert "sur Le Journal" in sender.display_name


def test_words_are_the_readers(newsroom: Newsroom):
    newsroom.subscribed(ZOE, lang="en")
    newsroom.subscribed("anais@lectrices.example", lang="pt")
    newsroom.post()
    texts = {m.to: m.message.get_body(("plain",)).get_content() for m in newsroom.work()}
    assert "wrote a comment" in texts[ZOE]
    assert "a écrit un commentaire" in texts["anais@lectrices.example"]


def test_a_reader_is_told_no_more_than_an_excerpt_without_html(newsroom: Newsroom):
    newsroom.subscribed(ZOE, Kind.THREAD)
    newsroom.post("<script>alert(1)</script> & " + "mot " * 500)
    (told,) = newsroom.work()
    html = told.message.get_body(("html",)).get_content()
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert html.count("mot ") < 100
    text = told.message.get_body(("plain",)).get_content()
    assert re.search(r"mot…\s*$", text, re.MULTILINE)
