"""The command that lets an application push: token."""

import getpass
import shlex
from dataclasses import dataclass

import click

from catalog.models.db import unit_of_work
from catalog.terminal import Installation, as_json, pass_installation, print_json
from checks.looking.tokens import issue, push_address, revoke


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What became of the token of a dataset; `token` is None when it was revoked."""

    dataset: str
    address: str
    token: str | None
    is_replacement: bool = False


@click.command("token")
@click.argument("slug")
@click.option("--revoke", "ends", is_flag=True, help="End the token instead of making one.")
@as_json
@pass_installation
def token_command(installation: Installation, slug: str, ends: bool, in_json: bool) -> None:
    """Make (or end) the token with which an application pushes one dataset; shown once."""
    context = installation.context
    address = push_address(context.settings.base_url, slug)
    actor = f"command/{_user()}"
    with unit_of_work(context.engine) as session:
        if ends:
            revoke(session, slug, actor, context.clock())
            answer = TokenAnswer(slug, address, None)
        else:
            made = issue(session, slug, actor, context.clock())
            answer = TokenAnswer(slug, address, made.token, made.is_replacement)
    if in_json:
        print_json(answer)
    elif answer.token is None:
        click.echo(f"The token of {slug} is revoked; whatever comes with it is refused.")
    else:
        before = "; the one before it has ended" if answer.is_replacement else ""
        click.echo(f"The token of {slug}, shown this once{before}:\n\n  {answer.token}\n")
        click.echo(
            f"  curl -T data.csv -H 'Authorization: Bearer {answer.token}' {shlex.quote(address)}"
        )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
