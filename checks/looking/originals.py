"""The store of original files, each under the SHA-256 of its bytes."""

import hashlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from catalog.rules.errors import MutakhirError

_NAME = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 20


class OriginalUnusable(MutakhirError):
    """The store cannot take or give a file; the sentence names the file and the reason."""


@dataclass(frozen=True, slots=True)
class Originals:
    """A folder of files that are never changed: `ab/ab12…`, written whole or not at all.

    Where `is_durable` is False the disk is not waited for: for rehearsals that can be
    played again.
    """

    folder: Path
    is_durable: bool = True

    @property
    def scratch(self) -> Path:
        """The folder on the same disk for files that are still being written; made by them."""
        return self.folder / "scratch"

    def path(self, blob: str) -> Path:
        """Return where the original lies; it may not exist. Refuses what is no SHA-256."""
        if not _NAME.fullmatch(blob):
            raise OriginalUnusable(f"Nama berkas asli '{blob}' bukan SHA-256 (64 angka heksa).")
        return self.folder / blob[:2] / blob

    def has(self, blob: str) -> bool:
        """Tell whether the original is there."""
        return self.path(blob).is_file()

    def open(self, blob: str) -> BinaryIO:
        """Return the original's bytes as a stream; raises FileNotFoundError."""
        return self.path(blob).open("rb")

    def take(self, file: Path, blob: str) -> None:
        """Move a finished file of `scratch` into the store; the same content is kept once.

        On disk before it is named: a crash leaves either no original or a whole one.
        """
        target = self.path(blob)
        try:
            if target.is_file():
                file.unlink()
                return
            target.parent.mkdir(parents=True, exist_ok=True)
            if self.is_durable:
                _to_disk(file)
            file.replace(target)
            if self.is_durable:
                _to_disk(target.parent)
        except OSError as error:
            raise OriginalUnusable(
                f"Berkas asli {blob[:12]}… tidak dapat disimpan: {error.strerror}."
            ) from error

    def copy(self, file: Path) -> str:
        """Copy a file from anywhere into the store and return its name."""
        self.scratch.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.scratch)
        digest = hashlib.sha256()
        with file.open("rb") as reader, os.fdopen(handle, "wb") as writer:
            while chunk := reader.read(_CHUNK):
                digest.update(chunk)
                writer.write(chunk)
        blob = digest.hexdigest()
        self.take(Path(name), blob)
        return blob

    def sweep_scratch(self) -> None:
        """Remove what a killed process left half-written; only when nothing is running."""
        shutil.rmtree(self.folder / "scratch", ignore_errors=True)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
