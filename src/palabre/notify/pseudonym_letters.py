"""The mails about kept pseudonyms.

The one by which an address says yes does not name the pseudonym: whoever asks could type any words
there and have them sent to a stranger. The one to who keeps it does.
"""

from collections.abc import Callable
from dataclasses import dataclass

from palabre.application.keep_pseudonym import link_of, link_token
from palabre.application.mail_ports import Mail
from palabre.application.ports import Clock, UnitOfWork
from palabre.domain.pseudonym import Asks
from palabre.domain.site import Site
from palabre.notify.letter import Letter, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class PseudonymLetters:
    """Writes them. ``message_id`` makes a mail's identifier, ``words`` finds a language."""

    secret: bytes
    base_url: str
    words: Callable[[str], Words]
    message_id: Callable[[str, str], str]
    clock: Clock

    def write(self, unit: UnitOfWork, mail: Mail, site: Site) -> Letter | None:
        """Return the letter; None where its link opens nothing any more."""
        link = link_of(unit, mail)
        if link is None or not link.opens(self.clock()):
            return None
        every = unit.pseudonyms.of_address(link.address_hash)
        kept = next((p for p in every if p.site_id == link.site_id), None)
        opens = link.asks is Asks.OPEN
        if opens and kept is None:
            return None
        words = self.words(link.lang)
        subject = words.say(f"mail.pseudonym.{link.asks}.subject", site=site.name)
        named = {"name": kept.name} if opens and kept is not None else {}
        return Letter(
            mail=mail,
            to=link.address,
            words=words,
            from_name=site.name,
            subject=subject,
            template="pseudonym",
            message_id=self.message_id(mail.id, mail.address_hash),
            values={
                "site": site.name,
                "opens": opens,
                "said": words.say(f"mail.pseudonym.{link.asks}.asked", site=site.name, **named),
                "go": "mail.pseudonym.open.link" if opens else "pseudonym.keep.title",
                "link": f"{self.base_url}/pseudonym/{link_token(link, self.secret)}",
            },
        )
