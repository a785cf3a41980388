"""Composes the landing statement: one SQL statement that types and judges every record of a batch."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from ingestion.adapters.adapter import EVENT_COLUMNS, EventAdapter, JsonAdapter, LineAdapter
from ingestion.files.broken_json.repair import as_written, has_bytes, has_halves
from ingestion.files.envelopes import foreign_event, may_be_enveloped, opened
from ingestion.files.ignored import LONGEST_TYPE, NOT_MODELLED, SEPARATOR_SQL
from ingestion.landing.feed import Feed
from ingestion.sql import identifier, quoted
from ingestion.values.identifier_columns import is_missing

#: Temporary table of the directives that name the fields of the lines after them: file_id, line_number,
#: directive.
DIRECTIVES = "line_directives"
_WHITE_SPACE = "chr(32) || chr(9) || chr(10) || chr(13)"
IGNORED = "ignored"
_DELIVER = "Correct it at the source and deliver it in a new file."


@dataclass(frozen=True)
class _Statement:
    """The part of the landing statement that JSON documents and lines share.

    A *record* is a row with its trace, `body` (its text; null if a document's records cannot be told apart)
    and `whole` (in that case the text of the whole document).
    """

    feed: Feed
    adapter: EventAdapter

    def _judged(self, records: str, fields: str, misshapen: list[tuple[str, str]], raw: str) -> str:
        """SQL that gives each record as one row per recipient; `problem` is null if the record is landed.

        fields: SQL for `r`. misshapen: pairs of a condition under which a row is no record, and the problem
            then. raw: SQL for the text that is quarantined.
        """
        adapter = self.adapter
        trace = "arrival_date, file_id, line_number, byte_offset, item_index"
        nulled = "".join(
            f", coalesce({sql}, false) as nulled_{i}" for i, sql in enumerate(adapter.losses.values())
        )
        statement = f"""
            with records as ({records}),
            parsed as (select *, {fields} as r from records),
            timed as (
                select *, {adapter.parsed_time} as occurred_at, {adapter.event_type} as record_type
                from parsed
            ),
            judged as (select *, {self._problem(misshapen)} as problem from timed),
        """
        if adapter.items is None:
            statement += "exploded as (select *, 0 as row_index from judged)"
        else:
            items = f"coalesce({adapter.items}, [null])"
            statement += f"""
                listed as (
                    select *, case when problem is null then {items} else [null] end as items from judged
                ),
                exploded as (
                    select * exclude (items), unnest(items) as item,
                        cast(unnest(range(len(items))) as integer) as row_index
                    from listed
                )
            """
        feed = f"cast({quoted(self.feed.name)} as varchar) as feed"
        columns = ", ".join(f"{sql} as {identifier(name)}" for name, sql in self._columns().items())
        return f"""{statement}
            select {feed}, {trace}, row_index, {columns}, problem,
                case when problem is not null then {raw} end as raw_text{nulled}
            from exploded
        """

    def _columns(self) -> dict[str, str]:
        adapter, found = self.adapter, {}
        for name, sql_type in {**EVENT_COLUMNS, **adapter.own_columns}.items():
            if name == "occurred_at":
                found[name] = "occurred_at"
            elif name in adapter.columns:
                found[name] = f"cast({adapter.columns[name].sql} as {sql_type})"
            elif name in self.feed.id_names:
                found[name] = f"nullif(cast({adapter.id_sql(self.feed.id_names[name])} as varchar), '')"
            else:
                found[name] = f"cast(null as {sql_type})"
        return found

    def _problem(self, misshapen: list[tuple[str, str]]) -> str:
        adapter = self.adapter
        after = "epoch_us(cast(arrival_date as timestamp)) + 259200000000"
        no_time = f" is not in the form that this adapter reads. {_DELIVER}"
        tests = [
            *misshapen,
            *self._types(),
            *((is_missing(sql), _missing(name)) for name, sql in adapter.required.items()),
            (f"coalesce(cast({adapter.event_time} as varchar), '') = ''", _missing("event time")),
            (
                "occurred_at is null or not isfinite(occurred_at)",
                f"'bad_timestamp' || {SEPARATOR_SQL} || 'The event time ' || left({adapter.event_time}, 100)"
                f" || {quoted(no_time)}",
            ),
            (
                "epoch_us(occurred_at) < 631152000000000",
                _problem("out_of_range", "The event time lies before 1990: a wrong unit or clock."),
            ),
            (
                f"epoch_us(occurred_at) >= {after}",
                _problem(
                    "out_of_range", "The event time lies more than 2 days after the day the file arrived."
                ),
            ),
        ]
        for name, limit in (("latitude", 90), ("longitude", 180)):
            column = adapter.columns.get(name)
            if column is not None and not column.reads_item:
                is_off = f"not coalesce(({column.sql}) between -{limit} and {limit}, true)"
                tests.append((is_off, _problem("out_of_range", f"The {name} is off the globe.")))
        for name, sql in adapter.known_values.items():
            message = f"The field {name} has a value that does not exist."
            tests.append((f"not coalesce({sql}, false)", _problem("unknown_value", message)))
        if adapter.items is not None:
            message = "The record names no recipient."
            tests.append((f"len({adapter.items}) = 0", _problem("missing_field", message)))
        return "case " + " ".join(f"when {test} then {problem}" for test, problem in tests) + " end"

    def _types(self) -> list[tuple[str, str]]:
        """Pairs of SQL: a condition on a record's type (missing, ignored), and the problem of the record."""
        adapter, ignored_as = self.adapter, f"({self.adapter.ignored_as})"
        missing, unknown, ignored = "coalesce(record_type, '') = ''", [], []
        if adapter.ignored_as != "null":
            missing += f" and {ignored_as} is null"
            ignored = [(f"{ignored_as} is not null", _ignored(ignored_as))]
        if adapter.modelled is not None:
            known = ", ".join(quoted(name) for name in sorted(adapter.modelled))
            # `not in` is null for a record without a type, which then has another reason to be ignored.
            is_unknown = f"record_type not in ({known})"
            if adapter.identifies != "false":
                is_unknown += f" and not coalesce({adapter.identifies}, false)"
            unknown = [(is_unknown, _ignored(quoted(NOT_MODELLED)))]
        return [(missing, self._untyped()), *unknown, *ignored]

    def _untyped(self) -> str:
        """SQL of the problem of a record without a type."""
        return _problem("missing_field", "The record has no type.")


@dataclass(frozen=True)
class JsonStatement(_Statement):
    """The SQL of one feed of JSON documents."""

    adapter: JsonAdapter

    @property
    def may_hold_many(self) -> str:
        """Boolean SQL over `text`: whether the document may hold several records or need unwrapping."""
        return f"({self.adapter.may_hold_many} or {may_be_enveloped('text')})"

    def holds_many(self, source: str) -> str:
        """SQL that counts documents: all of `source`, those that may hold several records, possible
        envelopes.
        """
        return f"""
            select count(*), count(*) filter (is_container or is_envelope), count(*) filter (is_envelope)
            from (
                select {self.adapter.may_hold_many} as is_container,
                    {may_be_enveloped("text")} as is_envelope
                from {source}
            )
        """

    def judge(self, source: str, *, plain: bool, containers: bool, envelopes: bool, mended: bool) -> str:
        """SQL that gives the records in the documents of `source`, with types, columns and problems.

        plain: the source has documents that are one record. containers: it has documents that hold several.
            envelopes: some may be envelopes of a cloud service. mended: unreadable characters in it were
            replaced by marks.
        """
        structure = quoted(json.dumps(self.adapter.structure(self.feed.id_names)))
        raw = f"trim(coalesce(body, whole, 'null'), {_WHITE_SPACE})"
        no_object = _problem("wrong_shape", "The record is no JSON object.")
        return self._judged(
            self._records(source, plain=plain, containers=containers, envelopes=envelopes),
            fields=f"json_transform(body, {structure})",
            misshapen=[
                *(_UNREADABLE if mended else ()),
                ("body is null or not starts_with(body, '{')", no_object),
            ],
            raw=as_written(raw) if mended else raw,
        )

    def structures(self, source: str, *, plain: bool, containers: bool, envelopes: bool) -> str:
        """SQL that counts the records in the documents of `source` by day, type and structure of their JSON.

        It gives arrival_date, record_type, structure, records, and file_id and line_number of one of them.
            The other arguments are those of `judge`.
        """
        structure = quoted(json.dumps(self.adapter.structure(self.feed.id_names)))
        records = self._records(source, plain=plain, containers=containers, envelopes=envelopes)
        first = "(arrival_date, file_id, line_number)"
        return f"""
            with records as ({records}),
            parsed as (
                select *, json_transform(body, {structure}) as r from records where starts_with(body, '{{')
            ),
            named as (
                select *, left(cast({self.adapter.event_type} as varchar), {LONGEST_TYPE}) as record_type
                from parsed
            )
            select arrival_date, record_type, cast(json_structure(body) as varchar) as structure, count(*),
                min_by(file_id, {first}), min_by(line_number, {first})
            from named
            where record_type <> '' and not contains(record_type, '@')
            group by all
        """

    def _records(self, source: str, *, plain: bool, containers: bool, envelopes: bool) -> str:
        branches = []
        if plain:
            branches.append(self._plain_records(source, alone=not containers))
        if containers:
            branches.append(self._contained_records(source, alone=not plain, enveloped=envelopes))
        return " union all ".join(branches)

    def _untyped(self) -> str:
        """SQL for the problem of a record without a type; the message names its fields or its envelope."""
        named = "array_to_string(list_transform(json_keys(body)[:10], lambda one: left(one, 40)), ', ')"
        fields = f"'The record has no type that this adapter knows; its fields are ' || {named} || '.'"
        sender = foreign_event("body")
        envelope = (
            f"'This is an EventBridge envelope of ' || {sender} || ', no event of this feed''s provider.'"
        )
        return (
            f"'missing_field' || {SEPARATOR_SQL} || coalesce({envelope}, {fields}, 'The record has no type.')"
            f" || {quoted(f' {_DELIVER}')}"
        )

    def _plain_records(self, source: str, *, alone: bool) -> str:
        chosen = "" if alone else f"where not coalesce({self.may_hold_many}, false)"
        return f"""
            select file_id, arrival_date, line_number, byte_offset, item_base as item_index, text as body,
                cast(null as varchar) as whole
            from {source} {chosen}
        """

    def _contained_records(self, source: str, *, alone: bool, enveloped: bool) -> str:
        chosen = "" if alone else f"where coalesce({self.may_hold_many}, false)"
        records = self.adapter.records
        if enveloped:
            inside = re.sub(r"\bdoc\b", "inner_doc", f"coalesce({records}, [cast(null as json)])")
            records = f"flatten(list_transform({opened('doc')}, lambda inner_doc: {inside}))"
        # If a document's records cannot be told apart, it becomes one record without a body, so that it does
        # not vanish; having no index marks it as standing for the whole document.
        return f"""
            select file_id, arrival_date, line_number, byte_offset,
                case when whole is null then cast(item_base + unnest(range(len(list))) as integer) end
                    as item_index,
                cast(unnest(list) as varchar) as body, whole
            from (
                select * exclude (found), coalesce(found, [cast(null as json)]) as list,
                    case when found is null then text end as whole
                from (
                    select *, {records} as found
                    from (select *, cast(text as json) as doc from {source} {chosen})
                )
            )
        """


@dataclass(frozen=True)
class LineStatement(_Statement):
    """The SQL of one feed of lines."""

    adapter: LineAdapter

    def judge(self, source: str) -> str:
        """SQL that gives the lines of `source`, with types, columns and problems."""
        directive, joined, mistaken = "", "", f"not coalesce({self.adapter.is_record}, false)"
        if self.adapter.has_directives:
            directive = ", directives.directive"
            joined = f"""
                asof left join {DIRECTIVES} as directives
                    on source.file_id = directives.file_id and source.line_number >= directives.line_number
            """
            mistaken += " and not starts_with(body, '#')"
        # Text after the line break belongs to blank lines that follow.
        records = f"""
            select source.file_id, source.arrival_date, source.line_number, source.byte_offset,
                source.item_base as item_index, rtrim(split_part(source.text, chr(10), 1), chr(13)) as body,
                cast(null as varchar) as whole{directive}
            from {source} as source {joined}
        """
        return self._judged(
            records,
            fields=self.adapter.fields,
            misshapen=[(mistaken, f"'wrong_shape' || {SEPARATOR_SQL} || {self.adapter.mistaken}")],
            raw="body",
        )


def _problem(reason_code: str, message: str) -> str:
    return f"{quoted(reason_code)} || {SEPARATOR_SQL} || {quoted(f'{message} {_DELIVER}')}"


#: Conditions under which a record of a mended document is unreadable, with the problem then.
_UNREADABLE = (
    (has_bytes("body"), _problem("not_utf8", "It holds bytes that are not UTF-8, spelled out here.")),
    (has_halves("body"), _problem("not_json", "It holds half of a surrogate pair.")),
)


def _missing(name: str) -> str:
    return _problem("missing_field", f"The record has no {name}.")


def _ignored(reason_sql: str) -> str:
    """SQL for reason and type of an ignored record.

    One without a type (a handshake) has its reason as type.
    """
    reason = f"cast({reason_sql} as varchar)"
    named = f"left(coalesce(nullif(cast(record_type as varchar), ''), {reason}), {LONGEST_TYPE})"
    return f"'{IGNORED}' || {SEPARATOR_SQL} || {reason} || {SEPARATOR_SQL} || {named}"
