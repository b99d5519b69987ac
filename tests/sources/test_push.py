"""What an application sends is received, never looked for."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.models import SourceKind
from checks.sources import Conditional, Reach, Ref, SourceError
from checks.sources.fetcher import Fetcher
from checks.sources.push import Push


def test_a_push_is_never_fetched(fetcher_for: Callable[..., Fetcher], tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        Push(Reach(fetcher_for(), tmp_path)).fetch(
            Ref(""), Conditional(), datetime(2025, 4, 1, tzinfo=UTC)
        )
    assert (caught.value.code, caught.value.permanent) == ("not-pulled", True)


def test_only_what_mutakhir_fetches_itself_is_pulled() -> None:
    handed_in = {kind for kind in SourceKind if not kind.is_pulled}
    assert handed_in == {
        SourceKind.UPLOAD,
        SourceKind.DROP_FOLDER,
        SourceKind.LISTING,
        SourceKind.PUSH,
    }
