"""Every way in which a database fails us, told without its own words: they may hold secrets."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from checks.sources import Fault, SourceError
from checks.sources.options import bad_options

_TRANSIENT = ("08", "40", "53", "55", "57")


@contextmanager
def translated(seconds: int) -> Iterator[None]:
    """Turn errors of the database into ours; its own words may hold addresses and values."""
    try:
        yield
    except DBAPIError as error:
        raise _failure(error, seconds) from None
    except psycopg.Error:
        raise _unreached() from None


def _failure(error: DBAPIError, seconds: int) -> SourceError:
    said = str(error.orig)
    state = getattr(error.orig, "sqlstate", None) or ""
    if state == "57014" or said == "interrupted":
        return query_too_slow(seconds)
    if "unable to open database file" in said:
        return SourceError(
            "no-file",
            "Berkas basis data tidak ditemukan atau tidak boleh dibaca.",
            "The database file is not there or may not be read.",
        )
    if isinstance(error, OperationalError | InterfaceError) and not state:
        return _without_state(said)
    if state.startswith("28") or "authentication failed" in said:
        return _refused_login()
    if state.startswith(_TRANSIENT):
        return SourceError(
            "database-busy",
            f"Basis data sedang tidak dapat melayani (kode {state}).",
            f"The database cannot serve at the moment (code {state}).",
        )
    return refused_query(f"kode {state}", f"code {state}") if state else refused_query()


def _without_state(said: str) -> SourceError:
    """Tell apart what the drivers say in words alone."""
    if "locked" in said:
        return SourceError(
            "database-busy", "Basis data sedang terkunci.", "The database is locked."
        )
    if "authentication failed" in said or "does not exist" in said:
        return _refused_login()
    if "refused" in said:
        return SourceError(
            "connection-refused",
            "Server basis data menolak sambungan.",
            "The database server refused the connection.",
        )
    if "decode" in said:
        return refused_query("teks bukan UTF-8", "text that is no UTF-8")
    if "no such" in said or "syntax error" in said or "readonly" in said or "near " in said:
        return refused_query()
    return _unreached()


def query_too_slow(seconds: int) -> SourceError:
    """Return the error of a query that ran out of its time."""
    return SourceError(
        "timeout",
        f"Kueri berjalan lebih dari {seconds} detik dan dihentikan; sederhanakan atau beri indeks.",
        f"The query ran for more than {seconds} seconds and was stopped; simplify or index it.",
    )


def _unreached() -> SourceError:
    return SourceError(
        "no-connection",
        "Server basis data tidak dapat dihubungi.",
        "The database server cannot be reached.",
        fault=Fault.UNREACHED,
        silent=True,
    )


def _refused_login() -> SourceError:
    return SourceError(
        "database-login",
        "Basis data menolak nama pengguna, kata sandi, atau nama basis datanya.",
        "The database refuses the user name, the password, or the name of the database.",
        permanent=True,
    )


def refused_query(why_id: str = "", why_en: str = "") -> SourceError:
    """Return the error of a query that the database does not carry out."""
    about_id, about_en = (f" ({why})" if why else "" for why in (why_id, why_en))
    return SourceError(
        "bad-query",
        f"Basis data menolak kueri{about_id}; periksa nama tampilan, kolom, dan hak baca.",
        f"The database refuses the query{about_en}; check view, columns and read rights.",
        permanent=True,
    )


def bad_url() -> SourceError:
    """Return the error of what is no address of a database we can read."""
    return bad_options(
        "Alamat basis data harus postgresql://… atau sqlite:///…; basis data lain belum dibaca.",
        "The database address must be postgresql://… or sqlite:///…; others are not read yet.",
    )
