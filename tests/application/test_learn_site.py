"""A site learns from moderators, from nobody else, and can go back."""

from dataclasses import replace

import pytest

from builders import NOON, a_site
from client_builders import an_api_key, an_example
from palabre.application.check_comment import CheckComment, Submission
from palabre.application.learn_site import LayersInUse, LearnSite
from palabre.application.read_long import ReadLong
from palabre.application.trace_ports import Mark
from palabre.application.traces import Remember
from palabre.domain.client import KeyRole
from palabre.domain.comment import Author
from palabre.domain.errors import Refusal
from palabre.moderation.engine import judge
from palabre.moderation.facts import Facts
from palabre.moderation.rulebook import default_rules, load
from palabre.moderation.spammodel import ordinary_comments
from palabre.storage.memory.store import MemoryStore

WHO = ("Ma tante", "Le voisin", "Un cousin", "Sa collègue", "Mon beau-frère", "La boulangère")
WHAT = ("une cure de tisane du mont bleu", "la tisane du mont bleu", "trois tasses de mont bleu")
THEN = ("et ses douleurs ont disparu", "et il court à nouveau", "depuis elle dort bien")
END = ("", " Demandez-lui.", " Cherchez son nom.", " On en parle peu.")
KIND = [f"{a} a pris {b} {c}.{d}" for a in WHO for b in WHAT for c in THEN for d in END]
TAUGHT, REST = KIND[::4][:50], [text for text in KIND if text not in KIND[::4][:50]]
ORDINARY = ordinary_comments()[:400]
HELD_BACK = ordinary_comments()[400:700]
KEPT = "Je passe tous les matins devant ce marché couvert et la halle mérite mieux que ce parking."


@pytest.fixture(scope="module")
def rules():
    return load(default_rules())


@pytest.fixture(scope="module")
def taught():
    store = MemoryStore()
    with store.writing() as unit:
        unit.sites.register(a_site())
        key = an_api_key(role=KeyRole.MODERATOR)
        unit.clients.add(key)
        for text in TAUGHT:
            unit.labels.keep(an_example(key, text))
    case = LearnSite(store=store, clock=lambda: NOON, ordinary=lambda: ORDINARY)
    done = case("le-journal")
    assert done is not None
    assert (done.number, done.taken) == (1, True)
    return store, case


def verdicts(store, rules, texts):
    layer = LayersInUse(store, lambda: NOON)("le-journal")
    return [judge(text, Facts(lang="fr", layer=layer), rules) for text in texts]


def test_fifty_decisions_find_the_rest_and_no_ordinary_comment(taught, rules):
    store, _ = taught
    before = [judge(text, Facts(lang="fr"), rules).verdict for text in HELD_BACK]
    assert [d.verdict for d in verdicts(store, rules, HELD_BACK)] == before
    found = [d.verdict.value == "hold" for d in verdicts(store, rules, REST)]
    alone = [judge(text, Facts(lang="fr"), rules).verdict.value == "hold" for text in REST]
    assert sum(alone) < 0.2 * len(REST)
    assert sum(found) >= 0.8 * len(REST)


def test_programs_with_a_key_are_answered_with_what_was_taught(taught, rules):
    store, _ = taught

    def judged(text, facts):
        return judge(text, facts, rules)

    check = CheckComment(
        store=store,
        judge=ReadLong(judge=judged, by_rules=judged, whole=10_000),
        rules=rules,
        site=lambda _: a_site(),
        clock=lambda: NOON,
        remember=Remember(secret=b"s" * 32),
        layer_of=LayersInUse(store, lambda: NOON),
    )
    key = an_api_key("cl1entcl1ent")
    assert [check(key, Submission(text=text)).spam for text in REST[:5]] == [True] * 5
    untaught = replace(check, layer_of=None)
    assert not any(untaught(key, Submission(text=text)).spam for text in REST[:5])


def test_a_thousand_false_reports_move_nothing_and_going_back_is_exact(taught, rules):
    store, case = taught
    texts = [*REST[:40], *HELD_BACK[:100]]
    before = verdicts(store, rules, texts)
    client = an_api_key("cl1entcl1ent")
    with store.writing() as unit:
        unit.clients.add(client)
        for number in range(1_000):
            text = f"{HELD_BACK[number % 100]} {number}"
            unit.labels.keep(an_example(client, text, labels={"spam": 1.0}))
    assert case("le-journal") is None  # nobody who counts has said anything new
    with store.writing() as unit:
        key = an_api_key("m0deratorkey", role=KeyRole.MODERATOR)
        unit.clients.add(key)
        for text in HELD_BACK[200:206]:
            unit.labels.keep(an_example(key, text, labels={"spam": 0.0}))
    case("le-journal")
    case.use("le-journal", 0, by="claire")
    assert LayersInUse(store, lambda: NOON)("le-journal") is None
    case.use("le-journal", 1, by="claire")
    assert verdicts(store, rules, texts) == before
    with pytest.raises(Refusal):
        case.use("le-journal", 99, by="claire")


def test_by_itself_a_site_learns_when_enough_is_new_and_unlearns_what_was_taken_back():
    store = MemoryStore()
    key = an_api_key(role=KeyRole.MODERATOR)
    with store.writing() as unit:
        unit.sites.register(a_site())
        unit.sites.register(a_site("autre", origins=("https://autre.example",)))
        unit.clients.add(key)
        for text in TAUGHT[:6]:
            unit.labels.keep(an_example(key, text))
    case = LearnSite(store=store, clock=lambda: NOON, ordinary=lambda: ORDINARY)

    def learned():
        return {site: bool(done and done.taken) for site, done in case.everywhere(least_new=5)}

    assert learned() == {"autre": False, "le-journal": True}
    with store.writing() as unit:
        for text in TAUGHT[6:10]:
            unit.labels.keep(an_example(key, text))
    assert learned() == {"autre": False, "le-journal": False}
    with store.writing() as unit:
        assert unit.labels.take_back(key.id, NOON) == 10
    assert learned() == {"autre": False, "le-journal": True}
    layer = LayersInUse(store, lambda: NOON)("le-journal")
    assert layer.version == "le-journal-2"
    assert layer.read(TAUGHT[0]) == {}


def test_erasing_a_reader_forgets_their_address_and_words_but_not_what_was_refused():
    store, remember = MemoryStore(), Remember(secret=b"s" * 32)
    author, site = Author(email="zoe@courriel.example"), a_site()
    kept, spam = (remember.keys(text, author, site) for text in (KEPT, KIND[0] * 3))
    mail = {key for kind, key in kept.others if kind == "mail"}
    with store.writing() as unit:
        for keys in (kept, spam):
            remember.seen(unit, keys, site.id, NOON)
        unit.traces.add([Mark(key=key, site_id=site.id, bad=1.0) for key in spam], NOON)
        for keys in (kept, spam):
            remember.forget(unit, keys, text=True)
        left = set(unit.traces.of([*kept, *spam]))
    assert left == set(spam.text)
    assert mail
    assert not mail & left
    assert kept.text
