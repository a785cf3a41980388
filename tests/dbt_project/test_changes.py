"""Every incremental model follows what it reads: derived from the manifest, so that no model can be forgotten."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

#: What an incremental model reads and need not follow, and why.
NEED_NOT_FOLLOW = {
    ("int_interaction_details", "int_interactions"): "another copy stands only where a copy arrives",
}


@dataclass(frozen=True)
class Model:
    """What a model reads and follows.

    follows: models whose changes touch its cells; None where it is computed whole and compared.
    reads_changes: models whose change log its SQL reads.
    """

    name: str
    parents: frozenset[str]
    is_incremental: bool
    is_constant: bool
    follows: frozenset[str] | None
    reads_changes: frozenset[str]


@pytest.fixture(scope="module")
def project(manifest: Any) -> dict[str, Model]:
    return {node.name: _model(manifest, node) for node in _nodes(manifest)}


def _nodes(manifest: Any) -> Iterator[Any]:
    return (node for node in manifest.nodes.values() if node.resource_type == "model")


def _model(manifest: Any, node: Any) -> Model:
    meta = node.config.meta
    reads_changes = frozenset(re.findall(r'changes_of\("(\w+)"\)', node.raw_code))
    is_incremental = node.config.materialized == "incremental"
    follows = frozenset(meta["follows"]) if "follows" in meta else None
    if node.config.incremental_strategy == "upsert":
        follows = reads_changes
    parents = (manifest.nodes.get(parent) for parent in node.depends_on.nodes)
    return Model(
        name=node.name,
        parents=frozenset(parent.name for parent in parents if parent and parent.resource_type == "model"),
        is_incremental=is_incremental,
        is_constant=meta.get("is_constant", False),
        follows=follows,
        reads_changes=reads_changes,
    )


def unfollowed(project: Mapping[str, Model]) -> set[tuple[str, str]]:
    """Find models that read one that can change and would not notice."""
    return {
        (model.name, parent)
        for model in project.values()
        if model.is_incremental and model.follows is not None
        for parent in _changeable(project, model) - _followed(project, model)
    }


def _followed(project: Mapping[str, Model], model: Model) -> set[str]:
    """Names of followed models, those that a list of touched cells follows among them."""
    found = set(model.follows or ())
    for name in model.follows or ():
        if not project[name].is_incremental:
            found |= _followed(project, project[name])
    return found


def _changeable(project: Mapping[str, Model], model: Model) -> set[str]:
    """Names of incremental models that the model reads, itself or through others that are made anew."""
    found: set[str] = set()
    for name in model.parents:
        parent = project[name]
        if parent.is_constant or parent.name == model.name:
            continue
        found |= {name} if parent.is_incremental else _changeable(project, parent)
    return found


def test_every_incremental_model_follows_what_it_reads(project: dict[str, Model]) -> None:
    assert unfollowed(project) == NEED_NOT_FOLLOW.keys()


def test_leaving_one_out_is_found(project: dict[str, Model]) -> None:
    pairs = [
        (model, name)
        for model in project.values()
        if model.is_incremental and model.follows
        for name in model.follows
    ]
    assert {model.name for model, _ in pairs} == {
        model.name for model in project.values() if model.is_incremental and model.follows
    }
    unnoticed = [
        (model.name, name)
        for model, name in pairs
        if model.follows is not None
        and unfollowed({**project, model.name: replace(model, follows=model.follows - {name})})
        == NEED_NOT_FOLLOW.keys()
    ]
    assert unnoticed == []


def test_a_list_of_touched_cells_says_whose_changes_it_reads(project: dict[str, Model]) -> None:
    lists = [model for model in project.values() if model.follows is not None and not model.is_incremental]
    assert 1 <= len(lists) <= 8
    assert [model.name for model in lists if model.reads_changes != model.follows] == []


def test_no_order_is_told_by_comments(manifest: Any) -> None:
    assert [node.name for node in _nodes(manifest) if "depends_on" in node.raw_code] == []
