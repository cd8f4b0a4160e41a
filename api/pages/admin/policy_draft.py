"""A policy's next version: written as text, checked line by line, previewed, and published on confirmation.

The draft travels in the form: nothing is kept until it is published.
"""

from __future__ import annotations

import difflib
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from api.administering.rules import put_policy_in_force
from api.dependencies import House, ReadSession
from api.errors import ApiError
from api.faults import field_faults
from api.pages.admin.frame import Admin, CityAdmin, admin_page, instant, require_reason
from api.pages.admin.policies import preview_values, versions_of
from api.pages.answers import done
from api.pages.forms import Form
from models.base import Language, Words
from models.clocks.policy import Policy, PolicyError
from models.clocks.policy_text import TextFault, from_text, to_text
from models.queries.policies import active_policies
from models.queries.policy_preview import open_cases_under
from models.queries.publishing import try_policy

router: Final = APIRouter(include_in_schema=False)

LONGEST: Final = 60_000
"""Characters of a policy's text."""


class Draft(NamedTuple):
    """What was typed, as far as it holds."""

    policy: Policy | None
    faults: tuple[TextFault, ...]
    text: str


class DiffLine(NamedTuple):
    """One line of a comparison."""

    mark: str
    """`+`, `-`, or nothing."""
    text: str


@router.get("/admin/policies/{policy_id}/draft")
async def draft_page(policy_id: str, request: Request, who: CityAdmin, session: ReadSession) -> Response:
    """The newest version's text, under the next number."""
    newest = (await versions_of(session, policy_id))[0].policy
    next_one = newest.model_copy(update={"version": newest.version + 1})
    form = Form.empty(text=to_text(next_one))
    return await _draft_page(request, who, session, policy_id, form)


@router.post("/admin/policies/{policy_id}/draft")
async def check(policy_id: str, request: Request, who: CityAdmin, house: House) -> Response:
    """Check the draft and show what it would mean; or go on to the confirmation; or publish."""
    form = await Form.of(request)
    async with house.sessions.read() as session:
        draft = await _read(session, policy_id, form)
        if draft.policy is None or form["step"] not in ("confirm", "publish"):
            return await _draft_page(request, who, session, policy_id, form, draft)
    if form["step"] == "publish":
        begins, reason = instant(form, "begins"), require_reason(form)
        if not form.wrong:
            try:
                await put_policy_in_force(
                    house,
                    who.by,
                    draft.policy,
                    reason,
                    in_force_from=begins,
                    tell_open_cases=form["open_cases"] != "keep",
                )
            except ApiError as error:
                form.refuse(error)
            else:
                number = draft.policy.version
                words = Words(zh=f"第{number}版已发布", en=f"Version {number} is published")
                return done(request, f"/admin/policies/{policy_id}", words)
    async with house.sessions.read() as session:
        return await _confirm_page(request, who, session, draft.policy, form)


async def _draft_page(
    request: Request,
    who: Admin,
    session: AsyncSession,
    policy_id: str,
    form: Form,
    draft: Draft | None = None,
) -> Response:
    newest = (await versions_of(session, policy_id))[0].policy
    draft = draft or await _read(session, policy_id, form)
    values: dict[str, Any] = {}
    if draft.policy is not None:
        values = await preview_values(session, draft.policy, form, datetime.now(UTC))
    return admin_page(
        request,
        "policy_draft.html",
        who,
        form=form,
        newest=newest,
        draft=draft,
        faults={fault.line: fault for fault in draft.faults},
        diff=_diff(to_text(newest), draft.text),
        **values,
    )


async def _confirm_page(
    request: Request, who: Admin, session: AsyncSession, policy: Policy, form: Form
) -> Response:
    newest = (await versions_of(session, policy.id))[0].policy
    return admin_page(
        request,
        "policy_publish.html",
        who,
        form=form,
        policy=policy,
        newest=newest,
        diff=_diff(to_text(newest), form["text"]),
        open_cases=await open_cases_under(session, policy.id),
    )


async def _read(session: AsyncSession, policy_id: str, form: Form) -> Draft:
    """The policy that was typed; faults with their lines, and a word above the form, if it does not hold."""
    text = form["text"].replace("\r\n", "\n")
    read = from_text(text[:LONGEST])
    faults: tuple[TextFault, ...] = ()
    if isinstance(read, tuple):
        faults = read
    else:
        try:
            if read.id != policy_id:
                raise PolicyError(f"id: {policy_id} ≠ {read.id}")
            try_policy(read, await active_policies(session))
        except PolicyError as error:
            faults = (TextFault(1, "", str(error)),)
    if not faults and isinstance(read, Policy):
        return Draft(read, (), text)
    form.fault("text", Words(zh="正文有误", en="The text does not hold").in_language(form.language))
    return Draft(None, tuple(_spoken(fault, form.language) for fault in faults), text)


def _spoken(fault: TextFault, language: Language) -> TextFault:
    """The fault in the reader's language, as far as it is one that has words there."""
    if not fault.kind:
        return fault
    if fault.kind == "value_error":
        return fault._replace(message=fault.message if language == "en" else f"不符合要求：{fault.message}")
    error = {"loc": (), "type": fault.kind, "ctx": fault.context, "msg": fault.message}
    return fault._replace(message=field_faults([error], language)[0].message)


def _diff(before: str, after: str) -> list[DiffLine]:
    """The lines that differ, with two lines around them."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=2, lineterm="")
    shown = [line for line in lines if not line.startswith(("---", "+++"))]
    return [
        DiffLine(line[0] if line[0] in "+-@" else "", line[1:] if line[0] != "@" else "…") for line in shown
    ]
