"""Stands in for curl where it is not installed: understands the switches that Handai writes, and no other."""

import sys
import urllib.request

IGNORED = {"-sS", "-N", "--globoff"}


def main(arguments: list[str]) -> None:
    url, headers, body = "", dict[str, str](), b""
    rest = iter(arguments)
    for word in rest:
        if word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value
        elif word == "--data-raw":
            body = next(rest).encode()
        elif word == "--data-binary":
            assert next(rest) == "@-"
            body = sys.stdin.buffer.read()
        elif word not in IGNORED:
            assert not word.startswith("-"), word
            url = word
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10) as answer:
        sys.stdout.buffer.write(answer.read())


if __name__ == "__main__":
    main(sys.argv[1:])
