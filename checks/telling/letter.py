"""A letter: what one message says, as values; and the two forms in which it travels."""

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FORMS = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Link:
    """A verb and where it is done."""

    verb: str
    address: str


@dataclass(frozen=True, slots=True)
class Part:
    """One thing the letter is about."""

    title: str
    lines: tuple[str, ...]
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Letter:
    """What one message says; `unsubscribe` is where to say that it should go elsewhere."""

    locale: str
    subject: str
    greeting: str
    opening: str
    parts: tuple[Part, ...]
    closing: tuple[str, ...]
    unsubscribe: str | None = None

    def as_text(self) -> str:
        """Return the letter as plain text."""
        blocks = [self.greeting, self.opening]
        for number, part in enumerate(self.parts, 1):
            lines = [f"{number}. {part.title}", *(f"   {line}" for line in part.lines)]
            width = max((len(link.verb) for link in part.links), default=0)
            lines += [f"   {link.verb + ':':<{width + 1}} {link.address}" for link in part.links]
            blocks.append("\n".join(lines))
        return "\n\n".join([*blocks, "\n".join(self.closing)]) + "\n"

    def as_html(self) -> str:
        """Return the letter as a simple HTML document that needs nothing from elsewhere."""
        return _FORMS.get_template("letter.html").render(letter=self)
