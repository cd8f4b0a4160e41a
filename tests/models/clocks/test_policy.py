"""How policies stand on one another, and what they refuse."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from models.base import Urgency, Words
from models.clocks.budget import Budget
from models.clocks.policy import (
    ClockStage,
    LevelTerms,
    MilestoneRule,
    MilestoneTerms,
    Policy,
    PolicyError,
    PolicyRef,
    Provenance,
    RedAction,
    Standing,
    Terms,
    Variant,
    resolve,
)

NAME = Words(zh="名", en="name")
ACCEPT, HANDLE = ClockStage.ACCEPT, ClockStage.HANDLE
SUPERVISE, ESCALATE = RedAction.SUPERVISE, RedAction.ESCALATE


def variant(urgency: Urgency | None = None, **said: Any) -> Variant:
    return Variant(name=NAME, urgency=urgency, **said)


def policy(
    name: str, extends: str | None = None, *, default: str | None = "all", **variants: Variant
) -> Policy:
    source = Provenance(standing=Standing.PROJECT_DEFAULT, source=NAME)
    return Policy(
        id=name,
        version=1,
        name=NAME,
        provenance=source,
        extends=extends,
        variants=variants,
        default=default if default in variants else None,
    )


BASE = policy(
    "base",
    urgent=variant(Urgency.URGENT, stages={ACCEPT: Terms(budget=Budget.minutes(10))}),
    all=variant(
        stages={
            ACCEPT: Terms(budget=Budget.hours(1), substitute=0.5),
            HANDLE: Terms(budget=Budget.hours(9), at_red=(SUPERVISE, ESCALATE)),
        },
        levels={"grid": LevelTerms(budget=Budget.days(1))},
        return_limit=Budget.hours(2),
        extension_limit=Budget.days(5),
        extensions_max=2,
    ),
)


def test_the_variant_for_the_urgency_comes_before_the_one_for_any() -> None:
    urgent, ordinary = (resolve(BASE, {}, urgency) for urgency in (Urgency.URGENT, Urgency.ORDINARY))
    assert (urgent.variant, ordinary.variant) == ("urgent", "all")
    assert [rule.budget for rule in urgent.stages] == [Budget.minutes(10)]
    assert [rule.budget for rule in ordinary.stages] == [Budget.hours(1), Budget.hours(9)]


def test_what_a_policy_leaves_unsaid_stays_as_below() -> None:
    top = policy(
        "top",
        "base",
        all=variant(
            stages={
                ACCEPT: Terms(budget=Budget.minutes(5), starts="report", substitute=0),
                HANDLE: Terms(yellow=0.6),
                ClockStage.VERIFY: Terms(budget=Budget.days(1)),
            },
            extensions_max=0,
        ),
    )
    rules = resolve(top, {"base": BASE}, Urgency.ORDINARY)
    accept, handle = rules.rule(ACCEPT), rules.rule(HANDLE)
    assert accept is not None
    assert (accept.budget, accept.starts, accept.yellow) == (Budget.minutes(5), "report", 0.8)
    assert accept.substitute is None
    assert handle is not None
    assert (handle.budget, handle.starts, handle.yellow) == (Budget.hours(9), "step", 0.6)
    assert handle.at_red == (SUPERVISE, ESCALATE)
    assert rules.rule(ClockStage.VERIFY) is not None
    assert rules.rule(ClockStage.SIGN) is None
    assert (rules.return_limit, rules.extension_limit, rules.extensions_max) == (
        Budget.hours(2),
        Budget.days(5),
        0,
    )


def test_every_limit_can_be_traced_to_the_policy_that_set_its_budget() -> None:
    top = policy(
        "top",
        "base",
        all=variant(stages={ACCEPT: Terms(budget=Budget.minutes(5)), HANDLE: Terms(yellow=0.6)}),
    )
    rules = resolve(top, {"base": BASE}, Urgency.ORDINARY)
    found = {rule.stage: rules.source_of(rule).id for rule in rules.stages}
    assert found == {ACCEPT: "top", HANDLE: "base"}
    assert rules.cite("base", 1) == BASE.ref
    assert rules.cite("top", 1) == top.ref == rules.ref
    assert rules.cite("base", 2) == PolicyRef(
        id="base", version=2, name=Words(zh="base", en="base"), standing=None
    )


def test_levels_are_handed_up_and_milestones_supervised_unless_said_otherwise() -> None:
    fence = MilestoneTerms(key="fence", name=Words(zh="围挡", en="Fence off"), budget=Budget.hours(3))
    top = policy("top", "base", all=variant(milestones=(fence,)))
    rules = resolve(top, {"base": BASE}, Urgency.ORDINARY)
    level, milestone = rules.level("grid"), rules.milestone("fence")
    assert level is not None
    assert level.at_red == (ESCALATE,)
    assert level.label is None
    assert rules.level("city") is None
    assert milestone is not None
    assert (milestone.at_red, milestone.label) == ((SUPERVISE,), Words(zh="围挡", en="Fence off"))
    assert rules.milestone("repair") is None


def test_a_named_variant_holds_whatever_the_urgency() -> None:
    top = policy(
        "top",
        "base",
        default="first",
        first=variant(stages={HANDLE: Terms(budget=Budget.days(3))}),
        second=variant(stages={HANDLE: Terms(budget=Budget.days(7))}),
    )
    for urgency in Urgency:
        named = resolve(top, {"base": BASE}, urgency, "second").rule(HANDLE)
        unnamed = resolve(top, {"base": BASE}, urgency).rule(HANDLE)
        assert named is not None
        assert unnamed is not None
        assert (named.budget, unnamed.budget) == (Budget.days(7), Budget.days(3))


def test_without_a_fitting_variant_only_what_is_below_holds() -> None:
    top = policy(
        "top", "base", only=variant(Urgency.CRITICAL, stages={HANDLE: Terms(budget=Budget.hours(1))})
    )
    rules = resolve(top, {"base": BASE}, Urgency.ORDINARY)
    assert rules.variant is None
    assert [rule.source for rule in rules.stages] == ["base", "base"]
    lower = resolve(policy("over", "top", all=variant()), {"base": BASE, "top": top}, Urgency.ORDINARY)
    assert lower.rule(HANDLE) == rules.rule(HANDLE)


def test_an_unknown_variant_is_refused_with_the_known_ones() -> None:
    with pytest.raises(PolicyError, match="has no variant “slow”; it has urgent, all"):
        resolve(BASE, {}, Urgency.ORDINARY, "slow")


def test_an_unknown_base_is_refused() -> None:
    with pytest.raises(PolicyError, match="top extends “nothing”, which is not a known policy"):
        resolve(policy("top", "nothing", all=variant()), {"base": BASE}, Urgency.ORDINARY)


def test_a_circle_is_refused_and_drawn() -> None:
    one, two = policy("one", "two", all=variant()), policy("two", "one", all=variant())
    with pytest.raises(PolicyError, match="circle: one → two → one"):
        resolve(one, {"one": one, "two": two}, Urgency.ORDINARY)


def test_a_limit_needs_a_budget_from_somewhere() -> None:
    top = policy("top", "base", all=variant(stages={ClockStage.SIGN: Terms(yellow=0.5)}))
    with pytest.raises(PolicyError, match="sign has terms, but neither here nor below has it a budget"):
        resolve(top, {"base": BASE}, Urgency.ORDINARY)


def test_two_variants_for_one_urgency_are_refused() -> None:
    with pytest.raises(ValidationError, match="two of them are for the urgency “urgent”"):
        policy("top", one=variant(Urgency.URGENT), two=variant(Urgency.URGENT), three=variant())


def test_the_default_is_one_of_the_variants() -> None:
    source = Provenance(standing=Standing.REPORTED, source=NAME)
    with pytest.raises(ValidationError, match="default: there is no variant “some”"):
        Policy(id="p", version=1, name=NAME, provenance=source, variants={"all": variant()}, default="some")


def test_the_order_of_keys_means_nothing() -> None:
    """PostgreSQL's jsonb sorts keys; what is read back must resolve alike."""
    for shipped in (BASE, policy("top", "base", all=variant(stages=dict(BASE.variants["all"].stages)))):
        stored = json.loads(json.dumps(shipped.model_dump(mode="json"), sort_keys=True))
        again = Policy.model_validate(stored)
        for urgency in Urgency:
            assert resolve(again, {"base": BASE}, urgency) == resolve(shipped, {"base": BASE}, urgency)


def test_only_an_official_source_makes_official_rules() -> None:
    for standing in Standing:
        source = Provenance(standing=standing, source=NAME)
        said = Policy(id="p", version=1, name=NAME, provenance=source, variants={"all": variant()})
        assert (
            source.official is resolve(said, {}, Urgency.ORDINARY).official is (standing is Standing.OFFICIAL)
        )


def test_a_milestone_planned_by_people_has_the_default_thresholds() -> None:
    planned = MilestoneRule.simple("evacuate", "疏散", Budget.minutes(20))
    assert (planned.label, planned.yellow) == (Words(zh="疏散", en="疏散"), 0.8)


def test_rules_survive_json() -> None:
    rules = resolve(policy("top", "base", all=variant()), {"base": BASE}, Urgency.ORDINARY)
    assert type(rules).model_validate_json(rules.model_dump_json()) == rules
