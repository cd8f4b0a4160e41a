"""Policies: which step has which limit. Rules are data, and each policy names its source.

A policy is written down, usually on top of another one that it `extends`. `resolve` puts the layers together
for one urgency; the outcome, `Rules`, is what a case carries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self, TypeVar, get_args

from pydantic import Field, model_validator

from models.base import Frozen, Urgency, Words
from models.clocks.budget import Budget
from models.clocks.rules import (
    ClockStage,
    LevelName,
    LevelRule,
    Limit,
    MilestoneRule,
    PolicyRef,
    RedAction,
    Rules,
    Share,
    StageRule,
    Standing,
    Starts,
)

__all__ = [
    "ClockStage",
    "LevelRule",
    "LevelTerms",
    "Limit",
    "MilestoneRule",
    "MilestoneTerms",
    "Policy",
    "PolicyError",
    "PolicyRef",
    "Provenance",
    "RedAction",
    "Rules",
    "StageRule",
    "Standing",
    "Terms",
    "Variant",
    "resolve",
]


K = TypeVar("K", bound=str)
T = TypeVar("T")


class PolicyError(ValueError):
    """A policy does not say what is asked of it, or contradicts itself."""


class Provenance(Frozen):
    """Where a policy comes from."""

    standing: Standing
    source: Words
    note: Words | None = None

    @property
    def official(self) -> bool:
        """Whether an authority published it."""
        return self.standing is Standing.OFFICIAL


class Terms(Frozen):
    """What a policy says of one limit. What it leaves unsaid holds as in the policy it extends."""

    budget: Budget | None = None
    starts: Starts | None = None
    yellow: Share | None = None
    substitute: float | None = Field(default=None, ge=0, le=1)
    """0 says that B is never called, where the policy below would call B."""
    at_red: tuple[RedAction, ...] | None = None


class LevelTerms(Terms):
    """Terms for one level."""

    name: Words | None = None
    """What the source calls this rung, where it is not our word."""


class MilestoneTerms(Terms):
    """Terms for a named step inside one case."""

    key: str
    name: Words


class Variant(Frozen):
    """One set of limits of a policy: for an urgency, or to be named by the catalogue."""

    name: Words
    urgency: Urgency | None = None
    stages: dict[ClockStage, Terms] = Field(default_factory=dict)
    levels: dict[LevelName, LevelTerms] = Field(default_factory=dict)
    milestones: tuple[MilestoneTerms, ...] = ()
    return_limit: Budget | None = None
    extension_limit: Budget | None = None
    extensions_max: int | None = Field(default=None, ge=0)


class Policy(Frozen):
    """A policy as it is written down, with its source.

    Nothing depends on the order of keys: PostgreSQL's jsonb does not keep it.
    """

    id: str
    version: int = Field(ge=1)
    name: Words
    provenance: Provenance
    extends: str | None = None
    variants: dict[str, Variant] = Field(min_length=1)
    """By key."""
    default: str | None = None
    """The variant for every urgency that has none of its own; none: there only what is inherited holds."""

    @model_validator(mode="after")
    def _variants_are_told_apart(self) -> Self:
        if self.default is not None and self.default not in self.variants:
            raise ValueError(f"default: there is no variant “{self.default}”")
        said = [variant.urgency for variant in self.variants.values() if variant.urgency is not None]
        twice = next((urgency for urgency in said if said.count(urgency) > 1), None)
        if twice is not None:
            raise ValueError(f"variants: two of them are for the urgency “{twice}”")
        return self

    @property
    def ref(self) -> PolicyRef:
        """The policy, as an explanation cites it."""
        standing = self.provenance.standing
        return PolicyRef(id=self.id, version=self.version, name=self.name, standing=standing)


def resolve(
    policy: Policy, base_policies: Mapping[str, Policy], urgency: Urgency, variant: str | None = None
) -> Rules:
    """What `policy` says for a case of this urgency.

    The layers are the policies it extends, from the bottom up, each with the variant for the urgency. In the
    policy itself `variant` names one, whatever the urgency. What a layer leaves unsaid stays as the layer
    below has it; so a policy with no variant for the urgency, and no default, adds nothing.

    Raises PolicyError for an unknown variant, an unknown policy to extend, a circle of policies, or a limit
    for which no layer names a budget.
    """
    if variant is not None and variant not in policy.variants:
        raise PolicyError(f"{policy.id}: has no variant “{variant}”; it has {', '.join(policy.variants)}")
    chosen = _fitting(policy, urgency) if variant is None else variant
    layers = _layers(policy, base_policies)
    keys = [_fitting(layer, urgency) for layer in layers[:-1]] + [chosen]
    parts = [(layer, layer.variants[key]) for layer, key in zip(layers, keys, strict=True) if key is not None]
    stages = _merge(policy, [(layer, part.stages) for layer, part in parts], ClockStage)
    levels = _merge(policy, [(layer, part.levels) for layer, part in parts], get_args(LevelName))
    steps = [(layer, {step.key: step for step in part.milestones}) for layer, part in parts]
    milestones = _merge(policy, steps)
    own = policy.ref
    return Rules(
        policy=own.id,
        version=own.version,
        name=own.name,
        standing=policy.provenance.standing,
        variant=chosen,
        stages=tuple(StageRule(stage=stage, **said) for stage, said in stages.items()),
        levels=tuple(LevelRule(level=level, **said) for level, said in levels.items()),
        milestones=tuple(MilestoneRule(**said) for said in milestones.values()),
        return_limit=_last(part.return_limit for _, part in parts),
        extension_limit=_last(part.extension_limit for _, part in parts),
        extensions_max=_last(part.extensions_max for _, part in parts),
        sources=tuple(layer.ref for layer in layers if layer is not policy),
    )


def _layers(policy: Policy, base_policies: Mapping[str, Policy]) -> list[Policy]:
    """The policy and all that it extends, bottom first."""
    layers = [policy]
    while (below := layers[0].extends) is not None:
        if below not in base_policies:
            raise PolicyError(f"{policy.id}: {layers[0].id} extends “{below}”, which is not a known policy")
        if any(layer.id == below for layer in layers):
            circle = " → ".join([layer.id for layer in reversed(layers)] + [below])
            raise PolicyError(f"{policy.id}: extends itself in a circle: {circle}")
        layers.insert(0, base_policies[below])
    return layers


def _fitting(policy: Policy, urgency: Urgency) -> str | None:
    """The key of the variant for the urgency, else of the default."""
    for key, variant in policy.variants.items():
        if variant.urgency is urgency:
            return key
    return policy.default


def _merge(
    policy: Policy, layers: Sequence[tuple[Policy, Mapping[K, Terms]]], order: Iterable[K] = ()
) -> dict[K, dict[str, Any]]:
    """The terms of all layers put together: the fields of each limit, in `order` or as first named."""
    merged: dict[K, dict[str, Any]] = {key: {} for key in order}
    for layer, terms in layers:
        for key, said in terms.items():
            limit = merged.setdefault(key, {})
            limit.update((field, value) for field, value in said if value is not None)
            if said.substitute == 0:
                limit["substitute"] = None
            if said.budget is not None:
                limit["source"] = None if layer is policy else layer.id
    merged = {key: limit for key, limit in merged.items() if limit}
    for key, limit in merged.items():
        if "budget" not in limit:
            raise PolicyError(f"{policy.id}: {key} has terms, but neither here nor below has it a budget")
    return merged


def _last(values: Iterable[T | None]) -> T | None:
    """The last value that was said."""
    return next((value for value in reversed([*values]) if value is not None), None)
