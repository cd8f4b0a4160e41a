"""Who administers."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from api.dependencies import Caller, caller
from api.errors import NotAllowed
from models.base import Words
from models.city.administering import Administrator, administrator_of


def administrator(who: Caller) -> Administrator:
    """The caller as an administrator, under the posts in force. Raises NotAllowed."""
    found = administrator_of(who.principal)
    if found is None:
        raise NotAllowed
    return found


def city_administrator(who: Caller) -> Administrator:
    """The caller as an administrator of the whole city: rules hold for all of it. Raises NotAllowed."""
    found = administrator(who)
    if not found.whole_city:
        raise NotAllowed(
            Words(
                zh="目录、政策和日历全市通用，只有市级管理员可以修改",
                en="Catalogue, policies and calendar are the whole city's: its administrator changes them",
            )
        )
    return found


def signed_in_administrator(who: Annotated[Caller, Depends(caller)]) -> Administrator:
    """For routes: the caller as an administrator."""
    return administrator(who)


def _city_administrator(who: Annotated[Caller, Depends(caller)]) -> Administrator:
    return city_administrator(who)


Administers = Annotated[Administrator, Depends(signed_in_administrator)]
AdministersCity = Annotated[Administrator, Depends(_city_administrator)]
