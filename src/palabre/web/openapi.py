"""The description of the API in OpenAPI 3.1, made from the wire types and the table of calls.

Written here rather than by the framework, so that every call names the problems it can answer with
and the limits of its parameters.
"""

from typing import Any

import msgspec

from palabre import __version__
from palabre.domain.errors import Code
from palabre.web.call import Call, Json
from palabre.web.calls import calls
from palabre.web.errors import MEDIA_TYPE, STATUS, Problem
from palabre.web.house import House

_REF = "#/components/schemas/{name}"
_RETRYABLE = frozenset({429, 503})
_SECURITY = {
    "author": {
        "type": "http",
        "scheme": "bearer",
        "description": "The secret that came with a comment: lets its author edit and delete it.",
    },
    "voter": {
        "type": "apiKey",
        "in": "header",
        "name": "Palabre-Voter",
        "description": "The secret that came with the first vote.",
    },
}


def document(house: House) -> Json:
    """Return the OpenAPI document of this house's API."""
    table = calls(house)
    types: list[Any] = [Problem]
    for call in table:
        types += [t for t in (call.answer, call.body) if isinstance(t, type) and t not in types]
    refs, components = msgspec.json.schema_components(types, ref_template=_REF)
    schemas = dict(zip(types, refs, strict=True))
    paths: dict[str, Json] = {}
    for call in table:
        paths.setdefault(call.path, {})[call.method] = _operation(call, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Palabre",
            "version": __version__,
            "summary": "Reader comments, judged by the newsroom's own house rules.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": house.config.base_url}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": _SECURITY},
    }


def _operation(call: Call, schemas: dict[Any, Json]) -> Json:
    operation: Json = {
        "operationId": call.name,
        "summary": call.summary,
        "parameters": list(call.parameters),
        "responses": _responses(call, schemas),
    }
    if call.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schemas[call.body]}},
        }
    if call.tokens:
        operation["security"] = [{}, *({name: []} for name in call.tokens)]
    return operation


def _responses(call: Call, schemas: dict[Any, Json]) -> Json:
    success: Json = {"description": "Done."}
    if isinstance(call.answer, str):
        success["content"] = {call.answer: {}}
    elif call.answer is not None:
        success["content"] = {"application/json": {"schema": schemas[call.answer]}}
    responses = {str(call.status): success}
    if call.cached:
        responses["304"] = {"description": "What the client has already (ETag) still holds."}
    if call.long:
        responses["414"] = {"description": "Too long for the HTTP server: ask for fewer at once."}
    by_status: dict[int, list[Code]] = {}
    for code in (*call.problems, Code.INTERNAL):
        by_status.setdefault(STATUS[code], []).append(code)
    for status, codes in sorted(by_status.items()):
        responses[str(status)] = _problem(status, codes, schemas[Problem])
    return responses


def _problem(status: int, codes: list[Code], schema: Json) -> Json:
    names = [code.value for code in dict.fromkeys(codes)]
    problem: Json = {
        "description": ", ".join(names),
        "content": {
            MEDIA_TYPE: {"schema": {"allOf": [schema, {"properties": {"code": {"enum": names}}}]}}
        },
    }
    if status in _RETRYABLE:
        problem["headers"] = {
            "Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}
        }
    return problem
