"""What every store promises of modes, and of what is set on readers."""

from datetime import timedelta

from builders import NOON, a_stored, a_thread, an_article, keep, open_thread
from mode_builders import a_measure, a_mode
from palabre.application.ports import Store
from palabre.application.tokens import key_of
from palabre.domain.comment import Status
from palabre.domain.mode import Why
from palabre.domain.trust import Trust


def test_a_part_of_the_house_has_one_mode_and_everybody_hears_of_it(store: Store):
    thread = open_thread(store)
    heard: list[str | None] = []
    store.watch(heard.append)
    hours = a_mode(
        section_id="sport", opens=480, shuts=1380, why=Why.ABSENT, until=NOON + timedelta(days=1)
    )
    one = a_mode(thread_id=thread.id, slow_minutes=5, closes_at=NOON, known_only=True)
    with store.writing() as unit:
        unit.modes.set(a_mode())
        unit.modes.set(hours)
        unit.modes.set(one)
    assert heard == [None]
    with store.writing() as unit:
        unit.modes.set(a_mode(holds_all=False, slow_minutes=2))
        unit.modes.lift(hours.scope)
        unit.modes.lift("site:nowhere")
    assert heard == [None, None]
    with store.reading() as unit:
        assert unit.modes.all() == [a_mode(holds_all=False, slow_minutes=2), one]


def test_it_is_known_where_an_author_or_a_source_wrote_last(store: Store):
    thread = open_thread(store)
    with store.writing() as unit:
        other = unit.threads.add(a_thread(an_article(key="/sport/match", section_id="sport")))
    zoe = key_of("zoe")
    for minutes, place in ((1, thread), (2, thread), (3, other)):
        at = NOON + timedelta(minutes=minutes)
        keep(store, a_stored(place, author_key=zoe, created_at=at), source="s" * 64)
    with store.writing() as unit:
        found = {w.thread_id: w for w in unit.modes.wrote(zoe, None, NOON)}
        assert {i: w.at for i, w in found.items()} == {
            thread.id: NOON + timedelta(minutes=2),
            other.id: NOON + timedelta(minutes=3),
        }
        assert found[other.id].section_id == "sport"
        by_source = unit.modes.wrote(None, "s" * 64, NOON + timedelta(minutes=2))
        assert [w.thread_id for w in by_source] == [other.id]
        assert unit.modes.wrote(None, None, NOON) == []


def test_a_burst_counts_what_is_new_and_waits(store: Store):
    thread = open_thread(store)
    for _ in range(3):
        keep(store, a_stored(thread, status=Status.HELD))
    keep(store, a_stored(thread))
    with store.reading() as unit:
        (burst,) = unit.modes.bursts(NOON - timedelta(minutes=10), at_least=3)
        assert (burst.thread_id, burst.section_id, burst.held) == (thread.id, "politique", 3)
        assert unit.modes.bursts(NOON - timedelta(minutes=10), at_least=4) == []
        assert unit.modes.bursts(NOON + timedelta(minutes=10), at_least=1) == []


def test_a_measure_is_found_ends_and_is_forgotten(store: Store):
    stored = keep(store, a_stored(open_thread(store)))
    measure = a_measure(stored.comment.id, statement_id=stored.comment.id)
    later = NOON + timedelta(days=2)
    with store.writing() as unit:
        unit.measures.set(a_measure(stored.comment.id, trust=Trust.WATCHED))
        unit.measures.set(measure)
    with store.reading() as unit:
        assert unit.measures.of(measure.author_key, "le-journal") == measure
        assert unit.measures.of(measure.author_key, "la-gazette") is None
        assert unit.measures.of_keys([measure.author_key]) == [measure]
        assert unit.measures.by_statement(stored.comment.id) == measure
        assert unit.measures.since(["le-journal"], NOON, limit=9) == [measure]
        known = unit.comments.standing(measure.author_key, "le-journal")
        assert (known.trust(NOON), known.until) == (Trust.SUSPENDED, measure.until)
        assert unit.comments.standing(measure.author_key).trust(NOON) is Trust.NEW
    with store.writing() as unit:
        unit.measures.end(measure.author_key, "le-journal", later)
    with store.reading() as unit:
        known = unit.comments.standing(measure.author_key, "le-journal")
        assert known.trust(later) is Trust.NEW
        assert unit.measures.since(["le-journal"], later, limit=9) == []
    with store.writing() as unit:
        unit.measures.forget([measure.author_key])
    with store.reading() as unit:
        assert unit.measures.of_keys([measure.author_key]) == []


def test_what_came_lately_is_counted_by_article_whatever_became_of_it(store: Store):
    thread, held = open_thread(store), Status.HELD
    with store.writing() as unit:
        other = unit.threads.add(a_thread(an_article(key="/sport/match", section_id="sport")))
    root = a_stored(thread)
    keep(store, root)
    keep(store, a_stored(thread, parent=root.comment, status=held))
    with store.writing() as unit:
        unit.comments.erase_words(root.comment.id)
        unit.comments.move(root.comment.id, Status.DELETED)
    keep(store, a_stored(other))
    with store.reading() as unit:
        here, there = ((t.article.origin, t.article.key) for t in (thread, other))
        assert dict(unit.modes.pace(NOON)) == {here: 2, there: 1}
        assert dict(unit.modes.pace(NOON + timedelta(minutes=1))) == {}
