"""The dbt project keeps its own rules, and its unit tests pass."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ingestion.landing.raw_layer import raw_relations
from orchestration.build.dbt.verdicts import NodeResult
from orchestration.settings import DBT_PROJECT
from orchestration.tools.provider_files import provider_files, staging_models


def models(manifest: Any) -> list[Any]:
    return [node for node in manifest.nodes.values() if node.resource_type == "model"]


def test_unit_tests_pass(results: list[NodeResult], manifest: Any) -> None:
    ran = [result for result in results if result.resource_type == "unit_test"]
    assert {result.name for result in ran} == {test.name for test in manifest.unit_tests.values()}
    assert [f"{result.name}: {result.message}" for result in ran if not result.is_good] == []


def test_an_empty_landing_zone_builds(results: list[NodeResult]) -> None:
    bad = [result for result in results if result.resource_type != "unit_test" and not result.is_good]
    assert [f"{result.name}: {result.message}" for result in bad] == []


def test_every_model_has_its_description_beginning_with_its_grain(manifest: Any) -> None:
    wrong = [node.name for node in models(manifest) if not node.description.startswith("One row per ")]
    assert wrong == []


def test_every_model_is_a_pair_of_files(manifest: Any) -> None:
    by_provider = {path.stem for path in staging_models(DBT_PROJECT).values()}
    for node in models(manifest):
        sql = DBT_PROJECT / node.original_file_path
        assert sql.with_suffix(".yml").is_file() or node.name in by_provider, node.name


def test_what_follows_from_the_adapters_is_up_to_date() -> None:
    old = [path.name for path, text in provider_files().items() if path.read_text(encoding="utf-8") != text]
    assert old == [], "run `make providers`"


def test_every_raw_relation_is_a_source_with_its_columns(manifest: Any) -> None:
    sources = {source.name: list(source.columns) for source in manifest.sources.values()}
    relations = {name: list(columns) for name, columns in raw_relations().items()}
    assert {name: sorted(sources[name]) for name in relations} == {
        name: sorted(columns) for name, columns in relations.items()
    }


def test_every_column_of_every_model_is_described(results: list[NodeResult], dbt: Any, manifest: Any) -> None:
    import duckdb

    with duckdb.connect(str(dbt.home.insights), read_only=True) as connection:
        connection.execute(f"attach '{dbt.home.work}' as work (read_only)")
        found = connection.execute(
            "select table_name, column_name from information_schema.columns"
            " where table_schema in ('marts', 'intermediate', 'staging')"
        ).fetchall()
    described = {
        (node.name, column.name)
        for node in models(manifest)
        for column in node.columns.values()
        if column.description
    }
    assert sorted(set(found) - described) == []


def test_every_key_is_tested(manifest: Any) -> None:
    tested = {
        node.attached_node
        for node in manifest.nodes.values()
        if node.resource_type == "test"
        and getattr(node, "test_metadata", None)
        and node.test_metadata.name == "primary_key"
    }
    # Views over new arrivals, lists that are only joined to, and views that rename a fact with a tested key.
    keyless = {
        "int_interactions_staged",
        "int_interactions_first_copies",
        "int_email_interactions",
        "int_activity_interactions",
        "quarantine",
        "mart_email_interactions",
        "mart_email_recipients",
        "mart_journey_tile_contacts",
        "mart_page_visits",
        "mart_page_submissions",
        "mart_form_visits",
        "mart_form_submissions",
        "mart_website_visits",
        "mart_redirect_url_clicks",
        "mart_contact_emails",
        "mart_contact_events",
        "mart_contact_surveys",
        "mart_contact_forms",
    }
    untested = {node.name for node in models(manifest) if node.unique_id not in tested}
    assert untested - keyless == set()
    assert keyless - untested == set(), "these have a key now: take them off the list"


def layer(node: Any) -> str:
    """Tell the layer of a model by its name: the prefixes are promised."""
    prefixes = {"stg": "staging", "int": "intermediate", "dim": "dimensions", "fct": "facts"}
    return prefixes.get(node.name.split("_")[0], "marts")


def test_a_model_lies_in_the_folder_of_its_layer(manifest: Any) -> None:
    for node in models(manifest):
        folders = node.fqn[1:-1]
        if folders[0] == "core" and layer(node) == "intermediate":
            assert node.config.schema == "intermediate", node.name
        else:
            assert layer(node) in folders, node.name


def test_a_layer_reads_only_the_layers_before_it(manifest: Any) -> None:
    order = {"staging": 0, "intermediate": 1, "facts": 1, "dimensions": 1, "marts": 2}
    for node in models(manifest):
        for parent in node.depends_on.nodes:
            above = manifest.nodes.get(parent)
            if above is None or above.resource_type != "model":
                continue
            assert order[layer(above)] <= order[layer(node)], f"{node.name} reads {above.name}"
            if layer(node) == "marts":
                assert layer(above) != "staging", f"{node.name} skips layers to {above.name}"


def test_a_ratio_is_computed_by_one_macro_only(manifest: Any) -> None:
    dividing = [
        node.name
        for node in models(manifest)
        if layer(node) in ("marts", "facts") and re.search(r"[^/*]/[^/*]", _code(node.raw_code))
    ]
    assert dividing == []


def _code(sql: str) -> str:
    return re.sub(r"--.*", "", sql)


def test_published_tables_have_enforced_contracts(manifest: Any) -> None:
    for node in models(manifest):
        if layer(node) in ("marts", "facts", "dimensions"):
            assert node.config.contract.enforced or node.config.materialized == "view", node.name


def test_personal_columns_are_tagged_and_names_are_published_in_one_table_only(manifest: Any) -> None:
    published = [node for node in models(manifest) if layer(node) in ("marts", "facts", "dimensions")]
    personal = {
        (node.name, column.name)
        for node in published
        for column in node.columns.values()
        if "personal" in column.config.get("tags", [])
    }
    typed_by_people = {
        (node.name, name)
        for node in published
        for name in node.columns
        if name in ("submitted_values", "answers", "topic", "entity_name")
    }
    assert ("fct_survey_responses", "answers") in typed_by_people
    assert {table for table, _ in personal - typed_by_people} == {"dim_contact"}
    assert typed_by_people - personal == set()


#: Columns that tell of a person, whatever table they stand in.
TELLS_OF_A_PERSON = frozenset(
    {"email", "first_name", "last_name", "recipient", "message_recipient", "ip", "user_agent"}
    | {"properties", "submitted_values", "answers"}
    # What somebody wrote about a person; in a timeline it stands as the lead's name.
    | {"topic", "entity_name"}
)


def test_what_tells_of_a_person_is_tagged_in_every_layer(manifest: Any) -> None:
    tables = [*models(manifest), *manifest.sources.values()]
    found = [
        (table.name, column.name, "personal" in column.config.get("tags", []))
        for table in tables
        for column in table.columns.values()
        if column.name in TELLS_OF_A_PERSON
    ]
    assert {name for _, name, _ in found} == TELLS_OF_A_PERSON
    assert [(table, name) for table, name, is_tagged in found if not is_tagged] == []


def test_every_macro_is_used() -> None:
    macros = {
        name: path
        for path in (DBT_PROJECT / "macros").rglob("*.sql")
        for name in re.findall(r"macro (\w+)\(", path.read_text())
    }
    by_dbt = {
        "ref",
        "generate_schema_name",
        "get_incremental_touched_sql",
        "get_incremental_upsert_sql",
    }
    files = [*DBT_PROJECT.rglob("*.sql"), DBT_PROJECT / "dbt_project.yml"]
    text = "\n".join(_read(path) for path in files if "target" not in path.parts)
    unused = {
        name
        for name in macros
        if name not in by_dbt and "__" not in name and len(re.findall(rf"\b{name}\b", text)) < 2
    }
    assert unused == set()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
