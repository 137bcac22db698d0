"""What every store promises of keys of programs, their use, and what their holders said."""

from dataclasses import replace

from builders import NOON, an_id
from client_builders import an_api_key, an_example
from palabre.application.ports import Store
from palabre.application.tokens import key_of
from palabre.domain.client import Counts, KeyRole, SpamWhen, Usage


def test_a_key_is_found_by_its_hash_and_ends_once(store: Store):
    key = an_api_key(spam_when=SpamWhen.HELD, own_site_only=True)
    other = an_api_key("another12345", role=KeyRole.MODERATOR)
    with store.writing() as unit:
        unit.clients.add(key)
        unit.clients.add(other)
        unit.clients.revoke(other.id, NOON)
        unit.clients.revoke(other.id, NOON.replace(year=2030))
    with store.reading() as unit:
        assert unit.clients.by_hash(key_of("k3ykeyk3ykey")) == key
        assert unit.clients.by_hash(key_of("k3ykeyk3keyy")) is None
        assert unit.clients.get("no identifier") is None
        assert unit.clients.all() == [key, replace(other, revoked_at=NOON)]


def test_uses_add_up_by_month_and_blog(store: Store):
    key, other = an_api_key(), an_api_key("another12345")
    with store.writing() as unit:
        unit.clients.add(key)
        unit.clients.add(other)
        for _ in range(2):
            unit.clients.count(
                {
                    (key.id, "2026-03", "https://b.example"): Counts(calls=2, spam=1, ham=1),
                    (key.id, "2026-03", ""): Counts(calls=1),
                    (key.id, "2026-02", ""): Counts(missed_spam=3, false_positives=4),
                    (other.id, "2026-03", ""): Counts(calls=9),
                }
            )
        unit.clients.count({})
    with store.reading() as unit:
        assert unit.clients.usage(key.id, since="2026-03") == [
            Usage(key_id=key.id, month="2026-03", blog="", counts=Counts(calls=2)),
            Usage(
                key_id=key.id,
                month="2026-03",
                blog="https://b.example",
                counts=Counts(calls=4, spam=2, ham=2),
            ),
        ]
        before = unit.clients.usage(key.id, since="2026-01")[0]
        assert before.counts == Counts(missed_spam=6, false_positives=8)


def test_a_key_has_one_word_on_a_text_and_can_take_it_back(store: Store):
    key, boss = an_api_key(), an_api_key("another12345", role=KeyRole.MODERATOR)
    first, second = an_example(key), an_example(key, labels={"spam": 0.0}, lang=None)
    theirs = an_example(boss, labels={"insult": 0.25})
    elsewhere = an_example(boss, "Autre texte", site_id="la-gazette")
    with store.writing() as unit:
        unit.clients.add(key)
        unit.clients.add(boss)
        for example in (first, second, theirs, elsewhere):
            unit.labels.keep(example)
    with store.writing() as unit:
        assert unit.labels.standing("le-journal", after=None, limit=9) == [second, theirs]
        assert unit.labels.standing("le-journal", after=second.id, limit=9) == [theirs]
        assert unit.labels.standing("le-journal", after=None, limit=1) == [second]
        assert unit.labels.take_back(key.id, NOON, label_id=theirs.id) == 0
        assert unit.labels.take_back(key.id, NOON) == 1
        assert unit.labels.take_back(key.id, NOON) == 0
        assert unit.labels.standing("le-journal", after=None, limit=9) == [theirs]
        assert unit.labels.of_key(key.id, limit=9) == [replace(second, taken_back_at=NOON)]
        assert unit.labels.give_back(key.id, label_id=an_id()) == 0
        assert unit.labels.give_back(key.id, label_id=second.id) == 1
        assert unit.labels.of_key(key.id, limit=9) == [second]
        assert unit.labels.of_key(boss.id, limit=9) == [elsewhere, theirs]
