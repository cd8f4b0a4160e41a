"""Policies: which step has which limit, and on whose authority."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import ReadSession, caller
from api.errors import NotFound
from api.paths import API
from api.problems import SIGNED_IN, problems
from models.base import Urgency, Words
from models.clocks.policy import Policy, resolve
from models.clocks.rules import STANDINGS, Rules, Standing
from models.queries.policies import active_policies

router: Final = APIRouter(
    prefix=f"{API}/policies",
    tags=["policies"],
    dependencies=[Depends(caller)],
    responses=problems(*SIGNED_IN),
)

_EXAMPLE: Final[dict[str, Any]] = {
    "id": "135",
    "version": 1,
    "name": {"zh": "135", "en": "135"},
    "standing": "project_default",
    "standing_words": {"zh": "项目默认，非官方定义", "en": "project default, not an official definition"},
    "official": False,
    "source": {"zh": "本项目", "en": "this project"},
    "note": None,
    "extends": None,
}


class PolicyView(BaseModel):
    """A policy and where it comes from."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: str
    version: int
    name: Words
    standing: Standing = Field(description="How good the source is.")
    standing_words: Words
    official: bool = Field(description="Only these may be shown as official rules.")
    source: Words
    note: Words | None
    extends: str | None = Field(description="The policy whose limits hold where this one says nothing.")

    @classmethod
    def of(cls, policy: Policy, **more: Any) -> Self:
        """The view of `policy`; `more` are the fields of a richer view."""
        origin = policy.provenance
        return cls(
            id=policy.id,
            version=policy.version,
            name=policy.name,
            standing=origin.standing,
            standing_words=STANDINGS[origin.standing],
            official=origin.official,
            source=origin.source,
            note=origin.note,
            extends=policy.extends,
            **more,
        )


class PolicyList(BaseModel):
    """Every policy."""

    items: list[PolicyView]


class VariantView(BaseModel):
    """One set of limits of a policy, with everything inherited put in."""

    key: str | None = Field(description="None: what holds for the urgency without naming a variant.")
    name: Words | None
    urgency: Urgency
    rules: Rules


class PolicyWithRules(PolicyView):
    """A policy and the limits that follow from it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **_EXAMPLE,
                    "variants": [
                        {
                            "key": None,
                            "name": None,
                            "urgency": "critical",
                            "rules": {
                                "policy": "135",
                                "version": 1,
                                "name": {"zh": "135", "en": "135"},
                                "standing": "project_default",
                                "stages": [
                                    {"stage": "accept", "budget": {"kind": "continuous", "amount": 60}}
                                ],
                            },
                        }
                    ],
                }
            ]
        }
    )

    variants: list[VariantView]


@router.get("", operation_id="listPolicies", summary="Every policy")
async def list_policies(session: ReadSession) -> PolicyList:
    """The policies with their provenance, in the order of their ids."""
    return PolicyList(items=[PolicyView.of(policy) for policy in (await active_policies(session)).values()])


@router.get("/{policy_id}", operation_id="getPolicy", summary="One policy, resolved", responses=problems(404))
async def get_policy(
    policy_id: Annotated[str, Path(max_length=64, examples=["135"])], session: ReadSession
) -> PolicyWithRules:
    """A policy with the limits it sets: for each urgency, and for each variant that has a name of its own."""
    policies = await active_policies(session)
    policy = policies.get(policy_id)
    if policy is None:
        raise NotFound
    by_urgency = [
        VariantView(key=None, name=None, urgency=urgency, rules=resolve(policy, policies, urgency))
        for urgency in Urgency
    ]
    named = [
        VariantView(
            key=key,
            name=variant.name,
            urgency=variant.urgency or Urgency.ORDINARY,
            rules=resolve(policy, policies, variant.urgency or Urgency.ORDINARY, key),
        )
        for key, variant in policy.variants.items()
    ]
    return PolicyWithRules.of(policy, variants=[*by_urgency, *named])
