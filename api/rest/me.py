"""`GET /me`: who I am here, and under which posts I may act."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.dependencies import ReadSession, SignedIn
from api.glossary import ROLES
from api.paths import API
from api.problems import SIGNED_IN, problems
from api.rest.views import UnitView
from models.base import Words
from models.case.duties import duties
from models.case.table import RULES
from models.city.people import Rank, Role
from models.tables.people import PersonRow

router: Final = APIRouter(prefix=API, tags=["me"], responses=problems(*SIGNED_IN))


class Duty(BaseModel):
    """A command that a post may send."""

    command: str
    words: Words


class PostView(BaseModel):
    """One post of the caller's."""

    id: str = Field(description="For the header `Shaodao-Post`.")
    role: Role
    words: Words = Field(description="The role's name.")
    rank: Rank | None = Field(description="A, or B who acts when A does not answer.")
    unit: UnitView
    may: list[Duty] = Field(
        description="Commands that the post may send on some case; a case itself says which apply to it now."
    )


class Me(BaseModel):
    """The caller."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "person": "p-9k2d",
                    "login": "wangge18",
                    "name": "李敏",
                    "posts": [
                        {
                            "id": "post-12",
                            "role": "grid_worker",
                            "words": {"zh": "网格员", "en": "grid worker"},
                            "rank": None,
                            "unit": {
                                "id": "500120001005-g18",
                                "kind": "grid",
                                "name": "18网格",
                                "level": "grid",
                                "path": "50.500120.500120001.500120001005.500120001005-g18",
                            },
                            "may": [{"command": "claim", "words": {"zh": "认领", "en": "claim"}}],
                        }
                    ],
                }
            ]
        }
    )

    person: str = Field(description="The opaque id by which facts name the caller.")
    login: str
    name: str
    posts: list[PostView] = Field(description="Only the chosen one when `Shaodao-Post` is sent.")


@router.get("/me", operation_id="me", summary="Who I am")
async def me(caller: SignedIn, session: ReadSession) -> Me:
    """The caller's account and posts, as of now."""
    person = await session.get_one(PersonRow, caller.person)
    return Me(
        person=person.id,
        login=person.login,
        name=person.name,
        posts=[
            PostView(
                id=post.id,
                role=post.role,
                words=ROLES[post.role],
                rank=post.rank,
                unit=UnitView.of(post.unit),
                may=[Duty(command=name, words=RULES[name].words) for name in duties(post)],
            )
            for post in caller.principal.posts
        ],
    )
