"""What an option was expected to hold, said in both languages."""

from pydantic_core import ErrorDetails

_EXPECTED: dict[str, tuple[str, str]] = {
    "int_type": ("angka bulat", "a whole number"),
    "int_parsing": ("angka bulat", "a whole number"),
    "int_from_float": ("angka bulat", "a whole number"),
    "greater_than_equal": ("angka paling sedikit {ge}", "a number of at least {ge}"),
    "less_than_equal": ("angka paling banyak {le}", "a number of at most {le}"),
    "string_type": ("teks", "a text"),
    "string_too_short": ("teks yang tidak kosong", "a text that is not empty"),
    "string_too_long": (
        "teks paling panjang {max_length} huruf",
        "a text of at most {max_length} letters",
    ),
    "tuple_type": (
        'daftar nama seperti ["bulan", "jumlah"]',
        'a list of names such as ["bulan", "jumlah"]',
    ),
    "too_long": ("paling banyak {max_length} nama", "at most {max_length} names"),
}
_PATTERNS: dict[str, tuple[str, str]] = {
    r"^[^\s]*$": ("teks tanpa spasi", "a text without blanks"),
    r"^\d*$": ("angka saja", "digits alone"),
}


class Misfit(ValueError):
    """What an option should have held, or how options contradict each other."""

    def __init__(self, sentence_id: str, sentence_en: str) -> None:
        super().__init__(sentence_id)
        self.sentence_id = sentence_id
        self.sentence_en = sentence_en


def misfit_of(error: ErrorDetails) -> Misfit | None:
    """Return the misfit that one of our own validators raised, None where it was none."""
    raised = error.get("ctx", {}).get("error")
    return raised if isinstance(raised, Misfit) else None


def expected_in(error: ErrorDetails, choices: tuple[str, ...]) -> tuple[str, str] | None:
    """Return what was expected, in both languages; None where only the option's help says it."""
    if (own := misfit_of(error)) is not None:
        return own.sentence_id, own.sentence_en
    if error["type"] == "literal_error":
        listed = ", ".join(choices)
        return f"salah satu dari {listed}", f"one of {listed}"
    numbers = error.get("ctx", {})
    words = _EXPECTED.get(error["type"]) or _PATTERNS.get(str(numbers.get("pattern")))
    if words is None:
        return None
    return words[0].format(**numbers), words[1].format(**numbers)
