"""The application: routes and wrappers in their order, and the one place where errors end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from litestar import Litestar, Request, Response
from litestar.handlers import HTTPRouteHandler

from palabre.domain.errors import Code, Refusal
from palabre.web import (
    akismet,
    assets,
    demo_pages,
    desk,
    desk_account,
    desk_audits,
    desk_evidence,
    desk_figures,
    desk_keys,
    desk_law,
    desk_rules,
    desk_sign_on,
    errors,
    events,
    feeds,
    forms,
    links,
    operations,
    own_data,
    pages,
    passages,
    person_desk,
    perspective,
    privacy_page,
    pseudonym_pages,
    pseudonyms,
    public_api,
    report_pages,
    sign_on,
    sign_on_door,
    statement_pages,
    subscribing,
    subscription_pages,
    transparency_page,
    views,
)
from palabre.web.access_log import (
    AccessLog,
    configure_when_nobody_did,
    log_failure,
    log_read,
)
from palabre.web.desk_audit import audit_refusals
from palabre.web.house import Catalogue, House
from palabre.web.keeping import keeping
from palabre.web.languages import catalogue_for
from palabre.web.metrics import Metrics
from palabre.web.prefix import prefix_of, under
from palabre.web.read_path import ReadPath
from palabre.web.security import (
    SecurityRim,
    foreign_callers_stay_out,
    framed_by,
    registered_origins,
)
from palabre.web.turnstile import Turnstile

# Reading use cases wait for the disk. More threads than this only wait for each other, and each
# keeps a connection open.
THREADS = 12


def create_app(house: House) -> Litestar:
    """Build the application that answers with this house."""
    configure_when_nobody_did()
    metrics = Metrics()
    house = metrics.watching(house)
    reads = ReadPath(house, metrics, log_read if house.config.log_reads else None)
    streams = events.Streams(house)
    handlers = [
        *assets.routes(),
        *operations.routes(house, metrics),
        *public_api.routes(house),
        *passages.routes(house),
        *events.routes(house, streams),
        *pages.routes(house),
        *feeds.routes(house),
        *subscribing.routes(house),
        *subscription_pages.routes(house),
        *pseudonyms.routes(house),
        *pseudonym_pages.routes(house),
        *sign_on.routes(house),
        *sign_on_door.routes(house),
        *desk.routes(house),
        *desk_account.routes(house),
        *privacy_page.routes(house),
        *own_data.routes(house),
        *person_desk.routes(house),
        *desk_keys.routes(house),
        *report_pages.routes(house),
        *statement_pages.routes(house),
        *desk_evidence.routes(house),
        *desk_sign_on.routes(house),
        *desk_law.routes(house),
        *desk_figures.routes(house),
        *desk_audits.routes(house),
        *desk_rules.routes(house),
        *transparency_page.routes(house),
        *demo_pages.routes(house),
        *akismet.routes(house),
        *perspective.routes(house),
    ]
    app = Litestar(
        route_handlers=[*_options(handlers), *handlers],
        guards=[foreign_callers_stay_out(house)],
        exception_handlers={Exception: _answer_with(house)},
        after_exception=[audit_refusals(house)],
        lifespan=[
            _threads(house),
            keeping(house),
            lambda _: reads.open(),
            lambda _: streams.open(),
        ],
        request_max_body_size=house.config.max_body_bytes,
        multipart_form_part_limit=forms.MAX_FIELDS,
        openapi_config=None,  # the document is ours: operations.py
        logging_config=None,  # and so is the log: access_log.py
        debug=False,
        pdb_on_exception=False,
    )
    # Around the router rather than in Litestar's middleware list, which unknown paths never reach.
    inside = under(prefix_of(house.config.base_url), app.asgi_handler)
    rim = AccessLog(SecurityRim(sign_on.Members(inside, house), house), house, metrics)
    app.asgi_handler = reads.around(Turnstile(rim, house, metrics))
    return app


def _options(handlers: Iterable[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """Return handlers that name the methods of each path.

    Litestar's own are made when a path's first method is registered, and name that one alone; these
    must come first to take their place.
    """
    methods: dict[str, set[str]] = {}
    for handler in handlers:
        for path in handler.paths:
            methods.setdefault(path, {"OPTIONS"}).update(handler.http_methods)
            if "GET" in handler.http_methods:
                methods[path].add("HEAD")

    def answering(allow: str) -> Callable[[], Awaitable[Response[None]]]:
        async def answer() -> Response[None]:
            return Response(None, headers={"Allow": allow})

        return answer

    return [
        HTTPRouteHandler(path, http_method="OPTIONS", status_code=204)(
            answering(", ".join(sorted(allowed)))
        )
        for path, allowed in methods.items()
    ]


def _threads(house: House) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    """Return what readers' threads live in (``asyncio.to_thread``); writers have theirs."""

    @asynccontextmanager
    async def threads_of(_: Litestar) -> AsyncIterator[None]:
        pool = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="palabre-read")
        asyncio.get_running_loop().set_default_executor(pool)
        watch = asyncio.create_task(house.writers.watch_the_loop())
        dialects = house.dialects
        try:
            async with dialects.counting() if dialects else nullcontext():
                yield
        finally:
            watch.cancel()
            for threads in (house.writers, house.desk_writers):
                await asyncio.to_thread(threads.close)
            if house.shared_counts is not None:
                await house.shared_counts.close()
            pool.shutdown(wait=True)

    return threads_of


def _answer_with(house: House) -> Any:  # noqa: ANN401 -- Litestar wants this exact callable
    def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
        """Turn any exception into a problem document, or into a page where a person reads."""
        refusal = errors.refusal_of(error)
        if refusal.code is Code.INTERNAL:
            log_failure(error, request.scope)
        catalogue = catalogue_for(request, house)
        path = request.scope["path"]
        if path.startswith("/api/") or not _reads_html(request):
            response: Response[Any] = errors.problem(
                refusal, catalogue, path, base_url=house.config.base_url
            )
        else:
            response = _page_of(refusal, catalogue, request, house)
            response.status_code = errors.STATUS[refusal.code]
            response.headers.update(errors.headers(refusal))
        allow = getattr(error, "headers", None) or {}
        if "allow" in allow:
            response.headers["Allow"] = allow["allow"]
        return response

    return answer


def _page_of(
    refusal: Refusal, catalogue: Catalogue, request: Request[Any, Any, Any], house: House
) -> Response[str]:
    if refusal.code not in {Code.BAD_CURSOR, Code.CURSOR_EXPIRED}:
        return views.error_page(refusal, catalogue, house)
    query = request.scope["query_string"].decode("latin-1")
    start = links.first_page(request.scope["path"], query)
    answer = views.error_page(refusal, catalogue, house, start=start)
    # Whoever paged in a frame of the publisher's is still there.
    framed_by(answer, registered_origins(house))
    return answer


def _reads_html(request: Request[Any, Any, Any]) -> bool:
    # Browsers name text/html when a person navigates; scripts and programs do not. Litestar's own
    # parser of Accept raises on "q=inf", which an error handler cannot afford.
    return "text/html" in request.headers.get("accept", "")
