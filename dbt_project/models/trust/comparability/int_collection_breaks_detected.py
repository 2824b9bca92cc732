"""The breaks that the collection profile shows: statistics that need a library, in orchestration.transform.breaks."""

from typing import Any

from orchestration.transform.breaks import BREAK_TYPES, detect_breaks


def model(dbt: Any, session: Any) -> Any:
    """One row per break; dbt calls this with its own context and the connection to the warehouse."""
    profiles = dbt.ref("int_collection_profiles_counted").df()
    as_of = dbt.ref("int_as_of_determined").project("as_of_date").fetchone()
    reviews = (
        dbt.ref("stg_registers__collection_break_reviews").filter("is_current").project("break_reference").fetchall()
    )
    known = dbt.ref("int_breaks_known").df()
    found = detect_breaks(profiles, as_of and as_of[0], known, [reference for (reference,) in reviews])
    columns = ", ".join(f"cast({column} as {type_}) as {column}" for column, type_ in BREAK_TYPES.items())
    return session.from_df(found).project(columns)
