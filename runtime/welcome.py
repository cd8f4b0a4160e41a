"""The last words of a start: where the house is, who may enter, and what to try."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from models.city.demonstration import DEMO_ACCOUNTS
from runtime.settings import Settings


def welcome(settings: Settings, console: Console, address: str) -> None:
    """Print addresses, the demonstration accounts with their password, and two commands to try."""
    state = settings.state
    console.print("\n[bold]Shaodao 哨到[/bold] 已就绪 · is ready\n")
    console.print(f"  首页与接口 API      [link={address}]{address}[/link]  (/docs, /api/v1)")
    if ui := state.addresses().temporal_ui:
        console.print(f"  Temporal 界面 UI    [link={ui}]{ui}[/link]")
    console.print(f"  状态与日志 state    {state.root}  (logs: {state.logs.name}/)\n", soft_wrap=True)
    password = settings.demonstration_password
    if password is not None:
        _accounts(console, password)
        _try(console, address, password)
    console.print("  Ctrl-C 停止;下次启动从原处继续 · stops it; the next start goes on where it was\n")


def _accounts(console: Console, password: str) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for title in ("账号 account", "姓名 name", "岗位 post"):
        table.add_column(title, header_style="bold", overflow="fold")
    for person in DEMO_ACCOUNTS:
        words = f"{person.shown.zh} · {person.shown.en}" if person.shown else ""
        table.add_row(person.login, person.name, words)
    console.print(
        f"  演示账号,密码都是 · demonstration accounts, all with the password  [bold]{password}[/bold]\n"
    )
    console.print(Padding(table, (0, 0, 0, 2)))


def _try(console: Console, address: str, password: str) -> None:
    login = DEMO_ACCOUNTS[0].login
    console.print("\n  试一试 · try")
    for line in (
        ".venv/bin/shaodao stories                 # 讲八个故事 · plays eight stories",
        f"TOKEN=$(curl -s {address}/api/v1/tokens -d username={login} -d password={password}"
        """ | python3 -c 'import json, sys; print(json.load(sys.stdin)["access_token"])')""",
        f'curl -s {address}/api/v1/cases -H "Authorization: Bearer $TOKEN"'
        """ -H "Content-Type: application/json" -d '{"matter": "manhole-cover", "text": "井盖松动"}'""",
    ):
        console.print(f"    {line}", markup=False, soft_wrap=True)
    console.print()
