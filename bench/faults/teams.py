"""The teams at work, and what they do to a case: the loop, and what comes up on some cases besides."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from models.base import Frozen

DISTRICTS: Final = {"500120": "bishan", "500114": "qianjiang", "500105": "jiangbei", "500107": "jiulongpo"}
"""How the logins of a district's people begin, by its code."""


class Team(Frozen):
    """Who takes a case through the loop."""

    grid: str
    """Login of the grid worker, who reports, claims, arrives and handles."""
    unit: str
    """The grid."""
    officer: str
    """Login of the community's officer, who accepts, dispatches, verifies and calls back."""

    @property
    def department(self) -> str:
        """The department that is whistled for."""
        return f"{self.unit[:6]}-chengguan"

    @property
    def department_staff(self) -> str:
        """Login of whoever comes from there."""
        return f"{DISTRICTS[self.unit[:6]]}-chengguan"

    @property
    def supervisor(self) -> str:
        """Login of the district's supervisor."""
        return f"{DISTRICTS[self.unit[:6]]}-supervise"

    @property
    def logins(self) -> tuple[str, ...]:
        """Everybody's."""
        return self.grid, self.officer, self.department_staff, self.supervisor


TEAMS: Final = (
    Team(grid="dongguan-g18", unit="500120001005-g18", officer="dongguan"),
    Team(grid="dongguan-g17", unit="500120001005-g17", officer="dongguan-2"),
    Team(grid="shengdi-g1", unit="500114107001-g1", officer="shengdi"),
    Team(grid="guangming-g2", unit="500114107202-g2", officer="guangming"),
    Team(grid="huzhu-g1", unit="500114107203-g1", officer="huzhu"),
    Team(grid="guihuayuan-g4", unit="500105003004-g4", officer="guihuayuan"),
    Team(grid="minzhu-g1", unit="500107003003-g1", officer="minzhu"),
    Team(grid="minzhu-g5", unit="500107003003-g5", officer="minzhu-2"),
)


class Step(NamedTuple):
    """One command to a case."""

    login: str
    command: str
    body: dict[str, Any]


def steps(team: Team, *, whistled: bool, supervised: bool) -> list[Step]:
    """What is done to a case after its report."""
    return [
        Step(team.officer, "accept", {}),
        Step(team.officer, "dispatch", {"lead": team.unit}),
        Step(team.grid, "claim", {}),
        *(_whistle(team) if whistled else ()),
        *(_order(team) if supervised else ()),
        Step(team.grid, "arrive", {"note": "已到现场"}),
        Step(team.grid, "handle", {"note": "已处置"}),
        Step(team.officer, "verify", {"note": "现场已核查"}),
        Step(team.officer, "call-back", {"resolved": True, "satisfied": True}),
    ]


def _whistle(team: Team) -> list[Step]:
    called = {"ground": "emergency", "units": [team.department], "reason": "需专业处置"}
    return [
        Step(team.officer, "whistle", called),
        Step(team.department_staff, "sign", {}),
        Step(team.department_staff, "report-in", {"note": "已到场"}),
        Step(team.department_staff, "finish", {"note": "已配合处置"}),
        Step(team.officer, "rate", {"score": 5}),
    ]


def _order(team: Team) -> list[Step]:
    return [
        Step(team.supervisor, "supervise", {"text": "请尽快办理"}),
        Step(team.grid, "answer", {"reply": "今日办结"}),
    ]
