"""A line of a list, made from a case's state: for what the read model has not caught up with yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from models.case.state import Case
from models.city.units import place_name
from models.queries.case_filters import light_at
from models.queries.case_rows import case_row
from models.queries.cases import CaseLine
from models.queries.names import Named


def line_of(case: Case, at: datetime, names: Mapping[str, str]) -> CaseLine:
    """The line that a list will show of `case`, with its light at the instant `at`.

    `names` has the names of people by id; a handler who is not among them goes by the id.
    """
    row = case_row(case)
    lead = case.lead_task
    handler = lead.person if lead else None
    line = CaseLine.model_validate(
        {name: row[name] for name in CaseLine.model_fields if name in row}
        | {
            "light": "green",
            "name": case.matter.name,
            "place": Named(id=case.place.id, name=place_name(case.chain)),
            "address": case.address,
            "text": case.text,
            "holder": Named(id=case.holder.id, name=case.holder.name),
            "handler": Named(id=handler, name=names.get(handler, handler)) if handler else None,
        }
    )
    return line.model_copy(update={"light": light_at(line.yellow_at, line.red_at, at)})
