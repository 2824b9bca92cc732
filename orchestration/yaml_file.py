"""YAML files written by people: read safely; every error names file, line and fix."""

from collections.abc import Hashable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from orchestration.errors import ConfigurationError

MOST_PLACES = 100_000
DEEPEST = 100
Location = tuple[Hashable, ...]
Model = TypeVar("Model", bound=BaseModel)


def load_yaml(path: Path) -> tuple[Any, dict[Location, int]]:
    """The content of `path` and the line of each value, by its path of keys and list positions.

    Raises ConfigurationError with file and line if the text is not YAML or has a key twice.
    """
    lines: dict[Location, int] = {}
    try:
        text = path.read_text(encoding="utf-8")
        _refuse_depth(text)
        node, content = _read(text)
        _collect_lines(path, node, (), lines)
    except RecursionError as error:
        raise ConfigurationError(
            f"{path}: its lists are nested too deeply, or contain themselves; write it flat."
        ) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationError(f"{path}, line {line}: not valid YAML: {error.problem}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path}: not readable as UTF-8 YAML: {error}.") from error
    return content, lines


def _refuse_depth(text: str) -> None:
    """Raise RecursionError for what is nested too deep: the parser in C would end the process."""
    depth = 0
    with suppress(yaml.MarkedYAMLError):
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise RecursionError


def _read(text: str) -> tuple[yaml.Node | None, Any]:
    """The nodes of the text and what they contain."""
    try:
        return yaml.compose(text, Loader=yaml.CSafeLoader), yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError:
        # ten times slower, but it says better what is wrong
        return yaml.compose(text, Loader=yaml.SafeLoader), yaml.load(text, Loader=yaml.SafeLoader)


def _collect_lines(path: Path, node: yaml.Node | None, location: Location, lines: dict[Location, int]) -> None:
    if len(lines) > MOST_PLACES:
        # a few lines of references to references say more than fits into memory
        raise ConfigurationError(f"{path}: it holds more than {MOST_PLACES:,} values; write it without references.")
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*location, key.value)
            if inner in lines:
                raise ConfigurationError(
                    f"{path}, line {key.start_mark.line + 1}: the key '{key.value}' appears twice; "
                    f"the first is on line {lines[inner]}. Keep one; two lists become one."
                )
            lines[inner] = key.start_mark.line + 1
            _collect_lines(path, value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            inner = (*location, position)
            lines[inner] = value.start_mark.line + 1
            _collect_lines(path, value, inner, lines)


def load_model(path: Path, model: type[Model]) -> Model:
    """The content of `path` as `model`; raises ConfigurationError, one line per wrong key."""
    content, lines = load_yaml(path)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        complaints = [_complaint(path, lines, problem["loc"], problem["msg"]) for problem in error.errors()]
        raise ConfigurationError("\n".join(complaints)) from error


def _complaint(path: Path, lines: dict[Location, int], location: Location, message: str) -> str:
    known = next((location[:end] for end in range(len(location), 0, -1) if location[:end] in lines), ())
    place = f"{path}, line {lines.get(known, 1)}"
    name = ".".join(str(part) for part in location)
    if message == "Field required":
        return f"{place}: '{name}' is required; add it."
    if message.startswith("Extra inputs"):
        return f"{place}: unknown key '{name}': remove it or correct its spelling."
    return f"{place}: '{name}' cannot be used: {message.removeprefix('Value error, ')}."
