"""What somebody keeps, seen and let go of by themselves; also where no mail leaves any more."""

from collections.abc import Sequence
from dataclasses import dataclass

from palabre.application.person import Person
from palabre.application.ports import Store, UnitOfWork
from palabre.domain.pseudonym import Pseudonym


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPseudonyms:
    """The use case."""

    store: Store

    def of(self, person: Person) -> Sequence[Pseudonym]:
        """Return what somebody keeps, by site."""
        with self.store.reading() as unit:
            return kept_by(unit, person)

    def let_go(self, person: Person, pseudonym_id: str) -> int:
        """Let go of one; return 0 when it is none of theirs, or gone already."""
        with self.store.writing() as unit:
            mine = {p.id for p in kept_by(unit, person)}
            return unit.pseudonyms.let_go(sorted(mine & {pseudonym_id}))


def kept_by(unit: UnitOfWork, person: Person) -> Sequence[Pseudonym]:
    """Return what somebody keeps by their addresses or their tokens."""
    found = {
        p.id: p for hashed in person.address_hashes for p in unit.pseudonyms.of_address(hashed)
    }
    found |= {p.id: p for p in unit.pseudonyms.of_authors(sorted(person.author_keys))}
    return sorted(found.values(), key=lambda p: (p.site_id, p.id))


def with_what_they_keep(unit: UnitOfWork, person: Person) -> Person:
    """Return the person with the keys under which they wrote what their addresses keep.

    Not the other way round: who holds a token has not shown that they read an address's mail.
    """
    kept = [p for hashed in person.address_hashes for p in unit.pseudonyms.of_address(hashed)]
    return person | Person(author_keys=frozenset(p.author_key for p in kept))


def forget_pseudonyms(unit: UnitOfWork, person: Person) -> None:
    """Let go of all that somebody keeps, and of the links on their way."""
    kept = kept_by(unit, person)
    unit.pseudonyms.let_go([p.id for p in kept])
    for hashed in {*person.address_hashes, *(p.address_hash for p in kept)}:
        unit.pseudonyms.forget_links(hashed)
