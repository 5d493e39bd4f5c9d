"""What is wrong with a configuration, in words that name the key and what would be right."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, SecretStr
from pydantic_core import ErrorDetails
from typing_extensions import TypeIs

LONGEST_ECHO = 60


class ConfigProblems(Exception):
    """A configuration that cannot be used; `problems` has one line for each key that is wrong."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def describe_problems(model: type[BaseModel], errors: Iterable[ErrorDetails]) -> list[str]:
    """Return one line per error: the dotted key, what is wrong, what would be right. Never shows a secret."""
    reported = list(errors)
    within = {error["loc"][:length] for error in reported for length in range(1, len(error["loc"]))}
    # A list whose items are wrong is also "too short": its items were left out.
    return [
        _describe(model, error)
        for error in reported
        if not (error["type"] == "too_short" and error["loc"] in within)
    ]


def _describe(model: type[BaseModel], error: ErrorDetails) -> str:
    key = dotted_key(error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{key}: unknown key{_suggestion(model, error['loc'])}"
    message = _message(model, error)
    text = f"{key}: {message}" if key else message
    return text + _echo(model, error)


def _message(model: type[BaseModel], error: ErrorDetails) -> str:
    match error["type"]:
        case "string_pattern_mismatch":
            return f"is not of the right form: {_documentation(model, error['loc'])}"
        case "tuple_type":
            return "should be a list"
        case "model_type" | "dict_type":
            return "should be a table"
        case _:
            return error["msg"].removeprefix("Value error, ").replace("Input should", "should")


def dotted_key(location: Sequence[int | str]) -> str:
    """Return the key as an operator writes it: `listeners[0].port`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).removeprefix(
        "."
    )


def _suggestion(model: type[BaseModel], location: Sequence[int | str]) -> str:
    table = _type_at(model, location[:-1])
    if not _is_table(table):
        return ""
    near = get_close_matches(str(location[-1]), table.model_fields, n=1)
    return f"; did you mean {dotted_key([*location[:-1], near[0]])}?" if near else ""


def _echo(model: type[BaseModel], error: ErrorDetails) -> str:
    value = error["input"]
    if not isinstance(value, str | int | float) or _holds_secret(_type_at(model, error["loc"])):
        return ""
    shown = repr(value)
    return f" (it is {shown if len(shown) <= LONGEST_ECHO else shown[:LONGEST_ECHO] + '…'})"


def _documentation(model: type[BaseModel], location: Sequence[int | str]) -> str:
    table = _type_at(model, location[:-1])
    field = table.model_fields.get(str(location[-1])) if _is_table(table) else None
    return " ".join((field.description or "").split()) if field else ""


def _holds_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(_holds_secret(argument) for argument in get_args(annotation))


def _type_at(model: type[BaseModel], location: Sequence[int | str]) -> Any:
    """Return the annotation of the key at `location`, or None where the path leaves the model."""
    annotation: Any = model
    for part in location:
        if isinstance(part, int):
            annotation = next((a for a in get_args(annotation) if a is not Ellipsis), None)
        elif _is_table(annotation):
            field = annotation.model_fields.get(part)
            annotation = field.annotation if field else None
        else:
            return None
    return annotation


def _is_table(annotation: Any) -> TypeIs[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
