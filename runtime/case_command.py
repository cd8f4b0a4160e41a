"""`shaodao case`: a case from the command line, over the running product's own API."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from models.clocks.calendar import CITY_ZONE
from runtime.command_line import refuse
from runtime.settings import Settings
from runtime.stories.faults import Refused, StageFault
from runtime.stories.stage import Stage

LIGHTS = {"green": "●", "yellow": "▲", "red": "■"}
"""A light has a shape besides its colour."""


def run(
    settings: Settings, login: str, password: str | None, work: Callable[[Stage], Coroutine[Any, Any, None]]
) -> None:
    """Sign `login` in and do `work`; what the product refuses is said in its own words, exit code 1."""
    secret = password or settings.demonstration_password
    if secret is None:
        refuse("Say --password: there are no demonstration accounts on external servers.")

    async def signed_in() -> None:
        address = f"http://{settings.host}:{settings.port}"
        async with httpx.AsyncClient(base_url=address, timeout=30, trust_env=False) as http:
            stage = Stage(http, secret)
            await stage.sign_in(login)
            await work(stage)

    try:
        asyncio.run(signed_in())
    except Refused as refused:
        refuse(str(refused), code=1)
    except StageFault as fault:
        refuse(str(fault))


def report(
    login: str, matter: str, unit: str | None, text: str
) -> Callable[[Stage], Coroutine[Any, Any, None]]:
    """Report a matter and print its case."""

    async def work(stage: Stage) -> None:
        body = {"matter": matter, "text": text} | ({"unit": unit} if unit else {})
        receipt = await stage.post(login, "/cases", body, f"cli-{uuid.uuid4().hex}")
        await _print_after(stage, login, receipt)

    return work


def send(
    login: str, number: str, command: str, fields: list[str]
) -> Callable[[Stage], Coroutine[Any, Any, None]]:
    """Send a command and print the case after it."""
    body = parsed(fields)

    async def work(stage: Stage) -> None:
        path = f"/cases/{number}/{command}"
        await _print_after(stage, login, await stage.post(login, path, body, f"cli-{uuid.uuid4().hex}"))

    return work


def show(login: str, number: str) -> Callable[[Stage], Coroutine[Any, Any, None]]:
    """Print the case."""

    async def work(stage: Stage) -> None:
        _print_case(await stage.get(login, f"/cases/{number}"))

    return work


def timeline(login: str, number: str) -> Callable[[Stage], Coroutine[Any, Any, None]]:
    """Print what happened, fact by fact."""

    async def work(stage: Stage) -> None:
        told = await stage.get(login, f"/cases/{number}/timeline")
        console = Console()
        for entry in told["entries"]:
            actor = told["names"].get(entry["actor"]["person"], "系统")
            said = entry["words"]
            console.print(f"[dim]{entry['seq']:>4}  {_local(entry['at'])}[/dim]  {actor}  {said['zh']}")
            console.print(f"      [dim]{said['en']}[/dim]", soft_wrap=True)

    return work


def parsed(fields: list[str]) -> dict[str, Any]:
    """`name=value` pairs as a body; a value that is JSON counts as JSON, anything else as text."""
    body: dict[str, Any] = {}
    for pair in fields:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            refuse(f"“{pair}” is not name=value; for example lead=500120001005-g18 or score=5")
        try:
            body[name] = json.loads(value)
        except ValueError:
            body[name] = value
        if isinstance(body[name], int) and value.isdigit() and len(value) >= 6:
            body[name] = value  # a unit's code is a name made of digits, not a number
    return body


async def _print_after(stage: Stage, login: str, receipt: dict[str, Any]) -> None:
    """Print the case; of a case that the sender may not read (a device's) what the receipt says."""
    try:
        _print_case(await stage.get(login, f"/cases/{receipt['number']}"))
    except Refused:
        Console().print(f"[bold]{receipt['number']}[/bold]  阶段 stage: {receipt['stage']}")


def _print_case(view: dict[str, Any]) -> None:
    console, case, names = Console(), view["case"], view["names"]
    matter, place = case["matter"]["name"], case["chain"][-1]["name"]
    console.print(f"[bold]{view['number']}[/bold]  {matter['zh']} · {matter['en']}  ({place})")
    console.print(f"阶段 stage: {view['stage']}   可办 commands: {', '.join(view['commands']) or '—'}")
    table = Table("灯", "时限 clock", "单位 owner", "黄 yellow", "红 red", box=None, pad_edge=False)
    for clock in view["clocks"]:
        table.add_row(
            LIGHTS[clock["light"]],
            f"{clock['name']['zh']} {clock['budget']['zh']}",
            names.get(clock["owner"], clock["owner"]),
            _local(clock["yellow_at"]),
            _local(clock["red_at"]),
        )
    console.print(table)


def _local(instant: str | None) -> str:
    return (
        datetime.fromisoformat(instant).astimezone(CITY_ZONE).strftime("%m-%d %H:%M:%S") if instant else "—"
    )
