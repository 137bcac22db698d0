"""The mails that the law asks for, each written from one line of the ledger when it is sent.

None of them holds a word that somebody could have typed to have it sent to a stranger: a receipt
goes to whatever address was given, so it says no more than that there is a report.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from palabre.application.law_mail import SLOT, link_of, reporter_of
from palabre.application.mail_ports import Mail
from palabre.application.ports import UnitOfWork
from palabre.application.statements import statement_of
from palabre.domain.ledger import Line, LineKind
from palabre.domain.report import number_of
from palabre.domain.site import Site
from palabre.notify.letter import Letter, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class LawLetters:
    """Writes them. ``message_id`` makes a mail's identifier, ``words`` finds a language."""

    secret: bytes
    base_url: str
    words: Callable[[str], Words]
    message_id: Callable[[str, str], str]

    def write(self, unit: UnitOfWork, mail: Mail, site: Site) -> Letter | None:
        """Return the letter; None where nobody is left to say it to."""
        line = unit.ledger.get((mail.slot or "").removeprefix(SLOT))
        if line is None:
            return None
        if line.kind is LineKind.REPORT:
            return self._about_report(unit, mail, site, line, line)
        if line.kind is LineKind.ANSWER:
            report = unit.ledger.get(line.subject or "")
            return self._about_report(unit, mail, site, line, report) if report else None
        if line.kind is LineKind.STATEMENT:
            return self._about_comment(unit, mail, site, line, line)
        if line.kind is LineKind.REVIEW:
            return self._review(unit, mail, site, line)
        return None

    def _about_report(
        self, unit: UnitOfWork, mail: Mail, site: Site, line: Line, report: Line
    ) -> Letter | None:
        to = reporter_of(unit.ledger, report)
        if not to:
            return None
        words = self.words(str(report.content["lang"]))
        if line.kind is LineKind.REPORT:
            said = [words.say("mail.law.report.text"), words.say("mail.law.report.not_you")]
        elif line.kind is LineKind.ANSWER:
            said = [
                words.say(f"law.answer.{line.content['outcome']}"),
                words.say("law.answer.by", moment=words.moment(line.at)),
                words.say("mail.law.answer.redress"),
            ]
            if line.content.get("unfounded"):
                said.insert(1, words.say("law.answer.unfounded"))
        else:
            said = self._ruling(unit, line, words)
        return self._letter(mail, site, line, to=to, words=words, said=said, page=report)

    def _about_comment(
        self, unit: UnitOfWork, mail: Mail, site: Site, line: Line, statement: Line
    ) -> Letter | None:
        stored = unit.comments.stored(line.comment_id or "")
        if stored is None or not stored.author.email:
            return None
        said_of = statement_of(statement)
        words = self.words(said_of.lang)
        if line.kind is LineKind.STATEMENT:
            until = words.moment(said_of.until) if said_of.until else ""
            found = "machine" if said_of.automated_detection else "people"
            decided = "machine" if said_of.automated_decision else "people"
            said = [
                words.say(f"law.what.{said_of.kind}", until=until),
                f"{words.say('law.statement.ground')} – {said_of.sentence}",
            ]
            if said_of.reference:
                ground = f"law.ground.{said_of.ground.value}"
                said.append(words.say(ground, reference=said_of.reference))
            said += [
                words.say(f"law.source.{said_of.source.name.lower()}"),
                f"{words.say(f'law.found.{found}')} {words.say(f'law.decided.{decided}')}",
                f"{words.say('law.redress.here')} {words.say('law.redress.court')}",
            ]
        else:
            said = self._ruling(unit, line, words)
        to = stored.author.email
        return self._letter(mail, site, line, to=to, words=words, said=said, page=statement)

    def _review(self, unit: UnitOfWork, mail: Mail, site: Site, line: Line) -> Letter | None:
        appeal = unit.ledger.get(line.subject or "")
        contested = unit.ledger.get(appeal.subject or "") if appeal else None
        if contested is None:
            return None
        if contested.kind is LineKind.REPORT:
            return self._about_report(unit, mail, site, line, contested)
        return self._about_comment(unit, mail, site, line, contested)

    def _ruling(self, unit: UnitOfWork, line: Line, words: Words) -> list[str]:
        kept = unit.ledger.words(line.id)
        reasons = kept.texts.get("reasons", "") if kept else ""
        said = [words.say(f"law.review.{line.content['finding']}"), reasons]
        said.append(words.say("law.review.by", moment=words.moment(line.at)))
        said.append(words.say("law.redress.court"))
        return [each for each in said if each]

    def _letter(
        self,
        mail: Mail,
        site: Site,
        line: Line,
        *,
        to: str,
        words: Words,
        said: list[str],
        page: Line,
    ) -> Letter:
        is_measure = bool(line.content.get("service"))
        kind = "mail.law.measure" if is_measure else f"mail.law.{line.kind.value}"
        contests = line.kind is LineKind.STATEMENT
        values: dict[str, Any] = {
            "site": site.name,
            "title": words.say(f"{kind}.title"),
            "said": said,
            "link": f"{self.base_url}{link_of(page, self.secret)}?lang={words.lang}",
            "label": words.say("mail.law.statement.contest" if contests else "mail.law.open"),
        }
        return Letter(
            mail=mail,
            to=to,
            words=words,
            from_name=site.name,
            subject=words.say(f"{kind}.subject", site=site.name, number=number_of(page.id)),
            template="law",
            message_id=self.message_id(line.id, mail.address_hash),
            values=values,
        )
