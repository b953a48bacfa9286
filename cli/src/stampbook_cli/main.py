"""The command line: finds the commands. What they need is imported only when they run."""

import typer

from stampbook_cli.commands import (
    audit,
    demo,
    down,
    journeys,
    rebuild,
    reset,
    restart,
    restored,
    seed,
    status,
    up,
    verify,
)
from stampbook_cli.exit_codes import EXPLAINED

app = typer.Typer(
    help="Stampbook on this machine: bring it up, look at it, try it.",
    epilog=EXPLAINED,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # they would show passwords
    rich_markup_mode=None,
)
app.command("up", epilog=up.EXAMPLES)(up.up)
app.command("down", epilog=down.EXAMPLES)(down.down)
app.command("status", epilog=status.EXAMPLES)(status.status)
app.command("restart", epilog=restart.EXAMPLES)(restart.restart)
app.command("reset", epilog=reset.EXAMPLES)(reset.reset)
app.command("seed", epilog=seed.EXAMPLES)(seed.seed)
app.command("journeys", epilog=journeys.EXAMPLES)(journeys.journeys)
app.command("restored", epilog=restored.EXAMPLES)(restored.restored)
app.command("rebuild", epilog=rebuild.EXAMPLES)(rebuild.rebuild)
app.command("audit", epilog=audit.EXAMPLES)(audit.audit)
app.command("verify", epilog=verify.EXAMPLES)(verify.verify)
app.command("demo", epilog=demo.EXAMPLES)(demo.demo)
