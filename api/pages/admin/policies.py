"""`/admin/policies`: every policy with its versions, and what one means for a matter reported some time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from api.administering.rules import withdraw
from api.dependencies import House, ReadSession
from api.errors import NotFound
from api.pages.admin.frame import Admin, CityAdmin, SignedInAdmin, admin_page, asked, instant, require_reason
from api.pages.answers import done
from api.pages.forms import Form
from models.base import Urgency, Words
from models.clocks.policy import Policy
from models.clocks.rules import STANDINGS
from models.queries.policy_preview import (
    PolicyVersion,
    Preview,
    matters_under,
    open_cases_under,
    policy_versions,
    preview_policy,
)

router: Final = APIRouter(include_in_schema=False)


@router.get("/admin/policies")
async def policies(request: Request, who: SignedInAdmin, session: ReadSession) -> Response:
    """Every policy: its source, the version in force, what is scheduled, and how many matters follow it."""
    now = datetime.now(UTC)
    versions = await policy_versions(session, now)
    return admin_page(
        request,
        "policies.html",
        who,
        current=[version for version in versions if version.current],
        scheduled={version.policy.id: version for version in versions if version.scheduled},
        counts={
            policy.id: sum(v.policy.id == policy.id for v in versions)
            for policy in (version.policy for version in versions)
        },
        matters=await matters_under(session),
        standings=STANDINGS,
    )


@router.get("/admin/policies/{policy_id}")
async def policy(policy_id: str, request: Request, who: SignedInAdmin, session: ReadSession) -> Response:
    """One policy: what it means for a matter reported now or at a chosen time, and its versions."""
    form, now = asked(request), datetime.now(UTC)
    versions = await versions_of(session, policy_id)
    current = next((version for version in versions if version.current), versions[0])
    wanted = int(form["version"]) if form["version"].isdecimal() else current.policy.version
    shown = next((version for version in versions if version.policy.version == wanted), current)
    return admin_page(
        request,
        "policy.html",
        who,
        block="preview",
        asked=form,
        versions=versions,
        shown=shown,
        standings=STANDINGS,
        open_cases=await open_cases_under(session, policy_id),
        **await preview_values(session, shown.policy, form, now),
    )


async def preview_values(session: AsyncSession, shown: Policy, form: Form, now: datetime) -> dict[str, Any]:
    """What the preview of a policy needs: the urgency and instant asked for, and what would be promised."""
    urgency = Urgency(form["urgency"]) if form["urgency"] in set(Urgency) else Urgency.ORDINARY
    variant = form["variant"] if form["variant"] in shown.variants else None
    at = instant(form, "at") or now
    preview: Preview = await preview_policy(session, shown, urgency, at, variant)
    return {
        "preview": preview,
        "urgency": urgency,
        "urgencies": list(Urgency),
        "variant": variant,
        "variants": [(key, said.name) for key, said in shown.variants.items() if said.urgency is None],
        "at": at,
    }


async def versions_of(session: AsyncSession, policy_id: str) -> tuple[PolicyVersion, ...]:
    """Every version of a policy, the newest first. Raises NotFound."""
    versions = await policy_versions(session, datetime.now(UTC), policy_id)
    if not versions:
        raise NotFound
    return versions


@router.get("/admin/policies/{policy_id}/versions/{version}/withdraw")
async def withdraw_page(
    policy_id: str, version: int, request: Request, who: CityAdmin, session: ReadSession
) -> Response:
    """What withdrawing a scheduled version would mean, before it is done."""
    return await _withdraw_page(request, who, session, policy_id, version, Form.empty())


@router.post("/admin/policies/{policy_id}/versions/{version}/withdraw")
async def do_withdraw(
    policy_id: str, version: int, request: Request, who: CityAdmin, house: House
) -> Response:
    """Withdraw it."""
    form = await Form.of(request)
    reason = require_reason(form)
    if form.wrong:
        async with house.sessions.read() as session:
            return await _withdraw_page(request, who, session, policy_id, version, form)
    await withdraw(house, who.by, policy_id, version, reason)
    words = Words(zh=f"第{version}版已撤回", en=f"Version {version} was withdrawn")
    return done(request, f"/admin/policies/{policy_id}", words)


async def _withdraw_page(
    request: Request, who: Admin, session: AsyncSession, policy_id: str, version: int, form: Form
) -> Response:
    versions = await versions_of(session, policy_id)
    found = next((each for each in versions if each.policy.version == version and each.scheduled), None)
    if found is None:
        raise NotFound
    return admin_page(request, "policy_withdraw.html", who, form=form, version=found)
