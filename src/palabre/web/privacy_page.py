"""/privacy, for people and for machines: the register in words. Nothing here is written by hand."""

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler

from palabre.application.register import Entry, Keeping, Register
from palabre.domain.personal import Held
from palabre.web import views
from palabre.web.house import Catalogue, House
from palabre.web.languages import catalogue_for
from palabre.web.security import framed_by, registered_origins

_ARTICLES = {"consent": "6(1)(a)", "contract": "6(1)(b)", "duty": "6(1)(c)", "interest": "6(1)(f)"}
_YEAR = 365
# What a reader may leave empty where the site does not ask for it.
_OPTIONAL = {Held.NAME: "name_required", Held.EMAIL: "email_required"}


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One kind of data, in words."""

    id: str
    title: str
    what: str
    why: str
    ground: str
    kept: str
    also: tuple[str, ...]
    recipients: tuple[str, ...]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers; a house without a register has none."""
    privacy = house.privacy
    if privacy is None:
        return []
    register = privacy.register

    @get("/privacy")
    async def page(request: Request[Any, Any, Any]) -> Response[str]:
        words = catalogue_for(request, house, house.config.lang)
        values = {
            "site_name": register.keeping.controller,
            "keeping": register.keeping,
            "entries": [entry_view(e, register.keeping, words) for e in register.entries],
            "places": places(register.keeping, words),
            "link": f"/my-data?lang={words.lang}",
            "in_short": _in_short(house),
        }
        answer = views.page("privacy.html", words, values)
        framed_by(answer, registered_origins(house))
        return views.shared(request, answer, personal=False)

    @get("/privacy.json")
    async def twin(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
        words = catalogue_for(request, house, house.config.lang)
        return Response(
            as_json(register, words, house.config.base_url),
            headers={"Content-Language": words.lang, "Cache-Control": "public, max-age=300"},
        )

    return [page, twin]


def _in_short(house: House) -> tuple[str, ...]:
    """Return what is said first, by the ends of the sentences' keys."""
    signs_on = ("sign_on",) if house.doors else ()
    return ("read", "cookie", *signs_on, "judged", "sold")


def entry_view(entry: Entry, keeping: Keeping, words: Catalogue) -> EntryView:
    """Return what is said of a kind of data."""
    key = f"privacy.{entry.held}"
    asked = _OPTIONAL.get(entry.held)
    optional = asked is not None and not getattr(keeping, asked)
    kept = f"privacy.kept.{entry.kept}"
    return EntryView(
        id=entry.held.value,
        title=words.say(key),
        what=words.say(f"{key}.what.optional" if optional else f"{key}.what"),
        why=words.say(f"{key}.why"),
        ground=words.say(f"privacy.ground.{entry.ground}"),
        kept=words.say(kept) if entry.days is None else _time(kept, entry.days, words),
        also=tuple(_time(f"privacy.also.{name}", days, words) for name, days in entry.also),
        # Where the database stands is said once, above.
        recipients=tuple(r for r in entry.recipients if r != keeping.database),
    )


def _time(key: str, days: int, words: Catalogue) -> str:
    """Return a period as people say it: in years where it is so many."""
    years, rest = divmod(days, _YEAR)
    return words.count(key, days) if rest else words.count(f"{key}.years", years)


def places(keeping: Keeping, words: Catalogue) -> list[str]:
    """Return the sentences that say where all of it is, and who else gets some."""
    host = keeping.database
    where = "elsewhere" if host else "here"
    mail = {None: "no_mail", "": "mail_here"}.get(keeping.mail, "mail")
    said = [
        words.say(f"privacy.where.{where}", host=host),
        words.say(f"privacy.where.{mail}", host=keeping.mail),
    ]
    if keeping.counts:
        said.append(words.say("privacy.where.counts", host=keeping.counts))
    if keeping.tells_desk:
        said.append(words.say("privacy.where.desk"))
    if keeping.others:
        said.append(words.say("privacy.where.others", host=", ".join(keeping.others)))
    else:
        said.append(words.say("privacy.where.no_others"))
    return said


def as_json(register: Register, words: Catalogue, base_url: str) -> dict[str, Any]:
    """Return the register for machines, with the same words."""
    keeping = register.keeping
    data = []
    for entry in register.entries:
        view = entry_view(entry, keeping, words)
        data.append(
            {
                "kind": view.id,
                "title": view.title,
                "what": view.what,
                "purpose": view.why,
                "legal_basis": f"GDPR {_ARTICLES[entry.ground]}",
                "kept": {"days": entry.days, "until": view.kept, "also": dict(entry.also)},
                "recipients": list(entry.recipients),
            }
        )
    return {
        "language": words.lang,
        "controller": keeping.controller,
        "contact": keeping.contact or None,
        "authority": keeping.authority or None,
        "database": keeping.database or "this server",
        "mail": keeping.mail if keeping.mail != "" else "this server",
        "services": list(keeping.others),
        "automated_decisions": True,
        "cookies_for_readers_who_only_read": 0,
        "your_data": f"{base_url}/my-data",
        "data": data,
    }


def data_link(house: House, words: Catalogue) -> str | None:
    """Return where the page is, if this house has one."""
    return None if house.privacy is None else f"/privacy?lang={words.lang}"


def form_notices(house: House, words: Catalogue) -> tuple[str, ...]:
    """Return what the form must say of data under this configuration; the rest is one link away."""
    privacy = house.privacy
    if privacy is None:
        return ()
    keeping = privacy.register.keeping
    said = []
    if keeping.sealed_store:
        said.append(words.say("form.data.sealed"))
    if keeping.others:
        said.append(words.say("form.data.others", host=", ".join(keeping.others)))
    return tuple(said)
