"""The `shaodao` command. Run it as `.venv/bin/shaodao`, or as `.venv/bin/python cli.py`."""

from __future__ import annotations

import asyncio
import runpy
import shutil
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from runtime.backing_up.manifest import Part
from runtime.command_line import plainly, read_settings, refuse
from runtime.leaving import run_and_leave
from runtime.logs import configure_logging
from runtime.loops import collect_seldom
from runtime.processes import end_orphans
from runtime.repairing.prefer import Prefer
from runtime.report import Report
from runtime.state import hold
from runtime.version import version as release

app = typer.Typer(
    name="shaodao",
    help="Shaodao 哨到: every reported issue taken through the closed loop. "
    "Settings are SHAODAO_… environment variables: see docs/settings.md.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.command()
def up(
    closed: Annotated[
        bool, typer.Option("--closed", help="Without the API: to repair before opening.")
    ] = False,
) -> None:
    """Run the whole product on this machine until Ctrl-C (what `make run` does)."""
    from runtime.up import up as bring_up  # imports everything there is; the other commands need less

    settings = read_settings()
    with plainly():
        asyncio.run(bring_up(settings, Report(), closed=closed))


@app.command()
def backup(
    to: Annotated[Path, typer.Argument(help="A new file, or a folder in which it gets its name.")] = Path(),
) -> None:
    """Write records, workflows, pictures and secrets into one file, while everything runs."""
    from runtime.backup_command import back_up

    settings = read_settings()
    with plainly():
        asyncio.run(back_up(settings, Report(), to))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `shaodao backup` made.", exists=True, dir_okay=False)],
    only: Annotated[list[Part] | None, typer.Option(help="Only this part; may be given again.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Set aside what is there already.")] = False,
) -> None:
    """Make the state folder what a backup says. Nothing may run on it, and nothing is replaced unasked."""
    from runtime.restore_command import restore as bring_back

    settings = read_settings()
    with plainly():
        asyncio.run(bring_back(settings, Report(), file, only=only or (), force=force))


@app.command()
def prepare() -> None:
    """Make external servers ready: tables in PostgreSQL, search attributes in Temporal. Repeatable."""
    from runtime.prepare import prepare as make_ready

    settings = read_settings()
    with plainly():
        asyncio.run(make_ready(settings))
    typer.echo("Tables and search attributes are up to date.")


@app.command()
def worker() -> None:
    """Run one worker: the process that carries out cases. Any number may run side by side."""
    read_settings()
    runpy.run_module("worker", run_name="__main__", alter_sys=True)


@app.command()
def api() -> None:
    """Run the API on SHAODAO_HOST and SHAODAO_PORT. Any number may run side by side."""
    settings = read_settings()
    configure_logging(settings, service="api")
    collect_seldom()
    uvicorn.run(
        "api.app:create_app",
        factory=True,
        http="api.connection:GuardedProtocol",
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,  # the application writes its own, with case numbers
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_graceful_shutdown=round(settings.drain_timeout.total_seconds()),
    )


@app.command()
def administrator(
    login: Annotated[str, typer.Argument(help="What they sign in with.")],
    name: Annotated[str, typer.Option(help="Their name, for a new account.")] = "管理员",
) -> None:
    """Open an account that administers the whole city, or give it a new password; prints it once."""
    from runtime.administrator_command import let_in

    settings = read_settings()
    with plainly():
        let_in(settings, login, name)


units = typer.Typer(help="The tree of the city's units.", no_args_is_help=True)
app.add_typer(units, name="units")


@units.command("import")
def import_units(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV with the columns code, name, kind, parent_code.", exists=True, dir_okay=False
        ),
    ],
    preview: Annotated[bool, typer.Option("--preview", help="Say what would be done; do nothing.")] = False,
) -> None:
    """Bring the units in step with a code list: all of it or, with a bad row, none of it."""
    from runtime.units_command import bring_in_step

    settings = read_settings()
    with plainly():
        bring_in_step(settings, file, preview=preview)


Cases = Annotated[list[str] | None, typer.Argument(help="Numbers of cases; all of them, unless given.")]


@app.command()
def verify(
    cases: Cases = None,
    workflows: Annotated[bool, typer.Option(help="Ask the running workflows as well.")] = True,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended; asks first.")] = False,
    prefer: Annotated[
        Prefer | None, typer.Option(help="With --repair, what stays where the two tell different things.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Check that no fact was changed, and that records and workflows agree. Exit code 1 if they do not."""
    from runtime.verify_command import verify_all

    settings = read_settings()
    if repair and not workflows:
        refuse("--repair asks the workflows; `shaodao rebuild` mends rows from facts alone.")
    if prefer and not repair:
        refuse("--prefer decides what --repair does: say both.")

    def may(found: int) -> bool:
        return yes or typer.confirm(f"Mend what can be mended of {found} discrepancies?")

    with plainly():
        found = asyncio.run(
            verify_all(
                settings,
                Report(),
                only=cases or [],
                workflows=workflows,
                repair=may if repair else None,
                prefer=prefer,
            )
        )
    if found:
        raise typer.Exit(1)


@app.command()
def rebuild(cases: Cases = None) -> None:
    """Write the read model anew from the facts, while everything runs. Exit code 1 if a case cannot be."""
    from runtime.rebuild_command import rebuild_all

    settings = read_settings()
    with plainly():
        kept = asyncio.run(rebuild_all(settings, Report(), only=cases or []))
    if kept:
        raise typer.Exit(1)


@app.command()
def stories(
    only: Annotated[list[str] | None, typer.Option(help="Only this story; may be given again.")] = None,
    pace: Annotated[float, typer.Option(min=0, help="Seconds between two steps.")] = 0,
    url: Annotated[str | None, typer.Option(help="The product's address, if not this machine's.")] = None,
) -> None:
    """Play the articles' stories on a running product, so that there is something to look at."""
    from runtime.stories.command import tell

    settings = read_settings()
    with plainly():
        shown = asyncio.run(tell(settings, Console(highlight=False), only=only or (), url=url, pace=pace))
    if not shown.complete:
        raise typer.Exit(1)


case = typer.Typer(help="A case, over the running product's API.", no_args_is_help=True)
app.add_typer(case, name="case")

As = Annotated[str, typer.Option("--as", help="The login of whoever does it.")]
Password = Annotated[
    str | None, typer.Option(help="The demonstration password unless given.", envvar="SHAODAO_PASSWORD")
]
Number = Annotated[str, typer.Argument(help="The case's number.")]


@case.command("report")
def case_report(
    login: As,
    matter: Annotated[str, typer.Option(help="A key of the catalogue.")] = "other",
    unit: Annotated[str | None, typer.Option(help="Where; by default the unit of your post.")] = None,
    text: Annotated[str, typer.Option(help="What was seen.")] = "",
    password: Password = None,
) -> None:
    """Report a matter; prints its case."""
    from runtime import case_command

    case_command.run(read_settings(), login, password, case_command.report(login, matter, unit, text))


@case.command("send")
def case_send(
    number: Number,
    command: Annotated[str, typer.Argument(help="accept, dispatch, claim, arrive, handle, verify …")],
    login: As,
    fields: Annotated[list[str] | None, typer.Argument(help="The command's fields, name=value.")] = None,
    password: Password = None,
) -> None:
    """Send a command to a case; prints the case after it."""
    from runtime import case_command

    case_command.run(
        read_settings(), login, password, case_command.send(login, number, command, fields or [])
    )


@case.command("show")
def case_show(number: Number, login: As, password: Password = None) -> None:
    """Print a case: stage, clocks, and what you may do."""
    from runtime import case_command

    case_command.run(read_settings(), login, password, case_command.show(login, number))


@case.command("timeline")
def case_timeline(number: Number, login: As, password: Password = None) -> None:
    """Print what happened to a case, every date with its rule."""
    from runtime import case_command

    case_command.run(read_settings(), login, password, case_command.timeline(login, number))


@units.command("boundaries")
def unit_boundaries(
    file: Annotated[
        Path,
        typer.Argument(
            help="GeoJSON: Polygons (WGS-84) whose property `code` names the unit.",
            exists=True,
            dir_okay=False,
        ),
    ],
) -> None:
    """Bring outlines of units, so that a report by location finds the unit it lies in."""
    from runtime.boundaries_command import bring_boundaries

    settings = read_settings()
    with plainly():
        bring_boundaries(settings, file)


@app.command()
def reset(yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Remove the state folder of the embedded run: every case, account and file in it. Asks first."""
    state = read_settings().state
    if not state.root.exists():
        typer.echo(f"There is nothing at {state.root}.")
        return
    if not (state.root / "secrets").exists():
        refuse(f"{state.root} is not a state folder of Shaodao: not touched.")
    if not yes:
        typer.confirm(f"Remove {state.root} with all cases, people and files in it?", abort=True)
    with plainly(), hold(state):
        end_orphans(state)
        shutil.rmtree(state.root)
    typer.echo(f"Removed {state.root}.")


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(release())


if __name__ == "__main__":
    run_and_leave(app)
