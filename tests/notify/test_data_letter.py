"""The link to one's own data goes out by mail, with no list to leave and to nobody else."""

import re

from notify.conftest import SECRET, Newsroom
from palabre.application.ask_for_data import AskForData
from palabre.application.export_person import ExportPerson
from palabre.domain.site import Site

ZOE = "zoe@lectrices.example"


def test_the_mailed_link_opens_what_is_held(newsroom: Newsroom):
    newsroom.post("Un xylophone.", email=ZOE, name="Zoé")
    ask = AskForData(store=newsroom.store, clock=newsroom.clock, secret=SECRET)
    with newsroom.store.reading() as unit:
        (site,) = unit.sites.all()
    assert isinstance(site, Site)
    ask(ZOE, site, "fr")
    ask("inconnu@ailleurs.example", site, "fr")
    while newsroom.worker.round():
        pass
    (taken,) = newsroom.server.taken
    assert ZOE in str(taken)
    message = taken.message
    assert message["To"] == ZOE
    assert message["List-Unsubscribe"] is None
    text = message.get_body(("plain",)).get_content()
    link = re.search(r"/my-data/(\S+)", text)
    assert link
    export = ExportPerson(store=newsroom.store, clock=newsroom.clock)(ask.person(link[1]))
    assert export["comments"][0]["wordings"][0]["text"] == "Un xylophone."
