"""The text encoding of a file: byte order marks, then UTF-8 over the whole file, then a library's best guess."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from handai_errors import TableError

_CHUNK = 1 << 20
_LONGEST_LINE = 64 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with the same bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What tables are really written in; asking about every codec Python has makes short samples a lottery.
_LIKELY = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949"),
    *("koi8_r", "mac_roman", "cp850"),
]
_CHOOSE = "Choose the encoding yourself; the program that saved the file usually says which one it used."


@dataclass(frozen=True, slots=True)
class TextFacts:
    """How to decode a file, checked over all of it, and what its bytes show."""

    name: str
    nul_bytes: int = 0
    quotes: int = 0
    notices: tuple[str, ...] = ()

    @property
    def codec(self) -> str:
        """The codec to open the file with; a byte order mark is dropped."""
        return "utf-8-sig" if self.name == "utf-8" else self.name


def decide_encoding(source: Path, chosen: str | None) -> TextFacts:
    """The encoding a person chose, or the one that the bytes fit."""
    nul_bytes, quotes = _count_bytes(source)
    name = _checked_choice(source, chosen) if chosen else _marked(source)
    notices: tuple[str, ...] = ()
    if name is None:
        bad = first_undecodable(source, "utf-8")
        name = "utf-8" if bad is None else _guess(source, bad)
        if bad is not None:
            said = f"The letters are stored in an older way ({name}), and were read so."
            notices = (f"{said} If some look wrong, read the table differently: choose another encoding.",)
    wide = codecs.lookup(name).name.startswith(("utf-16", "utf-32"))
    return TextFacts(name, 0, 0, notices) if wide else TextFacts(name, nul_bytes, quotes, notices)


def first_undecodable(source: Path, codec: str) -> int | None:
    """Where the first byte is that the codec can't read (about, for codecs of several bytes); None if all is well."""
    decoder = codecs.getincrementaldecoder(codec)()
    read = 0
    for chunk in _chunks(source):
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            return max(0, read + error.start - (len(error.object) - len(chunk)))
        read += len(chunk)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return max(0, read - 1)
    return None


def _chunks(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _count_bytes(source: Path) -> tuple[int, int]:
    nul_bytes = quotes = unbroken = 0
    for chunk in _chunks(source):
        nul_bytes += chunk.count(0)
        quotes += chunk.count(b'"')
        unbroken = 0 if b"\n" in chunk or b"\r" in chunk else unbroken + len(chunk)
        if unbroken > _LONGEST_LINE:
            raise TableError(
                f"One line of the file is longer than {_LONGEST_LINE >> 20} MB, so it is not a usual table.",
                "Check that the file is a table with one row a line.",
            )
    return nul_bytes, quotes


def _checked_choice(source: Path, chosen: str) -> str:
    try:
        b"a".decode(chosen)
    except UnicodeError:
        pass  # a text encoding, but of more bytes a character
    except (LookupError, ValueError) as error:
        raise TableError(
            f"'{chosen}' is not a text encoding that Handai knows.", "Common ones: utf-8, cp1252, latin-1, utf-16."
        ) from error
    name = codecs.lookup(chosen).name
    bad = first_undecodable(source, name)
    if bad is not None:
        line = _line_of(source, bad)
        raise TableError(
            f"The file is not {chosen}: a character on line {line:,} can't be read with it.",
            "Choose another encoding, or leave it to Handai.",
        )
    return name


def _line_of(source: Path, position: int) -> int:
    with source.open("rb") as file:
        return (
            sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(min(_CHUNK, position - file.tell())), b"")) + 1
        )


def _marked(source: Path) -> str | None:
    with source.open("rb") as file:
        head = file.read(65_536)
    name = next((name for mark, name in _BOMS if head.startswith(mark)), None) or _unmarked_utf16(head)
    if name is None or name == "utf-8":
        return None  # UTF-8 is checked over the whole file anyway
    bad = first_undecodable(source, name)
    if bad is not None:
        raise TableError(f"The file begins as {name} text, but is damaged at byte {bad:,}.", _CHOOSE)
    return name


def _unmarked_utf16(head: bytes) -> str | None:
    pairs = len(head) // 2
    if pairs < 2 or len(head) % 2:
        return None
    if head[1::2].count(0) > 0.4 * pairs and head[0::2].count(0) < 0.05 * pairs:
        return "utf-16-le"
    if head[0::2].count(0) > 0.4 * pairs and head[1::2].count(0) < 0.05 * pairs:
        return "utf-16-be"
    return None


def _guess(source: Path, bad: int) -> str:
    from charset_normalizer import from_bytes

    sample = _telling_sample(source, bad)
    matches = [match.encoding for match in from_bytes(sample, cp_isolation=_LIKELY)]
    for name in [*_western_first(sample, matches), "cp1252", "latin-1"]:
        if first_undecodable(source, name) is None:
            return name
    raise TableError("The encoding of the file is unknown.", _CHOOSE)


def _western_first(sample: bytes, matches: list[str]) -> list[str]:
    """The same text in cp1250 and cp1252 is called cp1252, which is what most programs mean."""
    if matches and matches[0] != "cp1252":
        try:
            if sample.decode("cp1252") == sample.decode(matches[0]):
                return ["cp1252", *matches]
        except UnicodeDecodeError:
            pass
    return matches


def _telling_sample(source: Path, bad: int) -> bytes:
    """Whole lines that hold bytes above ASCII, from the first such line on."""
    with source.open("rb") as file:
        file.seek(max(0, bad - 4096))
        region = file.read(512 * 1024)
    lines = [line for line in region.splitlines(keepends=True) if re.search(rb"[\x80-\xff]", line)]
    return b"".join(lines)[:65_536] or region[:4096]
