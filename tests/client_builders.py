"""Plain functions that make keys of programs and what their holders say of texts."""

from dataclasses import replace
from typing import Any

from builders import NOON, an_id
from palabre.application.tokens import key_of
from palabre.domain.client import ApiKey, KeyRole, LabelledExample, SpamWhen


def an_api_key(secret: str = "k3ykeyk3ykey", **changes: Any) -> ApiKey:  # noqa: S107 -- opens nothing
    """Return a key of ``le-journal`` without the moderator's role."""
    key = ApiKey(
        id=an_id(),
        site_id="le-journal",
        key_hash=key_of(secret),
        hint=secret[:4],
        label="WordPress",
        role=KeyRole.CLIENT,
        spam_when=SpamWhen.SPAM,
        own_site_only=False,
        created_at=NOON,
        created_by="claire",
    )
    return replace(key, **changes)


def an_example(key: ApiKey, text: str = "Achetez mes montres", **changes: Any) -> LabelledExample:
    """Return what ``key`` said of a text: spam."""
    example = LabelledExample(
        id=an_id(),
        key_id=key.id,
        site_id=key.site_id,
        at=NOON,
        text=text,
        lang="fr",
        labels={"spam": 1.0},
        by_moderator=key.role is KeyRole.MODERATOR,
    )
    return replace(example, **changes)
