"""The places of values in a nested JSON object: the paths that `sources/*.yml` declares, as SQL over a line of JSON.

associations.deals.results[0].id               keys, and places in a list
teams[primary=true].name                       the first element of a list whose key has this value
results[associationTypes.typeId=5].toObjectId  the first one of which an object in that list has it
$.id                                           with `unnest`: from the whole line, not from the element
*                                              with `unnest`: the name of the element
"""

import re
from dataclasses import dataclass

KEY = r"[A-Za-z0-9_-]+"
SEARCHED = rf"{KEY}(?:\.{KEY})?"
STEP = rf"{KEY}(\[([0-9]+|{SEARCHED}=[^\]']+)\])?"
PATH = re.compile(rf"\*|(\$\.)?{STEP}(\.{STEP})*")
UNNEST = re.compile(rf"{KEY}(\.{KEY})*(\.\*)?(\[\])?")
OF_LINE = "$."
NAME = "*"


@dataclass(frozen=True)
class Place:
    """Where a value is: at `pointer`; or, in the list there, in the first element with this `key` and `value`."""

    pointer: str
    key: str = ""
    value: str = ""
    pointer_in_element: str = ""

    def found_in(self, listed: str) -> str:
        """SQL for the text that is searched for in a list of JSON."""
        of_list, _, key = self.key.rpartition(".")
        text = f"json_extract_string(element, '{pointer_to(self.key)}') = '{self.value}'"
        if of_list:
            text = f"list_contains(json_extract_string(element, '$.{of_list}[*].{key}'), '{self.value}')"
        return f"json_extract_string(list_filter({listed}, lambda element: {text})[1], '{self.pointer_in_element}')"


def pointer_to(*keys: str) -> str:
    """The JSON pointer through `keys`, such as /properties/amount."""
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)


def place_of(path: str) -> Place:
    """Where a declared path leads; raises ValueError if it is not a path, or searches for two elements."""
    if not PATH.fullmatch(path):
        raise ValueError(f"'{path}' is not a path; write one such as associations.deals.results[0].id")
    before, *found = re.split(rf"\[({SEARCHED})=([^\]]+)\]", path.removeprefix(OF_LINE))
    if len(found) > 3:
        raise ValueError(f"'{path}' searches for two elements; a path can search for one")
    if not found:
        return Place(_pointer(before))
    return Place(_pointer(before), found[0], found[1], _pointer(found[2]))


def first_key(path: str) -> str:
    """The key at the top of a line, or of an element, from which the path leads down."""
    return re.split(r"[.\[]", path.removeprefix(OF_LINE))[0]


def in_text(path: str, text: str) -> str:
    """SQL for what a declared path leads to, where the first of its keys is a column with JSON as `text`."""
    place = place_of(path)
    below = place.pointer.removeprefix(pointer_to(first_key(path)))
    inner = f"json_extract({text}, '{below}')" if below else text
    if place.key:
        found = place.found_in(f"json_extract({inner}, '$[*]')")
    else:
        found = f"json_extract_string({text}, '{below or '$'}')"
    return f"case when ascii({text}) in (91, 123) and json_valid({text}) then {found} end"


def element_pointer(unnest: str) -> str:
    """The JSON pointer to what `unnest` names."""
    return _pointer(unnest.removesuffix("[]").removesuffix(".*"))


def elements(unnest: str, document: str) -> tuple[str, str]:
    """SQL of two parallel lists: the names and the elements that `unnest` finds in the JSON `document`."""
    whole = f"json_extract({document}, '{element_pointer(unnest)}')"
    if not unnest.removesuffix("[]").endswith(".*"):
        listed = f"json_extract({whole}, '$[*]')"
        return f"list_transform({listed}, lambda element: null::varchar)", listed
    names = f"coalesce(json_keys({whole}), [])"
    below = f"json_extract({whole}, '/' || replace(replace(name, '~', '~0'), '/', '~1'))"
    if not unnest.endswith("[]"):
        return names, f"list_transform({names}, lambda name: {below})"
    listed = f"json_extract({below}, '$[*]')"
    repeated = f"flatten(list_transform({names}, lambda name: list_transform({listed}, lambda element: name)))"
    return repeated, f"flatten(list_transform({names}, lambda name: {listed}))"


def _pointer(path: str) -> str:
    return pointer_to(*(key for key in re.split(r"[.\[\]]+", path) if key))
