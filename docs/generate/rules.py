"""Who may send what: the table of rules, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.glossary import ROLES
from docs.generate.tables import code, table
from models.base import Words
from models.case.permissions import APPROVING_ROLES, DIRECTING_ROLES, SERVES, UPSTREAM_ROLES, Relation
from models.case.state import OPEN, WORKING, Stage
from models.case.table import RULES
from models.case.wording import STAGES
from models.city.people import Role
from models.city.units import UnitKind

RELATIONS: Final[Mapping[Relation, Words]] = {
    Relation.HOLDER: Words(zh="本件所在单位", en="works the desk of the unit that holds the case"),
    Relation.TASK: Words(zh="承办单位", en="works the desk of a unit with a task in this round"),
    Relation.UPSTREAM: Words(zh="上级", en="directs or supervises the holder's unit, or one above it"),
    Relation.DIRECTING: Words(zh="上级指挥", en="dispatches or commands at the holder's unit or above it"),
    Relation.APPROVER: Words(zh="审批人", en="may approve for the holder's unit, there or above it"),
    Relation.REPORTER: Words(zh="上报人", en="reported the matter, or a duplicate of it"),
    Relation.RESIDENT: Words(zh="群众上报人", en="reported it, or a duplicate of it, without an account"),
    Relation.WHISTLER: Words(zh="吹哨单位", en="works the desk of a unit that whistled"),
    Relation.WHISTLED: Words(zh="应哨部门", en="works the desk of a department that was whistled"),
    Relation.ORDERED: Words(zh="被督办单位", en="works the desk of a unit that owes an answer"),
    Relation.MACHINE: Words(zh="系统", en="the system itself: other cases, changed rules"),
}
_ROLES: Final[Mapping[Relation, frozenset[Role]]] = {
    Relation.UPSTREAM: UPSTREAM_ROLES,
    Relation.DIRECTING: DIRECTING_ROLES,
    Relation.APPROVER: APPROVING_ROLES,
    Relation.RESIDENT: frozenset({Role.RESIDENT}),
    Relation.MACHINE: frozenset({Role.SYSTEM}),
}
"""The roles of a relation that is not a matter of whose desk it is."""
_GROUPS: Final[Mapping[frozenset[Stage], str]] = {
    OPEN | {Stage.CLOSED}: "open, `closed`",
    OPEN: "open",
    WORKING: "working",
}


def commands() -> str:
    """Every command, where and by whom it may be sent, and where it leads."""
    rows = [
        (
            f"`{name}`",
            rule.words.zh,
            _stages(rule.stages),
            ", ".join(relation.value for relation in rule.by),
            code(stage.value for stage in rule.to) or "stays",
            "yes" if rule.while_suspended else "",
        )
        for name, rule in RULES.items()
    ]
    return table(("command", "中文", "at the stages", "by", "leads to", "while suspended"), rows)


def relations() -> str:
    """How a post may stand to a case."""
    rows = [
        (relation.value, words.zh, words.en, _roles(_ROLES.get(relation, frozenset())))
        for relation, words in RELATIONS.items()
    ]
    return table(("relation", "中文", "the sender's post", "roles"), rows)


def desks() -> str:
    """Which roles work which desk."""
    rows = [(f"`{kind.value}`", _roles(SERVES[kind])) for kind in UnitKind]
    return table(("unit", "its desk is worked by"), rows)


def _stages(stages: frozenset[Stage]) -> str:
    return _GROUPS.get(stages) or code(stage.value for stage in STAGES if stage in stages)


def _roles(roles: frozenset[Role]) -> str:
    return ", ".join(f"{ROLES[role].en} {ROLES[role].zh}" for role in Role if role in roles)
