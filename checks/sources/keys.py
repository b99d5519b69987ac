"""API keys: named by reference, sent in a header, to the host of the address alone."""

import re
from typing import Self

from pydantic import Field, field_validator, model_validator

from checks.sources.misfits import Misfit
from checks.sources.options import Options
from checks.sources.port import Fault, Key, SourceError
from checks.sources.references import is_reference, referred

#: Headers that say how the request itself travels, or what is known of the content.
_OURS = frozenset(
    {
        "accept",
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "if-modified-since",
        "if-none-match",
        "keep-alive",
        "range",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)
_VISIBLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


class KeyOptions(Options):
    """Which key opens the address, and in which header it goes."""

    rahasia: str = Field(
        default="",
        title="Kunci API",
        description="Rujukan ke kunci API di mesin Mutakhir, misalnya env:SUMBER_SICANTIK",
    )
    kepala_rahasia: str = Field(
        default="",
        pattern=r"^(?:[A-Za-z0-9-]{1,60}(?:: ?[A-Za-z0-9-]{1,30})?)?$",
        title="Kepala (header) kunci API",
        description="Nama kepala permintaan yang membawa kunci, bila perlu dengan kata di depan "
        "kuncinya, misalnya X-API-Key atau Authorization: Bearer",
    )

    @field_validator("rahasia")
    @classmethod
    def _only_a_reference(cls, text: str) -> str:
        if text and not is_reference(text):
            raise Misfit(
                "rujukan seperti env:SUMBER_SICANTIK, bukan kuncinya sendiri",
                "a reference such as env:SUMBER_SICANTIK, not the key itself",
            )
        return text

    @field_validator("kepala_rahasia")
    @classmethod
    def _not_ours(cls, text: str) -> str:
        if text.partition(":")[0].lower() in _OURS:
            raise Misfit(
                "kepala untuk kunci, bukan kepala yang diisi pemantau sendiri",
                "a header for keys, none that the fetcher fills in itself",
            )
        return text

    @model_validator(mode="after")
    def _secret_has_its_place(self) -> Self:
        n_places = sum(map(bool, self.places))
        if bool(self.rahasia) != bool(n_places) or n_places > 1:
            raise Misfit(
                "rahasia diisi bersama tempatnya, satu saja: " + " atau ".join(self.place_names),
                "rahasia goes with one place for it: " + " or ".join(self.place_names),
            )
        return self

    @property
    def place_names(self) -> tuple[str, ...]:
        """The options that say where the key goes."""
        return tuple(name for name in type(self).model_fields if name.endswith("_rahasia"))

    @property
    def places(self) -> tuple[str, ...]:
        """What those options say."""
        return tuple(getattr(self, name) for name in self.place_names)

    @property
    def key(self) -> Key | None:
        """The key with its header, None where none goes in a header; raises SourceError."""
        if not self.kepala_rahasia:
            return None
        header, _, before = self.kepala_rahasia.partition(":")
        value = f"{before.strip()} {referred(self.rahasia)}".strip()
        if _VISIBLE.fullmatch(value) is None:
            raise SourceError(
                "bad-secret",
                f"Nilai {self.rahasia} bukan satu baris huruf dan angka biasa; minta pengelola "
                "memeriksanya.",
                f"The value of {self.rahasia} is no single line of plain characters; ask the "
                "operator to check it.",
                fault=Fault.OURS,
                permanent=True,
            )
        return Key(header, value)
