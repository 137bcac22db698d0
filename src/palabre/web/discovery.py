"""The discovery document of the Perspective dialect, under this server's own address.

Google's clients build themselves from it: ``googleapiclient.discovery.build("commentanalyzer",
"v1alpha1", discoveryServiceUrl="https://comments.example/$discovery/rest?version=v1alpha1",
static_discovery=False, developerKey=...)``.
"""

from typing import Any, Final

Json = dict[str, Any]

_SCORE: Final[Json] = {
    "id": "Score",
    "type": "object",
    "description": "Analysis scores are described by a value and a score type.",
    "properties": {
        "value": {"type": "number", "format": "float"},
        "type": {
            "type": "string",
            "enum": [
                "SCORE_TYPE_UNSPECIFIED", "PROBABILITY", "STD_DEV_SCORE", "PERCENTILE", "RAW",
            ],
            "enumDescriptions": ["", "", "", "", ""],
        },
    },
}  # fmt: skip


def document(base_url: str) -> Json:
    """Return the document of a server that the world reaches at ``base_url``."""
    root = f"{base_url.rstrip('/')}/"
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": "commentanalyzer:v1alpha1",
        "name": "commentanalyzer",
        "version": "v1alpha1",
        "version_module": True,
        "revision": "20261122",
        "title": "Perspective Comment Analyzer API, answered by Palabre",
        "description": "Scores of comments under the house's own models, on the house's machine.",
        "ownerDomain": "palabre.invalid",
        "ownerName": "Palabre",
        "protocol": "rest",
        "rootUrl": root,
        "mtlsRootUrl": root,
        "servicePath": "",
        "baseUrl": root,
        "batchPath": "batch",
        "fullyEncodeReservedExpansion": True,
        "icons": {},
        "basePath": "",
        "parameters": {
            "key": {"type": "string", "location": "query", "description": "The key."},
            "alt": {
                "type": "string",
                "location": "query",
                "default": "json",
                "enum": ["json"],
                "enumDescriptions": ["JSON"],
            },
            "fields": {"type": "string", "location": "query"},
            "prettyPrint": {"type": "boolean", "location": "query", "default": "true"},
            "quotaUser": {"type": "string", "location": "query"},
        },
        "schemas": _schemas(),
        "resources": {
            "comments": {
                "methods": {
                    "analyze": _method("analyze", "AnalyzeComment", "Scores a comment."),
                    "suggestscore": _method(
                        "suggestscore",
                        "SuggestCommentScore",
                        "Says what a comment should have scored.",
                    ),
                }
            }
        },
    }


def _method(name: str, message: str, description: str) -> Json:
    path = f"v1alpha1/comments:{name}"
    return {
        "id": f"commentanalyzer.comments.{name}",
        "path": path,
        "flatPath": path,
        "httpMethod": "POST",
        "description": description,
        "parameters": {},
        "parameterOrder": [],
        "request": {"$ref": f"{message}Request"},
        "response": {"$ref": f"{message}Response"},
        "scopes": ["https://www.googleapis.com/auth/userinfo.email"],
    }


def _schemas() -> Json:
    text, flag = {"type": "string"}, {"type": "boolean"}
    texts = {"type": "array", "items": text}
    asking = {
        "comment": {"$ref": "TextEntry"},
        "context": {"$ref": "Context"},
        "languages": texts,
        "clientToken": text,
        "sessionId": text,
        "communityId": text,
    }
    scores = {"type": "object", "additionalProperties": {"$ref": "AttributeScores"}}
    schemas = {
        "TextEntry": {
            "text": text,
            "type": {
                "type": "string",
                "enum": ["TEXT_TYPE_UNSPECIFIED", "PLAIN_TEXT", "HTML"],
                "enumDescriptions": ["", "", ""],
            },
        },
        "ArticleAndParentComment": {
            "article": {"$ref": "TextEntry"},
            "parentComment": {"$ref": "TextEntry"},
        },
        "Context": {
            "entries": {"type": "array", "items": {"$ref": "TextEntry"}},
            "articleAndParentComment": {"$ref": "ArticleAndParentComment"},
        },
        "AttributeParameters": {
            "scoreType": _SCORE["properties"]["type"],
            "scoreThreshold": {"type": "number", "format": "float"},
        },
        "SpanScore": {
            "begin": {"type": "integer", "format": "int32"},
            "end": {"type": "integer", "format": "int32"},
            "score": {"$ref": "Score"},
        },
        "AttributeScores": {
            "summaryScore": {"$ref": "Score"},
            "spanScores": {"type": "array", "items": {"$ref": "SpanScore"}},
        },
        "AnalyzeCommentRequest": {
            **asking,
            "requestedAttributes": {
                "type": "object",
                "additionalProperties": {"$ref": "AttributeParameters"},
            },
            "doNotStore": flag,
            "spanAnnotations": flag,
        },
        "AnalyzeCommentResponse": {
            "attributeScores": scores,
            "languages": texts,
            "detectedLanguages": texts,
            "clientToken": text,
        },
        "SuggestCommentScoreRequest": {**asking, "attributeScores": scores},
        "SuggestCommentScoreResponse": {
            "clientToken": text,
            "detectedLanguages": texts,
            "requestedLanguages": texts,
        },
    }
    named: Json = {
        name: {"id": name, "type": "object", "properties": properties}
        for name, properties in schemas.items()
    }
    return named | {"Score": _SCORE}
