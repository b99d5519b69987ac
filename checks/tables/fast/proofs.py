"""What a cell may look like so that Frictionless surely accepts it, field by field."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from checks.tables.fast.fields import Field
from checks.tables.fast.numerals import bounds, canonical_integers, integers, numbers
from checks.tables.fast.patterns import Unprovable, literal, negated, pattern_proof, pattern_width
from checks.tables.fast.ranges import days, whole_numbers

Banned = frozenset[str]
_QUOTE = '"'
# A larger bound would swell the expression; texts near it are read one by one.
_LONGEST = 400
_BARE_CLOCK = {"%H": "(?:[01][0-9]|2[0-3])", "%M": "[0-5][0-9]", "%S": "[0-5][0-9]"}
_TOKENS = re.compile(r"%.|[^%]")
_FORMS = {
    "date": "%Y-%m-%d",
    "datetime": "%Y-%m-%dT%H:%M:%S",
    "time": "%H:%M:%S",
}


def proof(field: Field, banned: Banned, *, is_key: bool) -> str:
    """Return an expression of texts that a field surely accepts as values.

    It never matches a missing word when the field needs a value. A key is matched in its
    one canonical spelling only, so that equal texts are equal values and the other way
    round. Raises Unprovable where each cell has to be read.
    """
    needs_value = is_key or bool(field.constraints.get("required"))
    words = set(field.missing) if needs_value else set()
    rules = field.rules()
    if is_key and field.type not in _KEYS:
        raise Unprovable("a key of this type")
    if "enum" in rules:
        if is_key and field.type not in ("string", "any"):
            raise Unprovable("members that can be spelled in more than one way")
        return _literals(field, map(str, rules["enum"]), words, banned)
    make = _PROOFS.get(field.type)
    if make is None:
        raise Unprovable("a type that is always read")
    found = make(field, rules, words, banned)
    if is_key and field.type == "integer":
        found = canonical_integers(field, rules)
    if found is None or any(re.fullmatch(found, word) for word in words):
        raise Unprovable("a missing word that looks like a value")
    return found


def key_text(field: Field) -> Callable[[Any], str]:
    """Return how a value of a key field is spelled where it is proven.

    Equal values have equal texts; types that are always read need no more than that.
    """
    if field.type not in _KEYS:
        return lambda value: str(hash(value))
    if field.type == "date":
        form = _FORMS["date"] if field.format == "default" else field.format
        return lambda value: value.strftime(form)
    return str


_KEYS = frozenset({"string", "any", "integer", "date", "year"})


def _literals(field: Field, texts: Iterable[str], words: set[str], banned: Banned) -> str:
    members = field.members(dict.fromkeys(texts))
    sure = [literal(text) for text in members if text not in words and not banned & set(text)]
    if not sure:
        raise Unprovable("no member that can be written here")
    return f"(?:{'|'.join(sure)})"


def _text(field: Field, rules: dict[str, Any], words: set[str], banned: Banned) -> str | None:
    if field.format != "default":
        raise Unprovable("a format that is always read")
    low, high = _lengths(rules)
    if "pattern" in rules:
        shortest, longest = pattern_width(rules["pattern"])
        if shortest < low or longest > rules.get("maxLength", longest):
            raise Unprovable("a pattern and a length")
        return pattern_proof(rules["pattern"], banned)
    return _texts_but(words, low, high, banned)


def _lengths(rules: Mapping[str, Any]) -> tuple[int, int | None]:
    """Return the shortest and the longest text, None without a bound."""
    low, high = int(rules.get("minLength") or 0), rules.get("maxLength")
    if low > _LONGEST or (high is not None and low > high):
        raise Unprovable("no text is both so short and so long")
    return low, None if high is None else min(int(high), _LONGEST)


def with_doubled_quotes(field: Field, banned: Banned) -> str:
    """Return an expression of free texts with quotes inside, as they stand between quotes.

    Raises Unprovable for everything but free text.
    """
    rules = {name for name, rule in field.constraints.items() if rule is not None}
    is_free = field.type == "any" or (field.type == "string" and field.format == "default")
    if not is_free or rules - {"required", "minLength", "maxLength"}:
        raise Unprovable("a quote has no place here")
    low, high = _lengths(field.constraints)
    if field.constraints.get("required"):
        if any(_QUOTE in word for word in field.missing):
            raise Unprovable("a missing word with a quote")
        # Longer than any missing word, so none of them.
        low = max([low, *(len(word) + 1 for word in field.missing)])
        if high is not None and low > high:
            raise Unprovable("no text is both so short and so long")
    return f"(?:{negated(banned)}|{_QUOTE * 2}){_times(low, high)}"


def _times(low: int, high: int | None) -> str:
    return f"{{{low},{'' if high is None else high}}}"


def _texts_but(words: set[str], low: int, high: int | None, banned: Banned) -> str | None:
    """Return an expression for all texts of low..high letters but some words."""
    if high is not None and low > high:
        return None
    words = {word for word in words if len(word) >= low and not banned & set(word)}
    words = {word for word in words if high is None or len(word) <= high}
    if not words:
        return f"{negated(banned)}{_times(low, high)}"
    heads = {word[0] for word in words if word}
    branches = [""] if low == 0 and "" not in words else []
    low, high = max(low - 1, 0), None if high is None else high - 1
    if high is None or high >= 0:
        branches.append(f"{negated(banned | heads)}{negated(banned)}{_times(low, high)}")
    for head in sorted(heads):
        rest = _texts_but({w[1:] for w in words if w.startswith(head)}, low, high, banned)
        if rest is not None:
            branches.append(literal(head) + rest)
    return f"(?:{'|'.join(branches)})" if branches else None


def _any(field: Field, rules: dict[str, Any], words: set[str], banned: Banned) -> str | None:
    return _texts_but(words, 0, None, banned)


def _boolean(field: Field, rules: dict[str, Any], words: set[str], banned: Banned) -> str:
    return _literals(field, [*field.true_values, *field.false_values], words, banned)


def _moment(field: Field, rules: dict[str, Any], words: set[str], banned: Banned) -> str | None:
    low, high = bounds(field, rules)
    form = _FORMS[field.type] if field.format == "default" else field.format
    if field.type != "date" and rules:
        raise Unprovable("a bound on a clock")
    pieces = []
    tokens = _TOKENS.findall(form)
    for token, following in zip(tokens, [*tokens[1:], ""], strict=True):
        if token in _BARE_CLOCK:
            pieces.append(_BARE_CLOCK[token].replace("{", "{{").replace("}", "}}"))
        elif token in ("%Y", "%m", "%d"):
            pieces.append(f"{{{token[1]}}}")
        elif len(token) == 1 and token in "-/.: T" and token not in banned:
            pieces.append(literal(token))
            continue
        else:
            raise Unprovable("a form that is always read")
        # Without a sign between them the parts could be cut in more than one way.
        if following.startswith("%"):
            raise Unprovable("a form without signs between its parts")
    whole = "".join(pieces)
    named = [token for token in tokens if token.startswith("%")]
    if len(set(named)) != len(named):
        raise Unprovable("a form that says a part twice")
    if field.type == "time":
        return None if {"%Y", "%m", "%d"} & set(named) else whole.format()
    if not {"%Y", "%m", "%d"} <= set(named):
        raise Unprovable("a form without a whole day")
    return days(whole, _as_day(low), _as_day(high))


def _as_day(bound: Any) -> date | None:
    if bound is not None and type(bound) is not date:
        raise Unprovable("a bound that is no day")
    return bound


def _year(field: Field, rules: dict[str, Any], words: set[str], banned: Banned) -> str | None:
    low, high = bounds(field, rules)
    first = max(1000, 1000 if low is None else low)
    return whole_numbers(first, min(9999, 9999 if high is None else high))


def _year_month(field: Field, rules: dict[str, Any], words: set[str], banned: Banned) -> str:
    if rules:
        raise Unprovable("a bound on months")
    return "[0-9]{4}-(?:0[1-9]|1[0-2])"


_PROOFS: dict[str, Callable[[Field, dict[str, Any], set[str], Banned], str | None]] = {
    "string": _text,
    "any": _any,
    "integer": lambda field, rules, words, banned: integers(field, rules),
    "number": lambda field, rules, words, banned: numbers(field, rules, banned),
    "boolean": _boolean,
    "date": _moment,
    "datetime": _moment,
    "time": _moment,
    "year": _year,
    "yearmonth": _year_month,
}
