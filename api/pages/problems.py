"""What a browser sees when a page cannot be shown: a page in its language that says what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.errors import ApiError, ReplacePasswordFirst, SignInFirst
from api.pages.answers import own_path
from api.pages.rendering import page, renews_itself, wants_fragment
from api.paths import API
from api.problems import FieldFault, error_response
from models.base import Words

_MACHINES: Final = (f"{API}/", "/healthz", "/readyz", "/metrics", "/static/", "/pictures")
"""Addresses that programs read; their problems are documents, not pages."""

_WHAT_TO_DO: Final[Mapping[int, Words]] = {
    400: Words(zh="请返回上一页重新操作。", en="Go back and try again."),
    401: Words(zh="请登录后再试。", en="Sign in and try again."),
    403: Words(
        zh="如果您认为应当有权，请切换岗位，或联系管理员。",
        en="If you think you should, switch your post or ask an administrator.",
    ),
    404: Words(
        zh="请检查地址；辖区以外的案件也不会显示。",
        en="Check the address; cases outside your area are not shown.",
    ),
    405: Words(zh="请返回上一页重新操作。", en="Go back and try again."),
    408: Words(zh="请在网络较好时重试。", en="Try again where the network is better."),
    413: Words(zh="请减少照片数量或大小后再提交。", en="Send fewer or smaller photos."),
    422: Words(zh="请返回上一页，检查填写的内容。", en="Go back and check what you filled in."),
    429: Words(zh="请稍等片刻再试。", en="Wait a little and try again."),
    500: Words(
        zh="已记录，请稍后再试；如仍出错，请把编号告诉管理员。",
        en="It has been logged. Try again later, and tell an administrator the number below if it persists.",
    ),
    503: Words(zh="数据没有丢失，请稍后刷新。", en="Nothing is lost. Reload in a moment."),
}


def for_people(request: Request) -> bool:
    """Whether what is answered at this address is read by people."""
    path = request.url.path
    if path.startswith(_MACHINES) or path == API:
        return False
    return "application/json" not in request.headers.get("accept", "")


def problem_page(
    request: Request, *, status: int, title: Words, detail: Words, headers: Mapping[str, str] | None = None
) -> Response:
    """The page of a problem; a short notice where htmx asked for part of a page."""
    kept = {name: value for name, value in (headers or {}).items() if name == "Retry-After"}
    return page(
        request,
        "base/problem.html",
        block="notice",
        status=status,
        headers=kept,
        problem=status,
        problem_title=title,
        problem_detail=detail,
        what_to_do=_WHAT_TO_DO.get(status, _WHAT_TO_DO[400]),
    )


def lead_to(request: Request, error: ApiError) -> Response | None:
    """To the sign-in page, or to the page for a new password, if that is what the error asks for.

    A part that renews itself leads nobody away from what they read or write: it stays as it is (204), and the
    stream tells of the end.
    """
    if isinstance(error, ReplacePasswordFirst):
        to = "/me/password"
    elif isinstance(error, SignInFirst):
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        back = own_path(here if request.method == "GET" else request.url.path)
        to = f"/sign-in?next={quote(back, safe='')}"
    else:
        return None
    if renews_itself(request):
        return Response(status_code=204)
    if wants_fragment(request):
        return Response(status_code=200, headers={"HX-Redirect": to})
    return RedirectResponse(to, status_code=303)


def answer(request: Request, error: ApiError, errors: Sequence[FieldFault] | None = None) -> Response:
    """What `error` is answered with: a page for people, a problem document for programs."""
    if not for_people(request):
        return error_response(request, error, errors)
    return lead_to(request, error) or problem_page(
        request, status=error.status, title=error.title, detail=error.detail, headers=error.headers
    )
