"""Posts given and ended, by administrators, inside the area of their own post."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Path, status
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from api.administering.people import appoint, dismiss
from api.administering.who import Administers
from api.dependencies import House, ReadSession
from api.errors import NotFound
from api.paths import API
from api.problems import SIGNED_IN, problems
from api.rest.people import POST_EXAMPLE, Because, HeldPost, PersonId, ReasonBody
from models.city.people import Rank, Role
from models.queries.desk_posts import posts_at
from models.queries.post_admin import NewPost
from models.queries.units import UnitNotFound, unit_ref

router: Final = APIRouter(prefix=API, tags=["posts"], responses=problems(*SIGNED_IN, 404))

PostId = Annotated[str, Path(max_length=64, examples=["post_m2k4v6qx7tfd2mq4"])]


class PostBody(BaseModel):
    """A post to be given."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"unit": "500120001-pingan", "role": "section_staff", "rank": "B"}]},
    )

    unit: str = Field(max_length=64)
    role: Role = Field(description="One that fits the unit.")
    rank: Rank | None = Field(default=None, description="Only for posts that work the unit's desk.")
    since: AwareDatetime | None = Field(default=None, description="From now on, unless given.")
    until: AwareDatetime | None = Field(default=None, description="Exclusive.")
    reason: Because = ""


class PostGiven(BaseModel):
    """The new post."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"id": "post_m2k4v6qx7tfd2mq4"}]})

    id: str


class DeskPost(HeldPost):
    """A post, and who holds it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{**POST_EXAMPLE, "person": "p_ov3x7tfd2mq4c5ka", "name": "陈晓", "account": True}]
        }
    )

    person: str
    name: str
    account: bool = Field(description="Whether the account is open.")


class DeskView(BaseModel):
    """The posts at a unit."""

    items: list[DeskPost]


@router.get("/units/{unit_id}/posts", operation_id="listUnitPosts", summary="Who works at a unit")
async def unit_posts(
    unit_id: Annotated[str, Path(max_length=64, examples=["500120001-pingan"])],
    by: Administers,
    session: ReadSession,
) -> DeskView:
    """The posts held there now or from a later day on; only for units of the caller's area."""
    try:
        unit = await unit_ref(session, unit_id)
    except UnitNotFound as missing:
        raise NotFound from missing
    if not by.administers(unit.path):
        raise NotFound
    held = await posts_at(session, by, unit_id, datetime.now(UTC))
    return DeskView(
        items=[
            DeskPost(
                **HeldPost.of(post).model_dump(), person=post.person, name=post.name, account=post.account
            )
            for post in held
        ]
    )


@router.post(
    "/people/{person_id}/posts",
    operation_id="givePost",
    summary="Give a post",
    status_code=status.HTTP_201_CREATED,
    responses=problems(409),
)
async def give(person_id: PersonId, body: PostBody, by: Administers, house: House) -> PostGiven:
    """In force at once here, and within seconds in other processes."""
    return PostGiven(id=await appoint(house, by, person_id, NewPost(**dict(body))))


@router.post(
    "/posts/{post_id}/end",
    operation_id="endPost",
    summary="End a post",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(409),
)
async def end(post_id: PostId, body: ReasonBody, by: Administers, house: House) -> None:
    """Now. One that was to begin later never does."""
    await dismiss(house, by, post_id, body.reason)
