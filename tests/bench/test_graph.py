"""The figures of the graph, on a project of five models."""

from typing import Any

from bench.graph import Graph, deepest_chain, picture


def model(path: str) -> dict[str, Any]:
    return {"fqn": ["kuota", *path.split("/")]}


GRAPH = Graph(
    models={
        name: model(f"{area}/{name}")
        for name, area in {
            "stg_shop__deals": "staging/shop",
            "stg_till__deals": "staging/till",
            "int_deals": "core/deals",
            "fct_deals": "core/deals",
            "mart_deals": "marts/sales",
        }.items()
    },
    reads={
        "stg_shop__deals": [],
        "stg_till__deals": [],
        "int_deals": ["stg_shop__deals", "stg_till__deals", "words"],
        "fct_deals": ["int_deals"],
        "mart_deals": ["int_deals", "fct_deals", "words"],
    },
    tests=[],
)


def test_depth_counts_the_models_on_the_longest_path() -> None:
    assert GRAPH.depths()["mart_deals"] == 4
    assert deepest_chain(GRAPH)[1:] == ["int_deals", "fct_deals", "mart_deals"]


def test_one_entity_of_several_sources_is_one_parent() -> None:
    assert GRAPH.parents() == {
        "stg_shop__deals": 0,
        "stg_till__deals": 0,
        "int_deals": 2,
        "fct_deals": 1,
        "mart_deals": 3,
    }


def test_areas_read_what_their_models_read() -> None:
    assert GRAPH.areas() == {"staging": set(), "core/deals": {"staging"}, "marts/sales": {"core/deals"}}


def test_the_picture_has_an_area_once_and_an_arrow_for_each_reading() -> None:
    drawn = picture(GRAPH)
    assert [drawn.count(f">{name}</text>") for name in ("staging", "deals", "sales")] == [1, 1, 1]
    assert drawn.count('stroke-width="1.2"') == 2
    assert "core · 2 models" in drawn
