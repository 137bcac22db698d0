"""What Akismet's clients ask about their key: limit, sites, history. Shapes as its clients read."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from palabre.domain.client import ApiKey, Counts, Usage
from palabre.web.akismet_fields import Fields, month_of

_ORDERS: Final = {
    "total": "calls",
    "spam": "spam",
    "ham": "ham",
    "missed_spam": "missed_spam",
    "false_positives": "false_positives",
}
_LIMIT: Final = 500
_SECONDS_A_SPAM: Final = 10  # that a person would have taken to look at it; Akismet's own guess
_MONTHS: Final = {"60-days": 2, "6-months": 6}
_ALL: Final = "0000-00"


def since(fields: Fields, now: datetime) -> str:
    """Return the first month of a history: ``from`` is 60-days, 6-months (by default) or all."""
    asked = fields.get("from", "6-months")
    if asked == "all":
        return _ALL
    months = now.year * 12 + now.month - 1 - (_MONTHS.get(asked, 6) - 1)
    return f"{months // 12:04}-{months % 12 + 1:02}"


def usage_limit(used: Iterable[Usage], *, extended: bool) -> dict[str, Any]:
    """Return the answer to usage-limit: nothing is limited here."""
    calls = sum(u.counts.calls for u in used)
    answer: dict[str, Any] = {
        "limit": "none",
        "usage": calls,
        "percentage": "0.00",
        "throttled": False,
    }
    if extended:
        answer |= {"notice_level": "NOTICE_NONE", "upgrade": False}
    return answer


def key_sites(used: Iterable[Usage], fields: Fields, now: datetime) -> tuple[dict[str, Any], str]:
    """Return the answer to key-sites: the month, its sites, and the paging that was applied.

    The second part is the month's name, under which the sites stand.
    """
    month = month_of(fields, now)
    rows = [u for u in used if u.month == month and u.blog and fields.get("filter", "") in u.blog]
    by = _ORDERS.get(fields.get("order", ""), "calls")
    rows.sort(key=lambda u: (-getattr(u.counts, by), u.blog))
    limit = _number(fields.get("limit"), _LIMIT, most=_LIMIT)
    offset = _number(fields.get("offset"), 0, most=10**9)
    page = rows[offset : offset + limit]
    sites = [
        {
            "site": u.blog.partition("://")[2] or u.blog,
            "api_calls": str(u.counts.calls),
            "spam": str(u.counts.spam),
            "ham": str(u.counts.ham),
            "missed_spam": str(u.counts.missed_spam),
            "false_positives": str(u.counts.false_positives),
            "is_revoked": False,
        }
        for u in page
    ]
    return {month: sites, "limit": limit, "offset": offset, "total": len(rows)}, month


def as_csv(answer: dict[str, Any], month: str, key: ApiKey) -> str:
    """Return key-sites as CSV: a line about the request, then a header, then the sites.

    The key is named by its first four characters: whoever asks has all of it.
    """
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n")
    paging = f"limit:{answer['limit']}, offset: {answer['offset']}, total: {answer['total']}"
    write.writerow([f"Active sites for {key.hint}... during {month} ({paging})"])
    write.writerow(
        ["Site", "Total API Calls", "Spam", "Ham", "Missed Spam", "False Positives", "Is Revoked"]
    )
    for site in answer[month]:
        # A cell that begins like a formula is one to a spreadsheet, whoever named the site.
        name = f"'{site['site']}" if site["site"][:1] in "=+-@\t" else site["site"]
        rest = [site[k] for k in ("api_calls", "spam", "ham", "missed_spam", "false_positives")]
        write.writerow([name, *rest, "false"])
    return out.getvalue()


def history(used: Sequence[Usage], *, blog: str | None) -> dict[str, Any]:
    """Return the answer to get-stats (of one blog) and get-key-stats (``blog`` None: of all)."""
    rows = [u for u in used if u.blog and (blog is None or u.blog == blog)]
    months: dict[str, Counts] = {}
    blogs: dict[str, set[str]] = {}
    for u in rows:
        months[u.month] = months.get(u.month, Counts()) + u.counts
        blogs.setdefault(u.month, set()).add(u.blog)
    total = sum(months.values(), Counts())
    checked = total.spam + total.ham
    wrong = total.missed_spam + total.false_positives
    accuracy = 100.0 if not checked else max(0.0, 100.0 * (checked - wrong) / checked)
    breakdown = {
        month: _figures(counts)
        | {"da": f"{month}-01"}
        | ({"blogs": len(blogs[month])} if blog is None else {})
        for month, counts in sorted(months.items())
    }
    return {
        **_figures(total),
        "accuracy": round(accuracy, 2),
        "time_saved": total.spam * _SECONDS_A_SPAM,
        "breakdown": breakdown,
    }


def _figures(counts: Counts) -> dict[str, Any]:
    return {
        "spam": counts.spam,
        "ham": counts.ham,
        "missed_spam": counts.missed_spam,
        "false_positives": counts.false_positives,
    }


def _number(text: str | None, default: int, *, most: int) -> int:
    return min(int(text), most) if text and text.isascii() and text.isdigit() else default
