"""Reads and checks `touchpoint.yml`: which folders are feeds and how to read them, the time zone of
reports, and the servers that published tables are copied to.
"""

from __future__ import annotations

import os
import re
import reprlib
import zoneinfo
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, ValidationInfo
from pydantic import field_validator as check
from pydantic import model_validator as check_all

from ingestion.adapters import crm
from ingestion.adapters.registry import ADAPTERS
from ingestion.adapters.web import access_log, log_formats
from ingestion.errors import ConfigError, nearest
from ingestion.landing.feed import CORRELATION_IDS, Feed
from ingestion.values.instants import DateOrder

_LONGEST_NAME = 100
_FEED_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{_LONGEST_NAME - 1}}}")
_LONGEST_SCHEMA = 30
_SCHEMA_NAME = re.compile(rf"[a-z][a-z0-9_]{{0,{_LONGEST_SCHEMA - 1}}}")
#: Schemas that hold what is not ours to replace.
_SERVER_SCHEMAS = frozenset({"public", "information_schema", "pg_catalog"})
#: Type of a target -> the keys that it has.
_KEYS_OF_TARGETS = {
    "postgres": ("host", "port", "database", "user", "schema", "password_env", "sslmode", "wait_for_readers"),
    "parquet": ("to", "keep"),
    "files": ("to", "keep"),
}
_BUCKET_ADDRESS = re.compile(r"(s3|gs|az)://[^/@?#:\s]+/[^@?#]*[^/@?#]/?")
_SNAPSHOT_COLUMNS = sorted({column for entity in crm.ENTITIES.values() for column in entity.kinds})
#: Keys of a feed that only one adapter reads.
_KEYS_OF = {
    "columns": crm.NAME,
    "date_format": crm.NAME,
    "format": access_log.NAME,
    "client": access_log.NAME,
}
#: What a value must be, by the type of pydantic's error; of other types pydantic's own words.
_KINDS = {
    "list_type": "be a list of entries",
    "string_type": "be text (put it in quotes)",
    "int_type": "be a whole number",
}


#: The engines that can hold a build's tables.
EngineName = Literal["duckdb", "spark"]


@dataclass(frozen=True)
class PostgresTarget:
    """A schema of a PostgreSQL server that the published tables are copied to.

    What is None is left to PostgreSQL's client: its variables (PGHOST, PGPASSWORD …), files and defaults.
    password_env: the environment variable that holds the password. wait_for_readers: seconds that a finished
    copy waits for transactions that have read the tables it replaces.
    """

    host: str | None = None
    port: int | None = None
    database: str | None = None
    user: str | None = None
    schema: str = "marts"
    password_env: str | None = None
    sslmode: str | None = None
    wait_for_readers: int = 120


@dataclass(frozen=True)
class BucketTarget:
    """A prefix of a bucket that published files are copied to; credentials are the environment's.

    to: its address. keep: how many builds stay there. everything: the whole folder of a build, and not its
    Parquet files alone.
    """

    to: str
    keep: int = 2
    everything: bool = False


@dataclass(frozen=True)
class Config:
    """The settings of `touchpoint.yml`, each at its default where the file or the key is missing.

    spark: settings of Spark by their own names; they matter where `engine` is `spark`.
    """

    reporting_time_zone: str = "UTC"
    feeds: tuple[Feed, ...] = ()
    publish: tuple[PostgresTarget | BucketTarget, ...] = ()
    engine: EngineName = "duckdb"
    spark: Mapping[str, str] = field(default_factory=dict)


def load_config(path: Path | None) -> Config:
    """Return the configuration in the file `path`.

    Every setting has its default if `path` is None or missing.
    """
    if path is None or not path.exists():
        return Config()
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError, RecursionError, OSError) as error:
        raise ConfigError(f"{path.name} is not readable YAML: {error}. Correct it there.") from error
    return parse_config(content if content is not None else {}, path.name)


def parse_config(content: Any, where: str = "touchpoint.yml") -> Config:
    """Check parsed YAML and return the configuration; `where` names the file in messages."""
    try:
        file = _File.model_validate(content)
    except ValidationError as error:
        raise ConfigError(where + _message(error.errors(include_url=False)[0])) from error
    return Config(
        file.reporting_time_zone,
        tuple(Feed(**dict(entry)) for entry in file.feeds),
        tuple(entry.target() for entry in file.publish),
        file.engine,
        file.spark,
    )


def _message(error: Any) -> str:
    """Return the message for one of pydantic's errors: where in the file, and what is wrong."""
    place, problem = error["loc"], error.get("ctx", {}).get("error")
    if problem is None:
        kind = _KINDS.get(error["type"]) or error["msg"].removeprefix("Input should ")
        place, problem = place[:-1], f"`{place[-1]}` must {kind}, not {_shown(error['input'])}."
    shown = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    end = "" if str(problem).endswith((".", "?")) else "."
    return f": {shown[1:]}: {problem}{end}" if shown else f": {problem}{end}"


def did_you_mean(name: str, valid: Iterable[str]) -> str:
    """Return the end of a message about an unknown name: the valid name most like it."""
    choices = sorted(valid)
    return f"did you mean `{nearest(name, choices)}`? Valid: {', '.join(choices)}."


def _shown(value: Any) -> str:
    """Return a value shortened for a message: a few lines of YAML can stand for a gigabyte."""
    return value[:_LONGEST_NAME] if isinstance(value, str) else reprlib.repr(value)


def _given(content: Any, valid: Collection[str]) -> dict[str, Any]:
    """Return the entries that have a value. Raise `ConfigError` if a key is not valid."""
    if not isinstance(content, dict):
        raise ValueError(f"expected entries with the keys {', '.join(valid)}, not {_shown(content)}.")
    for key in content:
        if key not in valid:
            raise ValueError(f"unknown key `{_shown(key)}`; {did_you_mean(_shown(key), valid)}")
    return {key: value for key, value in content.items() if value not in (None, "")}


def _zone(name: str) -> str:
    zones = zoneinfo.available_timezones()
    if name not in zones:
        raise ValueError(
            f"there is no time zone `{_shown(name)}`; did you mean `{nearest(_shown(name), zones)}`?"
        )
    return name


class _Entries(BaseModel):
    """Base of the models below: only known keys are allowed, and an entry without a value has its default."""

    model_config = ConfigDict(strict=True, hide_input_in_errors=True)

    @check_all(mode="before")
    @classmethod
    def _check_keys(cls, content: Any) -> dict[str, Any]:
        return _given(content, [field.alias or name for name, field in cls.model_fields.items()])


class _FeedEntry(_Entries):
    """An entry of `feeds`, with the fields of `Feed`."""

    name: str = ""
    adapter: str = ""
    path: str = ""
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    host: str | None = None
    format: str | None = None
    client: str | None = None
    ids: dict[str, str] = {}
    columns: dict[str, str] = {}
    date_format: DateOrder | None = None

    @check("ids", "columns", mode="before")
    @classmethod
    def _check_names(cls, given: Any, info: ValidationInfo) -> dict[str, Any]:
        names = _given(given, CORRELATION_IDS if info.field_name == "ids" else _SNAPSHOT_COLUMNS)
        for ours, theirs in given.items():
            if not names.get(ours) or not isinstance(theirs, str):
                raise ValueError(
                    f"`{ours}` must name a field of the feed's files, not {_shown(theirs) or 'nothing'}."
                )
        return names

    @check("date_format", mode="before")
    @classmethod
    def _check_date_format(cls, given: Any) -> DateOrder:
        order = DateOrder.of_format(given) if isinstance(given, str) else None
        if order is None:
            raise ValueError(
                "must say in which order day, month and year stand, like DD.MM.YYYY, MM/DD/YYYY or"
                f" YYYY-MM-DD; it is {_shown(given)}."
            )
        return order

    @check_all(mode="after")
    def _check(self) -> Self:
        if not _FEED_NAME.fullmatch(self.name):
            shown = _shown(self.name) or "missing"
            raise ValueError(f"`name` must be given, of letters, digits, `.`, `_` and `-`; it is {shown}.")
        self.adapter, self.path = self.adapter or self.name, self.path or self.name
        if self.adapter not in ADAPTERS:
            unknown = _shown(self.adapter)
            raise ValueError(f"there is no adapter `{unknown}`; {did_you_mean(unknown, ADAPTERS)}")
        for key, theirs in _KEYS_OF.items():
            if getattr(self, key) and self.adapter != theirs:
                raise ValueError(f"`{key}` is for feeds of the adapter `{theirs}`, not of `{self.adapter}`.")
        if self.adapter == access_log.NAME:
            log_formats.parse(self.format, self.client)  # raises an error if they cannot be read
        return self


class _TargetEntry(_Entries):
    """An entry of `publish`, with the fields of `PostgresTarget` or `BucketTarget`."""

    type: str = ""
    to: str = ""
    keep: Annotated[int, Field(ge=1)] = 2
    host: str | None = None
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    database: str | None = None
    user: str | None = None
    # pydantic's models have a `schema` of their own.
    schema_: str = Field(default="marts", alias="schema")
    password_env: str | None = None
    sslmode: Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] | None = None
    wait_for_readers: Annotated[int, Field(ge=0)] = 120

    @check_all(mode="before")
    @classmethod
    def _check_no_password(cls, content: Any) -> Any:
        if isinstance(content, dict) and "password" in content:
            raise ValueError(
                "a password does not belong in this file: put it into an environment variable and name that"
                " with `password_env`."
            )
        return content

    @check_all(mode="after")
    def _check(self) -> Self:
        if self.type not in _KEYS_OF_TARGETS:
            raise ValueError(
                f"`type` must be one of {', '.join(_KEYS_OF_TARGETS)};"
                f" it is {_shown(self.type) or 'missing'}."
            )
        valid = _KEYS_OF_TARGETS[self.type]
        for key in (type(self).model_fields[name].alias or name for name in sorted(self.model_fields_set)):
            if key not in ("type", *valid):
                raise ValueError(f"`{key}` is no key of a target of the type `{self.type}`.")
        return self._check_postgres() if self.type == "postgres" else self._check_bucket()

    def _check_bucket(self) -> Self:
        if not _BUCKET_ADDRESS.fullmatch(self.to):
            raise ValueError(
                "`to` must be the address of a bucket and a folder in it, like s3://bucket/insights, gs://…"
                " or az://…; keys and tokens stay in the environment."
            )
        return self

    def _check_postgres(self) -> Self:
        if not _SCHEMA_NAME.fullmatch(self.schema_) or self.schema_ in _SERVER_SCHEMAS:
            raise ValueError(
                f"`schema` must be of a-z, 0-9 and `_`, at most {_LONGEST_SCHEMA} of them, begin with a"
                f" letter, and be Touchpoint's alone, so none of {', '.join(sorted(_SERVER_SCHEMAS))}; it is"
                f" {_shown(self.schema_)}."
            )
        return self

    def target(self) -> PostgresTarget | BucketTarget:
        """Return the entry as what publishing takes."""
        if self.type != "postgres":
            return BucketTarget(self.to.rstrip("/"), self.keep, everything=self.type == "files")
        return PostgresTarget(**self.model_dump(by_alias=True, exclude={"type", "to", "keep"}))


class _File(_Entries):
    """The whole file."""

    reporting_time_zone: Annotated[str, AfterValidator(_zone)] = "UTC"
    feeds: list[_FeedEntry] = []
    publish: list[_TargetEntry] = []
    engine: EngineName = "duckdb"
    spark: dict[str, str] = {}

    @check("spark", mode="before")
    @classmethod
    def _check_spark(cls, given: Any) -> dict[str, str]:
        """Settings of Spark, by their own names; YAML's numbers and truths become text."""
        if not isinstance(given, dict):
            raise ValueError(
                f"expected settings of Spark like `spark.master: local[4]`, not {_shown(given)}."
            )
        for name, value in given.items():
            if not str(name).startswith("spark."):
                raise ValueError(f"`{_shown(name)}` is no setting of Spark: their names begin with `spark.`.")
            if not isinstance(value, str | int | float):
                raise ValueError(f"`{name}` must be text, a number, true or false, not {_shown(value)}.")
        return {
            name: str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in given.items()
        }

    @check_all(mode="after")
    def _check_unique(self) -> Self:
        for key in ("name", "path"):
            values = Counter(os.path.normpath(getattr(feed, key)) for feed in self.feeds)
            for value, times in values.most_common(1):
                if times > 1:
                    raise ValueError(f"two feeds have the {key} `{_shown(value)}`; give each its own.")
        targets = Counter(
            (one.to.rstrip("/"), one.host, one.port, one.database, one.schema_) for one in self.publish
        )
        for (to, *_, schema), times in targets.items():
            if times > 1:
                place = f"folder `{to}`" if to else f"schema `{schema}` of one database"
                raise ValueError(f"two targets under `publish` are the same {place}; remove one.")
        return self
