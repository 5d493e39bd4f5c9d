"""A program of its own: says how large a picture is, by its first bytes. Nothing is decoded."""

import json
import resource
import sys

from PIL import Image


def main() -> None:
    """Answer the request on standard input: `path`, `format`, `memory_bytes` and `cpu_s`."""
    request = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (request["memory_bytes"], request["memory_bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (request["cpu_s"], request["cpu_s"]))
    with Image.open(request["path"], formats=[request["format"]]) as image:
        json.dump({"width": image.width, "height": image.height}, sys.stdout)


if __name__ == "__main__":
    main()
