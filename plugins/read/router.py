"""One question to a router, five ways to ask it: SNMP, FRITZ!Box, OPNsense, UniFi, RutOS.

`ask` talks to the router, `from_walk` takes a recorded walk, both give a `RouterAnswer`; `read`
makes facts of it. An answer holds nothing that names a card, a device or an address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.read.router_facts import Mobile, RouterFacts, RouterLine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from apowacht.plugins.core.check import Options
    from apowacht.plugins.wire.tls import Trust

__all__ = ["Mobile", "RouterAnswer", "RouterFacts", "RouterLine", "ask", "from_walk", "read"]

PASSWORD_VARIABLE = "APOWACHT_ROUTER_PASSWORD"  # noqa: S105 - a variable's name


class RouterAnswer(NamedTuple):
    """What a router said, reduced to what JSON can hold and a verdict needs, and when."""

    source: str
    """snmp, fritzbox, opnsense, unifi, rutos."""
    data: dict[str, Any]
    moment: datetime


def ask(options: Options) -> RouterAnswer:
    """Ask the router by `options.router`. Raises TargetTrouble, OwnTrouble.

    Secrets that were read are added to `options.secrets`. There is one login per run and none
    after it, whatever the answer: routers lock out those who try again.
    """
    if not options.router_host:
        raise OwnTrouble("missing_option", option="-H/--hostname")
    ways = {
        "snmp": _ask_snmp,
        "fritzbox": _ask_fritzbox,
        "opnsense": _ask_opnsense,
        "unifi": _ask_unifi,
        "rutos": _ask_rutos,
    }
    data = ways[options.router](options)
    data["wan"] = list(options.router_wan)
    return RouterAnswer(options.router, data, options.now)


def from_walk(
    values: Mapping[str, int | bytes | str], moment: datetime, wan: Sequence[str] = ()
) -> RouterAnswer:
    """The answer in a recorded walk, as `wire.walkfile.parse` gives it."""
    from apowacht.plugins.read import router_snmp

    return RouterAnswer("snmp", router_snmp.reduce(values, wan), moment)


def read(answer: RouterAnswer) -> RouterFacts:
    """The facts in an answer. Raises Refused("router_no_router") for a box that routes nothing."""
    if answer.source == "snmp":
        from apowacht.plugins.read import router_snmp

        return router_snmp.read(answer.data)
    if answer.source == "fritzbox":
        from apowacht.plugins.read import router_fritzbox

        return _chosen(router_fritzbox.read(answer.data), answer.data)
    from apowacht.plugins.read import router_json

    reader = {
        "opnsense": router_json.read_opnsense,
        "unifi": router_json.read_unifi,
        "rutos": router_json.read_rutos,
    }.get(answer.source)
    if reader is None:
        raise OwnTrouble("replay_broken", file=answer.source, detail="source")
    return _chosen(reader(answer.data), answer.data)


def _chosen(facts: RouterFacts, data: Mapping[str, Any]) -> RouterFacts:
    """Only the lines that were asked for, in that order; one that is missing is said so."""
    wanted = data.get("wan")
    if not wanted:
        return facts
    known = {line.name.casefold(): line for line in facts.lines}
    lines = [known.get(name.casefold()) or RouterLine(name, detail="not_found") for name in wanted]
    return RouterFacts(facts.source, lines, facts.active_line, facts.mobile)


def _ask_snmp(options: Options) -> dict[str, Any]:
    from apowacht.plugins.read import router_snmp
    from apowacht.plugins.wire.snmp import open_session

    session = open_session(_snmp_target(options), options.deadline)
    try:
        return router_snmp.ask(session, options.router_wan)
    finally:
        session.close()


def _snmp_target(options: Options) -> Any:
    from apowacht.plugins.wire.snmp import Target

    def secret(option: str, environment: str) -> str | None:
        return _secret(options, option, environment)

    version = options.snmp_version or ("3" if options.snmp_user else "2c")
    common = {
        "host": options.router_host,
        "port": options.router_port or 161,
        "version": version,
        "retries": options.snmp_retries,
    }
    if version == "3":
        if not options.snmp_user:
            raise OwnTrouble("missing_option", option="--snmp-user")
        return Target(
            **common,
            user=options.snmp_user,
            auth_protocol=options.snmp_auth_protocol,
            auth_key=secret("snmp-auth-key", "APOWACHT_SNMP_AUTH_KEY"),
            priv_protocol=options.snmp_priv_protocol,
            priv_key=secret("snmp-priv-key", "APOWACHT_SNMP_PRIV_KEY"),
            context=options.snmp_context,
        )
    community = options.community or secret("community", "APOWACHT_SNMP_COMMUNITY") or "public"
    if options.community and options.community != "public":
        options.secrets.append(options.community)
    return Target(**common, community=community)


def _secret(options: Options, option: str, environment: str) -> str | None:
    """A secret by its option or variable, remembered so that no output shows it."""
    from apowacht.plugins.core.secret import read_secret

    file = getattr(options, f"{option.replace('-', '_')}_file")
    value = read_secret(f"--{option}-file", file=file, env=environment)
    if value:
        options.secrets.append(value)
    return value


def _password(options: Options) -> str:
    value = _secret(options, "router-password", PASSWORD_VARIABLE)
    if value is None:
        raise OwnTrouble("missing_option", option="--router-password-file")
    return value


def _user(options: Options) -> str:
    if not options.router_user:
        raise OwnTrouble("missing_option", option="--router-user")
    return str(options.router_user)


def _key(options: Options) -> str:
    """OPNsense's API key is half of the secret."""
    key = _user(options)
    options.secrets.append(key)
    return key


def _trust(options: Options) -> Trust:
    from apowacht.plugins.wire.tls import Trust

    return Trust(
        options.router_ca_file,
        options.router_tls_fingerprint,
        insecure=options.router_insecure,
    )


def _ask_fritzbox(options: Options) -> dict[str, Any]:
    from apowacht.plugins.wire import tr064

    return tr064.ask(
        options.router_host,
        options.router_port or 49443,
        options.router_web_port or 443,
        options.deadline,
        _trust(options),
        user=_user(options),
        password=_password(options),
    )


def _ask_opnsense(options: Options) -> dict[str, Any]:
    from apowacht.plugins.wire import router_json

    return router_json.ask_opnsense(
        options.router_host,
        options.router_port or 443,
        options.deadline,
        _trust(options),
        key=_key(options),
        secret=_password(options),
    )


def _ask_unifi(options: Options) -> dict[str, Any]:
    from apowacht.plugins.wire import router_json

    return router_json.ask_unifi(
        options.router_host,
        options.router_port or 443,
        options.deadline,
        _trust(options),
        user=options.router_user,
        password=_password(options),
        site=options.router_site,
    )


def _ask_rutos(options: Options) -> dict[str, Any]:
    from apowacht.plugins.wire import router_json

    return router_json.ask_rutos(
        options.router_host,
        options.router_port or 443,
        options.deadline,
        _trust(options),
        user=_user(options),
        password=_password(options),
    )
