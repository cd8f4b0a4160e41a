"""What administrators are refused. Nothing has changed then; each has a code, a status and words.

Refusal (models.case.refusals)
├── Forbidden
│   └── AccountBeyondArea      the person holds a post outside of the administrator's area
├── Conflict
│   ├── LoginTaken             somebody signs in with that already
│   ├── AlreadyHeld            the person holds that post
│   ├── LastAdministrator      the city would be without an administrator
│   ├── AccountClosed          a closed account is given no posts
│   ├── UnitTaken              there is a unit with that code
│   ├── UnitBusy               cases are held there, or tasks worked
│   ├── UnitOfTheList          official units come and go with the code list
│   ├── ChangedMeanwhile       somebody else has changed it since it was read
│   ├── MatterTaken            there is a matter with that key
│   └── Backstop               the matter for everything else is always there
└── Unprocessable
    ├── UnitOutside            no such unit in the administrator's area
    ├── RoleUnfit              the unit has no such post
    ├── KindUnfit              the unit has no such units below it
    └── MatterUnfit            the matter names a department, policy or variant that is not there
"""

from __future__ import annotations

from models.base import Words
from models.case.refusals import Conflict, Forbidden, Unprocessable


class AccountBeyondArea(Forbidden):
    """The person holds a post outside of the administrator's area, so the account is not theirs to change."""

    code = "account_beyond_area"

    def __init__(self) -> None:
        super().__init__(
            Words(
                zh="此人在您管辖范围之外还有岗位，账号须由上级管理员处理",
                en="This person also holds a post outside of your area: a higher administrator must do it",
            )
        )


class LoginTaken(Conflict):
    """Somebody signs in with that login already."""

    code = "login_taken"

    def __init__(self) -> None:
        super().__init__(Words(zh="该登录名已被使用", en="That login is taken"), field="login")


class AlreadyHeld(Conflict):
    """The person holds that post already."""

    code = "already_held"

    def __init__(self) -> None:
        super().__init__(Words(zh="此人已担任该岗位", en="This person holds that post already"), field="role")


class LastAdministrator(Conflict):
    """Without this post or account nobody would administer the city."""

    code = "last_administrator"

    def __init__(self) -> None:
        super().__init__(
            Words(
                zh="这是全市唯一的管理员，请先另行任命一名",
                en="This is the city's only administrator: appoint another one first",
            )
        )


class AccountClosed(Conflict):
    """A closed account is given no posts."""

    code = "account_closed"

    def __init__(self) -> None:
        super().__init__(
            Words(zh="账号已停用，请先恢复", en="The account is closed: reopen it first"), field="person"
        )


class UnitTaken(Conflict):
    """There is a unit with that code, in use or closed."""

    code = "unit_taken"

    def __init__(self, unit_id: str) -> None:
        super().__init__(
            Words(zh=f"编码 {unit_id} 已存在", en=f"There is a unit {unit_id} already"), field="suffix"
        )


class UnitBusy(Conflict):
    """Open cases are held there, or tasks are worked there."""

    code = "unit_busy"

    def __init__(self, cases: int) -> None:
        super().__init__(
            Words(
                zh=f"还有 {cases} 件在办案件由其承办，请先改派",
                en=f"{cases} open cases are held or worked there: hand them over first",
            ),
            cases=cases,
        )


class UnitOfTheList(Conflict):
    """Official units come and go with the code list only."""

    code = "unit_of_the_list"

    def __init__(self) -> None:
        super().__init__(
            Words(
                zh="法定区划单位随区划代码表增减，请用“导入”",
                en="Official units come and go with the code list: use the import",
            )
        )


class ChangedMeanwhile(Conflict):
    """Somebody else has changed it since it was read."""

    code = "changed_meanwhile"

    def __init__(self) -> None:
        super().__init__(
            Words(
                zh="在您查看之后已有人修改，请核对后重试",
                en="Somebody has changed it since you looked: look again",
            )
        )


class MatterTaken(Conflict):
    """There is a matter with that key, in use or retired."""

    code = "matter_taken"

    def __init__(self) -> None:
        super().__init__(Words(zh="该标识已被使用", en="That key is taken"), field="key")


class Backstop(Conflict):
    """The matter for everything else is always there."""

    code = "backstop"

    def __init__(self) -> None:
        super().__init__(
            Words(zh="“其他事项”是兜底事项，不能停用", en="“Other” is the backstop and cannot be retired")
        )


class UnitOutside(Unprocessable):
    """There is no such unit in the administrator's area."""

    code = "unit_outside"

    def __init__(self) -> None:
        super().__init__(
            Words(zh="您的管辖范围内没有该单位", en="There is no such unit in your area"), field="unit"
        )


class RoleUnfit(Unprocessable):
    """A unit of that kind has no such post, or none with a rank."""

    code = "role_unfit"

    def __init__(self, words: Words, field: str = "role") -> None:
        super().__init__(words, field=field)


class KindUnfit(Unprocessable):
    """A unit of that kind has no such units below it."""

    code = "kind_unfit"

    def __init__(self) -> None:
        super().__init__(
            Words(zh="该单位之下不能增设此类单位", en="No units of that kind stand below it"), field="kind"
        )


class MatterUnfit(Unprocessable):
    """The matter names a department, a policy or a variant that is not there."""

    code = "matter_unfit"

    def __init__(self, words: Words, field: str) -> None:
        super().__init__(words, field=field)
