"""What the API answers when it does not do what was asked. Each error has its status and its stable code.

    ApiError
    ├── BadRequest              400 bad_request
    ├── NotSignedIn             401 not_signed_in
    │   ├── CredentialsWrong    401 credentials_wrong
    │   ├── TokenInvalid        401 token_invalid
    │   ├── TokenExpired        401 token_expired
    │   ├── SessionEnded        401 session_ended
    │   ├── SignInFirst         401 sign_in_first
    │   └── ReplacePasswordFirst 401 replace_password_first
    ├── NotAllowed              403 not_allowed
    │   ├── PostNotYours        403 post_not_yours
    │   ├── PasswordWrong       403 password_wrong
    │   └── ForeignOrigin       403 foreign_origin
    ├── NotFound                404 not_found
    ├── MethodNotAllowed        405 method_not_allowed
    ├── Conflict                409 conflict
    │   ├── KeyReused           409 idempotency_key_reused
    │   └── AnotherPerson       409 another_person
    ├── BodyTooSlow             408 body_too_slow
    ├── BodyTooLarge            413 body_too_large
    ├── InputInvalid            422 input_invalid
    │   ├── CursorInvalid       422 cursor_invalid
    │   ├── PasswordUnfit       422 password_unfit
    │   ├── PictureUnreadable   422 picture_unreadable
    │   └── PictureTooLarge     422 picture_too_large
    ├── TooManyRequests         429 too_many_requests
    ├── InternalError           500 internal_error
    └── Away                    503 away
        ├── DatabaseAway        503 database_away
        ├── CalendarMissing     503 calendar_missing
        └── EngineAway          503 engine_away

Refusals of the core are not here: they carry their own code, status and words (`problems.refusal_response`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from models.base import Words


class ApiError(Exception):
    """An answer other than the one hoped for.

    `title` says what kind of fault it is and never changes for a code; `detail` what happened this time
    (by default nothing more than the title). `members` are further members of the problem document.
    """

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[Words]

    def __init__(
        self,
        detail: Words | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(self.code)
        self.detail = detail or self.title
        self.headers = dict(headers or {})
        self.members = dict(members or {})


class BadRequest(ApiError):
    """The request cannot be read at all."""

    status, code = 400, "bad_request"
    title = Words(zh="无法读取该请求", en="The request cannot be read")


class NotSignedIn(ApiError):
    """No valid proof of who is calling."""

    status, code = 401, "not_signed_in"
    title = Words(zh="请先登录", en="Sign in first")

    def __init__(self, detail: Words | None = None, *, members: Mapping[str, Any] | None = None) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"}, members=members)


class CredentialsWrong(NotSignedIn):
    """Unknown login, wrong password or inactive account: the caller does not learn which."""

    code = "credentials_wrong"
    title = Words(zh="账号或密码不正确", en="The login or the password is wrong")

    def __init__(self) -> None:
        super().__init__(members={"error": "invalid_grant"})  # what OAuth2 clients look for, RFC 6749 §5.2


class TokenInvalid(NotSignedIn):
    """The token was not signed by us."""

    code = "token_invalid"
    title = Words(zh="登录凭证无效", en="The token is not valid")


class TokenExpired(NotSignedIn):
    """The token was ours, too long ago."""

    code = "token_expired"
    title = Words(zh="登录已过期，请重新登录", en="The token has expired: sign in again")


class SessionEnded(NotSignedIn):
    """The session was revoked or has expired, or the account was closed."""

    code = "session_ended"
    title = Words(zh="会话已结束，请重新登录", en="The session has ended: sign in again")


class SignInFirst(NotSignedIn):
    """A page that needs to know who reads it: browsers are led to the sign-in page, and back afterwards."""

    code = "sign_in_first"


class ReplacePasswordFirst(NotSignedIn):
    """The password was given by an administrator, and is replaced before anything else."""

    code = "replace_password_first"
    title = Words(zh="请先设置自己的密码", en="Set a password of your own first")


class NotAllowed(ApiError):
    """Known caller, not entitled."""

    status, code = 403, "not_allowed"
    title = Words(zh="您的岗位无权进行此操作", en="Your posts do not permit this")


class PostNotYours(NotAllowed):
    """`Shaodao-Post` names a post the caller does not hold."""

    code = "post_not_yours"
    title = Words(zh="您未担任所选岗位", en="You do not hold the chosen post")


class PasswordWrong(NotAllowed):
    """The present password, asked for again before something delicate, is wrong."""

    code = "password_wrong"
    title = Words(zh="当前密码不正确", en="The present password is wrong")


class ForeignOrigin(NotAllowed):
    """Another site made the browser send this."""

    code = "foreign_origin"
    title = Words(zh="拒绝来自其他网站的请求", en="Requests from other sites are refused")


class NotFound(ApiError):
    """Nothing here, or nothing the caller may know of."""

    status, code = 404, "not_found"
    title = Words(zh="未找到，或您无权查看", en="Not found, or not yours to see")


class MethodNotAllowed(ApiError):
    """The resource exists, the method does not apply to it."""

    status, code = 405, "method_not_allowed"
    title = Words(zh="该地址不支持此方法", en="This address does not take that method")


class Conflict(ApiError):
    """What was asked contradicts what is."""

    status, code = 409, "conflict"
    title = Words(zh="与当前状态冲突", en="This conflicts with the present state")


class KeyReused(Conflict):
    """An idempotency key came twice, with different contents."""

    code = "idempotency_key_reused"
    title = Words(zh="该幂等键已用于另一份内容", en="The idempotency key was used for something else")


class AnotherPerson(Conflict):
    """What waits on the phone is somebody else's report: it is not sent under this name."""

    code = "another_person"
    title = Words(
        zh="这份上报属于另一个账号，请用该账号登录后发送",
        en="This report is another person's: sign in as them",
    )


class BodyTooSlow(ApiError):
    """The request's body did not come in time."""

    status, code = 408, "body_too_slow"
    title = Words(zh="提交内容接收超时，请重试", en="The request body did not come in time")


class BodyTooLarge(ApiError):
    """More bytes than the address takes."""

    status, code = 413, "body_too_large"
    title = Words(zh="提交内容过大", en="The request body is too large")


class InputInvalid(ApiError):
    """Readable, but not as it must be; `errors` names the fields."""

    status, code = 422, "input_invalid"
    title = Words(zh="提交内容有误，请检查标出的各项", en="Some of what was sent is not as it must be")


class CursorInvalid(InputInvalid):
    """A cursor that this list, in this order, did not hand out."""

    code = "cursor_invalid"
    title = Words(zh="分页游标无效，请从第一页开始", en="Not a cursor of this list: begin anew")


class PasswordUnfit(InputInvalid):
    """A new password that is too weak."""

    code = "password_unfit"
    title = Words(zh="新密码不符合要求", en="The new password is not good enough")


class PictureUnreadable(InputInvalid):
    """The bytes are no picture that we decode."""

    code = "picture_unreadable"
    title = Words(zh="无法识别为图片", en="This cannot be read as a picture")


class PictureTooLarge(InputInvalid):
    """More pixels than we decode."""

    code = "picture_too_large"
    title = Words(zh="图片像素过多", en="The picture has too many pixels")


class TooManyRequests(ApiError):
    """Slower, please."""

    status, code = 429, "too_many_requests"
    title = Words(zh="尝试过于频繁，请稍后再试", en="Too many attempts: try again later")

    def __init__(self, retry_after: int, detail: Words | None = None) -> None:
        super().__init__(detail, headers={"Retry-After": str(max(1, retry_after))})


class InternalError(ApiError):
    """Our fault. What happened is in the log under the request's id, never in the answer."""

    status, code = 500, "internal_error"
    title = Words(zh="系统出错，已记录", en="Something went wrong here; it has been logged")


class Away(ApiError):
    """Something we need does not answer at the moment. The same request may be sent again."""

    status, code = 503, "away"
    title = Words(zh="服务暂不可用，请稍后重试", en="Not available at the moment: try again")

    def __init__(self, detail: Words | None = None, *, retry_after: int = 2) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


class DatabaseAway(Away):
    """PostgreSQL does not answer."""

    code = "database_away"
    title = Words(zh="数据库暂不可用，请稍后重试", en="The database is away: try again")


class CalendarMissing(Away):
    """The database has no working calendar: it was never seeded."""

    code = "calendar_missing"
    title = Words(zh="尚未导入工作日历", en="No working calendar has been imported yet")


class EngineAway(Away):
    """Temporal, or every worker, does not answer."""

    code = "engine_away"
    title = Words(zh="流程引擎暂不可用，请用同一编号重试", en="The engine is away: try again, same id")


BY_STATUS: Final[dict[int, type[ApiError]]] = {
    error.status: error
    for error in (
        BadRequest,
        NotSignedIn,
        NotAllowed,
        NotFound,
        MethodNotAllowed,
        BodyTooSlow,
        Conflict,
        BodyTooLarge,
        InputInvalid,
        TooManyRequests,
        InternalError,
        Away,
    )
}
"""The general error of each status, for what the framework refuses and for the OpenAPI document."""
