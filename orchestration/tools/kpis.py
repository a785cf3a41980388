"""`make kpis`: writes every text that is generated from the KPI dictionary (`models/*/_*_kpis.yml`).

These are the KPI columns in the marts' YAML, their descriptions, the macro that the marts' SQL reads and the
table in docs/kpis.md.
"""

from __future__ import annotations

import itertools
import json
import re
import sys
from pathlib import Path

from expectations import kpis
from orchestration.cli import console
from orchestration.errors import TouchpointError
from orchestration.settings import DBT_PROJECT

PAGE = DBT_PROJECT.parent / "docs" / "kpis.md"
MACRO = DBT_PROJECT / "macros" / "kpis" / "kpi_dictionary.sql"
WORDS = DBT_PROJECT / "models" / "_project" / "_kpi_words.md"

#: Matches in a mart's YAML the comment `# KPIs, by `make kpis`` and the lines of KPI columns below it.
_COLUMNS = re.compile(
    r"(?P<head>^(?P<indent> +)# KPIs, by `make kpis`\n)(?:(?P=indent)- \{name: .*doc\('kpi_.*\}\n)*",
    re.MULTILINE,
)
_TABLE = re.compile(r"(?P<head><!-- By `make kpis`. -->\n).*?(?=<!-- -->)", re.DOTALL)


def written() -> dict[Path, str]:
    """Return path -> content of every file with generated text, up to date with the dictionary."""
    paths = {path.stem: path for path in kpis.MODELS.rglob("*.yml")}
    files = {_path(paths, mart): _with_columns(_path(paths, mart), mart) for mart in kpis.marts()}
    table = _TABLE.sub(lambda match: match["head"] + _table(), PAGE.read_text(encoding="utf-8"))
    return {**files, MACRO: _macro(), WORDS: _words(), PAGE: table}


def stale() -> dict[Path, str]:
    """Return path -> content of only those files whose text on disk is out of date."""
    return {
        path: text
        for path, text in written().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    }


def _every_kpi() -> tuple[kpis.Kpi, ...]:
    return (*kpis.counts(), *kpis.rates())


def _path(paths: dict[str, Path], mart: str) -> Path:
    if mart not in paths:
        raise TouchpointError(
            f"the KPI dictionary shows KPIs in {mart}, but there is no {mart}.yml: name a mart"
        )
    return paths[mart]


def _with_columns(path: Path, mart: str) -> str:
    def columns(match: re.Match[str]) -> str:
        return match["head"] + "".join(match["indent"] + _column(kpi) for kpi in kpis.shown_in(mart))

    text, blocks = _COLUMNS.subn(columns, path.read_text(encoding="utf-8"))
    if blocks != 1:
        raise TouchpointError(
            f"the KPI dictionary shows KPIs in {mart}, but its columns in {path} have no line"
            " `# KPIs, by `make kpis``: write it where the KPIs belong"
        )
    return text


def _column(kpi: kpis.Kpi) -> str:
    kind = "double" if isinstance(kpi, kpis.Rate) else "bigint"
    return f"- {{name: {kpi.column}, data_type: {kind}, description: \"{{{{ doc('kpi_{kpi.name}') }}}}\"}}\n"


def _macro() -> str:
    """Return the dictionary as a dbt macro: in unit tests, models can read macros, but no semantic models."""
    lists = list(dict.fromkeys(kpi.shown_in for kpi in _every_kpi()))
    lines = [
        "-- fmt: off",
        "{#- By `make kpis`: column, aggregate and marts of counts; column, parts and marts of rates. -#}",
        "{%- macro kpi_dictionary() -%}",
        "{%- set marts = [",
        *(f"    {json.dumps(marts)}," for marts in lists),
        "] -%}",
        "{{- return({",
    ]
    for of in dict.fromkeys(count.of for count in kpis.counts()):
        lines.append(f'    "{of}": [')
        lines += [
            f'        ("{column}", "{count.sql}", marts[{lists.index(count.shown_in)}]),'
            for column, count in kpis.counts_of(of).items()
        ]
        lines.append("    ],")
    lines.append('    "rates": [')
    for rate in kpis.rates():
        parts = f'"{rate.column}", "{rate.numerator}", "{rate.denominator}"'
        lines.append(f"        ({parts}, marts[{lists.index(rate.shown_in)}]),")
    return "\n".join([*lines, "    ],", "}) -}}", "{%- endmacro -%}", ""])


def _words() -> str:
    blocks = [f"{{% docs kpi_{kpi.name} %}} {kpi.words} {{% enddocs %}}\n" for kpi in _every_kpi()]
    return "".join(blocks)


def _table() -> str:
    """Return the tables of docs/kpis.md, one for the KPIs of each list of marts."""
    lines = []
    for marts, shown in itertools.groupby(_every_kpi(), key=lambda kpi: kpi.shown_in):
        lines += ["In " + ", ".join(f"`{mart}`" for mart in marts) + ":", ""]
        lines += ["| KPI | column | what it is |", "|---|---|---|"]
        lines += [f"| `{kpi.name}`: {kpi.label} | `{kpi.column}` | {kpi.words} |" for kpi in shown]
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    """Write the files that differ from the dictionary; return the exit code."""
    try:
        files = stale()
    except TouchpointError as error:
        console.complain(str(error))
        return error.exit_code
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
        console.say(f"wrote {path.relative_to(DBT_PROJECT.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
