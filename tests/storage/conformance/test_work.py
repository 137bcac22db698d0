"""What every store promises about the queue by urgency, the search and the desk's notes."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from builders import (
    NOON,
    a_body,
    a_moderator,
    a_site,
    a_stored,
    an_article,
    an_id,
    keep,
    open_thread,
)
from palabre.application.near_copies import bands, signature
from palabre.application.ports import Store, Stored
from palabre.application.search_words import terms
from palabre.application.tokens import key_of
from palabre.application.work_ports import (
    DeskNote,
    DeskRefusal,
    NoteKind,
    Rank,
    SavedFilter,
    Wanted,
)
from palabre.domain.article import Thread
from palabre.domain.comment import Status
from palabre.domain.person import Duty, Role
from palabre.domain.waiting import Level, Weight

HERE = (("le-journal", None),)
A, B = "018f0000-0000-7000-8000-00000000000a", "018f0000-0000-7000-8000-00000000000b"


def held(store: Store, thread: Thread, text: str = "Bonjour à tous.", **more: object) -> str:
    return keep(store, a_stored(thread, text=text, status=Status.HELD, **more)).comment.id


def queue(store: Store, **wanted: object) -> list[str]:
    asked = Wanted(**{"places": HERE, **wanted})
    with store.reading() as unit:
        return [w.entry.comment_id for w in unit.work.page(asked, limit=9, after=None, now=NOON)]


def find(
    store: Store, query: str, *, places: Sequence[tuple[str, str | None]] = HERE, **more: object
) -> list[str]:
    asked = {"places": places, "status": None, "limit": 9, "after": None, **more}
    with store.reading() as unit:
        return [found for _, found in unit.work.search(terms(query, ["fr"]), **asked)]


def test_what_is_held_waits_and_nothing_else(store: Store, thread: Thread):
    waiting = held(store, thread)
    keep(store, a_stored(thread))
    keep(store, a_stored(thread, status=Status.REFUSED))
    assert queue(store) == [waiting]
    with store.writing() as unit:
        entry = unit.work.entry(waiting)
        assert entry is not None
        assert (entry.site_id, entry.section_id, entry.group) == (
            "le-journal",
            "politique",
            waiting,
        )
        unit.comments.move(waiting, Status.PUBLISHED)
        assert unit.work.entry(waiting) is None
    assert queue(store) == []
    with store.writing() as unit:
        unit.comments.move(waiting, Status.HELD)
    assert queue(store) == [waiting]
    with store.writing() as unit:
        unit.comments.move(waiting, Status.DELETED)
    assert queue(store) == []


def test_harm_and_reach_come_before_age_and_age_wins_in_the_end(store: Store, thread: Thread):
    ids = [held(store, thread) for _ in range(4)]
    with store.writing() as unit:
        unit.work.weigh(ids[0], Weight(harm=0.1), NOON)
        unit.work.weigh(ids[1], Weight(harm=0.9, rule="threat"), NOON)
        unit.work.weigh(ids[2], Weight(harm=0.1, reach=99), NOON)
        unit.work.weigh(ids[3], Weight(harm=0.1), NOON - timedelta(days=3))
    assert queue(store) == [ids[3], ids[2], ids[1], ids[0]]
    assert queue(store, rule="threat") == [ids[1]]


def test_pages_of_the_queue_neither_repeat_nor_skip(store: Store, thread: Thread):
    ids = [held(store, thread) for _ in range(7)]
    with store.writing() as unit:
        for n, comment_id in enumerate(ids):
            unit.work.weigh(comment_id, Weight(harm=0.2 if n % 2 else 0.4), NOON)
    seen: list[str] = []
    after = None
    with store.reading() as unit:
        asked = Wanted(places=HERE)
        while page := unit.work.page(asked, limit=2, after=after, now=NOON):
            seen += [w.entry.comment_id for w in page]
            after = Rank(page[-1].entry.priority, page[-1].entry.comment_id)
    assert seen == ids[::2] + ids[1::2]


def test_nobody_sees_what_lies_outside_their_places(store: Store, thread: Thread):
    mine = held(store, thread)
    sport = open_thread(store, an_article(key="/sport/match", section_id="sport"))
    other = open_thread(
        store,
        an_article(site_id="gazette", origin="https://gazette.example", section_id=None),
        site=a_site("gazette", origins=("https://gazette.example",)),
    )
    there, elsewhere = held(store, sport), held(store, other)
    assert queue(store) == [mine, there]
    assert queue(store, places=(("le-journal", "sport"), ("gazette", None))) == [there, elsewhere]
    assert queue(store, places=()) == []
    assert queue(store, section_id="sport") == [there]
    with store.reading() as unit:
        assert unit.work.levels((("le-journal", "sport"),), most=9)[Level.DESK] == 1
    assert find(store, "bonjour", places=(("le-journal", "sport"),)) == [there]


def test_a_count_ends_at_its_bound_and_what_has_come_is_told_newest_first(
    store: Store, thread: Thread
):
    ids = [held(store, thread) for _ in range(4)]
    with store.reading() as unit:
        assert unit.work.levels(HERE, most=3) == {Level.DESK: 3, Level.LEGAL: 0}
        assert unit.work.levels((), most=3) == {Level.DESK: 0, Level.LEGAL: 0}
        assert unit.queue.counts(site_ids=["le-journal"], most=3)[Status.HELD] == 3
        assert unit.queue.counts(site_ids=["le-journal"], most=5)[Status.HELD] == 4
        assert list(unit.work.arrived(HERE, after=ids[0], limit=2)) == [ids[3], ids[2]]
        assert list(unit.work.arrived(HERE, after=ids[3], limit=2)) == []
        assert list(unit.work.arrived((("le-journal", "sport"),), after=ids[0], limit=2)) == []
        assert list(unit.work.arrived(HERE, after="nothing", limit=2)) == []


def test_of_two_moderators_one_has_a_comment(store: Store, thread: Thread):
    waiting = held(store, thread)
    later = NOON + timedelta(minutes=10)
    with store.writing() as unit:
        mine = unit.work.claim(waiting, A, until=later, now=NOON)
        assert mine is not None
        assert mine.reader(NOON) == A
        assert unit.work.claim(waiting, B, until=later, now=NOON) is None
        assert unit.work.claim(waiting, A, until=later, now=NOON) is not None
        unit.work.release(waiting, B)
    assert queue(store, free_for=A) == [waiting]
    assert queue(store, free_for=B) == []
    with store.writing() as unit:
        unit.work.release(waiting, A)
        assert unit.work.claim(waiting, B, until=later, now=NOON) is not None
        assert unit.work.claim(waiting, A, until=later, now=later) is not None


def test_a_comment_is_assigned_and_handed_to_another_desk(store: Store, thread: Thread):
    first, second = held(store, thread), held(store, thread)
    with store.writing() as unit:
        unit.work.assign(first, A)
        unit.work.claim(second, A, until=NOON + timedelta(hours=1), now=NOON)
        unit.work.hand_to(second, level=Level.LEGAL)
    assert queue(store, assigned_to=A) == [first]
    assert queue(store, free_for=B) == []
    assert queue(store, level=Level.LEGAL, free_for=B) == [second]
    with store.reading() as unit:
        assert unit.work.levels(HERE, most=9) == {Level.DESK: 1, Level.LEGAL: 1}


def test_near_copies_meet_and_others_do_not(store: Store, thread: Thread):
    texts = ("Ce journal est vendu aux puissants, désabonnez-vous !",) * 2 + (
        "CE JOURNAL EST VENDU AUX PUISSANTS - desabonnez vous !!!",
        "La mairie a raison de planter des arbres sur la place.",
    )
    ids = []
    for text in texts:
        ids.append(held(store, thread, text))
        signed = signature(text)
        assert signed is not None
        keys = bands("le-journal", signed)
        with store.writing() as unit:
            met = unit.work.alike(keys, limit=9)
            unit.work.join(ids[-1], met[0][0] if met else ids[-1], signed, keys)
    with store.reading() as unit:
        assert [e.comment_id for e in unit.work.group(ids[0])] == ids[:3]
        sizes = {
            w.entry.comment_id: w.group_size
            for w in unit.work.page(Wanted(places=HERE), limit=9, after=None, now=NOON)
        }
    assert sizes == {ids[0]: 3, ids[1]: 3, ids[2]: 3, ids[3]: 1}
    with store.writing() as unit:
        unit.comments.move(ids[0], Status.PUBLISHED)
        assert [e.comment_id for e in unit.work.group(ids[0])] == ids[1:3]


def test_the_search_finds_words_in_all_their_forms_newest_first(store: Store, thread: Thread):
    first = held(store, thread, "Les élections municipales approchent.", name="Zoé Martin")
    second = keep(store, a_stored(thread, text="L’élection fut truquée ?")).comment.id
    assert find(store, "élection") == [second, first]
    assert find(store, "ELECTIONS municipale") == [first]
    assert find(store, "martin election") == [first]
    assert find(store, "election", status=Status.PUBLISHED) == [second]
    assert find(store, "election", limit=1) == [second]
    assert find(store, "rien de tel") == []
    assert find(store, "") == []
    assert find(store, "\" OR * ) ' NEAR(") == []
    with store.reading() as unit:
        asked = {"places": HERE, "status": None, "limit": 1}
        ((position, _),) = unit.work.search(terms("election", ["fr"]), after=None, **asked)
        assert unit.work.search(terms("election", ["fr"]), after=position, **asked)[0][1] == first


def test_the_search_forgets_what_was_edited_unsigned_or_erased(store: Store, thread: Thread):
    comment = held(store, thread, "Le xylophone de la mairie.", name="Quetzalcoatl")
    with store.writing() as unit:
        unit.comments.revise(comment, a_body("Le piano de la mairie.", revision=2), NOON)
    assert find(store, "xylophone") == []
    assert find(store, "piano quetzalcoatl") == [comment]
    with store.writing() as unit:
        unit.people.detach(comment, key_of("nobody"))
    assert find(store, "quetzalcoatl") == []
    assert find(store, "mairies") == [comment]
    with store.writing() as unit:
        unit.comments.erase_words(comment)
    assert find(store, "piano") == []


@pytest.fixture
def commented(store: Store, thread: Thread) -> Stored:
    return keep(store, a_stored(thread, status=Status.HELD))


def test_notes_stay_with_the_words_and_go_with_them(store: Store, commented: Stored):
    claire = a_moderator(duties=(Duty(role=Role.LEAD, site_id="le-journal", section_id="sport"),))
    about = {"comment_id": commented.comment.id, "moderator_id": claire.id, "at": NOON}
    notes = [
        DeskNote(id=an_id(), kind=kind, text=text, **about)
        for kind, text in ((NoteKind.NOTE, "Vu."), (NoteKind.QUESTION, "Ton avis ?"))
    ]
    with store.writing() as unit:
        unit.moderators.add(claire)
        for note in notes:
            unit.work.add_note(note)
    with store.reading() as unit:
        assert unit.moderators.get(claire.id) == claire
        assert list(unit.moderators.all()) == [claire]
        assert list(unit.work.notes(commented.comment.id)) == notes
        assert list(unit.work.asked(HERE, limit=9)) == [commented.comment.id]
    with store.writing() as unit:
        unit.work.add_note(DeskNote(id=an_id(), kind=NoteKind.OPINION, text="Publier.", **about))
        unit.moderators.set_duties(claire.id, ())
    with store.writing() as unit:
        assert list(unit.work.asked(HERE, limit=9)) == []
        assert unit.moderators.get(claire.id).duties == ()
        unit.comments.erase_words(commented.comment.id)
        assert list(unit.work.notes(commented.comment.id)) == []


def test_filters_and_refusals_come_back_as_they_were_kept(store: Store):
    claire = a_moderator()
    saved = [
        SavedFilter(id=an_id(), moderator_id=claire.id, name=name, query="rule=insult")
        for name in ("Sport", "Injures")
    ]
    refused = [
        DeskRefusal(at=NOON, moderator_id=claire.id, method="POST", path=f"/desk/{n}", code="no")
        for n in range(3)
    ]
    with store.writing() as unit:
        unit.moderators.add(claire)
        for each in saved:
            unit.work.save_filter(each)
        for line in refused:
            unit.work.refuse(line)
    with store.writing() as unit:
        assert list(unit.work.filters(claire.id)) == saved[::-1]
        assert list(unit.work.filters(an_id())) == []
        assert list(unit.work.refusals(limit=2)) == [refused[2], refused[1]]
        unit.work.drop_filter(saved[0].id, an_id())
        unit.work.drop_filter(saved[1].id, claire.id)
        assert list(unit.work.filters(claire.id)) == saved[:1]


def test_an_authors_comments_come_from_all_threads(store: Store, thread: Thread):
    hers = {"author_key": key_of("hers")}
    first = held(store, thread, **hers)
    sport = open_thread(store, an_article(key="/sport/match", section_id="sport"))
    second = held(store, sport, **hers)
    held(store, sport)
    with store.reading() as unit:
        found = unit.work.by_author(key_of("hers"), limit=9)
    assert [s.comment.id for s in found] == [second, first]
