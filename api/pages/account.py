"""Signing in and out, and everything about one's own account: sessions, posts, language, password."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, SecretStr
from starlette.responses import Response

from api.dependencies import House, ReadSession, WriteSession
from api.errors import ApiError, NotFound
from api.pages import cookies
from api.pages.answers import done, own_path
from api.pages.forms import Form
from api.pages.navigation import home
from api.pages.reader import MaybeReader, SignedInReader
from api.pages.rendering import page
from api.rest.sessions import PasswordChange, replace_password
from api.security.signing_in import sign_in
from models.base import Words
from models.queries.sessions import live_sessions, revoke_session

router: Final = APIRouter(include_in_schema=False)


class SignIn(BaseModel):
    """Who, and the proof."""

    login: str = Field(min_length=1, max_length=100)
    password: SecretStr = Field(min_length=1, max_length=1024)


@router.get("/sign-in")
async def sign_in_page(request: Request, reader: MaybeReader) -> Response:
    """The way in; somebody who is in already is led on."""
    to = own_path(request.query_params.get("next"))
    if reader is not None:
        return done(request, to if to != "/" else home(reader))
    return page(request, "account/sign_in.html", form=Form.empty(next=to))


@router.post("/sign-in")
async def do_sign_in(request: Request, house: House) -> Response:
    """Begin a session and remember it in a cookie, for as long as its token is good."""
    form = await Form.of(request)
    said = form.read(SignIn)
    if said is None:
        return page(request, "account/sign_in.html", status=form.status, form=form)
    address = request.client.host if request.client else "unknown"
    try:
        granted = await sign_in(
            house,
            said.login,
            said.password.get_secret_value(),
            address=address,
            user_agent=request.headers.get("user-agent"),
        )
    except ApiError as error:
        form.refuse(error)
        return page(request, "account/sign_in.html", status=form.status, form=form, headers=_retry(error))
    answer = done(request, own_path(form["next"]))
    cookies.write(request, answer, cookies.SESSION, granted.token, until=granted.expires_at)
    cookies.forget(request, answer, cookies.POST)
    return answer


def _retry(error: ApiError) -> dict[str, str]:
    return {name: value for name, value in error.headers.items() if name == "Retry-After"}


@router.post("/sign-out")
async def sign_out(request: Request, reader: MaybeReader, session: WriteSession, house: House) -> Response:
    """End the session, here and for its token."""
    if reader is not None:
        await revoke_session(session, reader.session, reader.person, datetime.now(UTC))
        house.directory.forget(reader.session)
    answer = done(request, "/sign-in", Words(zh="已退出登录", en="You are signed out"))
    for name in (cookies.SESSION, cookies.POST):
        cookies.forget(request, answer, name)
    # What this phone kept of the pages goes too; reports that still wait to be sent stay.
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@router.get("/me")
async def me(request: Request, reader: SignedInReader, session: ReadSession) -> Response:
    """The account: posts, sessions, language, password."""
    sessions = await live_sessions(session, reader.person, datetime.now(UTC))
    return page(request, "account/me.html", reader=reader, sessions=sessions)


@router.post("/me/post")
async def choose_post(request: Request, reader: SignedInReader) -> Response:
    """Keep to one post, or act under all of them again."""
    form = await Form.of(request)
    chosen = next((post for post in reader.posts if post.id == form["post"]), None)
    if chosen is None:
        answer = done(request, "/me", Words(zh="已恢复全部岗位", en="All your posts are in force"))
        cookies.forget(request, answer, cookies.POST)
        return answer
    words = Words(zh=f"当前岗位：{chosen.unit.name}", en=f"Your post is now at {chosen.unit.name}")
    answer = done(request, "/", words)
    cookies.write(request, answer, cookies.POST, chosen.id, seconds=cookies.A_YEAR)
    return answer


@router.post("/me/sessions/{session_id}/revoke")
async def revoke(
    session_id: str, request: Request, reader: SignedInReader, session: WriteSession, house: House
) -> Response:
    """End a session elsewhere. Somebody else's is as good as none."""
    if not await revoke_session(session, session_id, reader.person, datetime.now(UTC)):
        raise NotFound
    house.directory.forget(session_id)
    return done(request, "/me", Words(zh="该处登录已结束", en="That session has ended"))


@router.get("/me/password")
async def password_page(request: Request, reader: SignedInReader) -> Response:
    """The form for a new password."""
    return page(request, "account/password.html", reader=reader, form=Form.empty())


@router.post("/me/password")
async def change_password(
    request: Request, reader: SignedInReader, session: WriteSession, house: House
) -> Response:
    """Replace the password and end every other session of the account."""
    form = await Form.of(request)
    change = form.read(PasswordChange)
    if change is not None and form["new"] != form["again"]:
        words = Words(zh="两次输入不一致", en="The two do not match")
        form.fault("again", words.in_language(form.language))
    if change is not None and not form.wrong:
        try:
            await replace_password(house, session, reader, change)
        except ApiError as error:
            form.refuse(error)
    if form.wrong:
        return page(request, "account/password.html", status=form.status, reader=reader, form=form)
    words = Words(zh="密码已更改，其他登录已结束", en="Password changed; other sessions have ended")
    return done(request, "/me", words)
