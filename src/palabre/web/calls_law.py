"""The calls of the law, for the table of calls."""

from typing import Any

from palabre.domain.errors import Code
from palabre.web.wire_law import ReportBody, ReportedOut


def report_call(item: str, one: dict[str, Any], problems: tuple[Code, ...]) -> dict[str, Any]:
    """Return what the table says of reporting the comment at ``item``."""
    return {
        "method": "post",
        "path": f"{item}/report",
        "name": "reportComment",
        "summary": "Report a comment (DSA, Article 16); without an account.",
        "answer": ReportedOut,
        "status": 201,
        "body": ReportBody,
        "parameters": (one,),
        "problems": (*problems, Code.EMAIL_INVALID, Code.REPORTS_SUSPENDED),
    }
