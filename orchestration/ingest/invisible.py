"""Characters of which people see nothing: they are trimmed around names and values, and spelled out in messages."""

import unicodedata

# The same set as the macro `invisible` of dbt_project/macros/portable/words.sql, for which a test looks.
CATEGORIES = ("Zs", "Zl", "Zp", "Cf", "Cc")
LETTERS = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")


def is_invisible(character: str) -> bool:
    """Whether people see nothing of it: a blank, a zero-width character, a soft hyphen, a mark of byte order."""
    return unicodedata.category(character) in CATEGORIES or character in LETTERS


def trim(text: str) -> str:
    """A text without what is invisible around it."""
    seen = [position for position, character in enumerate(text) if not is_invisible(character)]
    return text[seen[0] : seen[-1] + 1] if seen else ""


def visible(text: str) -> str:
    r"""A text as a message shows it: what is invisible and no plain blank as \u200b."""
    return "".join(
        f"\\u{ord(character):04x}" if is_invisible(character) and character != " " else character for character in text
    )
