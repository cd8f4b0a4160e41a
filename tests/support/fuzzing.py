"""Asking the whole OpenAPI document: which operations there are, and real ids to ask some of them about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import schemathesis
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.product import Product

CHECKS: Final = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ENDLESS: Final = "stream"
"""The one operation whose answer does not end, once somebody is let in."""

Known = Mapping[str, Sequence[str]]
"""Values that mean something to the product, by the names of parameters and fields."""


def operations(document: dict[str, Any]) -> Iterator[Any]:
    """Every operation of the document."""
    for found in schemathesis.openapi.from_dict(document).get_all_operations():
        assert isinstance(found, Ok), found
        yield found.ok()


async def furnish(product: Product) -> Known:
    """Have cases at several stages, here and elsewhere; what can be asked about."""
    grid, officer = await product.person("dongguan-g18"), await product.person("dongguan")
    elsewhere = await product.person("heixi-dispatch")
    place = {"matter": "street-lamp", "unit": "500120001005-g18"}
    numbers = [(await grid.report(**place, text=f"路灯{n}"))["number"] for n in range(4)]
    for number in numbers[1:]:
        await officer.sends(number, "accept")
    for number in numbers[2:]:
        await officer.sends(number, "dispatch", lead="500120001005-g18")
        await grid.sends(number, "claim")
    await grid.sends(numbers[3], "handle", note="已更换")
    numbers.append((await elsewhere.report(matter="street-lamp", unit="500114107", text="他处"))["number"])
    numbers.append("20200101-000001")
    units = ["500120001-pingan", "500120-chengguan", "500114107", "500120001005-g18", "500120001", "50"]
    people = [(await who.get("/me")).json()["person"] for who in (grid, elsewhere)]
    known = {
        ("number", "into", "follows", "case"): numbers,
        ("unit_id", "unit", "to", "lead", "involving", "holder", "parent"): units,
        ("person_id", "person"): people,
        ("key", "matter"): ["street-lamp", "eave-collapse", "other"],
        ("policy_id", "policy"): ["135", "xian-1130"],
        ("year",): ["2026", "2027"],
    }
    return {name: values for names, values in known.items() for name in names}


@st.composite
def asked(draw: st.DrawFn, cases: st.SearchStrategy[Any], known: Known) -> Any:
    """A generated request, mostly about something real where it names something."""
    case = draw(cases)
    for values in (case.path_parameters, case.query, case.body):
        if isinstance(values, dict):
            for name in values.keys() & known.keys():
                if draw(st.integers(0, 4)):
                    values[name] = draw(st.sampled_from(known[name]))
    return case
