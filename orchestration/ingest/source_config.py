"""What `sources/<source>.yml` may say: which file is which object, its columns, its keys and its time zones."""

import re
from collections.abc import Collection, Sequence
from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from orchestration.errors import ConfigurationError
from orchestration.ingest.invisible import trim
from orchestration.ingest.nested import KEY, NAME, OF_LINE, UNNEST, first_key, place_of
from orchestration.registries import registry
from orchestration.yaml_file import load_model

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
FilePattern = Annotated[str, StringConstraints(min_length=1)]
# How a number with thousands separators or a decimal comma is written.
NUMBER_FORMATS = ("1.234,50", "1,234.50")


def _known_time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"{name!r} is not an IANA time zone; write one such as America/New_York")
    return name


def _known_path(path: str) -> str:
    place_of(path)
    return path


def _known_unnest(path: str) -> str:
    if not UNNEST.fullmatch(path) or not path.endswith(("[]", ".*")):
        raise ValueError(
            f"'{path}' does not name elements; write a list such as stages[], or the values of an object as x.*"
        )
    return path


def _as_list(found: object) -> object:
    return [found] if isinstance(found, str) else found


JsonPath = Annotated[str, AfterValidator(_known_path)]


class Strict(BaseModel):
    """A part of a source file; a key that is not named here is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RegistryValues(Strict):
    """The values of one column of a registry, those of the rows where the column `where` is true."""

    registry: str
    column: str
    where: str | None = None

    def listed(self) -> tuple[str, ...]:
        """The values, in the order of the registry."""
        try:
            rows = registry(self.registry)
        except ConfigurationError as error:
            raise ValueError(str(error)) from None
        if missing := [name for name in (self.column, self.where) if name and name not in rows[0]]:
            raise ValueError(f"the registry '{self.registry}' has no column '{missing[0]}'")
        return tuple(row[self.column] for row in rows if self.where is None or row[self.where] == "true")


def _from_registry(value: Any) -> Any:
    return RegistryValues.model_validate(value).listed() if isinstance(value, dict) else value


class ColumnType(StrEnum):
    """What the text of a column must mean.

    A name is what people call something: None and - may be one, but no text, id or code. A code, such as a currency, is
    the same in upper and lower case. An id names a record, its own or another one: damage by a spreadsheet is found.
    A month is its first day or a text such as 2026-07; a period may also be a week, a quarter or a year.
    """

    TEXT = "text"
    NAME = "name"
    CODE = "code"
    ID = "id"
    DATE = "date"
    MONTH = "month"
    PERIOD = "period"
    INSTANT = "instant"
    DECIMAL = "decimal"
    INTEGER = "integer"
    BOOLEAN = "boolean"


WRITTEN = (ColumnType.TEXT, ColumnType.NAME, ColumnType.CODE, ColumnType.ID)
"""The types of which almost any text is a value."""
DATED = (ColumnType.DATE, ColumnType.MONTH, ColumnType.PERIOD, ColumnType.INSTANT)


class Column(Strict):
    """One declared column. `format` is how dates and instants of which Kuota cannot know it are written (strptime), and
    decimals that have separators: 1.234,50 or 1,234.50.

    `header` is what the files call the column, where that differs from the name that it has here.
    `path` is its place in a nested JSON object; of several, the first that leads to a value is used.
    `milliseconds`: an instant may also be a number, the milliseconds since 1970.
    `blank_allowed`: a required value or a part of the key may be blank. A file without the column is read as if it were
    blank, unless the column must be `in_every_file`, because nothing could be known without it.
    `digits`: how many digits a number has at most before its point, else 14, a whole number 9; a larger one is unknown.
    `above`: what a number must exceed; `minimum`: what it must reach.
    `remark`: nothing depends on it, so rows that differ in it do not contradict each other.
    `fiscal_year_start_month`: what a period means by a quarter and a year; the settings of the company say it.
    """

    type: ColumnType
    format: str | None = None
    header: Annotated[
        tuple[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)], ...], BeforeValidator(_as_list)
    ] = ()
    path: Annotated[tuple[JsonPath, ...], BeforeValidator(_as_list)] = ()
    milliseconds: bool = False
    required: bool = False
    blank_allowed: bool = False
    in_every_file: bool = False
    digits: Annotated[int | None, Field(ge=1, le=15)] = None
    fiscal_year_start_month: Annotated[int, Field(ge=1, le=12)] = 1
    minimum: int | float | None = None
    above: int | float | None = None
    remark: bool = False
    values: Annotated[tuple[str, ...] | None, BeforeValidator(_from_registry)] = None
    """The texts that are allowed: a list, or {registry, column, where}, the values of a column of a dbt seed."""
    description: str | None = None

    @model_validator(mode="after")
    def _fits_the_type(self) -> "Column":
        if self.format is not None and self.type is ColumnType.DECIMAL and self.format not in NUMBER_FORMATS:
            raise ValueError(f"'format' of a decimal is {' or '.join(NUMBER_FORMATS)}")
        if self.format is not None and self.type not in (*DATED, ColumnType.DECIMAL):
            raise ValueError("'format' belongs to columns of type date, month, period, instant or decimal")
        if self.milliseconds and (self.type is not ColumnType.INSTANT or self.format is not None):
            raise ValueError("'milliseconds' belongs to columns of type instant without a 'format'")
        for option in ("minimum", "above", "digits"):
            if getattr(self, option) is not None and self.type not in (ColumnType.DECIMAL, ColumnType.INTEGER):
                raise ValueError(f"'{option}' belongs to columns of type decimal or integer")
        if self.in_every_file and not self.blank_allowed:
            raise ValueError("'in_every_file' belongs to columns with 'blank_allowed'; any other required one must be")
        if self.values is not None and self.type is not ColumnType.TEXT:
            raise ValueError("'values' belongs to columns of type text")
        return self

    @property
    def most_digits(self) -> int:
        """How many digits a number has at most before its point."""
        return self.digits or (14 if self.type is ColumnType.DECIMAL else 9)


class XlsxFormat(Strict):
    """The place of the table in the workbooks of an object: by default the first sheet, from its first row on."""

    sheet: Annotated[str, StringConstraints(min_length=1)] | None = None
    header_row: Annotated[int, Field(ge=1)] = 1


class ObjectConfig(Strict):
    """One kind of record: the files that carry it, its key and its columns.

    `one_row_per_key`: rows of an extract with one key that contradict each other are all set aside.
    Of JSON: the keys of the objects in `flatten` count as keys of the row; each element that `unnest` names is a row.
    """

    description: str
    files: FilePattern | Annotated[tuple[FilePattern, ...], Field(min_length=1)]
    """A pattern for the names of the files without their endings, or several of which one must match."""
    not_files: Annotated[tuple[FilePattern, ...], BeforeValidator(_as_list)] = ()
    """Names that match `files` but belong to something else."""
    flatten: tuple[Annotated[str, StringConstraints(pattern=f"^{KEY}$")], ...] = ()
    unnest: Annotated[str, AfterValidator(_known_unnest)] | None = None
    extract: Literal["full", "delta"]
    key: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    one_row_per_key: bool = False
    updated_column: Identifier | None = None
    xlsx: XlsxFormat = XlsxFormat()
    columns: Annotated[dict[Identifier, Column], Field(min_length=1)]

    @model_validator(mode="after")
    def _names_declared_columns(self) -> "ObjectConfig":
        named = {*self.key, *([self.updated_column] if self.updated_column else [])}
        if missing := sorted(named - self.columns.keys()):
            raise ValueError(f"'key' and 'updated_column' must be declared under 'columns'; not there: {missing}")
        if self.updated_column and self.columns[self.updated_column].type not in (ColumnType.DATE, ColumnType.INSTANT):
            raise ValueError(f"'updated_column' must be a date or an instant; '{self.updated_column}' is neither")
        called: dict[str, str] = {}
        for name, column in self.columns.items():
            for header in {name, *(header.lower() for header in column.header)}:
                if called.setdefault(header, name) != name:
                    raise ValueError(f"'{header}' is the header of both '{called[header]}' and '{name}'")
        outside = [path for _, path in self.paths() if path == NAME or path.startswith(OF_LINE)]
        if outside and self.unnest is None:
            raise ValueError(f"the path '{outside[0]}' belongs to objects with 'unnest'")
        return self

    @property
    def file_patterns(self) -> tuple[str, ...]:
        """`files` as several patterns, also where it is one."""
        return (self.files,) if isinstance(self.files, str) else self.files

    def claims(self, stem: str) -> bool:
        """Whether a file of this name, without its ending and in lower case, is of this object."""

        def fits(patterns: tuple[str, ...]) -> bool:
            return any(fnmatchcase(stem, pattern.lower()) for pattern in patterns)

        return fits(self.file_patterns) and not fits(self.not_files)

    def is_required(self, column: str) -> bool:
        """Whether a row is set aside if its value is not usable: of a required column and of a part of the key."""
        return self.columns[column].required or column in self.key

    def must_be_in_file(self, column: str) -> bool:
        """A required column and a part of the key must be in every file of the object, unless it may be blank."""
        found = self.columns[column]
        return self.is_required(column) and (not found.blank_allowed or found.in_every_file)

    def lacking(self, delivered: Collection[str]) -> list[str]:
        """The required columns that are not delivered, although the files should have them: they may be blank."""
        return [name for name in self.columns if self.is_required(name) and name not in delivered]

    def named(self, header: list[str]) -> list[str]:
        """The names of a file's header; a name that is the `header` of a column becomes the name of that column.

        Not where the column is there by its own name: HubSpot gives the id twice. Of several, the first that `header`
        lists. For a column that is not there
        otherwise, its name as a connector writes it becomes that of the column too: see `_loosely`.
        """
        delivered = {trim(name).lower() for name in header}
        aliases = {
            name: next(filter(delivered.__contains__, map(str.lower, column.header)), None)
            for name, column in self.columns.items()
            if name not in delivered
        }
        called = {alias: name for name, alias in aliases.items() if alias}
        names = [called.get(trim(name).lower(), name) for name in header]
        absent = {_without_marks(name): name for name in self.columns.keys() - {trim(name).lower() for name in names}}
        for place, name in enumerate(names if absent else []):
            if trim(name).lower() not in self.columns:
                names[place] = absent.pop(self._loosely(name), name)
        return names

    def _loosely(self, name: str) -> str:
        """A name without underscores, and without what a connector adds to it: properties_…, property_…__value.

        Fivetran and dlt write stage_name for StageName, Airbyte and Singer properties_amount for properties.amount.
        """
        name = trim(name).lower()
        for container in self.flatten:
            for prefix in (container, container.removesuffix("ies") + "y" if container.endswith("ies") else container):
                if match := re.fullmatch(rf"{prefix}(_+|\.)(.+?)((__|\.)(value|string))?", name):
                    name = match[2]
        return _without_marks(name)

    def known(self, header: Sequence[str]) -> int:
        """How many of the names in a header are columns of the object."""
        return len({trim(name).lower() for name in self.named(list(header))} & self.columns.keys())

    def recognized(self, header: Sequence[str]) -> int:
        """The same for what is certainly a header of the object, else 0: every column that must be there, and two."""
        known = self.known(header)
        return known if self.has_required(header) and known >= min(2, len(self.columns)) else 0

    def has_required(self, header: Sequence[str]) -> bool:
        """Whether every column that must be in the file is in the header."""
        names = {trim(name).lower() for name in self.named(list(header))}
        return all(name in names for name in self.columns if self.must_be_in_file(name))

    def is_complete(self, header: Sequence[str]) -> bool:
        """Whether nothing better has to be looked for: a header has what must be there, and something that is known."""
        return self.has_required(header) and self.known(header) > 0

    def paths(self) -> list[tuple[str, str]]:
        """Each column that has a path, with each of its paths."""
        return [(name, path) for name, column in self.columns.items() for path in column.path]

    @property
    def is_nested(self) -> bool:
        """Whether its JSON has more than keys at the top."""
        return bool(self.flatten or self.unnest or self.paths())


def _without_marks(name: str) -> str:
    return name.replace("_", "").replace(".", "").replace(" ", "")


class CsvFormat(Strict):
    """How the CSV files of a source are written."""

    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1, pattern=r'^[^"\r\n]$')] = ","
    encoding: Literal["utf-8", "latin-1", "windows-1252", "utf-16"] = "utf-8"


class SourceTimeZone(Strict):
    """The zone in which the source wrote instants without an offset, from one day to another, both inclusive."""

    time_zone: Annotated[str, AfterValidator(_known_time_zone)]
    valid_from: date | None = None
    valid_to: date | None = None


class SourceConfig(Strict):
    """One CRM, spreadsheet or set of registers."""

    source: Identifier
    description: str
    owner: Annotated[str, StringConstraints(pattern=r"^(team:[A-Za-z0-9_-]+|[^@\s]+@[^@\s]+\.[^@\s]+)$")]
    kind: Literal["crm", "register"]
    expected_every_days: Annotated[int, Field(ge=1)]
    time_zones: tuple[SourceTimeZone, ...] = ()
    default_currency: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3}|reporting)$")] | None = None
    lost_amount_is_blank: bool = False
    needs_stage_map: bool = False
    csv: CsvFormat = CsvFormat()
    objects: Annotated[dict[Identifier, ObjectConfig], Field(min_length=1)]

    def with_fiscal_year(self, start_month: int) -> "SourceConfig":
        """The source with periods of a fiscal year that begins in `start_month`."""

        def in_year(column: Column) -> Column:
            is_period = column.type is ColumnType.PERIOD
            return column.model_copy(update={"fiscal_year_start_month": start_month}) if is_period else column

        objects = {
            name: found.model_copy(update={"columns": {key: in_year(column) for key, column in found.columns.items()}})
            for name, found in self.objects.items()
        }
        return self.model_copy(update={"objects": objects})

    def raw_table(self, object_name: str) -> str:
        """The table of one object, such as raw.crm_sales__opportunity."""
        return f"raw.{self.source}__{object_name}"

    def taken_apart(self, object_name: str) -> set[str]:
        """The keys of a JSON line that are not a column of the object, because their content is read separately."""
        found = self.objects[object_name]
        inner = [path for _, path in found.paths() if path != NAME and not path.startswith(OF_LINE)]
        unnested = [other.unnest for other in self.objects.values() if other.unnest is not None]
        return {*found.flatten, *map(first_key, inner), *map(first_key, unnested)}

    def layout_fingerprint(self, raw_layout: int, reporting_time_zone: str) -> str:
        """A hash that changes with whatever changes what raw holds; descriptions and owners do not."""
        what_shapes_raw = self.model_dump_json(
            include={"csv", "objects"},
            exclude={"objects": {"__all__": {"description": True, "columns": {"__all__": {"description"}}}}},
        )
        return sha256(f"{raw_layout}\n{reporting_time_zone}\n{what_shapes_raw}".encode()).hexdigest()


def load_source_configs(directory: Path, fiscal_year_start_month: int = 1) -> dict[str, SourceConfig]:
    """All of `directory`/*.yml by source name, in the order of the names; periods are those of the fiscal year.

    Raises ConfigurationError with file, line and key; also if a source and its file have different names.
    """
    configs: dict[str, SourceConfig] = {}
    for path in sorted(directory.glob("*.yml")):
        config = load_model(path, SourceConfig)
        if config.source != path.stem:
            raise ConfigurationError(
                f"{path}, line 1: 'source' is '{config.source}' but the file is called '{path.name}'; "
                "give both the same name."
            )
        configs[config.source] = config.with_fiscal_year(fiscal_year_start_month)
    if not configs:
        raise ConfigurationError(f"{directory}: no source is declared; add a file <source>.yml.")
    return configs
