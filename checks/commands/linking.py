"""The commands that make a signed link for a person: link."""

from dataclasses import dataclass
from datetime import datetime

import click
from sqlmodel import Session, select

from catalog import models
from catalog.models.db import reading
from catalog.terminal import Installation, Missing, as_json, pass_installation, print_json
from checks.looking.registered import NoSource, dataset_of, registered_source
from checks.telling.links import VALID_FOR, Purpose, Ticket, sign


@dataclass(frozen=True, slots=True)
class LinkAnswer:
    """A link for one person and one dataset."""

    dataset: str
    person: str
    address: str
    ends_at: datetime


@click.group("link")
def link_command() -> None:
    """Make a signed link, to be given to one person."""


@link_command.command("try")
@click.argument("slug")
@click.argument("person", metavar="EMAIL")
@as_json
@pass_installation
def link_try_command(installation: Installation, slug: str, person: str, in_json: bool) -> None:
    """Make the link with which a person tests the source of a dataset."""
    context = installation.context
    now = context.clock()
    installation.settings.require_secret()
    with reading(context.reading_engine) as session:
        dataset = dataset_of(session, slug)
        if registered_source(session, dataset) is None:
            raise NoSource(f"nothing is fetched for '{slug}'; its data are sent by its agency")
        ticket = Ticket(Purpose.TRY, _person_id(session, person), now, dataset.id)
    token = sign(ticket, context.settings.secret_key)
    answer = LinkAnswer(slug, person, f"{context.settings.base_url}/jawab/{token}", now + VALID_FOR)
    if in_json:
        print_json(answer)
    else:
        click.echo(f"For {person} alone, until {answer.ends_at.date()}:\n{answer.address}")


def _person_id(session: Session, email: str) -> int:
    found = session.exec(select(models.Person).where(models.Person.email == email)).first()
    if found is None or not found.active or found.id is None:
        raise Missing(f"there is no active person with the e-mail address {email}")
    return found.id
