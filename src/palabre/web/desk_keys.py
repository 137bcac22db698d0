"""The desk's page of keys: an administrator issues, lists and ends them, site by site.

A key is shown once, in the answer to the form that asked for it, and kept as a hash. A key of
another site is refused as one that is not there.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler

from palabre.application.issue_key import Keys
from palabre.domain.client import ApiKey, Counts, KeyRole, SpamWhen
from palabre.domain.errors import Code, Refusal
from palabre.domain.permission import Task, may_do, require_somewhere, require_task
from palabre.domain.person import Moderator
from palabre.web import views
from palabre.web.desk_door import who
from palabre.web.forms import FIELD, desk_token, read_desk_form
from palabre.web.house import Catalogue, House
from palabre.web.languages import catalogue_for

Asked = Request[Any, Any, Any]
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyView:
    """A key as a page shows it: ``hint`` are its first four characters."""

    id: str
    hint: str
    label: str
    site: str
    role: str
    spam_when: str
    own_site_only: bool
    since: str
    by: str
    used: str
    ended: str


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers."""
    page = DeskKeys(house)
    return [get("/desk/keys")(page.shown), post("/desk/keys", status_code=200)(page.act)]


class DeskKeys:
    """The page, with the house it stands in."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._keys = Keys(store=house.post.store, clock=house.clock)

    async def shown(self, request: Asked) -> Response[str]:
        """Show the keys of the sites where the account may issue some."""
        moderator, token = await who(request, self._house)
        require_somewhere(moderator, Task.KEYS)
        return await asyncio.to_thread(self._page, request, moderator, token)

    async def act(self, request: Asked) -> Response[str]:
        """Issue a key and show it, or end one."""
        moderator, token = await who(request, self._house)
        fields = await read_desk_form(request, self._house, token)
        do = fields.get("do", "")
        run: Callable[[], dict[str, object]]
        if do == "issue":
            run = lambda: self._issue(fields, moderator)  # noqa: E731
        elif do.startswith("end:"):
            with_reports = fields.get(f"reports:{do.removeprefix('end:')}") == "yes"
            run = lambda: self._end(do.removeprefix("end:"), with_reports, moderator)  # noqa: E731
        else:
            raise Refusal(Code.BAD_FIELD, field="do", known="issue, end")
        told = await self._house.desk_writers(run)
        return await asyncio.to_thread(self._page, request, moderator, token, **told)

    def _issue(self, fields: dict[str, str], moderator: Moderator) -> dict[str, object]:
        site_id = fields.get("site", "")
        require_task(moderator, Task.KEYS, site_id)
        made, secret = self._keys.issue(
            site_id,
            label=fields.get("label", ""),
            by=moderator.login,
            role=_one(KeyRole, fields, "role"),
            spam_when=_one(SpamWhen, fields, "spam_when"),
            own_site_only=fields.get("own_site_only") == "1",
        )
        return {"secret": secret, "secret_label": made.label}

    def _end(self, key_id: str, with_reports: bool, moderator: Moderator) -> dict[str, object]:
        with self._keys.store.reading() as unit:
            key = unit.clients.get(key_id)
        if key is None:
            require_task(moderator, Task.KEYS, "")  # whoever may everywhere is told more
            raise Refusal(Code.BAD_FIELD, field="key")
        require_task(moderator, Task.KEYS, key.site_id)
        self._keys.revoke(key.id, with_labels=with_reports)
        return {"ended": key.label}

    def _page(
        self, request: Asked, moderator: Moderator, token: str, **told: object
    ) -> Response[str]:
        words = catalogue_for(request, self._house)
        sites = [s for s in self._house.sites() if may_do(moderator, Task.KEYS, s.id)]
        names = {site.id: site.name for site in sites}

        def view(key: ApiKey, used: Counts) -> KeyView:
            return KeyView(
                id=key.id,
                hint=key.hint,
                label=key.label,
                site=names[key.site_id],
                role=words.say(f"desk.keylist.role.{key.role.value}"),
                spam_when=words.say("desk.keylist.called", what=_inside(words, key.spam_when)),
                own_site_only=key.own_site_only,
                since=words.moment(key.created_at),
                by=key.created_by,
                used=words.count("desk.keylist.used", used.calls),
                ended=words.moment(key.revoked_at) if key.revoked_at else "",
            )

        found = [
            view(key, sum((u.counts for u in used), Counts()))
            for key, used in reversed(self._keys.all())
            if key.site_id in names
        ]
        values: dict[str, object] = {
            "keys": sorted(found, key=lambda each: bool(each.ended)),
            "sites": [(site.id, site.name) for site in sites],
            "roles": [(r.value, words.say(f"desk.keylist.role.{r.value}")) for r in KeyRole],
            "whens": [(w.value, words.say(f"desk.keylist.spam_when.{w.value}")) for w in SpamWhen],
            "answered": self._house.dialects is not None,
            "secret": None,
            "secret_label": "",
            "ended": None,
            "moderator": moderator,
            "form_field": FIELD,
            "form_token": desk_token(token, self._house),
        }
        return views.page("desk/keys.html", words, {**values, **told})


def _inside(words: Catalogue, when: SpamWhen) -> str:
    """Return a choice's words as they stand in the middle of a sentence."""
    said = words.say(f"desk.keylist.spam_when.{when.value}")
    return said[:1].lower() + said[1:]


def _one(kind: type[E], fields: dict[str, str], name: str) -> E:
    try:
        return kind(fields.get(name, ""))
    except ValueError:
        raise Refusal(Code.BAD_FIELD, field=name, known=", ".join(kind)) from None
