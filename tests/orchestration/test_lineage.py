import json
from pathlib import Path

import pytest

from orchestration.lineage import (
    DataTest,
    critical_tests,
    dating_columns,
    figure_parents,
    model_parents,
    tables_built_from,
    tables_of_set_aside_rows,
)


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """raw.shop__deal → staging.stg_deals → marts.fct_deals, with a critical, a warning and a singular test."""
    path = tmp_path / "manifest.json"
    path.write_text(
        json.dumps(
            {
                "sources": {
                    "source.k.raw.shop__deal": {
                        "schema": "raw",
                        "name": "shop__deal",
                        "resource_type": "source",
                        "config": {"meta": {"dated_by": ["created", "closed"]}},
                    }
                },
                "nodes": {
                    "model.k.stg_deals": node("model", "staging", "stg_deals", ["source.k.raw.shop__deal"]),
                    "seed.k.words": {"schema": "intermediate", "name": "words", "resource_type": "seed", "config": {}},
                    "model.k.fct_deals": node("model", "marts", "fct_deals", ["model.k.stg_deals", "seed.k.words"]),
                    "test.k.unique": {
                        **node("test", "tests", "unique", ["model.k.fct_deals"]),
                        "attached_node": "model.k.fct_deals",
                        "config": {"severity": "ERROR", "tags": []},
                    },
                    "test.k.hint": {
                        **node("test", "tests", "hint", ["model.k.fct_deals"]),
                        "attached_node": "model.k.fct_deals",
                        "config": {"severity": "warn", "tags": []},
                    },
                    "test.k.ties": {
                        **node("test", "tests", "ties", ["model.k.fct_deals", "model.k.stg_deals"]),
                        "config": {"severity": "error", "tags": []},
                    },
                    "test.k.never_null": {
                        **node("test", "tests", "never_null", ["model.k.stg_deals"]),
                        "attached_node": "model.k.stg_deals",
                        "config": {"severity": "error", "tags": ["build"]},
                    },
                },
            }
        )
    )
    return path


def node(kind: str, schema: str, name: str, parents: list[str], materialized: str = "table") -> dict[str, object]:
    config = {"materialized": materialized}
    return {
        "resource_type": kind,
        "schema": schema,
        "name": name,
        "fqn": ["k", name],
        "depends_on": {"nodes": parents},
        "config": config,
    }


def test_each_model_and_seed_has_the_tables_that_it_is_built_from(manifest: Path) -> None:
    assert model_parents(manifest) == {
        "staging.stg_deals": ["raw.shop__deal"],
        "intermediate.words": [],
        "marts.fct_deals": ["intermediate.words", "staging.stg_deals"],
    }


def test_a_view_is_as_new_as_the_tables_behind_it(manifest: Path) -> None:
    make_view(manifest, "model.k.stg_deals")
    assert tables_built_from(manifest) == {
        "staging.stg_deals": [],
        "intermediate.words": [],
        "marts.fct_deals": ["intermediate.words", "raw.shop__deal"],
    }
    assert [test.depends_on for test in critical_tests(manifest)] == [
        ("marts.fct_deals",),
        ("marts.fct_deals", "raw.shop__deal", "staging.stg_deals"),
        ("raw.shop__deal", "staging.stg_deals"),
    ]


def make_view(manifest: Path, unique_id: str) -> None:
    content = json.loads(manifest.read_text())
    content["nodes"][unique_id]["config"] |= {"materialized": "view"}
    manifest.write_text(json.dumps(content))


def test_a_model_passes_figures_on_unless_its_meta_says_no(manifest: Path) -> None:
    give_meta(manifest, "model.k.stg_deals", {"passes_on_figures": False})
    assert set(figure_parents(manifest)) == {"intermediate.words", "marts.fct_deals"}


def test_a_model_holds_rows_that_are_set_aside_if_its_meta_says_so(manifest: Path) -> None:
    assert tables_of_set_aside_rows(manifest) == []
    give_meta(manifest, "model.k.stg_deals", {"holds_set_aside_rows": True})
    assert tables_of_set_aside_rows(manifest) == [("staging", "stg_deals")]
    assert tables_of_set_aside_rows(manifest.with_name("none.json")) == []


def give_meta(manifest: Path, unique_id: str, meta: dict[str, bool]) -> None:
    content = json.loads(manifest.read_text())
    content["nodes"][unique_id]["config"] |= {"meta": meta}
    manifest.write_text(json.dumps(content))


def test_each_table_has_the_columns_that_it_declares_to_date_its_rows(manifest: Path) -> None:
    assert dating_columns(manifest) == {
        "raw.shop__deal": ["created", "closed"],
        "staging.stg_deals": [],
        "marts.fct_deals": [],
    }


def test_tests_of_severity_error_are_critical_with_all_that_they_read(manifest: Path) -> None:
    assert critical_tests(manifest) == [
        DataTest("marts.fct_deals", "unique", ("marts.fct_deals",), False, True, "k.unique"),
        DataTest("staging.stg_deals", "ties", ("marts.fct_deals", "staging.stg_deals"), False, True, "k.ties"),
        DataTest("staging.stg_deals", "never_null", ("staging.stg_deals",), True, True, "k.never_null"),
    ]
