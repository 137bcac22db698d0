"""Schemathesis makes calls from ``/openapi.json`` and holds the answers against it.

Used as a library inside one ordinary test: its pytest plugin is not asked, so that the project's
``filterwarnings = error`` stays as it is for everything else.
"""

import warnings
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from builders import ORIGIN
from palabre.web.app import create_app

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what the library's own imports warn of
    import schemathesis
    from schemathesis.checks import (
        content_type_conformance,
        not_a_server_error,
        response_headers_conformance,
        response_schema_conformance,
        status_code_conformance,
    )
    from schemathesis.core.failures import FailureGroup

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
URL = f"{ORIGIN}/politique/budget"
CALLS = 60
# It answers with a stream that does not end; tests/web/test_events.py holds it to its word.
STREAM = "GET /api/v1/events"


@pytest.fixture
def described(house: Any) -> Any:
    """Return the whole API as it describes itself."""
    return schemathesis.openapi.from_asgi("/openapi.json", create_app(house))


def test_the_whole_api_does_as_it_says(described: Any, say: Any):
    known = say("À voter.")
    names = set()
    for found in described.get_all_operations():
        operation = found.ok()
        names.add(operation.label)
        if operation.label == STREAM:
            continue

        @seed(7)
        @settings(
            max_examples=CALLS,
            deadline=None,
            database=None,
            derandomize=False,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(), real=st.booleans())
        def call(case: Any, *, real: bool) -> None:
            if real:  # half of the calls are about what is there
                if "comment_id" in case.path_parameters:
                    case.path_parameters["comment_id"] = known["id"]
                    case.headers = {"Authorization": f"Bearer {known['token']}"}
                if isinstance(case.body, dict) and "url" in case.body:
                    case.body["url"] = URL
                if "url" in (case.query or {}) and isinstance(case.query["url"], str):
                    case.query["url"] = URL
            case.call_and_validate(checks=list(CHECKS))

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call()
    told = {
        f"{method.upper()} {path}"
        for path, item in described.raw_schema["paths"].items()
        for method in item
    }
    # The library leaves out the very document that it was given.
    assert told - names <= {"GET /openapi.json"}


def test_a_false_description_is_found(described: Any, house: Any):
    raw = described.raw_schema
    answers = raw["paths"]["/healthz"]["get"]["responses"]
    answers["201"] = answers.pop("200")
    false = schemathesis.openapi.from_dict(raw)
    false.app = create_app(house)
    operation = false["/healthz"]["GET"]
    with pytest.raises(FailureGroup, match=r"(?i)undocumented"):
        operation.Case().call_and_validate(checks=[status_code_conformance])
