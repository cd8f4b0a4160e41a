"""Posts given and ended: `/admin/people/{id}/posts/new`, `/admin/people/{id}/posts/{post}/end`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from api.administering.people import appoint, dismiss
from api.dependencies import House, ReadSession
from api.errors import NotFound
from api.pages.admin.appointing import unit_choice
from api.pages.admin.frame import Admin, SignedInAdmin, admin_page, asked, instant, require_reason
from api.pages.answers import done
from api.pages.forms import Form
from api.rest.posts import PostBody
from models.base import Words
from models.case.permissions import SERVES
from models.case.refusals import Refusal
from models.city.people import Rank
from models.queries.desk_posts import PostLine, posts_at
from models.queries.people_admin import PersonDetail, PersonNotFound, find_person
from models.queries.post_admin import NewPost

router: Final = APIRouter(include_in_schema=False)


@router.get("/admin/people/{person_id}/posts/new")
async def new_page(person_id: str, request: Request, who: SignedInAdmin, session: ReadSession) -> Response:
    """The form for a post: first the unit, then what fits it."""
    return await _new_page(request, who, session, person_id, asked(request))


@router.post("/admin/people/{person_id}/posts/new")
async def give(person_id: str, request: Request, who: SignedInAdmin, house: House) -> Response:
    """Give the post."""
    form = await Form.of(request)
    if not form["pick"]:
        times = {"since": instant(form, "since"), "until": instant(form, "until")}
        body = form.read(PostBody, None, **times)
        if body is not None and not form.wrong:
            try:
                await appoint(house, who.by, person_id, NewPost(**dict(body)))
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                words = Words(zh="已任岗", en="The post was given")
                return done(request, f"/admin/people/{person_id}", words)
    async with house.sessions.read() as session:
        return await _new_page(request, who, session, person_id, form)


async def _new_page(
    request: Request, who: Admin, session: AsyncSession, person_id: str, form: Form
) -> Response:
    found = await _person(session, who, person_id)
    choice = await unit_choice(session, who.by, form)
    return admin_page(request, "post_new.html", who, form=form, person=found, choice=choice)


@router.get("/admin/people/{person_id}/posts/{post_id}/end")
async def end_page(
    person_id: str, post_id: str, request: Request, who: SignedInAdmin, session: ReadSession
) -> Response:
    """What ending the post would mean, before it is done."""
    return await _end_page(request, who, session, person_id, post_id, Form.empty())


@router.post("/admin/people/{person_id}/posts/{post_id}/end")
async def end(person_id: str, post_id: str, request: Request, who: SignedInAdmin, house: House) -> Response:
    """End the post."""
    form = await Form.of(request)
    reason = require_reason(form)
    if not form.wrong:
        try:
            await dismiss(house, who.by, post_id, reason)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            words = Words(zh="已免岗", en="The post has ended")
            return done(request, f"/admin/people/{person_id}", words)
    async with house.sessions.read() as session:
        return await _end_page(request, who, session, person_id, post_id, form)


async def _end_page(
    request: Request, who: Admin, session: AsyncSession, person_id: str, post_id: str, form: Form
) -> Response:
    now = datetime.now(UTC)
    found = await _person(session, who, person_id)
    post = next((post for post in found.posts if post.id == post_id), None)
    if post is None or post.over(now) or not post.inside:
        raise NotFound
    others = [
        other
        for other in await posts_at(session, who.by, post.unit.id, now)
        if other.id != post.id and other.account and other.held(now)
    ]
    return admin_page(
        request,
        "post_end.html",
        who,
        form=form,
        person=found,
        post=post,
        others=others,
        left_empty=_left_empty(post, others),
        left_without_a=post.rank is Rank.A and _has(others, post, Rank.B) and not _has(others, post, Rank.A),
    )


def _left_empty(post: PostLine, others: list[PostLine]) -> bool:
    """Whether nobody would work the desk any more."""
    serving = SERVES[post.unit.kind]
    return post.role in serving and not any(other.role in serving for other in others)


def _has(others: list[PostLine], post: PostLine, rank: Rank) -> bool:
    return any(other.role is post.role and other.rank is rank for other in others)


async def _person(session: AsyncSession, who: Admin, person_id: str) -> PersonDetail:
    try:
        return await find_person(session, who.by, person_id, datetime.now(UTC))
    except PersonNotFound as missing:
        raise NotFound from missing
