"""A file that somebody lays down in a folder of the monitor's own machine."""

import os
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from catalog.models import SourceKind
from checks.sources import Conditional, Fetched, Reach, Ref, SourceError
from checks.sources.body import Body
from checks.sources.faults import our_fault, too_large
from checks.sources.wire import Limits

_BLOCK = 1 << 20


class DropFolder:
    """One file below the drop folder; links that lead out of it are refused."""

    kind: ClassVar[SourceKind] = SourceKind.DROP_FOLDER
    title_id: ClassVar[str] = "Folder setor"
    title_en: ClassVar[str] = "Drop folder"

    def __init__(self, reach: Reach) -> None:
        self._folder = reach.drop_folder
        self._scratch = reach.scratch
        self._limits: Limits = reach.fetcher.limits

    def fetch(self, ref: Ref, conditional: Conditional, now: datetime) -> Fetched:
        """Return the file as it lies there; a file still being written is not complete."""
        path = self._inside(ref.address)
        # A folder cannot be read, and a pipe would keep us waiting for its writer.
        if path.exists() and not path.is_file():
            raise _no_file_at_all()
        body = Body(self._scratch, conditional.known)
        try:
            with path.open("rb") as reader:
                before = os.fstat(reader.fileno())
                if before.st_size > self._limits.decoded_bytes:
                    raise too_large(self._limits.decoded_bytes)
                while block := reader.read(_BLOCK):
                    body.add(block)
                after = path.stat()
            if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, body.n_bytes):
                raise SourceError(
                    "still-written",
                    "Berkas masih ditulis; tunggu sampai selesai.",
                    "The file is still being written; wait until it is finished.",
                )
            kept = body.finish()
        except FileNotFoundError:
            raise _absent() from None
        except OSError as error:
            raise our_fault(error) from error
        finally:
            body.abandon()
        return Fetched(
            not_modified=False,
            sha256=body.sha256,
            n_bytes=body.n_bytes,
            path=kept,
            file_name=path.name,
        )

    def _inside(self, address: str) -> Path:
        if self._folder is None:
            raise SourceError(
                "no-drop-folder",
                "Folder setor belum ditentukan pada pemasangan ini.",
                "This installation has no drop folder.",
                permanent=True,
            )
        root = self._folder.resolve()
        path = (root / address.replace("\0", "").strip().lstrip("/")).resolve()
        if not path.is_relative_to(root) or path == root:
            raise outside_folder()
        return path


def outside_folder() -> SourceError:
    """Return the error of an address that leads out of the drop folder."""
    return SourceError(
        "bad-address",
        "Alamat keluar dari folder setor; tulis jalur berkas di dalamnya, misalnya dinkes/ihk.csv.",
        "The address leads out of the drop folder; write the path of a file inside it.",
        permanent=True,
    )


def _no_file_at_all() -> SourceError:
    return SourceError(
        "bad-address",
        "Alamat ini folder atau semacamnya, bukan berkas; tulis jalur berkas, misalnya "
        "dinkes/ihk.csv.",
        "The address is a folder or the like, no file; write a path such as dinkes/ihk.csv.",
        permanent=True,
    )


def _absent() -> SourceError:
    return SourceError(
        "no-file", "Berkas belum ada di folder setor.", "The file is not in the drop folder yet."
    )
