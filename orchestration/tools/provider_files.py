"""`make providers`: writes the parts of dbt project and docs that are generated from adapters and staging
models.

These are the raw sources, the interaction columns of staging and core models, the list of staging models and
two tables in docs/inputs.md. An adapter describes the columns; the first comment of its staging model
describes a row.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from ingestion.adapters.adapter import (
    EVENT_COLUMNS,
    PERSONAL_COLUMNS,
    SHARED_DESCRIPTIONS,
    TRACE_COLUMNS,
    Adapter,
    EventAdapter,
)
from ingestion.adapters.registry import ADAPTERS
from orchestration import settings
from orchestration.cli import console
from orchestration.errors import TouchpointError

_YAML = Path("models") / "staging" / "_providers.yml"
_MACRO = Path("macros") / "interactions" / "staged_providers.sql"
_DOCS = Path("docs") / "inputs.md"
_COLUMN_DOCS = Path("models") / "staging" / "_interaction_columns.md"
_CORE_COLUMNS = Path("macros") / "interactions" / "stage_interactions.sql"

#: Between these marks a model's YAML describes interaction columns: all, core or detail ones.
_MARKED_COLUMNS = re.compile(
    r"( *# (all|core|detail) interaction columns, made by `make providers`\n).*?( *# end of these\n)",
    re.DOTALL,
)

_SHARED_TYPES = TRACE_COLUMNS | EVENT_COLUMNS
_TYPES = {"TIMESTAMPTZ": "timestamp with time zone"}
_PERSONAL = "config: { tags: [personal], meta: { personal: true } }"

_YAML_HEAD = """\
# Made by `make providers` from ingestion/adapters/ and the staging models: change those, and make it again.
version: 2

anchors:
"""
_SOURCE_HEAD = """
sources:
  - name: raw
    description: What ingestion landed, typed, before any meaning.
    database: "{{ 'work' if target.type == 'duckdb' else none }}"
    schema: raw
    tables:
"""
_KEY = "[primary_key: { arguments: { columns: [file_id, line_number, item_index, row_index] } }]"


def provider_files(project: Path = settings.DBT_PROJECT) -> dict[Path, str]:
    """Return path -> content of every file that is generated, wholly or in part."""
    documented = re.findall(r"{% docs interaction_(\w+) %}", (project / _COLUMN_DOCS).read_text("utf-8"))
    models = staging_models(project)
    text = [
        _YAML_HEAD,
        *(f"  - &{name} {_shared(name)}\n" for name in _SHARED_TYPES),
        "  - &interaction_columns\n",
        *(f"    - {_interaction_column(name)}\n" for name in documented),
        _SOURCE_HEAD,
        *_sources(frozenset(documented)),
        "\nmodels:\n",
        *(_model(path) for path in models.values()),
    ]
    docs = settings.CHECKOUT / _DOCS
    return {
        project / _YAML: "".join(text),
        project / _MACRO: _macro(models),
        docs: _documented(docs.read_text("utf-8"), models),
        **_core_models(project, documented),
    }


def _core_models(project: Path, documented: list[str]) -> dict[Path, str]:
    """Return path -> content of the core models' YAML files that have marked interaction columns."""
    macros = (project / _CORE_COLUMNS).read_text("utf-8")
    core = _listed(macros, r"macro core_interaction_columns\(\).*?return\(\s*")
    elsewhere = {*core, *_listed(macros, r"left_out = core_interaction_columns\(\) \+ ")}
    names = {
        "all": documented,
        "core": core,
        "detail": [name for name in documented if name not in elsewhere],
    }

    def described(mark: re.Match[str]) -> str:
        columns = (f"      - {_interaction_column(name, tested=False)}\n" for name in names[mark[2]])
        return f"{mark[1]}{''.join(columns)}{mark[3]}"

    texts = {path: path.read_text("utf-8") for path in sorted((project / "models" / "core").rglob("*.yml"))}
    return {
        path: _MARKED_COLUMNS.sub(described, text)
        for path, text in texts.items()
        if _MARKED_COLUMNS.search(text)
    }


def _listed(macros: str, opening: str) -> list[str]:
    """Return the names in the list that follows `opening`, a regular expression, in a file of macros."""
    found = re.search(rf"{opening}\[(.*?)\]", macros, re.DOTALL)
    if found is None:
        raise TouchpointError(f"{_CORE_COLUMNS} has no list after `{opening}`")
    return re.findall(r'"(\w+)"', found[1])


def staging_models(project: Path) -> dict[str, Path]:
    """Return adapter name -> file of the provider's staging model.

    Raises TouchpointError if an adapter has no staging model, or more than one.
    """
    found = {}
    for name in ADAPTERS:
        if name == "crm":
            continue
        paths = sorted((project / "models" / "staging").glob(f"*/stg_{name}__*.sql"))
        if len(paths) != 1:
            raise TouchpointError(
                f"the adapter `{name}` needs one staging model, models/staging/<subject>/stg_{name}__….sql;"
                f" there are {len(paths)}"
            )
        found[name] = paths[0]
    return found


def _shared(name: str) -> str:
    return _column(name, SHARED_DESCRIPTIONS[name], _SHARED_TYPES[name])


def _column(name: str, description: str, sql_type: str) -> str:
    given = [f"name: {name}", f"data_type: {_TYPES.get(sql_type, sql_type.lower())}"]
    given += [_PERSONAL] if name in PERSONAL_COLUMNS else []
    return f"{{ {', '.join([*given, f'description: {_text(description)}'])} }}"


def _interaction_column(name: str, *, tested: bool = True) -> str:
    given = [f"name: {name}"]
    given += [_PERSONAL] if name in PERSONAL_COLUMNS else []
    given += ["data_tests: [not_null]"] if tested and name == "interaction_type" else []
    return f"{{ {', '.join([*given, f'description: {_text(_doc(name))}'])} }}"


def _doc(name: str) -> str:
    return f"{{{{ doc('interaction_{name}') }}}}"


def _text(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def _sources(documented: frozenset[str]) -> Iterator[str]:
    for adapter in ADAPTERS.values():
        relation = _relation(adapter)
        if relation is None:
            continue
        description, columns, words = relation
        yield f"      - name: {adapter.name}\n        description: {_text(description)}\n        columns: [\n"
        shared = [name for name, kind in columns.items() if _is_shared(name, kind, words)]
        yield f"          {', '.join(f'*{name}' for name in shared)},\n"
        for name in (name for name in columns if name not in shared):
            if name not in words and name not in documented:
                raise TouchpointError(f"the adapter `{adapter.name}` does not say what `{name}` holds")
            yield f"          {_column(name, words.get(name, _doc(name)), columns[name])},\n"
        yield "        ]\n"


def _is_shared(name: str, sql_type: str, words: Mapping[str, str]) -> bool:
    return name not in words and _SHARED_TYPES.get(name) == sql_type


def _relation(adapter: Adapter) -> tuple[str, Mapping[str, str], Mapping[str, str]] | None:
    """Return description, columns and their descriptions of an adapter's raw relation.

    None for CRM snapshots.
    """
    described = adapter if isinstance(adapter, EventAdapter) else (adapter.json or adapter)
    if isinstance(described, EventAdapter):
        return described.description, described.relation_columns, described.descriptions
    words = getattr(described, "descriptions", None)
    if words is None:
        return None
    return getattr(described, "description", ""), described.relations[described.name], words


def _model(sql: Path) -> str:
    return (
        f"  - name: {sql.stem}\n    description: {_text(_opening(sql))}\n"
        f"    data_tests: {_KEY}\n    columns: *interaction_columns\n"
    )


def _opening(sql: Path) -> str:
    """Return the text of the comment at the top of a model."""
    found = re.match(r"{#-(.*?)-#}", sql.read_text("utf-8"), re.DOTALL)
    if found is None:
        raise TouchpointError(
            f"{sql.name} must open with a comment {{#- One row per … -#}} saying what it is"
        )
    return " ".join(found[1].split())


def _documented(page: str, models: Mapping[str, Path]) -> str:
    """Return docs/inputs.md with its two tables: what each adapter reads, and how its staging model maps
    it.
    """
    shapes = [f"| `{name}` | {adapter.shapes} |\n" for name, adapter in ADAPTERS.items()]
    choices = [f"| `{name}` | {_opening(path).partition('. ')[2]} |\n" for name, path in models.items()]
    page = _with_table(page, "shapes", "| adapter | shapes |\n", shapes)
    return _with_table(page, "choices", "| adapter | what its words mean |\n", choices)


def _with_table(page: str, name: str, heading: str, rows: list[str]) -> str:
    before, mark, rest = page.partition(f"<!-- {name}: made by `make providers` -->\n")
    _, end, after = rest.partition("<!-- end -->")
    return "".join([before, mark, heading, "|---|---|\n", *rows, end, after])


def _macro(models: Mapping[str, Path]) -> str:
    names = "".join(f'                "{name}": "{path.stem}",\n' for name, path in models.items())
    return (
        "{#- The staging models that give interactions, by provider. Made by `make providers`. -#}\n"
        "{%- macro staged_providers() -%}\n    {{-\n        return(\n            {\n"
        f"{names}            }}\n        )\n    -}}}}\n{{%- endmacro -%}}\n"
    )


def main() -> int:
    """Write the files; return the exit code."""
    try:
        for path, text in provider_files().items():
            path.write_text(text, encoding="utf-8")
            console.say(f"wrote {path.relative_to(settings.CHECKOUT)}")
    except TouchpointError as error:
        console.complain(str(error))
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
