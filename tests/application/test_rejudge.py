"""Stored comments are judged again: told first, changed as new decisions, never over a human's."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner

from application.conftest import URL, PlainJudge
from builders import ORIGIN, a_site
from palabre.application.incoming import Limits
from palabre.application.moderate import Choice
from palabre.application.post_comment import NewComment, PostComment
from palabre.application.rejudge import Asked, Outcome, Rejudge
from palabre.application.tokens import key_of
from palabre.cli.main import main
from palabre.domain.comment import Status
from palabre.domain.decision import ENGINE, Decision, Evidence, Verdict
from palabre.domain.person import Viewer
from palabre.rendering.markdown import MarkdownRenderer
from palabre.settings import load as load_settings
from palabre.wiring_parts import build_parts

REFUSE = Choice(verdict=Verdict.REFUSE, rule="insult")
APPROVE = Choice(verdict=Verdict.PUBLISH)


def saying(**verdicts: Verdict):
    """Return a judge who decides by a word in the text."""

    def judge(text, facts):
        found = next((v for word, v in verdicts.items() if word in text), Verdict.PUBLISH)
        rules = () if found is Verdict.PUBLISH else ("spam",)
        return Decision(verdict=found, rules=rules, rules_version="2", lang=facts.lang)

    return judge


@pytest.fixture
def again(newsroom):
    def run(judge, *, dry_run=False, **asked):
        case = Rejudge(store=newsroom.store, judge=judge, clock=newsroom.clock)
        outcomes = {}
        for one in case.look(Asked(**asked)):
            outcome = one.outcome if dry_run else case.apply(one)
            outcomes[one.item.stored.comment.id] = outcome
        return outcomes

    return run


def state(newsroom, comment_id):
    with newsroom.store.reading() as unit:
        history = unit.decisions.history(comment_id)
        return unit.comments.get(comment_id).status, history


def test_changes_are_told_first_and_written_as_new_decisions(newsroom, again):
    tea, plain, held = (newsroom.post(t).stored.comment.id for t in ("tisane", "a", "[hold] b"))
    judge = saying(tisane=Verdict.HOLD)
    expected = {tea: Outcome.CHANGED, plain: Outcome.SAME, held: Outcome.CHANGED}
    assert again(judge, dry_run=True) == expected
    assert state(newsroom, tea)[0] is Status.PUBLISHED
    assert again(judge) == expected
    status, history = state(newsroom, tea)
    assert (status, len(history)) == (Status.HELD, 2)
    assert history[1].supersedes == history[0].id
    assert (history[1].actor, history[1].decision.rules_version) == (ENGINE, "2")
    assert history[1].commitment == history[0].commitment
    assert state(newsroom, held)[0] is Status.PUBLISHED
    with newsroom.store.reading() as unit:
        assert unit.work.entry(tea) is not None
        assert unit.work.entry(held) is None
        assert unit.threads.find(ORIGIN, "/politique/budget").public_count == 2
    assert set(again(judge).values()) == {Outcome.SAME}


def test_a_humans_word_stands(newsroom, again):
    refused, approved = (newsroom.post(t).stored.comment.id for t in ("a", "[hold] tisane"))
    newsroom.moderate.decide(refused, REFUSE, newsroom.moderator)
    newsroom.moderate.decide(approved, APPROVE, newsroom.moderator)
    judge = saying(tisane=Verdict.REFUSE)
    assert again(judge) == {refused: Outcome.BY_HAND, approved: Outcome.BY_HAND}
    assert state(newsroom, refused)[0] is Status.REFUSED
    assert state(newsroom, approved)[0] is Status.PUBLISHED


def test_what_a_human_refused_comes_back_through_no_engine(newsroom, again):
    posted = newsroom.post("a")
    comment_id = posted.stored.comment.id
    newsroom.moderate.decide(comment_id, REFUSE, newsroom.moderator)
    newsroom.edit(comment_id, "[refuse] b", Viewer(author_key=key_of(posted.token)))
    assert again(saying()) == {comment_id: Outcome.CHANGED}
    assert state(newsroom, comment_id)[0] is Status.HELD


@pytest.mark.parametrize(
    ("posted", "decided", "outcome"),
    [
        ({"evidence": ("flood",), "verdict": Verdict.HOLD}, {}, Outcome.CIRCUMSTANCES),
        ({"evidence": ("no_proof",), "verdict": Verdict.HOLD}, {}, Outcome.CIRCUMSTANCES),
        ({"evidence": ("read_first",), "verdict": Verdict.HOLD}, {}, Outcome.CIRCUMSTANCES),
        ({}, {"not_checked": ("encoder",), "verdict": Verdict.HOLD}, Outcome.NOT_CHECKED),
    ],
)
def test_what_cannot_be_seen_again_changes_nothing(newsroom, again, posted, decided, outcome):
    seen = tuple(
        Evidence(symbol=s, score=0.7, detector="repetition", version="1")
        for s in posted.pop("evidence", ())
    )
    plain = Decision(verdict=Verdict.PUBLISH, rules=(), rules_version="1")
    first = replace(plain, evidence=seen, **posted)
    posting = replace(newsroom.post_comment, judge=lambda *_: first)
    comment_id = posting(NewComment(url=URL, text="a")).stored.comment.id
    assert again(lambda *_: replace(plain, **decided)) == {comment_id: outcome}
    assert len(state(newsroom, comment_id)[1]) == 1


def test_what_changed_while_it_was_judged_is_left_alone(newsroom):
    comment_id = newsroom.post("tisane").stored.comment.id
    case = Rejudge(store=newsroom.store, judge=saying(tisane=Verdict.REFUSE), clock=newsroom.clock)
    (found,) = case.look(Asked())
    newsroom.moderate.decide(comment_id, Choice(verdict=Verdict.HOLD), newsroom.moderator)
    assert case.apply(found) is Outcome.BUSY
    assert state(newsroom, comment_id)[0] is Status.HELD


def test_what_is_read_at_the_desk_is_left_alone(newsroom, again):
    comment_id = newsroom.post("[hold] a").stored.comment.id
    with newsroom.store.writing() as unit:
        now = newsroom.clock.now
        until = now + timedelta(minutes=5)
        assert unit.work.claim(comment_id, newsroom.moderator.id, until=until, now=now)
    assert again(saying()) == {comment_id: Outcome.BUSY}


def test_only_what_was_asked_for(newsroom, again):
    with newsroom.store.writing() as unit:
        unit.sites.register(a_site("autre", origins=("https://autre.example",)))
    old = newsroom.post("tisane").stored.comment.id
    since = newsroom.clock.forward(days=1)
    new = newsroom.post("tisane").stored.comment.id
    held = newsroom.post("[hold] tisane").stored.comment.id
    far = newsroom.post("tisane", url="https://autre.example/a").stored.comment.id
    judge = saying(tisane=Verdict.REFUSE)
    assert set(again(judge, dry_run=True)) == {old, new, held, far}
    assert set(again(judge, dry_run=True, since=since)) == {new, held, far}
    assert set(again(judge, dry_run=True, sites=("autre",))) == {far}
    assert set(again(judge, dry_run=True, statuses=(Status.HELD,), since=since)) == {held}


def test_the_command_says_it_in_a_table_and_in_json(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "palabre.toml"
    config.write_text(
        '[server]\nsecret_key = "0123456789abcdef0123456789abcdef"\n'
        '[judge]\ndepth = "rules"\n'
        '[[sites]]\nid = "le-journal"\nname = "Le Journal"\nlang = "fr"\n'
        f'origins = ["{ORIGIN}"]\n',
        encoding="utf-8",
    )
    parts = build_parts(load_settings(config), tmp_path)
    post = PostComment(
        store=parts.store, judge=PlainJudge(), render=MarkdownRenderer(), clock=parts.clock,
        limits=Limits(),
    )  # fmt: skip
    post(NewComment(url=URL, text="Bonjour à tous, quel bel article. [hold]"))
    post(NewComment(url=URL, text="Merci pour cet article."))
    parts.store.close()

    def run(*options):
        return CliRunner().invoke(main, ["--config", str(config), "rejudge", *options])

    told = json.loads(run("--dry-run", "--json", "--words").stdout)
    assert (told["judged"], told["moves"]) == (2, {"hold->publish": 1})
    assert told["changes"][0]["text"].startswith("Bonjour à tous")
    done = run()
    assert done.exit_code == 0, done.output
    assert "2 judged, 1 changed" in done.stdout
    assert run("--site", "ailleurs").exit_code == 1
