"""One question to a UPS, three ways to ask it: SNMP, NUT's upsd, apcupsd's NIS.

`ask` talks to the device, `replay` reads a file, both give an `Answer`; `read` makes readings
(one mapping of facts per UPS) of it, whatever way it came by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.errors import OwnTrouble

if TYPE_CHECKING:
    from datetime import datetime

    from apowacht.plugins.core.check import Options

RECIPE_SECONDS = 24 * 3600
"""How long it is taken for granted what a device can tell; then it is asked anew."""


class Answer(NamedTuple):
    """What a source said (`data` as its wire function gives it), and when."""

    source: str
    data: Any
    moment: datetime
    replayed: bool = False


def ask(options: Options) -> Answer:
    """Ask the device by `options.source`. Raises TargetTrouble, OwnTrouble."""
    if not options.hostname:
        raise OwnTrouble("missing_option", option="-H/--hostname")
    data = {"snmp": _ask_snmp, "nut": _ask_nut, "apcupsd": _ask_apcupsd}[options.source](options)
    return Answer(options.source, data, options.now)


def read(answer: Answer) -> list[dict[str, Any]]:
    """The readings in an answer, one per UPS, each with the facts that the device tells."""
    if answer.source == "snmp":
        from apowacht.plugins.read import ups_snmp

        return [ups_snmp.read(answer.data, answer.moment)]
    if answer.source == "nut":
        from apowacht.plugins.read import ups_nut

        return [
            {"ups_name": name, **ups_nut.read(variables, answer.moment)}
            for name, variables in answer.data.items()
        ]
    from apowacht.plugins.read import ups_apcupsd

    return [ups_apcupsd.read(answer.data, answer.moment)]


def _ask_snmp(options: Options) -> dict[str, Any]:
    from apowacht.plugins.read import ups_snmp
    from apowacht.plugins.wire.snmp import open_session

    target = _snmp_target(options)
    key = (options.site, "ups", f"{target.host}:{target.port}", options.name)
    kept = options.store.read("snmp-recipe", key)
    now = options.now.timestamp()
    fresh = 0 <= now - kept.get("made", 0) < RECIPE_SECONDS
    recipe = kept.get("recipe") if fresh else None
    session = open_session(target, options.deadline)
    try:
        answers, learnt = ups_snmp.ask(session, recipe)
    finally:
        session.close()
    if learnt != recipe:
        new = {"made": now, "recipe": learnt}
        wait = min(0.5, options.deadline.remaining())
        options.store.change("snmp-recipe", key, lambda _: new, wait=wait)
    return answers


def _snmp_target(options: Options) -> Any:
    from apowacht.plugins.core.secret import read_secret
    from apowacht.plugins.wire.snmp import Target

    def secret(option: str, environment: str) -> str | None:
        value = read_secret(
            f"--{option}-file",
            file=getattr(options, f"{option.replace('-', '_')}_file"),
            env=environment,
        )
        if value:
            options.secrets.append(value)
        return value

    version = options.snmp_version or ("3" if options.snmp_user else "2c")
    if version == "3":
        if not options.snmp_user:
            raise OwnTrouble("missing_option", option="--snmp-user")
        return Target(
            host=options.hostname,
            port=options.port or 161,
            version="3",
            user=options.snmp_user,
            auth_protocol=options.snmp_auth_protocol,
            auth_key=secret("snmp-auth-key", "APOWACHT_SNMP_AUTH_KEY"),
            priv_protocol=options.snmp_priv_protocol,
            priv_key=secret("snmp-priv-key", "APOWACHT_SNMP_PRIV_KEY"),
            context=options.snmp_context,
            retries=options.snmp_retries,
        )
    community = options.community or secret("community", "APOWACHT_SNMP_COMMUNITY") or "public"
    if options.community and options.community != "public":
        options.secrets.append(options.community)
    return Target(
        host=options.hostname,
        port=options.port or 161,
        version=version,
        community=community,
        retries=options.snmp_retries,
    )


def _ask_nut(options: Options) -> dict[str, dict[str, str]]:
    from apowacht.plugins.core.secret import read_secret
    from apowacht.plugins.wire import nut

    password = None
    if options.user:
        password = read_secret(
            "--password-file", file=options.password_file, env="APOWACHT_NUT_PASSWORD"
        )
        if password is None:
            raise OwnTrouble("missing_option", option="--password-file")
        options.secrets.append(password)
    return nut.ask(
        options.hostname,
        options.port or 3493,
        options.ups,
        options.deadline,
        user=options.user,
        password=password,
        starttls=options.starttls,
        ca_file=options.ca_file,
        fingerprints=options.tls_fingerprint,
        insecure=options.insecure,
    )


def _ask_apcupsd(options: Options) -> dict[str, str]:
    from apowacht.plugins.wire import apcupsd

    return apcupsd.ask(options.hostname, options.port or 3551, options.deadline)
