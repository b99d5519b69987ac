"""Credentials: named in the catalogue, held in the operator's environment, never stored."""

import os
import re

from dotenv import dotenv_values

from checks.sources.options import bad_options
from checks.sources.port import Fault, SourceError

#: Only such names can be referred to, so that no source can ask for other secrets.
PREFIX = "SUMBER_"
_REFERENCE = re.compile(rf"env:({PREFIX}[A-Z0-9_]{{1,60}})")


def is_reference(text: str) -> bool:
    """Tell whether a text names a credential, as `env:SUMBER_PAD` does."""
    return _REFERENCE.fullmatch(text) is not None


def check_reference(text: str) -> str:
    """Return the name that a reference names; raises SourceError for what is none."""
    found = _REFERENCE.fullmatch(text.strip())
    if found is None:
        raise bad_options(
            f"Rahasia ditulis sebagai env:{PREFIX}NAMA, bukan nilainya sendiri.",
            f"A secret is written as env:{PREFIX}NAME, never as its value.",
        )
    return found[1]


def referred(reference: str) -> str:
    """Return what the environment (or `.env`) holds under a reference.

    Raises SourceError: `bad-options` for what is no reference, `no-secret` (our own
    fault) where the installation does not have it.
    """
    name = check_reference(reference)
    value = os.environ.get(name) or dotenv_values(".env").get(name)
    if not value:
        raise SourceError(
            "no-secret",
            f"Variabel lingkungan {name} belum diisi pada mesin Mutakhir; minta pengelola mengisi.",
            f"The environment variable {name} is not set where Mutakhir runs; ask its operator.",
            fault=Fault.OURS,
            permanent=True,
        )
    return value
