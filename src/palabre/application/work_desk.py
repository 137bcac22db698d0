"""A moderator's desk: what comes next, kept to one reader, with all that is needed to decide.

Claims are leases: who walks away holds nothing up for longer than ``LEASE``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from palabre.application.dossier import Dossier, Live, dossier_of, names_of
from palabre.application.moderate import Moderate
from palabre.application.places import places_of
from palabre.application.ports import QueueItem, UnitOfWork
from palabre.application.read_thread import locate
from palabre.application.search_words import terms
from palabre.application.work_ports import (
    COUNTED,
    DeskNote,
    DeskRefusal,
    NoteKind,
    Place,
    Rank,
    SavedFilter,
    Waiting,
    Wanted,
)
from palabre.domain.comment import Status
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import is_id, new_id
from palabre.domain.permission import Task, may_manage, require_somewhere, require_task
from palabre.domain.person import Moderator
from palabre.domain.waiting import LEASE, Entry, Level

MAX_NOTE = 2000
MAX_NAME = 100
MAX_QUERY = 500
_TRIES = 20  # colleagues who may take the next comment before this one does
_NEW, _SHOWN = 99, 3  # how many new comments are counted, and shown, beside an open page


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkDesk:
    """The use case, around the one that decides."""

    moderate: Moderate

    def places(self, moderator: Moderator, task: Task = Task.READ) -> tuple[Place, ...]:
        """Return where the account may do this."""
        with self.moderate.store.reading() as unit:
            return places_of(unit, moderator, task)

    def page(
        self, moderator: Moderator, wanted: Wanted, *, limit: int, after: Rank | None
    ) -> tuple[Sequence[Waiting], Mapping[Level, int], Mapping[str, str]]:
        """Return a page of the queue, how much waits at each desk, and colleagues' names."""
        with self.moderate.store.reading() as unit:
            places = places_of(unit, moderator, Task.READ)
            asked = replace(wanted, places=places)
            now = self.moderate.clock()
            found = unit.work.page(asked, limit=limit, after=after, now=now)
            return found, unit.work.levels(places, most=COUNTED + 1), names_of(unit)

    def next(
        self, moderator: Moderator, wanted: Wanted, *, after: str | None = None
    ) -> Dossier | None:
        """Claim the most urgent comment that nobody reads; None: there is none.

        ``after``: the one that was skipped; what comes before it is not offered again.
        """
        now = self.moderate.clock()
        task = Task.DECIDE_ESCALATED if wanted.level is Level.LEGAL else Task.DECIDE
        require_somewhere(moderator, task)
        with self.moderate.store.writing() as unit:
            asked = replace(wanted, places=places_of(unit, moderator, task), free_for=moderator.id)
            begun = self._rank(unit, after)
            for waiting in unit.work.page(asked, limit=_TRIES, after=begun, now=now):
                comment_id = waiting.entry.comment_id
                if unit.work.claim(comment_id, moderator.id, until=now + LEASE, now=now):
                    return dossier_of(unit, comment_id, moderator)
        return None

    def dossier(self, comment_id: str, moderator: Moderator) -> Dossier:
        """Return a comment with all that is needed to decide on it."""
        with self.moderate.store.reading() as unit:
            self._require(unit, comment_id, moderator, Task.READ)
            return dossier_of(unit, comment_id, moderator)

    def claim(self, comment_id: str, moderator: Moderator) -> Entry:
        """Keep a comment to this moderator; refused (``claimed``) while a colleague reads it."""
        now = self.moderate.clock()
        with self.moderate.store.writing() as unit:
            self._require(unit, comment_id, moderator, Task.CLAIM)
            found = unit.work.claim(comment_id, moderator.id, until=now + LEASE, now=now)
        if found is None:
            raise Refusal(Code.CLAIMED)
        return found

    def release(self, comment_id: str, moderator: Moderator) -> None:
        """Give a comment back to the queue."""
        with self.moderate.store.writing() as unit:
            self._require(unit, comment_id, moderator, Task.CLAIM)
            unit.work.release(comment_id, moderator.id)

    def hand_to(self, comment_id: str, level: Level, moderator: Moderator) -> None:
        """Hand a waiting comment to the legal desk, or back from there."""
        with self.moderate.store.writing() as unit:
            self._require(unit, comment_id, moderator, Task.ESCALATE)
            self._free(unit, comment_id, moderator)
            unit.work.hand_to(comment_id, level=level)

    def assign(self, comment_id: str, login: str | None, moderator: Moderator) -> None:
        """Say who is to decide; a login that nobody has is refused (``bad_field``)."""
        with self.moderate.store.writing() as unit:
            self._require(unit, comment_id, moderator, Task.ASSIGN)
            to = unit.moderators.by_login(login.strip().casefold()) if login else None
            if login and to is None:
                raise Refusal(Code.BAD_FIELD, field="login")
            unit.work.assign(comment_id, to.id if to else None)

    def note(self, comment_id: str, kind: NoteKind, text: str, moderator: Moderator) -> DeskNote:
        """Write to colleagues about a comment; a question asks for a second opinion."""
        text = text.strip()[:MAX_NOTE]
        if not text:
            raise Refusal(Code.TEXT_EMPTY, field="note")
        now = self.moderate.clock()
        note = DeskNote(
            id=new_id(now),
            comment_id=comment_id,
            moderator_id=moderator.id,
            kind=kind,
            text=text,
            at=now,
        )
        with self.moderate.store.writing() as unit:
            self._require(unit, comment_id, moderator, Task.NOTE)
            unit.work.add_note(note)
            if kind is NoteKind.QUESTION:
                unit.work.release(comment_id, moderator.id)
        return note

    def asked(self, moderator: Moderator, *, limit: int) -> Sequence[QueueItem]:
        """Return waiting comments on which a colleague asks for a second opinion."""
        with self.moderate.store.reading() as unit:
            places = places_of(unit, moderator, Task.READ)
            return unit.work.items(unit.work.asked(places, limit=limit))

    def search(
        self,
        moderator: Moderator,
        query: str,
        status: Status | None,
        *,
        limit: int,
        after: int | None,
    ) -> tuple[Sequence[QueueItem], int | None]:
        """Return comments with all the words, newest first, and where the next page begins."""
        with self.moderate.store.reading() as unit:
            places = places_of(unit, moderator, Task.READ)
            langs = {site.lang for site in unit.sites.all()} | {"fr", "en"}
            found = unit.work.search(
                terms(query[:MAX_QUERY], langs),
                places=places,
                status=status,
                limit=limit + 1,
                after=after,
            )
            items = unit.work.items([comment_id for _, comment_id in found[:limit]])
        return items, found[limit - 1][0] if len(found) > limit else None

    def live(self, moderator: Moderator, *, since: str | None = None) -> Live:
        """Return what moved while a page of the queue was read.

        ``since`` is the newest comment that the page knew of; None: nothing is new.
        """
        now = self.moderate.clock()
        with self.moderate.store.reading() as unit:
            places = places_of(unit, moderator, Task.READ)
            levels = unit.work.levels(places, most=COUNTED + 1)
            names = names_of(unit)
            taken = unit.work.taken(places, now=now)
            new = unit.work.arrived(places, after=since, limit=_NEW + 1) if since else ()
            items = unit.work.items(new[:_SHOWN])
        return Live(
            levels=levels,
            readers={c: names.get(m, "") for c, m in taken if m != moderator.id},
            arrived=len(new),
            newest=items,
        )

    def filters(self, moderator: Moderator) -> Sequence[SavedFilter]:
        """Return the lists that the moderator keeps."""
        with self.moderate.store.reading() as unit:
            return unit.work.filters(moderator.id)

    def save_filter(self, moderator: Moderator, name: str, query: str) -> None:
        """Keep a list under a name."""
        name = " ".join(name.split())[:MAX_NAME]
        if not name:
            raise Refusal(Code.BAD_FIELD, field="name")
        saved = SavedFilter(
            id=new_id(self.moderate.clock()),
            moderator_id=moderator.id,
            name=name,
            query=query[:MAX_QUERY],
        )
        with self.moderate.store.writing() as unit:
            unit.work.save_filter(saved)

    def drop_filter(self, moderator: Moderator, filter_id: str) -> None:
        """Forget a list of this moderator's own."""
        with self.moderate.store.writing() as unit:
            unit.work.drop_filter(filter_id, moderator.id)

    def refused(self, moderator_id: str, method: str, path: str, code: Code) -> None:
        """Note that something was refused at the desk; what was sent is not kept."""
        refusal = DeskRefusal(
            at=self.moderate.clock(),
            moderator_id=moderator_id,
            method=method[:7],
            path=path[:200],
            code=code.value,
        )
        with self.moderate.store.writing() as unit:
            unit.work.refuse(refusal)

    def refusals(
        self, moderator: Moderator, *, limit: int
    ) -> tuple[Sequence[DeskRefusal], Mapping[str, str]]:
        """Return what was refused lately, newest first, and the names of whom.

        Whoever may see this of one site sees what was refused to those who work there alone.
        """
        require_somewhere(moderator, Task.REFUSALS)
        with self.moderate.store.reading() as unit:
            known = {
                m.id: m.name
                for m in unit.moderators.all()
                if may_manage(moderator, m, Task.REFUSALS)
            }
            found = unit.work.refusals(limit=limit)
            return [line for line in found if line.moderator_id in known], known

    def _rank(self, unit: UnitOfWork, comment_id: str | None) -> Rank | None:
        entry = unit.work.entry(comment_id) if comment_id and is_id(comment_id) else None
        return Rank(entry.priority, entry.comment_id) if entry else None

    def _free(self, unit: UnitOfWork, comment_id: str, moderator: Moderator) -> None:
        entry = unit.work.entry(comment_id)
        if entry is None:
            raise Refusal(Code.MOVE_IMPOSSIBLE, status="", wanted=Status.HELD.value)
        if entry.reader(self.moderate.clock()) not in {None, moderator.id}:
            raise Refusal(Code.CLAIMED)

    def _require(self, unit: UnitOfWork, comment_id: str, moderator: Moderator, task: Task) -> None:
        article = locate(unit, comment_id).thread.article
        require_task(moderator, task, article.site_id, article.section_id)
