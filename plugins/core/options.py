"""The options that several checks share, each defined and explained once.

A check takes whole groups (`COMMON`, `target("161")`, `SNMP`) and adds its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from apowacht.plugins.core.limits import DURATION, MOMENT, LimitType

if TYPE_CHECKING:
    from collections.abc import Callable

STATES = ("ok", "warning", "critical", "unknown")
# What a shell offers for a value, by its placeholder.
OFFERED = {"FILE": "file", "FILE|NAME": "file", "GLOB": "file", "DIR": "dir"}


class DebounceType(click.ParamType[tuple[int, int]]):
    """`N/M` on the command line."""

    name = "debounce"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """N and M. Raises OwnTrouble for anything else."""
        from apowacht.plugins.core.debounce import parse_debounce

        return parse_debounce(str(value))


class OpeningType(click.ParamType[Any]):
    """Hours, holidays, closed days, duty or the time zone on the command line, by `name`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        """See `opening_told`. Raises OwnTrouble for what is not understood."""
        from apowacht.plugins.core.opening_told import READERS

        return READERS[self.name](value) if isinstance(value, str) else value


DEBOUNCE = DebounceType()


def option(*names: str, **attributes: Any) -> click.Option:
    """A click option with its help; the name of a check's option is its long name."""
    if attributes.get("metavar") in OFFERED:
        attributes["shell_complete"] = offer_paths
    return click.Option(list(names), **attributes)


def offer_paths(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[click.shell_completion.CompletionItem]:
    """Leave it to the shell to offer its files or folders."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type=OFFERED[str(param.metavar)])]


def flag(*names: str, **attributes: Any) -> click.Option:
    """An option without a value."""
    return click.Option(list(names), is_flag=True, **attributes)


def limits(
    metric: str,
    unit: str,
    *,
    floor: bool = False,
    warning: str | None = None,
    critical: str | None = None,
) -> tuple[click.Option, click.Option]:
    """`--<metric>-warning` and `--<metric>-critical`; with `floor` a bare number is the least."""
    name = metric.replace("_", "-")
    shown = {"s": "DURATION", "%": "PERCENT", "C": "CELSIUS", "V": "VOLTS"}.get(unit, "NUMBER")
    bare = "bare number = least allowed" if floor else "bare number = most allowed"

    def one(level: str, default: str | None) -> click.Option:
        return option(
            f"--{name}-{level}",
            type=LimitType(unit, floor=floor),
            default=default,
            show_default=default is not None,
            metavar=f"{shown}-RANGE",
            help=f"{level.upper()} outside this range ({bare}).",
        )

    return one("warning", warning), one("critical", critical)


def target(port: str, *, host: str = "Host name or address.") -> tuple[click.Option, ...]:
    """`-H` and `-p`; `port` says in words which one is taken without `-p`."""
    return (
        option("-H", "--hostname", metavar="HOST", help=host),
        option(
            "-p",
            "--port",
            type=click.IntRange(1, 65535),
            metavar="PORT",
            help=f"Port [default: {port}].",
        ),
    )


def _answer(kind: str) -> Callable[[click.Context, click.Parameter, bool], None]:
    def callback(ctx: click.Context, param: click.Parameter, value: bool) -> None:
        if value and not ctx.resilient_parsing:
            raise Answered(ctx, kind)

    return callback


class Answered(Exception):
    """`--help` or `--version` was asked; `kind` says which."""

    def __init__(self, ctx: click.Context, kind: str) -> None:
        super().__init__(kind)
        self.ctx = ctx
        self.kind = kind


def common(timeout: float) -> tuple[click.Option, ...]:
    """What every command has; `timeout` is the check's default deadline in seconds."""
    return (
        option(
            "-t",
            "--timeout",
            type=DURATION,
            default=str(timeout),
            show_default=True,
            metavar="SECONDS",
            help="Deadline over everything, DNS and retries included.",
        ),
        option(
            "--timeout-state",
            type=click.Choice(STATES),
            help="State when the target gives no answer, instead of the check's own.",
        ),
        option(
            "--lang",
            type=click.Choice(("de", "en")),
            envvar="APOWACHT_LANG",
            default="de",
            help="Language of the answer [default: de; environment APOWACHT_LANG].",
        ),
        option(
            "--output",
            type=click.Choice(("nagios", "checkmk", "prtg", "json")),
            default="nagios",
            help="Whose format to answer in [default: nagios].",
        ),
        option("--service", metavar="NAME", help="Service name for --output checkmk."),
        option(
            "--site",
            metavar="FILE|NAME",
            default="",
            help="Site file (with a / or ending in .yaml) to take from what is not given here, and "
            "whom to call; or the bare name of the pharmacy, to tell states apart.",
        ),
        option(
            "--name",
            metavar="NAME",
            default="",
            help="Name of this check, to tell states apart; chooses among several of a site file.",
        ),
        option("--state-dir", metavar="DIR", help="Folder for what is remembered between runs."),
        option(
            "--debounce",
            type=DEBOUNCE,
            metavar="N/M",
            help="Believe a bad state only when N of the last M results are bad.",
        ),
        option(
            "--grace",
            type=DURATION,
            metavar="DURATION",
            help="Believe a bad state only when it has lasted this long.",
        ),
        option("--record", metavar="FILE", help="Also write what the device answered, masked."),
        option("--replay", metavar="FILE", help="Judge this recording instead of asking a device."),
        option(
            "--now",
            type=MOMENT,
            metavar="TIME",
            help="Moment (ISO 8601) at which a foreign file is judged.",
        ),
        option("-v", "--verbose", count=True, help="Also show what was read; -vvv for tracebacks."),
        flag(
            "-V",
            "--version",
            is_eager=True,
            expose_value=False,
            callback=_answer("version"),
            help="Show the version.",
        ),
        flag(
            "-h",
            "--help",
            is_eager=True,
            expose_value=False,
            callback=_answer("help"),
            help="Show this help.",
        ),
    )


ALIAS = option(
    "--alias",
    multiple=True,
    metavar="NEW=OLD",
    help="Call the device OLD by the name NEW (repeatable).",
)

OPENING = (
    # Without any of them a site is always open.
    option(
        "--hours",
        type=OpeningType("hours"),
        metavar="TEXT",
        help='Opening hours, "Mo-Fr 08:00-18:30; Sa 08:30-13:00": outside them a device that may '
        "be off is no fault, and what cannot hurt before opening is WARNING at most; ten minutes "
        "before opening everything counts [default: always open].",
    ),
    option(
        "--holidays",
        type=OpeningType("holidays"),
        metavar="LAND",
        help="Closed on the public holidays of this Land: SH, BY, ..., BY-katholisch, Augsburg.",
    ),
    option(
        "--closed",
        type=OpeningType("closed"),
        multiple=True,
        metavar="DAYS",
        help="Closed on this day or these, 2026-12-24 or 2026-08-01..2026-08-14 (repeatable).",
    ),
    option(
        "--duty",
        type=OpeningType("duty"),
        metavar="FILE",
        help="Calendar file (.ics) of the duty nights: open at these times, on closed days too.",
    ),
    option(
        "--timezone",
        type=OpeningType("timezone"),
        metavar="ZONE",
        help="Time zone of the hours and days, such as Europe/Berlin [default: this computer's "
        "clock].",
    ),
)

TLS = (
    # By what a server is believed.
    option("--ca-file", metavar="FILE", help="Trust the authorities in this file."),
    option(
        "--tls-fingerprint",
        multiple=True,
        metavar="SHA256",
        help="Trust the certificate with this fingerprint (repeatable).",
    ),
    flag("--insecure", help="Encrypt without knowing with whom; sends no credentials."),
)

KONNEKTOR = (
    option("--kon", metavar="FILE", help="Take what is not given here from this .kon file."),
    flag("--no-tls", help="Ask in clear (http), where the Konnektor allows it."),
    option("--mandant", metavar="ID", help="Mandant that is asked for, as the Konnektor names it."),
    option("--client-system", metavar="ID", help="Client system in whose name is asked."),
    option("--workplace", metavar="ID", help="Workplace in whose name is asked."),
    option("--user-id", metavar="ID", help="User ID, where a Konnektor wants one."),
    option("--user", metavar="NAME", help="Log in as this user (HTTP Basic)."),
    option(
        "--password-file",
        metavar="FILE",
        help="File with the user's password [or environment APOWACHT_KONNEKTOR_PASSWORD].",
    ),
    option("--client-cert", metavar="FILE", help="Client certificate with key, PKCS#12 or PEM."),
    option(
        "--client-cert-password-file",
        metavar="FILE",
        help="File with that file's password [or environment APOWACHT_CLIENT_CERT_PASSWORD].",
    ),
    *TLS,
    option(
        "--tls-server-name",
        metavar="NAME",
        help="Name that the certificate must hold [default: konnektor.konlan with an authority of "
        "the TI, else the host].",
    ),
    flag(
        "--rewrite-endpoints",
        help="Ask all services at this host and port, whatever address the Konnektor tells (NAT, "
        "TI-Gateway).",
    ),
    option(
        "--connector-location",
        type=click.Choice(("local", "hosted")),
        default="local",
        show_default=True,
        help="Whether there is a box on site to look at.",
    ),
)

SNMP = (
    option("-C", "--community", metavar="TEXT", help="Community for v1 and v2c [default: public]."),
    option(
        "--community-file",
        metavar="FILE",
        help="File with the community [or environment APOWACHT_SNMP_COMMUNITY].",
    ),
    option(
        "--snmp-version",
        type=click.Choice(("1", "2c", "3")),
        help="SNMP version [default: 3 with --snmp-user, else 2c].",
    ),
    option("--snmp-user", metavar="NAME", help="SNMPv3 user (securityName)."),
    option(
        "--snmp-auth-protocol",
        metavar="NAME",
        help="SNMPv3: MD5, SHA, SHA-224, SHA-256, SHA-384 or SHA-512.",
    ),
    option(
        "--snmp-auth-key-file",
        metavar="FILE",
        help="File with the authentication key [or environment APOWACHT_SNMP_AUTH_KEY].",
    ),
    option(
        "--snmp-priv-protocol",
        metavar="NAME",
        help="SNMPv3: DES, 3DES, AES, AES-192, AES-256, AES-192-C or AES-256-C (-C: Cisco's keys).",
    ),
    option(
        "--snmp-priv-key-file",
        metavar="FILE",
        help="File with the privacy key [or environment APOWACHT_SNMP_PRIV_KEY].",
    ),
    option("--snmp-context", metavar="NAME", default="", help="SNMPv3 contextName."),
    option(
        "--snmp-retries",
        type=click.IntRange(0, 10),
        default=2,
        metavar="NUMBER",
        help="How often to ask again within the deadline [default: 2].",
    ),
)
