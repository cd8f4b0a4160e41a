"""Administering: how far an administrator's word reaches, and the deeds that the journal knows."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from models.base import Frozen, Words
from models.city.people import Post, Principal, Role, reach
from models.city.units import Level, UnitRef, within


class Administrator(Frozen):
    """Somebody who administers: the person, and the posts of an administrator held."""

    person: str
    posts: tuple[Post, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths at and below which the administrator acts."""
        return tuple(sorted({reach(post) for post in self.posts}))

    @property
    def whole_city(self) -> bool:
        """Whether the administrator's is the whole city. Only they change rules, which hold for all of it."""
        return any(post.unit.level is Level.CITY for post in self.posts)

    def administers(self, path: str) -> bool:
        """Whether the unit at `path` lies in the administrator's area."""
        return any(within(path, own) for own in self.paths)

    def unit_for(self, path: str | None = None) -> UnitRef:
        """The unit in whose name the administrator changes what lies at `path`; the first one by default."""
        fitting = (post.unit for post in self.posts if path is not None and within(path, reach(post)))
        return next(fitting, self.posts[0].unit)


def administrator_of(principal: Principal) -> Administrator | None:
    """The principal as an administrator; None without a post of one."""
    posts = tuple(post for post in principal.posts if post.role is Role.ADMINISTRATOR)
    return Administrator(person=principal.person, posts=posts) if posts else None


def watched(principal: Principal) -> tuple[str, ...]:
    """The paths at and below which the principal reads journals: as an administrator, or as an auditor."""
    watching = (Role.ADMINISTRATOR, Role.AUDITOR)
    return tuple(sorted({reach(post) for post in principal.posts if post.role in watching}))


class Deed(StrEnum):
    """What administrators do."""

    PERSON_CREATED = "person_created"
    PERSON_CHANGED = "person_changed"
    PERSON_CLOSED = "person_closed"
    PERSON_REOPENED = "person_reopened"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of a deed
    POST_GIVEN = "post_given"
    POST_ENDED = "post_ended"
    UNIT_ADDED = "unit_added"
    UNIT_RENAMED = "unit_renamed"
    UNIT_CLOSED = "unit_closed"
    UNIT_REOPENED = "unit_reopened"
    UNIT_CONTACTS = "unit_contacts"
    UNITS_IMPORTED = "units_imported"
    OUTLINES_IMPORTED = "outlines_imported"
    MATTER_ADDED = "matter_added"
    MATTER_CHANGED = "matter_changed"
    MATTER_RETIRED = "matter_retired"
    MATTER_RESTORED = "matter_restored"
    POLICY_PUBLISHED = "policy_published"
    POLICY_WITHDRAWN = "policy_withdrawn"
    CALENDAR_PUBLISHED = "calendar_published"
    CHANNEL_CHANGED = "channel_changed"
    REPORTER_ERASED = "reporter_erased"
    CASE_REPAIRED = "case_repaired"


DEEDS: Final[dict[Deed, Words]] = {
    Deed.PERSON_CREATED: Words(zh="建立账号", en="account created"),
    Deed.PERSON_CHANGED: Words(zh="修改人员信息", en="person changed"),
    Deed.PERSON_CLOSED: Words(zh="停用账号", en="account closed"),
    Deed.PERSON_REOPENED: Words(zh="恢复账号", en="account reopened"),
    Deed.PASSWORD_RESET: Words(zh="重置密码", en="password reset"),
    Deed.POST_GIVEN: Words(zh="任岗", en="post given"),
    Deed.POST_ENDED: Words(zh="免岗", en="post ended"),
    Deed.UNIT_ADDED: Words(zh="增设单位", en="unit added"),
    Deed.UNIT_RENAMED: Words(zh="单位更名", en="unit renamed"),
    Deed.UNIT_CLOSED: Words(zh="停用单位", en="unit closed"),
    Deed.UNIT_REOPENED: Words(zh="恢复单位", en="unit reopened"),
    Deed.UNIT_CONTACTS: Words(zh="修改公开联系方式", en="public contacts changed"),
    Deed.UNITS_IMPORTED: Words(zh="导入单位", en="units imported"),
    Deed.OUTLINES_IMPORTED: Words(zh="导入边界", en="outlines imported"),
    Deed.MATTER_ADDED: Words(zh="增加事项", en="matter added"),
    Deed.MATTER_CHANGED: Words(zh="修改事项", en="matter changed"),
    Deed.MATTER_RETIRED: Words(zh="停用事项", en="matter retired"),
    Deed.MATTER_RESTORED: Words(zh="恢复事项", en="matter restored"),
    Deed.POLICY_PUBLISHED: Words(zh="发布时限政策", en="policy published"),
    Deed.POLICY_WITHDRAWN: Words(zh="撤回未生效版本", en="scheduled version withdrawn"),
    Deed.CALENDAR_PUBLISHED: Words(zh="发布工作日历", en="calendar published"),
    Deed.CHANNEL_CHANGED: Words(zh="修改消息渠道", en="message channel changed"),
    Deed.REPORTER_ERASED: Words(zh="删除上报人信息", en="reporter's data erased"),
    Deed.CASE_REPAIRED: Words(zh="修复事件记录", en="case repaired"),
}
"""What people call them."""
