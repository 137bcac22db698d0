"""What every store promises of pseudonyms that guests keep, and of their links."""

from datetime import timedelta

from builders import NOON, a_stored, keep, open_thread
from palabre.application.ports import Sort, Store
from palabre.application.tokens import key_of
from palabre.domain.article import Thread
from palabre.domain.pseudonym import Asks
from palabre.domain.retention import Leaves
from pseudonym_builders import ADDRESS, a_link, a_pseudonym


def test_a_pseudonym_has_one_keeper_a_keeper_one_pseudonym(store: Store):
    heard: list[str | None] = []
    store.watch(heard.append)
    first = a_pseudonym()
    elsewhere = a_pseudonym(site_id="other")
    with store.writing() as unit:
        assert unit.pseudonyms.sites() == []
        assert unit.pseudonyms.keep(first)
        assert unit.pseudonyms.keep(elsewhere)
    assert heard == [None]
    with store.writing() as unit:
        # Zoé with an accent less is Zoé still, and somebody else.
        thief = a_pseudonym("Zoe du faubourg", author_key="x" * 64, address_hash="y" * 64)
        assert not unit.pseudonyms.keep(thief)
    with store.reading() as unit:
        assert unit.pseudonyms.named("le-journal", thief.name_key) == first
        assert unit.pseudonyms.of_address(first.address_hash) == [first, elsewhere]
        assert unit.pseudonyms.of_authors([first.author_key]) == [first, elsewhere]
        assert unit.pseudonyms.sites() == ["le-journal", "other"]
    renamed = a_pseudonym("Zoé", kept_at=NOON + timedelta(days=1))
    moved = a_pseudonym("Zoé", author_key=key_of("her other device"))
    with store.writing() as unit:
        assert unit.pseudonyms.keep(renamed)  # by her token
        assert unit.pseudonyms.of_authors([first.author_key]) == [renamed, elsewhere]
        assert not unit.pseudonyms.keep(moved)  # by her address, but the name is another author's
        assert unit.pseudonyms.let_go([renamed.id, "no identifier"]) == 1
        assert unit.pseudonyms.let_go([renamed.id]) == 0
        assert unit.pseudonyms.keep(moved)
        assert unit.pseudonyms.keep(a_pseudonym("Autre nom"))  # one for an address
        assert unit.pseudonyms.named("le-journal", moved.name_key) is None
    assert heard == [None] * 2


def test_a_link_is_used_once(store: Store):
    link, other = a_link(Asks.KEEP, name="Zoé", name_key="zoe", sealed=b"x"), a_link()
    with store.writing() as unit:
        unit.pseudonyms.ask(link)
        unit.pseudonyms.ask(other)
        assert unit.pseudonyms.link(link.id) == link
        assert unit.pseudonyms.link("nothing of ours") is None
        before = NOON - timedelta(seconds=1)
        assert unit.pseudonyms.links_since(before, address_hash=link.address_hash) == 2
        assert unit.pseudonyms.links_since(NOON, address_hash=link.address_hash) == 0
        assert unit.pseudonyms.use(other.id, code_key="c" * 64, at=NOON)
        assert not unit.pseudonyms.use(other.id, code_key="d" * 64, at=NOON)
        assert unit.pseudonyms.exchanged("d" * 64) is None
        assert unit.pseudonyms.exchanged("c" * 64).id == other.id
        assert unit.pseudonyms.exchanged("c" * 64) is None
        assert unit.pseudonyms.forget_link(link.id)
        assert not unit.pseudonyms.forget_link(link.id)
        unit.pseudonyms.ask(a_link())
        unit.pseudonyms.forget_links(link.address_hash)
        assert unit.pseudonyms.links_since(before, address_hash=link.address_hash) == 0


def test_comments_say_whether_their_pseudonym_is_kept(store: Store):
    thread = open_thread(store)
    zoe = key_of("zoe")
    names = (("Zoé du Faubourg", zoe), ("Zoé", zoe), ("Zoé du Faubourg", key_of("somebody")))
    kept, other_name, other_author = (
        keep(store, a_stored(thread, name=name, author_key=key)).comment.id for name, key in names
    )

    def marked() -> set[str]:
        with store.reading() as unit:
            roots = unit.comments.roots(thread.id, Sort.NEWEST, limit=9, after=None)
            shown = {s.comment.id for s in roots if s.author.is_kept}
            ids = (kept, other_name, other_author)
            assert shown == {i for i in ids if unit.comments.stored(i).author.is_kept}
        return shown

    assert marked() == set()
    with store.writing() as unit:
        unit.pseudonyms.keep(a_pseudonym(site_id="other"))
    assert marked() == set()
    mine = a_pseudonym()
    heard: list[str | None] = []
    store.watch(heard.append)
    before = version_of(store, thread)
    with store.writing() as unit:
        unit.pseudonyms.keep(mine)
    assert marked() == {kept}
    assert version_of(store, thread) > before
    assert None in heard
    with store.writing() as unit:
        unit.pseudonyms.let_go([mine.id])
    assert marked() == set()
    assert version_of(store, thread) > before + 1


def version_of(store: Store, thread: Thread) -> int:
    with store.reading() as unit:
        return unit.threads.get(thread.id).version


def test_it_lapses_without_a_comment_on_its_site(store: Store):
    thread = open_thread(store)
    late = NOON + timedelta(days=10)
    with store.writing() as unit:
        unit.pseudonyms.keep(a_pseudonym())
        unit.pseudonyms.keep(a_pseudonym(site_id="other"))
        unit.pseudonyms.ask(a_link())
    keep(store, a_stored(thread, author_key=key_of("zoe"), created_at=late))
    heard: list[str | None] = []
    store.watch(heard.append)
    with store.writing() as unit:
        due = unit.upkeep.count
        assert due(Leaves.PSEUDONYMS, NOON - timedelta(days=1)) == 0
        assert due(Leaves.PSEUDONYMS, NOON) == 1
        assert due(Leaves.PSEUDONYMS, late) == 2
        assert unit.upkeep.remove(Leaves.PSEUDONYMS, NOON, limit=9) == 1
        assert [p.site_id for p in unit.pseudonyms.of_authors([key_of("zoe")])] == ["le-journal"]
        assert due(Leaves.PSEUDONYM_LINKS, NOON) == 1
        assert unit.upkeep.remove(Leaves.PSEUDONYM_LINKS, NOON, limit=9) == 1
    assert heard == [None]
    assert ADDRESS not in repr(a_pseudonym())
