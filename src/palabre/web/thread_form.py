"""The form of a thread: one on each page, for a comment, a reply, an edit, or a second try."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from palabre.application.read_thread import Mine, ThreadPage
from palabre.domain.comment import Status
from palabre.domain.errors import Refusal
from palabre.web.errors import words as error_words
from palabre.web.forms import FIELD, form_token, stamp
from palabre.web.house import Catalogue
from palabre.web.mode_view import in_force
from palabre.web.notices import Notice, notice_of
from palabre.web.thread_view import Look

# What a form can point at: a refusal about another field stands in the summary alone.
_FIELDS = frozenset({"text", "name", "email"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a reader typed and got back: nothing that was written is lost to a refusal."""

    text: str = ""
    name: str = ""
    email: str = ""
    notify: str = ""
    keep: bool = False
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormError:
    """One thing to correct; ``field`` None when no single field is at fault."""

    field: str | None
    title: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """The form with what stands in it. ``under`` is the comment it stands below, if any.

    ``notify``: what was chosen to be told of ("": nothing); None where the house sends no mail.
    ``keep``: whether the name is to be kept; None where it cannot be, or is already. ``find``: the
    page where a kept one is asked for.
    ``computes``: the house always asks guests for a proof of work.
    """

    kind: str
    title: str
    action: str
    submit: str
    hidden: tuple[tuple[str, str], ...]
    text: str = ""
    name: str = ""
    email: str = ""
    notify: str | None = None
    keep: bool | None = None
    find: str = ""
    signs: bool = True
    signed_as: str | None = None
    sign_on: str | None = None
    leaves: str | None = None
    name_required: bool = False
    email_required: bool = False
    maxlength: int = 10_000
    errors: Sequence[FormError] = ()
    cancel: str | None = None
    under: str | None = None
    notice: Notice | None = None
    grabs_focus: bool = False
    computes: bool = False

    def error(self, name: str) -> FormError | None:
        """Return what is wrong with a field."""
        return next((e for e in self.errors if e.field == name), None)


def errors_of(refusal: Refusal | None, words: Catalogue) -> tuple[FormError, ...]:
    """Return a refusal as the form shows it."""
    if refusal is None:
        return ()
    title, remedy = error_words(refusal, words)
    at = refusal.field if refusal.field in _FIELDS else None
    return (FormError(field=at, title=title, remedy=remedy),)


def sign_on_link(look: Look, page: ThreadPage) -> str | None:
    """Return the way to sign in at the site itself; None where it has none, or one is signed in."""
    if look.signed or page.site.id not in look.house.doors:
        return None
    return f"/sign-on/go?{urlencode({'url': page.address.url})}"


def form_of(
    page: ThreadPage,
    mine: Mine | None,
    look: Look,
    *,
    reply: tuple[str, str] | None = None,
    edit: str | None = None,
    draft: Draft | None = None,
) -> FormView | None:
    """Return the form that the page shows: None when nobody may write here any more.

    ``reply`` names the comment to answer and its author. A refused comment that was just sent comes
    back to be reworked: sending it anew would leave a second refusal behind.
    """
    closed = page.thread is not None and not page.thread.is_open(look.now)
    closed = closed or in_force(look.house, page).closed
    if closed and not look.is_staff:
        return None
    own = edit_form(mine, look, edit, kind="edit") or edit_form(
        mine, look, look.posted, kind="again"
    )
    if own is not None and draft is None:
        return own
    words, site = look.words, page.site
    # A page that many are sent says the same to all; what is to be mended is soon sent again.
    since = (("since", stamp(look.house)),) if look.is_own and draft is None else ()
    draft = draft or Draft(name=_last_name(mine))
    parent = (("parent", reply[0]),) if reply else ()
    about = (("lang", page.thread.article.lang),) if page.thread else ()
    return FormView(
        kind="reply" if reply else "new",
        title=words.say("form.reply_title", name=reply[1]) if reply else words.say("form.title"),
        action=look.place.here(),
        submit=words.say("form.send_reply" if reply else "form.send"),
        hidden=(*about, *parent, *since, *common_fields(look)),
        text=draft.text,
        name=draft.name,
        email=draft.email,
        notify=None if look.house.subscribe is None else draft.notify,
        keep=draft.keep if look.house.pseudonyms is not None and not _keeps(mine) else None,
        find=f"/pseudonym?{urlencode({'url': page.address.url})}",
        signs=look.signed is None,
        signed_as=look.signed,
        sign_on=sign_on_link(look, page),
        leaves=page.address.url if look.signed and page.site.id in look.house.doors else None,
        name_required=site.name_required,
        email_required=site.email_required,
        maxlength=look.house.config.text_length,
        errors=errors_of(draft.refusal, words),
        cancel=look.place.to("palabre", after=look.place.after) if reply else None,
        under=reply[0] if reply else None,
        computes=look.house.post.door.always and look.signed is None,
        grabs_focus=draft.refusal is not None,
    )


def edit_form(
    mine: Mine | None, look: Look, comment_id: str | None, *, kind: str
) -> FormView | None:
    """Return the form that changes an own comment, as far as it may still be changed."""
    found = (s for s, _ in (mine.comments if mine else ()) if s.comment.id == comment_id)
    stored = next(found, None)
    if stored is None or stored.body is None:
        return None
    comment = stored.comment
    again = kind == "again"
    if again and comment.status is not Status.REFUSED:
        return None
    if not comment.can_be_edited(look.now, look.house.config.edit_window):
        return None
    record = next((r for s, r in (mine.comments if mine else ()) if s is stored), None)
    words = look.words
    return FormView(
        kind=kind,
        title=words.say("form.again_title" if again else "form.edit_title"),
        action=f"/comments/{comment.id}/edit",
        submit=words.say("form.send_again" if again else "form.save"),
        hidden=common_fields(look),
        text=stored.body.text,
        signs=False,
        maxlength=look.house.config.text_length,
        cancel=look.place.to("palabre", after=look.place.after),
        under=None if again else comment.id,
        notice=notice_of(stored, record, look.house.rules, words) if again else None,
    )


def with_draft(form: FormView, draft: Draft, words: Catalogue) -> FormView:
    """Return the form with what the reader typed in it, and what is wrong with that."""
    return replace(form, text=draft.text, errors=errors_of(draft.refusal, words), grabs_focus=True)


def common_fields(look: Look) -> tuple[tuple[str, str], ...]:
    """Return the hidden fields of every form: the token, and the page to come back to."""
    return ((FIELD, form_token(look.house)), ("back", look.place.here()))


def _keeps(mine: Mine | None) -> bool:
    return any(s.author.is_kept for s, _ in (mine.comments[:1] if mine else ()))


def _last_name(mine: Mine | None) -> str:
    # Asking again for what was given a minute ago is what WCAG 2.2 (3.3.7) tells us not to do.
    return next((s.author.name for s, _ in (mine.comments if mine else ()) if s.author.name), "")
