"""`/admin/channels`: where a unit's messages also go, how they fare, and a message to try it out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.administering.channels import NewChannel, make_channel, require_channel, switch_channel
from api.dependencies import House, ReadSession, WriteSession
from api.errors import ApiError
from api.pages.admin.appointing import unit_choice
from api.pages.admin.frame import Admin, SignedInAdmin, admin_page
from api.pages.answers import done
from api.pages.forms import Form
from api.services import Services
from models.base import Words
from models.queries.channels import list_channels
from models.queries.units import UnitNotFound
from runtime.outgoing import send_outside

router: Final = APIRouter(include_in_schema=False)
HERE: Final = "/admin/channels"


@router.get(HERE)
async def channels(request: Request, who: SignedInAdmin, session: ReadSession, house: House) -> Response:
    """The channels of the administrator's area."""
    found = await list_channels(session, who.by.paths, datetime.now(UTC))
    known = house.settings.channel_addresses
    return admin_page(request, "channels.html", who, channels=found, known=set(known))


@router.get(f"{HERE}/new")
async def new(request: Request, who: SignedInAdmin, session: ReadSession, house: House) -> Response:
    """The form for a further channel."""
    form = Form({name: request.query_params.getlist(name) for name in request.query_params})
    return admin_page(
        request, "channel_new.html", who, form=form, **await _choices(session, who, form, house)
    )


@router.post(f"{HERE}/new")
async def make(request: Request, who: SignedInAdmin, session: WriteSession, house: House) -> Response:
    """Make it; or search on for its unit."""
    form = await Form.of(request)
    wanted = None
    if not form["pick"]:
        wanted = form.read(NewChannel, urgent_only=form.ticked("urgent_only"))
    if wanted is not None and wanted.address not in house.settings.channel_addresses:
        form.fault(
            "address", Words(zh="没有这个地址", en="There is no such address").in_language(form.language)
        )
    if wanted is None or form.wrong:
        values = await _choices(session, who, form, house)
        return admin_page(request, "channel_new.html", who, form=form, **values)
    try:
        await make_channel(session, who.by, wanted, datetime.now(UTC))
    except (ApiError, UnitNotFound) as error:
        if isinstance(error, ApiError):
            form.refuse(error)
        else:
            form.fault("unit", Words(zh="没有此单位", en="No such unit").in_language(form.language))
        values = await _choices(session, who, form, house)
        return admin_page(request, "channel_new.html", who, form=form, **values)
    return done(
        request, HERE, Words(zh="渠道已建立，从现在起发送", en="The channel is made, and sends from now on")
    )


@router.post(f"{HERE}/{{channel}}/switch")
async def switch(channel: str, request: Request, who: SignedInAdmin, session: WriteSession) -> Response:
    """Pause or resume it."""
    form = await Form.of(request)
    row = await switch_channel(session, who.by, channel, datetime.now(UTC), active=form["active"] == "yes")
    said = Words(zh="渠道已恢复", en="Resumed") if row.active else Words(zh="渠道已暂停", en="Paused")
    return done(request, HERE, said)


@router.post(f"{HERE}/{{channel}}/try")
async def try_out(
    channel: str, request: Request, who: SignedInAdmin, session: ReadSession, house: House
) -> Response:
    """Send a message that says it is a trial, now, and say whether it was taken."""
    row = await require_channel(session, who.by, channel)
    address = house.settings.channel_addresses.get(row.address)
    text = "这是一条测试消息，无需处理。This is a test; nothing needs to be done."
    taken = address is not None and await send_outside(address, text, urgent=False)
    said = (
        Words(zh="测试消息已送出，对方已接收", en="The test was sent, and taken")
        if taken
        else Words(
            zh="测试消息没有送出：请检查地址设置和网络",
            en="The test was not taken: check the address and the network",
        )
    )
    return done(request, HERE, said)


async def _choices(session: Any, who: Admin, form: Form, house: Services) -> dict[str, Any]:
    choice = await unit_choice(session, who.by, form)
    return {
        "choice": choice,
        "addresses": [(name, name) for name in sorted(house.settings.channel_addresses)],
    }
