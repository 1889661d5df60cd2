"""Two lines or one: from options or a recording to the facts of `check_apo_uplink`.

`ask` gathers what this host finds out itself and what a router claims, `replay` reads a file,
both give an `Answer`; `read` merges the two, `remember` adds what only time tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core import errors
from apowacht.plugins.core.errors import OwnTrouble, TargetTrouble
from apowacht.plugins.read import uplink_memory
from apowacht.plugins.read.uplink_lines import Line, Target, parse_lines, parse_target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from apowacht.plugins.core.check import Options
    from apowacht.plugins.read.router_facts import RouterFacts
    from apowacht.plugins.read.uplink_ask import Plan

    Facts = dict[str, Any]

HTTPS_PORT, DNS_PORT = 443, 53


class Answer(NamedTuple):
    """What was found out, and when; plain data but for `moment` and `history`.

    `data`: "lines" (as the user described them, none when the router's are taken), "min_targets",
    "evidence" (see `uplink_ask`), "router" ({"source", "data"} or None), "router_trouble"
    ({"kind", "reason", "values"} or None).
    """

    data: Facts
    moment: datetime
    history: Facts | None = None
    """What only time had told when this was recorded; None when it is asked live."""


def ask(options: Options) -> Answer:
    """Ask everybody that the options name, side by side.

    Raises OwnTrouble for options that do not fit together, and the router's TargetTrouble when
    the router is the only source.
    """
    plan = planned(options)
    router = _AskedRouter(options)
    evidence: Facts = {}
    asked_here = plan.targets or plan.dns or plan.https or plan.egress
    if asked_here or any(line.here or line.targets for line in plan.lines):
        from apowacht.plugins.read.uplink_ask import gather

        evidence = gather(plan, options)
    answer, trouble = router.answer()
    if trouble is not None and not evidence:
        raise trouble
    data = {
        "lines": [_described(line) for line in plan.lines],
        "min_targets": options.min_targets,
        "evidence": evidence,
        "router": None if answer is None else {"source": answer.source, "data": answer.data},
        "router_trouble": _told(trouble),
    }
    return Answer(data, options.now)


def planned(options: Options) -> Plan:
    """Whom to ask over which lines. Raises OwnTrouble for whatever is wrong or missing."""
    from apowacht.plugins.read.uplink_ask import Plan
    from apowacht.plugins.wire.dns_query import question
    from apowacht.plugins.wire.egress import split

    lines = parse_lines(options.line)
    targets = _targets(options.target, "--target", HTTPS_PORT)
    _fitting(lines, targets, options)
    question(0, options.dns_name, "A")
    return Plan(
        lines,
        targets,
        _targets(options.dns, "--dns", DNS_PORT),
        _targets(options.https, "--https", HTTPS_PORT),
        options.dns_name,
        split(options.egress) if options.egress else None,
        options.samples,
        options.icmp,
    )


def _fitting(lines: Sequence[Line], targets: Sequence[Target], options: Options) -> None:
    if not lines and options.router == "none":
        raise OwnTrouble("uplink_no_line")
    if any(line.router for line in lines) and options.router == "none":
        raise OwnTrouble("missing_option", option="--router")
    for line in lines:
        probed = line.here or not (line.targets or line.router)
        if probed and not targets and not line.targets:
            raise OwnTrouble("uplink_no_target")
    if targets and options.min_targets > len(targets):
        raise OwnTrouble(
            "bad_number",
            option="--min-targets",
            text=options.min_targets,
            least=1,
            most=len(targets),
        )


def _targets(texts: Sequence[str], option: str, port: int) -> list[Target]:
    return list(dict.fromkeys(parse_target(text, option, port) for text in texts))


class _AskedRouter:
    """The router, asked in a thread of its own while the lines are probed."""

    def __init__(self, options: Options) -> None:
        import threading

        self._answer: Any = None
        self._failure: BaseException | None = None
        self._deadline = options.deadline
        self._host = options.hostname
        self._thread: threading.Thread | None = None
        if options.router == "none":
            return
        if not options.hostname:
            raise OwnTrouble("missing_option", option="-H/--hostname")
        self._thread = threading.Thread(target=self._ask, args=(options,), daemon=True)
        self._thread.start()

    def _ask(self, options: Options) -> None:
        from apowacht.plugins.read import router

        try:
            self._answer = router.ask(options)
            router.read(self._answer)
        except BaseException as failure:
            self._failure = failure

    def answer(self) -> tuple[Any, TargetTrouble | None]:
        """What the router said, or why it did not. Raises what is not the router's fault."""
        if self._thread is None:
            return None, None
        self._thread.join(self._deadline.remaining() + 0.2)
        if self._thread.is_alive():
            return None, errors.Unreachable(
                "timeout", phase="request", host=self._host, seconds=self._deadline.seconds
            )
        if isinstance(self._failure, TargetTrouble):
            return None, self._failure
        if self._failure is not None:
            raise self._failure
        return self._answer, None


def _told(trouble: TargetTrouble | None) -> Facts | None:
    if trouble is None:
        return None
    plain = {
        name: value
        for name, value in trouble.values.items()
        if isinstance(value, str | int | float | bool) or value is None
    }
    return {"kind": type(trouble).__name__, "reason": trouble.reason, "values": plain}


def _described(line: Line) -> Facts:
    return {**line._asdict(), "targets": [str(target) for target in line.targets]}


def replay(options: Options) -> Answer:
    """The answer in a file: our own recording, or a router's `.snmprec` or `snmpwalk -On`.

    Raises OwnTrouble for a file that is neither or belongs to another check.
    """
    from apowacht.plugins.core import tape
    from apowacht.plugins.read import router
    from apowacht.plugins.wire import walkfile

    recording = tape.read(options.replay)
    if recording is not None:
        if recording.check != "uplink":
            raise OwnTrouble("replay_other", file=options.replay, check=recording.check)
        return Answer(recording.answers, recording.moment, recording.options.get("history") or {})
    content = tape.read_file(options.replay)
    if not walkfile.recognise(content):
        raise OwnTrouble("replay_unknown", file=options.replay)
    moment = options.judged_at or options.now
    told = router.from_walk(walkfile.parse(content, options.replay), moment, options.router_wan)
    data = {
        "lines": [_described(line) for line in parse_lines(options.line)],
        "min_targets": options.min_targets,
        "evidence": {},
        "router": {"source": told.source, "data": told.data},
        "router_trouble": None,
    }
    return Answer(data, moment, {})


def record(answer: Answer, facts: Facts, options: Options) -> None:
    """Write what was found out to `options.record`, without secrets and identities."""
    from apowacht.plugins.core import tape

    tape.write(
        options.record,
        check="uplink",
        moment=answer.moment,
        options={"history": {name: facts[name] for name in uplink_memory.FACTS}},
        source="uplink",
        answers=answer.data,
        secrets=options.secrets,
    )


def read(answer: Answer, options: Options) -> Facts:
    """The facts of this moment. Raises OwnTrouble("replay_broken") for a damaged recording."""
    from apowacht.plugins.core.alias import parse_aliases
    from apowacht.plugins.read.uplink_merge import merged

    data = answer.data
    aliases = parse_aliases(options.alias)
    try:
        router = _router_facts(data.get("router"), answer.moment)
        lines = [_line(one) for one in data["lines"]] or discovered(router, aliases)
        facts = merged(lines, data["evidence"], router, data["min_targets"], aliases)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as damage:
        if not options.replay:
            raise
        detail = f"{type(damage).__name__} {damage}"
        raise OwnTrouble("replay_broken", file=options.replay, detail=detail) from damage
    facts["router"] = router.source if router else None
    facts["lines_named"] = bool(data["lines"])
    facts["traffic_flows"] = flows(facts)
    facts["router_trouble"] = data.get("router_trouble")
    return facts


def _router_facts(told: Mapping[str, Any] | None, moment: datetime) -> RouterFacts | None:
    if told is None:
        return None
    from apowacht.plugins.read import router

    return router.read(router.RouterAnswer(told["source"], told["data"], moment))


def _line(described: Mapping[str, Any]) -> Line:
    targets = tuple(parse_target(text, "--line", HTTPS_PORT) for text in described["targets"])
    return Line(**{**described, "targets": targets})


def discovered(router: RouterFacts | None, aliases: Mapping[str, str]) -> list[Line]:
    """The router's own lines, wired before mobile ones, when the user names none."""
    if router is None:
        return []
    found = sorted(router.lines, key=lambda line: line.tech == "mobile")
    return [Line(aliases.get(line.name, line.name), router=True, tech=line.tech) for line in found]


def remember(answer: Answer, facts: Facts, options: Options) -> Facts:
    """The facts with what earlier runs saw, or with what the recording knew."""
    if answer.history is not None:
        unknown = dict.fromkeys(uplink_memory.FACTS)
        known = {name: answer.history.get(name) for name in unknown}
        if known["on_backup_seconds"] is None and seen(facts).on_backup is False:
            known["on_backup_seconds"] = 0
        return {**facts, **known}
    names = "+".join(line["name"] for line in facts["lines"])
    key = (options.site, "uplink", names, options.name)
    return {**facts, **uplink_memory.remembered(seen(facts), options, key)}


def flows(facts: Facts) -> bool | None:
    """Whether the traffic reaches the internet, by the best that is known; None for nothing.

    Where no line is known to be the active one, a line that stands by carries nothing.
    """
    lines = facts["lines"]
    active = next((line for line in lines if line["active"]), None)
    if facts["traffic_alive"] is not None:
        return bool(facts["traffic_alive"])
    if active is not None:
        alive: bool | None = active["alive"]
        return alive
    if any(line["alive"] and line["router_detail"] != "standby" for line in lines):
        return True
    told = [line["alive"] for line in lines]
    return False if told and None not in told else None


def seen(facts: Facts) -> uplink_memory.Seen:
    """This run's sight, for the memory."""
    lines = facts["lines"]
    active = next((line for line in lines if line["active"]), None)
    anything = any(line["alive"] for line in lines)
    primary = lines[0] if lines else None
    on_backup = None if active is None else active is not primary
    if active is None and primary and primary["alive"] is False and anything:
        on_backup = True  # whoever carries the traffic, it is not this one
    return uplink_memory.Seen(
        facts["active_line"],
        on_backup,
        facts["traffic_flows"],
        stuck=facts["traffic_flows"] is False and anything,
    )
