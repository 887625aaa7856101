r"""Text from outside, such as names of files and of classes, as it may be shown at a terminal and written into files.

A file's name may hold bytes that are not UTF-8 (Python keeps them as lone surrogates), and control characters that a
terminal obeys. Both are shown as escapes: `caf\xe9.jpg`, `\x1b[2J`.
"""

import codecs
import json
import re
from typing import Any

ESCAPING = "howfar.escaping"
"""Name of the error handler of codecs that writes what an encoding lacks in its nearest letters, or as an escape."""

_UNSHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters but for tab and new line, those that turn the direction of writing, and lone surrogates."""

_FORMULA = re.compile(r"(?![+-]?[\d.]+(e[+-]?\d+)?$)[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20].")
"""How a cell begins that a spreadsheet takes for a formula; a number is none."""

_NEAREST = str.maketrans(
    {"…": "...", "–": "-", "—": "-", "−": "-", "×": "x", "÷": "/", "±": "+-", "≤": "<=", "²": "^2", "→": "->"}
    | {"✓": "ok", "✗": "x", "“": '"', "”": '"', "‘": "'", "’": "'"}
)


def shown(text: str) -> str:
    """A text without anything that a terminal obeys or that is not UTF-8: such characters become escapes."""
    return _UNSHOWN.sub(lambda found: _escape(found[0]), text)


def json_text(value: Any, indent: int | None = None) -> str:
    r"""A value as JSON that is valid UTF-8, whatever is in its texts.

    Control characters become JSON's own escapes, and read the same; bytes of a name that are not UTF-8 become text such
    as `\xe9`, as `shown` writes them.

    Args:
        value: What to write.
        indent: Spaces of each level; one line when None.

    Raises:
        ValueError: If it holds NaN or infinity, which JSON does not have.
    """
    written = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    return _UNSHOWN.sub(lambda found: _json_escape(found[0]), written)


def cell(text: str) -> str:
    """A text for a cell of a CSV file: as it is shown, and quoted by `'` where a spreadsheet would compute it."""
    plain = shown(text)
    return f"'{plain}" if _FORMULA.match(plain) else plain


def _escape(letter: str) -> str:
    code = ord(letter)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that could not be decoded
        return f"\\x{code - 0xDC00:02x}"
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _json_escape(letter: str) -> str:
    return "\\" + _escape(letter) if "\ud800" <= letter <= "\udfff" else f"\\u{ord(letter):04x}"


def _in_letters_there_are(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    near = error.object[error.start : error.end].translate(_NEAREST)
    return "".join(letter if letter.isascii() else _escape(letter) for letter in near), error.end


codecs.register_error(ESCAPING, _in_letters_there_are)
