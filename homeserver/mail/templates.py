"""Mails from templates: `letters/<name>.txt` and `letters/<name>.html`, of the same content.

The first line of the text is the subject. A value that a template needs and is not given is an error. Texts
that others have chosen are escaped in HTML; in a subject, what is not printable becomes a space.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from jinja2 import Environment

Values: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says."""

    subject: str
    text: str
    html: str


class Templates:
    """The templates of this package. Jinja2 is loaded with the first mail."""

    def render(self, name: str, values: Values) -> Letter:
        """Fill in a template.

        Raises: jinja2.TemplateNotFound, jinja2.UndefinedError.
        """
        written = self._environment.get_template(f"{name}.txt").render(values)
        subject, _, text = written.partition("\n")
        html = self._environment.get_template(f"{name}.html").render({"subject": subject, **values})
        return Letter(_on_one_line(subject), text.strip() + "\n", html)

    @cached_property
    def _environment(self) -> "Environment":
        from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

        return Environment(
            loader=PackageLoader("homeserver.mail", "letters"),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )


def _on_one_line(subject: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in subject).split())
