"""The translating functions with their types; message ids are Bahasa Indonesia."""

from dataclasses import dataclass
from gettext import NullTranslations
from typing import cast

import flask_babel
from babel import Locale
from flask import Response, g, has_app_context, request
from flask_babel.speaklater import LazyString

DEFAULT = Locale("id")
LANGUAGES = ("id", "en")
#: The name of the choice in an address and of the cookie that remembers it.
CHOICE = "lang"
A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class _Tongue:
    """The language of one request with its messages."""

    locale: Locale
    messages: NullTranslations


_SILENT = _Tongue(DEFAULT, NullTranslations())


def _tongue() -> _Tongue:
    """Return the language of the request, found once; outside of one Bahasa Indonesia.

    A page asks for hundreds of messages; finding the language anew for each would take
    longer than all the rest of the page.
    """
    if not has_app_context():
        return _SILENT
    kept = g.get("tongue")
    if kept is None:
        found = flask_babel.get_locale()
        messages = flask_babel.get_domain().get_translations()
        kept = g.tongue = _Tongue(found if isinstance(found, Locale) else DEFAULT, messages)
    return cast(_Tongue, kept)


def gettext(message: str) -> str:
    """Return the message in the reader's language; for templates."""
    return _tongue().messages.gettext(message)


def _(message: str, **values: object) -> str:
    """Return the message in the reader's language with its values filled in."""
    text = gettext(message)
    return text % values if values else text


def choose_plural(one: str, many: str, num: int) -> str:
    """Return the message that fits the number, its values not filled in; for templates."""
    return _tongue().messages.ngettext(one, many, num)


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """Return the message that fits the number, which is in it as %(num)d."""
    return choose_plural(one, many, num) % {"num": num, **values}


def lazy_gettext(message: str) -> object:
    """Return a message that is translated when it is turned into a string."""
    return LazyString(gettext, message)


def locale() -> Locale:
    """Return the reader's language; Bahasa Indonesia outside a request."""
    return _tongue().locale


def chosen_language() -> str:
    """Return the language that the address asks for, else the remembered one, else `id`."""
    for asked in (request.args.get(CHOICE), request.cookies.get(CHOICE)):
        if asked in LANGUAGES:
            return asked
    return LANGUAGES[0]


def remember_language(response: Response) -> Response:
    """Remember a language that was asked for by the address; use with `after_request`."""
    asked = request.args.get(CHOICE)
    if asked in LANGUAGES and request.cookies.get(CHOICE) != asked:
        response.set_cookie(CHOICE, asked, max_age=A_YEAR, httponly=True, samesite="Lax")
    return response
