"""What a Dockerfile says of the image it ends with: environment, command, health check."""

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

DOCKER = Path(__file__).parents[2] / "deployments" / "docker"


@dataclass(slots=True)
class Image:
    """The last stage of a Dockerfile."""

    environment: dict[str, str] = field(default_factory=dict)
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    user: str = "root"


def read_dockerfile(name: str) -> Image:
    """Read a file of deployments/docker."""
    image = Image()
    for instruction, words in _instructions((DOCKER / name).read_text()):
        match instruction:
            case "FROM":
                image = Image()
            case "ENV":
                image.environment.update(
                    re.findall(r"^(\w+)=(.*)$", "\n".join(shlex.split(words)), re.MULTILINE)
                )
            case "ENTRYPOINT":
                image.entrypoint = json.loads(words)
            case "CMD":
                image.command = json.loads(words)
            case "HEALTHCHECK":
                image.health = json.loads(words.partition("CMD ")[2])
            case "USER":
                image.user = words.strip()
    return image


def _instructions(text: str) -> list[tuple[str, str]]:
    lines = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", lines)
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in joined.splitlines()) if word]
