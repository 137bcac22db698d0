"""What every store promises about sites and threads."""

from datetime import timedelta

import pytest

from builders import NOON, ORIGIN, a_site, a_stored, a_thread, an_article, keep, open_thread
from palabre.application.ports import Store
from palabre.domain.article import Thread
from palabre.domain.comment import Status
from palabre.domain.errors import Code, Refusal
from palabre.domain.site import Section


def test_a_site_comes_back_as_it_was_registered(store: Store):
    site = a_site(
        origins=("https://b.example", "https://a.example"), name_required=True, email_required=True
    )
    with store.writing() as unit:
        unit.sites.register(site)
    with store.reading() as unit:
        assert unit.sites.get("le-journal") == site
        assert unit.sites.by_origin("https://a.example") == site
        assert unit.sites.get("another") is None
        assert unit.sites.by_origin("https://c.example") is None


def test_registering_again_replaces_all_that_was_known(store: Store):
    changed = a_site(
        name="Le Nouveau Journal",
        origins=("https://nouveau.example",),
        reserved_names=(),
        sections=(Section(id="monde", name="Monde", path="/monde/"),),
    )
    with store.writing() as unit:
        unit.sites.register(a_site())
        unit.sites.register(changed)
    with store.reading() as unit:
        assert unit.sites.all() == [changed]
        assert unit.sites.by_origin(ORIGIN) is None


def test_sites_come_by_id_and_share_no_origin(store: Store):
    with store.writing() as unit:
        unit.sites.register(a_site("z-journal", origins=("https://z.example",)))
        unit.sites.register(a_site("a-journal", origins=("https://a.example",)))
        assert [site.id for site in unit.sites.all()] == ["a-journal", "z-journal"]
        with pytest.raises(Refusal) as refused:
            unit.sites.register(a_site("m-journal", origins=("https://z.example",)))
    assert refused.value.code is Code.BAD_FIELD
    assert refused.value.values == {"origin": "https://z.example", "site": "z-journal"}


def test_a_thread_is_found_by_its_address_and_its_id(store: Store):
    with store.writing() as unit:
        unit.sites.register(a_site())
        new = a_thread(an_article(section_id=None), closes_at=NOON + timedelta(days=1))
        assert unit.threads.add(new) == new
    with store.reading() as unit:
        assert unit.threads.find(ORIGIN, new.article.key) == new
        assert unit.threads.get(new.id) == new
        assert unit.threads.find("http://journal.example", new.article.key) is None
        assert unit.threads.find(ORIGIN, "/elsewhere") is None
        assert unit.threads.get("nonsense") is None


def test_the_first_thread_of_an_article_stays_the_only_one(store: Store, thread: Thread):
    with store.writing() as unit:
        assert unit.threads.add(a_thread(thread.article)) == thread
        assert unit.threads.all(limit=10) == [thread]


def test_an_address_may_be_long_and_foreign(store: Store):
    article = an_article(key="/été/" + "ж" * 1900)
    thread = open_thread(store, article)
    with store.reading() as unit:
        assert unit.threads.find(ORIGIN, article.key) == thread


def test_describing_and_closing_a_thread_move_its_version(store: Store, thread: Thread):
    end = NOON + timedelta(hours=1)
    with store.writing() as unit:
        unit.threads.describe(thread.id, title="Un autre titre", lang="en")
        unit.threads.close(thread.id, end)
    with store.reading() as unit:
        found = unit.threads.get(thread.id)
    assert found is not None
    assert (found.article.title, found.article.lang) == ("Un autre titre", "en")
    assert found.closes_at == end
    assert found.version == 2
    with store.writing() as unit:
        unit.threads.close(thread.id, None)
        reopened = unit.threads.get(thread.id)
    assert reopened is not None
    assert reopened.closes_at is None


def test_counts_are_of_published_comments_and_leave_out_the_unknown(store: Store, thread: Thread):
    empty = open_thread(store, an_article(key="/sport/match"))
    keep(store, a_stored(thread))
    keep(store, a_stored(thread, status=Status.HELD))
    asked = [(ORIGIN, thread.article.key), (ORIGIN, empty.article.key), (ORIGIN, "/elsewhere")]
    with store.reading() as unit:
        assert unit.threads.counts(asked) == {asked[0]: 1, asked[1]: 0}
        assert unit.threads.counts([]) == {}


def test_all_threads_come_newest_first(store: Store):
    made = [open_thread(store, an_article(key=f"/{n}")) for n in range(4)]
    with store.reading() as unit:
        assert unit.threads.all(limit=3) == [made[3], made[2], made[1]]
