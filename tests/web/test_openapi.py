"""The description of the API tells the truth: about routes, fields, problems and answers."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from palabre.domain.errors import Code
from palabre.web import wire
from palabre.web.app import create_app
from palabre.web.calls import calls
from palabre.web.errors import STATUS, Problem

URL = "https://journal.example/politique/budget"
COMMENTS = "/api/v1/comments"
REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "http-api.md"
# Pages for people are described by themselves.
FOR_PROGRAMS = ("/api/", "/healthz", "/readyz", "/metrics", "/openapi.json", "/problems")


@pytest.fixture
def document(client: Any) -> dict[str, Any]:
    return dict(client.get("/openapi.json").json())


def test_every_route_for_programs_is_described_and_no_other(house: Any, document: dict[str, Any]):
    served = {
        (method.lower(), re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path))
        for route in create_app(house).routes
        for method in route.methods
        if route.path.startswith(FOR_PROGRAMS) and method != "OPTIONS"
    }
    described = {(method, path) for path, item in document["paths"].items() for method in item}
    assert described == served


def test_references_lead_somewhere(document: dict[str, Any]):
    schemas = document["components"]["schemas"]
    found = set(re.findall(r"#/components/schemas/(\w+)", str(document)))
    assert found
    assert found <= set(schemas)


def test_names_of_operations_are_unique(document: dict[str, Any]):
    names = [call["operationId"] for item in document["paths"].values() for call in item.values()]
    assert len(names) == len(set(names))


def test_each_problem_stands_under_its_status(document: dict[str, Any]):
    for item in document["paths"].values():
        for call in item.values():
            for status, answer in call["responses"].items():
                content = answer.get("content", {}).get("application/problem+json")
                if content is None:
                    continue
                codes = content["schema"]["allOf"][1]["properties"]["code"]["enum"]
                assert {STATUS[Code(code)] for code in codes} == {int(status)}
                assert ("Retry-After" in answer.get("headers", {})) == (status in {"429", "503"})


def test_bodies_are_closed(document: dict[str, Any]):
    for name in ("NewCommentBody", "EditBody", "VoteBody"):
        assert document["components"]["schemas"][name]["additionalProperties"] is False


def check(answer: Any, schema: dict[str, Any], where: str) -> None:
    """Check that an answer has exactly the fields and types of the schema that was named for it."""
    codes = None
    if "allOf" in schema:
        schema, narrowed = schema["allOf"]
        codes = narrowed["properties"]["code"]["enum"]
    kind = {"Problem": Problem}.get(name := schema["$ref"].rpartition("/")[2]) or getattr(
        wire, name
    )
    read = msgspec.json.decode(answer.content, type=kind)
    assert msgspec.json.decode(msgspec.json.encode(read)) == answer.json(), where
    assert codes is None or read.code in codes, f"{where}: {read.code}"


def test_answers_are_what_was_described(client: Any, say: Any, document: dict[str, Any]):
    posted = say("Racine.", title="Le budget", name="Zoé")
    reply = say("Réponse.", parent=posted["id"])
    held = say("Quel patatras !", token=posted["token"])
    mine = {"Authorization": f"Bearer {posted['token']}"}
    one = f"{COMMENTS}/{{comment_id}}"
    this = {"comment_id": posted["id"]}
    asked: list[tuple[str, str, dict[str, str], dict[str, Any]]] = [
        ("get", COMMENTS, {}, {"params": {"url": URL}}),
        ("get", COMMENTS, {}, {}),
        ("get", COMMENTS, {}, {"params": {"url": URL, "after": "x"}}),
        ("get", f"{COMMENTS}/mine", {}, {"params": {"url": URL}, "headers": mine}),
        ("post", COMMENTS, {}, {"json": {"url": URL, "text": "Encore."}}),
        ("post", COMMENTS, {}, {"json": {"url": URL, "text": "x", "nmae": 1}}),
        ("post", COMMENTS, {}, {"content": b"{"}),
        ("post", COMMENTS, {}, {"json": {}, "headers": {"Origin": "https://evil.example"}}),
        ("get", one, this, {}),
        ("get", one, {"comment_id": held["id"]}, {"headers": mine}),
        ("get", one, {"comment_id": held["id"]}, {}),
        ("get", f"{one}/replies", this, {}),
        ("patch", one, this, {"json": {"text": "Changé."}, "headers": mine}),
        ("patch", one, this, {"json": {"text": "Pirate."}}),
        ("put", f"{one}/vote", this, {"json": {"value": 1}}),
        ("put", f"{one}/vote", this, {"json": {"value": 7}}),
        ("delete", one, this, {"headers": mine}),
        ("get", COMMENTS, {}, {"params": {"url": URL}}),
        ("get", "/api/v1/counts", {}, {"params": {"url": [URL]}}),
        ("get", "/healthz", {}, {}),
        ("get", "/readyz", {}, {}),
    ]
    assert reply["status"] == "published"
    for method, path, values, extra in asked:
        answer = client.request(method, path.format(**values), **extra)
        where = f"{method} {path} {answer.status_code}"
        described = document["paths"][path][method]["responses"]
        assert str(answer.status_code) in described, where
        content = described[str(answer.status_code)].get("content", {})
        if not content:
            assert answer.content == b"", where
            continue
        media_type = answer.headers["content-type"].split(";")[0]
        assert media_type in content, where
        check(answer, content[media_type]["schema"], where)


def test_the_reference_lists_every_call_parameter_and_code(house: Any):
    text = REFERENCE.read_text(encoding="utf-8")
    table = re.findall(r"^\| `(\w+)` \| (\d{3}) \|", text, re.MULTILINE)
    assert {(code, int(status)) for code, status in table} == {
        (code.value, STATUS[code]) for code in Code
    }
    assert len(table) == len(Code)
    headings = set(re.findall(r"^### `([A-Z]+ [^`]+)`", text, re.MULTILINE))
    assert headings == {
        f"{call.method.upper()} {call.path.replace('comment_id', 'id')}" for call in calls(house)
    }
    sections = dict(
        re.findall(r"^### `([A-Z]+ [^`]+)`\n(.*?)(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    )
    for call in calls(house):
        section = sections[f"{call.method.upper()} {call.path.replace('comment_id', 'id')}"]
        names = {p["name"] for p in call.parameters if p["in"] == "query"}
        names |= set(call.body.__struct_encode_fields__) if call.body else set()
        for name in names:
            assert f"`{name}`" in section, f"{call.path}: {name}"
        for code in call.problems:
            assert f"`{code}`" in section or f"`{code}`" in sections_common(text), code


def sections_common(text: str) -> str:
    """Return the part of the reference that holds for several calls."""
    return text.partition("## Common to all calls")[2].partition("\n## ")[0]
