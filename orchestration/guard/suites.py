"""The suites of expectations/: what is expected of which table, how severe a failure is, and what to do about it."""

import difflib
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo, field_validator, model_validator

from orchestration.errors import ConfigurationError
from orchestration.guard.vocabulary import VOCABULARY, Identifier, check_name, kwargs_complaint
from orchestration.yaml_file import load_model

TableName = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$")]
Owner = Annotated[str, StringConstraints(pattern=r"^(team:[A-Za-z0-9_-]+|[^@\s]+@[^@\s]+)$")]
Sentence = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Meta(_Strict):
    """Why the check exists and what to do if it fails: whoever reads the failure sees both."""

    why: Sentence
    fix: Sentence


class Check(_Strict):
    """One expectation in Great Expectations' own vocabulary. `critical` blocks what is downstream."""

    type: str
    kwargs: dict[str, Any] = Field(default_factory=dict, validate_default=True)
    severity: Literal["critical", "warning"]
    meta: Meta
    name: Identifier | None = None
    reads: list[TableName] = Field(default_factory=list)
    """Tables other than the target that an SQL expectation reads."""

    @field_validator("type")
    @classmethod
    def _type_is_known(cls, value: str) -> str:
        if value not in VOCABULARY:
            near = difflib.get_close_matches(value, VOCABULARY, n=1)
            hint = f"did you mean '{near[0]}'" if near else f"known are {', '.join(VOCABULARY)}"
            raise ValueError(f"'{value}' is not an expectation that runs on DuckDB; {hint}")
        return value

    @field_validator("kwargs")
    @classmethod
    def _kwargs_fit_the_type(cls, value: dict[str, Any], information: ValidationInfo) -> dict[str, Any]:
        expectation_type = information.data.get("type")
        if expectation_type and (complaint := kwargs_complaint(expectation_type, value)):
            raise ValueError(complaint)
        return value

    @model_validator(mode="after")
    def _query_has_a_name_and_says_what_it_reads(self) -> "Check":
        if self.type == "unexpected_rows_expectation":
            if self.name is None:
                raise ValueError("an SQL expectation needs a 'name'")
            read = set(re.findall(r"\b(?:raw|staging|intermediate|marts)\.[a-z0-9_]+", self.query))
            if read != set(self.reads):
                raise ValueError(f"'reads' must list the other tables of the query: [{', '.join(sorted(read))}]")
        return self

    @property
    def query(self) -> str:
        """The SQL of an SQL expectation, empty for the others."""
        return str(self.kwargs.get("unexpected_rows_query", ""))

    @property
    def check_name(self) -> str:
        """Unique in its target, such as `gx_opportunity_id_is_unique`."""
        return check_name(self.type, self.kwargs, self.name)

    @property
    def rule(self) -> str:
        """The rule as people read it, such as "Opportunity id is unique"."""
        return self.check_name.removeprefix("gx_").replace("_", " ").capitalize()


class Target(_Strict):
    """A table, the columns that identify its failing rows, and what is expected of it."""

    target: TableName
    key: list[Identifier] = Field(min_length=1)
    expectations: list[Check] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> "Target":
        names = [check.check_name for check in self.expectations]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} appears twice; remove one or give it a 'name'")
        return self


class Suite(_Strict):
    """One file of expectations: what one team owns."""

    suite: Identifier
    owner: Owner
    targets: list[Target] = Field(min_length=1)


def load_suites(directory: Path) -> list[Suite]:
    """The suites of a room, `directory/*.yml` in the order of their names.

    Raises ConfigurationError with file and line for an unknown key, type or kwarg, a missing why or fix, and a table
    or suite name that two files claim.
    """
    paths = sorted(directory.glob("*.yml"))
    if not paths:
        raise ConfigurationError(f"{directory}: no suites (*.yml) here; every room needs checks.")
    suites = {path: load_model(path, Suite) for path in paths}
    _refuse_two_claims({path: [suite.suite] for path, suite in suites.items()}, "suite")
    _refuse_two_claims({path: [it.target for it in suite.targets] for path, suite in suites.items()}, "target")
    return list(suites.values())


def _refuse_two_claims(names: dict[Path, list[str]], key: str) -> None:
    first: dict[str, Path] = {}
    for path, claimed in names.items():
        for name in claimed:
            if name in first:
                place = f"{path}, line {_line_of(path, key, name)}"
                raise ConfigurationError(f"{place}: {key} '{name}' is already in {first[name]}. Join them.")
            first[name] = path


def _line_of(path: Path, key: str, name: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    pattern = re.compile(rf"\b{key}:\s*[\"']?{re.escape(name)}\b")
    return max((number for number, line in enumerate(lines, start=1) if pattern.search(line)), default=1)
