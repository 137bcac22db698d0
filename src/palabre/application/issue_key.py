"""Keys for programs: issued once, shown once, revoked at will. Each belongs to one site."""

import secrets
from dataclasses import dataclass, replace

from palabre.application.ports import Clock, Store
from palabre.application.tokens import key_of
from palabre.domain.client import KEY_LENGTH, KEY_LETTERS, ApiKey, KeyRole, SpamWhen, Usage
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import new_id

_HINT = 4
_LABEL = 200


def new_secret() -> str:
    """Return a new key: 12 characters of ``a-z0-9``, 62 bits."""
    return "".join(secrets.choice(KEY_LETTERS) for _ in range(KEY_LENGTH))


def is_secret(text: str) -> bool:
    """Tell whether text has the form of a key."""
    return len(text) == KEY_LENGTH and set(text) <= set(KEY_LETTERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The use case."""

    store: Store
    clock: Clock

    def issue(
        self,
        site_id: str,
        *,
        label: str,
        by: str,
        role: KeyRole = KeyRole.CLIENT,
        spam_when: SpamWhen = SpamWhen.SPAM,
        own_site_only: bool = False,
    ) -> tuple[ApiKey, str]:
        """Return a new key as it is kept, and the key itself, which nobody will see again."""
        label = " ".join(label.split())[:_LABEL]
        if not label:
            raise Refusal(Code.BAD_FIELD, field="label")
        now, secret = self.clock(), new_secret()
        key = ApiKey(
            id=new_id(now),
            site_id=site_id,
            key_hash=key_of(secret),
            hint=secret[:_HINT],
            label=label,
            role=role,
            spam_when=spam_when,
            own_site_only=own_site_only,
            created_at=now,
            created_by=by[:_LABEL],
        )
        with self.store.writing() as unit:
            if unit.sites.get(site_id) is None:
                raise Refusal(Code.UNKNOWN_SITE)
            unit.clients.add(key)
        return key, secret

    def revoke(self, key_id: str, *, with_labels: bool = False) -> ApiKey:
        """End a key, and with it, if asked, all that it taught; refuse one that is not there."""
        now = self.clock()
        with self.store.writing() as unit:
            key = unit.clients.get(key_id)
            if key is None:
                raise Refusal(Code.BAD_FIELD, field="key")
            unit.clients.revoke(key.id, now)
            if with_labels:
                unit.labels.take_back(key.id, now)
        return replace(key, revoked_at=key.revoked_at or now)

    def take_back(self, key_id: str, *, label_id: str | None = None) -> int:
        """Let what a key taught count no more: one example, or all; return how many."""
        with self.store.writing() as unit:
            return unit.labels.take_back(key_id, self.clock(), label_id=label_id)

    def give_back(self, key_id: str, *, label_id: str | None = None) -> int:
        """Let what was taken back count again; return how many."""
        with self.store.writing() as unit:
            return unit.labels.give_back(key_id, label_id=label_id)

    def all(self) -> list[tuple[ApiKey, list[Usage]]]:
        """Return all keys, oldest first, each with its use in this month."""
        month = f"{self.clock():%Y-%m}"
        with self.store.reading() as unit:
            return [(k, list(unit.clients.usage(k.id, since=month))) for k in unit.clients.all()]

    def find(self, named: str) -> ApiKey:
        """Return the one key with this id, or whose first four characters these are."""
        with self.store.reading() as unit:
            found = [k for k in unit.clients.all() if named in {k.id, k.hint}]
        if len(found) != 1:
            raise Refusal(Code.BAD_FIELD, field="key", found=len(found))
        return found[0]
