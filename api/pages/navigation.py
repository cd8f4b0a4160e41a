"""What stands in the navigation, for whom, and where each kind of user begins the day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from api.pages.reader import Reader
from models.base import Frozen, Words
from models.city.people import Role

_R: Final = Role
_GRID: Final = frozenset({_R.GRID_WORKER, _R.GRID_HEAD, _R.GRID_INSTRUCTOR})
_DESK: Final = frozenset(
    {_R.COMMUNITY_OFFICER, _R.SECTION_STAFF, _R.DEPARTMENT_STAFF, _R.DISPATCHER, _R.COMMANDER}
)
_DISPATCH: Final = frozenset({_R.COMMUNITY_OFFICER, _R.DISPATCHER, _R.COMMANDER})
_COMMAND: Final = frozenset({_R.DISPATCHER, _R.COMMANDER, _R.SUPERVISOR})
_WATCH: Final = frozenset({_R.SUPERVISOR, _R.AUDITOR, _R.COMMANDER, _R.DISPATCHER})
_EVERYBODY: Final = frozenset(Role) - {_R.DEVICE, _R.SYSTEM}
_WORKING: Final = _EVERYBODY - {_R.AUDITOR, _R.ADMINISTRATOR}


class Entry(Frozen):
    """One entry of the navigation."""

    path: str
    words: Words
    icon: str
    roles: frozenset[Role]
    thumb: bool = False
    """Whether it stands in the bar at the bottom of a phone, which has room for five."""


ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(path="/mine", words=Words(zh="我的", en="Mine"), icon="checklist", roles=_GRID, thumb=True),
    Entry(path="/desk", words=Words(zh="工作台", en="Desk"), icon="layout-list", roles=_DESK, thumb=True),
    Entry(path="/report", words=Words(zh="上报", en="Report"), icon="camera", roles=_WORKING, thumb=True),
    Entry(path="/intake", words=Words(zh="受理派遣", en="Intake"), icon="route", roles=_DISPATCH, thumb=True),
    Entry(
        path="/whistles",
        words=Words(zh="吹哨报到", en="Whistles"),
        icon="speakerphone",
        roles=_COMMAND | _DISPATCH,
    ),
    Entry(
        path="/cases", words=Words(zh="案件", en="Cases"), icon="list-details", roles=_EVERYBODY, thumb=True
    ),
    Entry(
        path="/map",
        words=Words(zh="看图作战", en="Map"),
        icon="map-2",
        roles=_COMMAND | _DISPATCH | {_R.AUDITOR},
    ),
    Entry(
        path="/overdue",
        words=Words(zh="超期督办", en="Overdue"),
        icon="hourglass-high",
        roles=_WATCH,
        thumb=True,
    ),
    Entry(path="/supervision", words=Words(zh="督办单", en="Orders"), icon="flag", roles=_WATCH),
    Entry(path="/reviews", words=Words(zh="复盘", en="Reviews"), icon="history", roles=_WATCH),
    Entry(path="/wall", words=Words(zh="驾驶舱", en="Cockpit"), icon="layout-dashboard", roles=_COMMAND),
    Entry(
        path="/posters",
        words=Words(zh="二维码", en="Posters"),
        icon="qrcode",
        roles=frozenset({_R.COMMUNITY_OFFICER, _R.DISPATCHER, _R.ADMINISTRATOR}),
    ),
    Entry(
        path="/admin",
        words=Words(zh="管理", en="Administration"),
        icon="settings",
        roles=frozenset({_R.ADMINISTRATOR}),
        thumb=True,
    ),
    Entry(
        path="/admin/reads",
        words=Words(zh="查阅记录", en="Reads"),
        icon="eye-check",
        roles=frozenset({_R.AUDITOR}),
    ),
    Entry(path="/inbox", words=Words(zh="消息", en="Inbox"), icon="bell", roles=_EVERYBODY, thumb=True),
)

_HOMES: Final[tuple[tuple[frozenset[Role], str], ...]] = (
    (frozenset({_R.DISPATCHER, _R.COMMANDER}), "/intake"),
    (_DESK, "/desk"),
    (_GRID, "/mine"),
    (frozenset({_R.SUPERVISOR, _R.AUDITOR}), "/overdue"),
    (frozenset({_R.ADMINISTRATOR}), "/admin"),
)


def entries(reader: Reader) -> tuple[Entry, ...]:
    """The entries for the posts that the reader has in force."""
    return tuple(_for({post.role for post in reader.principal.posts}))


def home(reader: Reader) -> str:
    """Where the reader's day begins."""
    return next((path for roles, path in _HOMES if reader.has(*roles)), "/me")


def _for(roles: set[Role]) -> Iterator[Entry]:
    return (entry for entry in ENTRIES if entry.roles & roles)
