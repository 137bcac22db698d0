"""Passkeys of the newsroom, and challenges that were answered, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from palabre.application.stored import Passkey
from palabre.domain.errors import Code, Refusal
from palabre.storage.memory.state import State


class MemoryPasskeys:
    """Passkeys, and challenges that were answered."""

    def __init__(self, state: State) -> None:
        self._passkeys, self._spent = state.passkeys, state.spent_challenges

    def add_passkey(self, passkey: Passkey) -> None:
        """Store a passkey; one that is known already is refused."""
        if passkey.key in self._passkeys:
            raise Refusal(Code.BAD_FIELD, field="passkey")
        self._passkeys[passkey.key] = passkey

    def passkeys(self, moderator_id: str) -> Sequence[Passkey]:
        """Return an account's passkeys, the oldest first."""
        found = [p for p in self._passkeys.values() if p.moderator_id == moderator_id]
        return sorted(found, key=lambda p: (p.created_at, p.key))

    def passkey(self, key: str) -> Passkey | None:
        """Return the passkey with this key."""
        return self._passkeys.get(key)

    def use_passkey(self, key: str, *, sign_count: int, at: datetime) -> None:
        """Note that a passkey was used, and the counter it showed."""
        known = self._passkeys.get(key)
        if known is not None:
            self._passkeys[key] = replace(known, sign_count=sign_count, used_at=at)

    def drop_passkey(self, key: str, moderator_id: str) -> bool:
        """Forget a passkey of this account."""
        known = self._passkeys.get(key)
        if known is None or known.moderator_id != moderator_id:
            return False
        del self._passkeys[key]
        return True

    def spend(self, challenge: str, *, expires_at: datetime, now: datetime) -> bool:
        """Note that the challenge with this hash was answered; False: it was before."""
        for key, end in list(self._spent.items()):
            if end <= now:
                del self._spent[key]
        if challenge in self._spent:
            return False
        self._spent[challenge] = expires_at
        return True
