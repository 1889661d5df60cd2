"""One question to a UPS, three ways to ask it: SNMP, NUT's upsd, apcupsd's NIS.

`ask` talks to the device, `replay` reads a file, both give an `Answer`; `read` makes readings
(one mapping of facts per UPS) of it, whatever way it came by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.errors import OwnTrouble

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from apowacht.plugins.core.check import Options

RECIPE_SECONDS = 24 * 3600
"""How long it is taken for granted what a device can tell; then it is asked anew."""


HISTORY = ("seconds_on_battery", "seconds_since_battery", "selftest_running_seconds")
"""Facts that a run may know from earlier runs only; a recording keeps them."""


class Answer(NamedTuple):
    """What a source said (`data` as its wire function gives it), and when."""

    source: str
    data: Any
    moment: datetime
    families: Sequence[str] | None = None
    """SNMP: which MIB families the device has, when that is known."""
    history: Sequence[dict[str, Any]] | None = None
    """What only time had told when this was recorded, per UPS; None when it is asked live."""


def ask(options: Options) -> Answer:
    """Ask the device by `options.source`. Raises TargetTrouble, OwnTrouble."""
    if not options.hostname:
        raise OwnTrouble("missing_option", option="-H/--hostname")
    return {"snmp": _ask_snmp, "nut": _ask_nut, "apcupsd": _ask_apcupsd}[options.source](options)


def replay(options: Options) -> Answer:
    """The answer in a file: our own recording, or `.snmprec`, `snmpwalk -On`, `upsc`, `apcaccess`.

    Raises OwnTrouble for a file that is none of these or belongs to another check.
    """
    from apowacht.plugins.core import tape

    recording = tape.read(options.replay)
    if recording is not None:
        if recording.check != "ups":
            raise OwnTrouble("replay_other", file=options.replay, check=recording.check)
        history = recording.options.get("history", [])
        return Answer(recording.source, recording.answers, recording.moment, history=history)
    source, data = _foreign(options.replay)
    return Answer(source, data, options.judged_at or options.now, history=[])


def _foreign(file: str) -> tuple[str, Any]:
    """Source and data of a file that another tool wrote."""
    from apowacht.plugins.core.tape import read_file
    from apowacht.plugins.wire import apcupsd, nut, walkfile

    content = read_file(file)
    if walkfile.recognise(content):
        return "snmp", walkfile.parse(content, file)
    text = content.decode("utf-8", "replace")
    fields = apcupsd.parse_status(text)
    if "STATUS" in fields or "STATFLAG" in fields:
        return "apcupsd", fields
    variables = nut.parse_upsc(text)
    if any(name.startswith(("ups.", "battery.", "input.")) for name in variables):
        return "nut", {"ups": variables}
    raise OwnTrouble("replay_unknown", file=file)


def record(answer: Answer, readings: Sequence[dict[str, Any]], options: Options) -> None:
    """Write what the device answered to `options.record`, without secrets and identities."""
    from apowacht.plugins.core import tape

    history = [{name: reading[name] for name in HISTORY} for reading in readings]
    tape.write(
        options.record,
        check="ups",
        moment=answer.moment,
        options={"history": history},
        source=answer.source,
        answers=answer.data,
        secrets=options.secrets,
    )


def read(answer: Answer) -> list[dict[str, Any]]:
    """The readings in an answer, one per UPS, each with the facts that the device tells."""
    if answer.source == "snmp":
        from apowacht.plugins.read import ups_snmp

        return [ups_snmp.read(answer.data, answer.moment, answer.families)]
    if answer.source == "nut":
        from apowacht.plugins.read import ups_nut

        today = answer.moment.date()
        return [ups_nut.read(told, today, name) for name, told in answer.data.items()]
    from apowacht.plugins.read import ups_apcupsd

    return [ups_apcupsd.read(answer.data, answer.moment.date())]


def remember(
    answer: Answer, readings: list[dict[str, Any]], options: Options
) -> list[dict[str, Any]]:
    """The readings with what only time tells: since when on battery, testing, back on mains.

    Kept per UPS between runs; without a state folder these facts are simply not known.
    """
    if answer.history is not None:
        known = [*answer.history, *([{}] * len(readings))]
        return [{**reading, **known[place]} for place, reading in enumerate(readings)]
    now = options.now.timestamp()
    return [_remembered(reading, options, now) for reading in readings]


def _remembered(reading: dict[str, Any], options: Options, now: float) -> dict[str, Any]:
    on_battery = reading["power_source"] == "battery"
    testing = reading["selftest"] == "in_progress"
    where = f"{options.hostname}:{options.port or options.source}"
    key = (options.site, "ups", where, options.name or reading["ups_name"] or "")

    def update(old: dict[str, Any]) -> dict[str, Any] | None:
        new = {
            "battery_since": _since(old, "battery_since", now) if on_battery else None,
            "battery_last": now if on_battery else old.get("battery_last"),
            "test_since": _since(old, "test_since", now) if testing else None,
        }
        return None if new == old or (not any(new.values()) and not old) else new

    kept = options.store.read("ups-history", key)
    if update(kept) is not None:
        wait = min(0.5, options.deadline.remaining())
        kept = options.store.change("ups-history", key, update, wait=wait)
    known = {name: _age(kept.get(name), now) for name in ("battery_since", "battery_last")}
    return {
        **reading,
        "seconds_on_battery": reading["seconds_on_battery"]
        if reading["seconds_on_battery"] is not None or not on_battery
        else known["battery_since"],
        "seconds_since_battery": None if on_battery else known["battery_last"],
        "selftest_running_seconds": _age(kept.get("test_since"), now) if testing else None,
    }


def _since(old: dict[str, Any], name: str, now: float) -> float:
    since = old.get(name)
    return since if isinstance(since, int | float) and since <= now else now


def _age(since: object, now: float) -> float | None:
    return round(now - since, 1) if isinstance(since, int | float) and since <= now else None


def named(
    readings: list[dict[str, Any]], options: Options, moment: datetime
) -> list[dict[str, Any]]:
    """The readings under the user's own names, with the battery date that he knows better."""
    from apowacht.plugins.core.alias import parse_aliases

    aliases = parse_aliases(options.alias)
    installed = options.battery_installed
    changed = []
    for reading in readings:
        name = reading["ups_name"]
        known = {"ups_name": aliases.get(name, name)}
        if installed is not None:
            known["battery_age_days"] = (moment.date() - installed).days
        changed.append({**reading, **known})
    return changed


def _ask_snmp(options: Options) -> Answer:
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
    return Answer("snmp", answers, options.now, learnt["families"])


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


def _ask_nut(options: Options) -> Answer:
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
    data = nut.ask(
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
    return Answer("nut", data, options.now)


def _ask_apcupsd(options: Options) -> Answer:
    from apowacht.plugins.wire import apcupsd

    data = apcupsd.ask(options.hostname, options.port or 3551, options.deadline)
    return Answer("apcupsd", data, options.now)
