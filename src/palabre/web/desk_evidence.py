"""The desk's page of evidence: a comment put under seal for a court, and handed out as a file.

Both leave a line of the ledger. What is under the seal cannot be read here: the key lies elsewhere.
"""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect

from palabre.application.seal_evidence import PERIODS, Sealed, SealEvidence
from palabre.domain.errors import Code, Refusal
from palabre.domain.person import Moderator
from palabre.web import errors, views
from palabre.web.desk_door import who
from palabre.web.forms import FIELD, desk_token, read_desk_form
from palabre.web.house import Catalogue, House
from palabre.web.languages import catalogue_for

_SEE_OTHER: Final = 303
Asked = Request[Any, Any, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """A snapshot as the page shows it."""

    id: str
    number: int
    sha256: str
    taken: str
    until: str
    exports: tuple[str, ...]


def routes(house: House) -> list[HTTPRouteHandler]:
    """Return the handlers; a house without the use case has none."""
    if house.law is None or house.law.evidence is None:
        return []
    pages = DeskEvidence(house, house.law.evidence)
    return [
        get("/desk/evidence/{comment_id:str}")(pages.show),
        post("/desk/evidence/{comment_id:str}", status_code=_SEE_OTHER)(pages.seal),
        post("/desk/evidence/{line_id:str}/file", status_code=200)(pages.export),
    ]


class DeskEvidence:
    """The page, with the house it stands in."""

    def __init__(self, house: House, case: SealEvidence) -> None:
        self._house = house
        self._case = case

    async def show(self, request: Asked) -> Response[Any]:
        """Show a comment's evidence, and the form that takes more."""
        moderator, token = await who(request, self._house)
        comment_id = str(request.path_params["comment_id"])
        return await asyncio.to_thread(self._page, request, moderator, token, comment_id)

    async def seal(self, request: Asked) -> Response[Any]:
        """Take a snapshot; without a key the page says what to do."""
        moderator, token = await who(request, self._house)
        comment_id = str(request.path_params["comment_id"])
        fields = await read_desk_form(request, self._house, token)
        months = fields.get("months", "")
        take = partial(self._case, months=int(months) if months in {"3", "12"} else 0)
        try:
            await self._house.desk_writers(take, comment_id, moderator)
        except Refusal as refusal:
            if refusal.code not in {Code.SEAL_MISSING, Code.BAD_FIELD}:
                raise
            return await asyncio.to_thread(
                self._page, request, moderator, token, comment_id, refusal
            )
        return Redirect(f"/desk/evidence/{comment_id}?done=sealed", status_code=_SEE_OTHER)

    async def export(self, request: Asked) -> Response[bytes]:
        """Hand out a snapshot as a file."""
        moderator, token = await who(request, self._house)
        line_id = str(request.path_params["line_id"])
        fields = await read_desk_form(request, self._house, token)
        take = partial(self._case.export, reason=fields.get("reason", ""))
        content = await self._house.desk_writers(take, line_id, moderator)
        name = f"palabre-evidence-{line_id}.json"
        return Response(
            content,
            media_type="application/json",
            headers={
                "Cache-Control": views.PRIVATE,
                "Content-Disposition": f'attachment; filename="{name}"',
            },
        )

    def _page(
        self,
        request: Asked,
        moderator: Moderator,
        token: str,
        comment_id: str,
        refusal: Refusal | None = None,
    ) -> Response[str]:
        words = catalogue_for(request, self._house)
        found = self._case.of_comment(comment_id, moderator)
        values = {
            "moderator": moderator,
            "comment_id": comment_id,
            "months": sorted(PERIODS),
            "found": [self._view(each, words) for each in found],
            "done": request.query_params.get("done") == "sealed",
            "error": errors.words(refusal, words) if refusal else None,
            "form_field": FIELD,
            "form_token": desk_token(token, self._house),
        }
        answer = views.page("desk/evidence.html", words, values)
        if refusal is not None:
            answer.status_code = errors.STATUS[refusal.code]
            answer.headers.update(errors.headers(refusal))
        return answer

    def _view(self, each: Sealed, words: Catalogue) -> EvidenceView:
        return EvidenceView(
            id=each.line.id,
            number=each.line.number,
            sha256=str(each.line.content["sha256"]),
            taken=words.moment(each.snapshot.at),
            until=words.moment(each.snapshot.ends_at),
            exports=tuple(
                words.say(
                    "desk.evidence.exported",
                    login=str(line.content["login"]),
                    at=words.moment(line.at),
                )
                for line in each.exports
            ),
        )
