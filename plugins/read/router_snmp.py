"""A router's SNMP answers to facts: interfaces, the default route, and the vendor's own objects.

`ask` collects what the tables in `mibs.routers` name, `reduce` keeps of that (or of a recorded
walk) what a verdict needs and nothing that names a card, a device or an address, `read` makes
facts of it. Interfaces are known by their names: their numbers change with every restart.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from apowacht.mibs import Form, Scale
from apowacht.mibs.routers import Family, Object, families, if_mib
from apowacht.plugins.read.router_facts import (
    Mobile,
    RouterFacts,
    RouterLine,
    dbm,
    registered,
    share,
    sim_state,
    technology,
)
from apowacht.plugins.read.ups_values import number, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from apowacht.plugins.wire.snmp import Session

    Value = int | bytes | str
    Answers = dict[str, Value]
    Row = dict[str, Any]

SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
INTERFACE_LIMIT = 300
ROW_LIMIT = 64
ROUTE_LIMIT = 12
TABLE_LIMIT = 400
CHUNK = 20

# Names of interfaces that are lines where nobody has said which ones are.
_LINE_NAMES = re.compile(
    r"\bwan|\bwwan|\blte|cellular|\bmob\d|\bppp|pppoe|dialer|qmimux|rmnet_data|\bmodem|dsl|umts",
    re.IGNORECASE,
)
# LCOS lists the channels of its ports, too.
_NO_LINE_NAMES = re.compile(r"(?:enc|pflog|pfsync|lo|gre|tun|ipsec)\d*$|.*-CH-\d", re.IGNORECASE)
# bintec elmeg: «hosts surveillance» sets the admin status of a line by itself.
_ADMIN_IS_AUTOMATIC = "1.3.6.1.4.1.272."


# --- asking -------------------------------------------------------------------------------------


def ask(session: Session, wan: Sequence[str] = ()) -> dict[str, Any]:
    """The reduced answers of a live router; raises what the session raises."""
    answers: Answers = dict(session.get([SYS_OBJECT_ID]))
    answers |= columns(session, [*if_mib.NAMES.values(), *if_mib.NUMBERS.values()], INTERFACE_LIMIT)
    answers |= _default_routes(session)
    for family in _present(session):
        answers |= _of_family(session, family)
    return reduce(answers, wan)


def _present(session: Session) -> list[Family]:
    """The families of which the router has anything."""
    every = list(families().values())
    roots = list(dict.fromkeys(root for family in every for root in family.roots))
    found = {
        root for root, (oid, _) in session.get_next(roots).items() if oid.startswith(root + ".")
    }
    return [family for family in every if found.intersection(family.roots)]


def _of_family(session: Session, family: Family) -> Answers:
    single = [
        oid + ".0" for each in (*family.modem, *family.scalars) for oid in family.instances(each)
    ]
    answers = dict(session.get(single)) if single else {}
    tables = [each for each in (*family.lines, *family.modems) if each.fact != "interface"]
    roots = [oid for each in tables for oid in family.instances(each)]
    rows = columns(session, roots, ROW_LIMIT) if roots else {}
    # entPhysicalName and the like are long; only the modems' rows are wanted.
    named = [
        oid for each in family.modems if each.fact == "interface" for oid in family.instances(each)
    ]
    modems = [
        oid for each in family.modems if each.fact != "interface" for oid in family.instances(each)
    ]
    indexes = {
        oid[len(root) + 1 :] for oid in rows for root in modems if oid.startswith(root + ".")
    }
    wanted = [f"{root}.{index}" for root in named for index in sorted(indexes)]
    return answers | rows | (session.get(wanted) if wanted else {})


def _default_routes(session: Session) -> Answers:
    answers: Answers = {}
    for table in (if_mib.INET_CIDR_DEFAULT, if_mib.IP_CIDR_DEFAULT):
        found = columns(session, list(table.values()), ROUTE_LIMIT)
        answers |= found
        if found:
            break
    answers |= session.get(list(if_mib.IP_ROUTE_DEFAULT.values()))
    if any(not hop[0] for hop in _hops(answers)):
        answers |= columns(session, [if_mib.IP_CIDR_INTERFACE], TABLE_LIMIT)
    return answers


def columns(session: Session, roots: Iterable[str], limit: int) -> Answers:
    """The cells of several columns, side by side, at most `limit` of each."""
    answers: Answers = {}
    cursors = {root: root for root in roots}
    for _ in range(limit):
        if not cursors:
            break
        asked = list(cursors.items())
        cursors = {}
        for start in range(0, len(asked), CHUNK):
            part = asked[start : start + CHUNK]
            following = session.get_next([cursor for _, cursor in part])
            for root, cursor in part:
                oid, value = following.get(cursor, ("", b""))
                if oid.startswith(root + ".") and oid not in answers:
                    answers[oid] = value
                    cursors[root] = oid
    return answers


# --- reducing -----------------------------------------------------------------------------------


def reduce(answers: Mapping[str, Value], wan: Sequence[str] = ()) -> dict[str, Any]:
    """What a verdict needs of a router's objects, as JSON can hold it.

    Addresses are left behind here: next hops and destinations of routes stand in their OIDs.
    """
    every = families()
    told = {name: kept for name, family in every.items() if (kept := _kept(family, answers))}
    return {
        "wan": list(wan),
        "object_id": str(answers.get(SYS_OBJECT_ID, "")),
        "interfaces": _interfaces(answers),
        "routes": _routes(answers),
        "families": told,
    }


def _cells(answers: Mapping[str, Value], root: str) -> dict[str, Value]:
    """The cells of a column by their index."""
    begin = root + "."
    return {oid[len(begin) :]: value for oid, value in answers.items() if oid.startswith(begin)}


def _interfaces(answers: Mapping[str, Value]) -> list[Row]:
    rows: dict[int, Row] = {}
    for word, root in (*if_mib.NAMES.items(), *if_mib.NUMBERS.items()):
        for index, value in _cells(answers, root).items():
            if index.isdigit():
                kept = text(value) if word in if_mib.NAMES else number(value)
                rows.setdefault(int(index), {})[word] = (
                    int(kept) if isinstance(kept, float) else kept
                )
    return [{"index": index, **row} for index, row in sorted(rows.items())]


def _hops(answers: Mapping[str, Value]) -> list[tuple[int | None, str, Row]]:
    """Interface, next hop and the other columns of every default route, of the best table."""
    for table in (if_mib.INET_CIDR_DEFAULT, if_mib.IP_CIDR_DEFAULT):
        cells = {word: _cells(answers, root) for word, root in table.items()}
        found = [
            (
                _whole(value),
                ".".join(index.split(".")[-4:]),
                {word: _whole(cells[word].get(index)) for word in ("type", "metric", "status")},
            )
            for index, value in cells["interface"].items()
        ]
        if found:
            return found
    single = {word: answers.get(oid) for word, oid in if_mib.IP_ROUTE_DEFAULT.items()}
    if single["interface"] is None:
        return []
    more = {"type": _whole(single["type"]), "metric": _whole(single["metric"]), "status": None}
    return [(_whole(single["interface"]), str(single["next_hop"] or ""), more)]


def _routes(answers: Mapping[str, Value]) -> list[Row]:
    """The default routes of IPv4 that are in force: number of the interface, and metric."""
    routes = []
    for interface, next_hop, more in _hops(answers):
        if more["status"] not in (None, if_mib.ACTIVE_ROW) or more["type"] in if_mib.DEAD_ROUTES:
            continue
        # RouterOS leaves the interface of a default route at 0.
        interface = interface or _towards(next_hop, answers)
        metric = more["metric"]
        if interface:
            routes.append(
                {"interface": interface, "metric": metric if metric and metric > 0 else 0}
            )
    return routes


def _towards(next_hop: str, answers: Mapping[str, Value]) -> int | None:
    """The interface in whose network that address is; the smallest network counts."""
    hop = _address(next_hop)
    best: tuple[int, int] | None = None
    for index, value in _cells(answers, if_mib.IP_CIDR_INTERFACE).items():
        arcs = index.split(".")
        interface = _whole(value)
        if hop is None or len(arcs) != 13 or not interface:
            continue
        network, mask = _address(".".join(arcs[:4])), _address(".".join(arcs[4:8]))
        if network is not None and mask and hop & mask == network:
            best = max(best or (0, 0), (mask, interface))
    return best[1] if best else None


def _address(dotted: str) -> int | None:
    arcs = dotted.split(".")
    if len(arcs) != 4 or not all(arc.isdigit() and int(arc) < 256 for arc in arcs):
        return None
    return int.from_bytes(bytes(map(int, arcs)), "big")


def _whole(value: object) -> int | None:
    figure = number(value)
    return None if figure is None else int(figure)


def _kept(family: Family, answers: Mapping[str, Value]) -> dict[str, Any]:
    """The family's objects by their names: rows of lines, rows of modems, single ones."""
    kept: dict[str, Any] = {}
    for group in ("lines", "modems"):
        rows = _rows(family, getattr(family, group), answers)
        if rows:
            kept[group] = rows
    for group in ("modem", "scalars"):
        single = {
            each.name: plain
            for each in getattr(family, group)
            for oid in family.instances(each)
            if (plain := _plain(each, answers.get(oid + ".0"))) is not None
        }
        if single:
            kept[group] = single
    return kept


def _rows(
    family: Family, objects: Iterable[Object], answers: Mapping[str, Value]
) -> dict[str, Row]:
    rows: dict[str, Row] = {}
    names: dict[str, dict[str, str]] = {}
    for each in objects:
        for root in family.instances(each):
            for index, value in sorted(_cells(answers, root).items()):
                plain = _plain(each, value)
                if plain is None:
                    continue
                # Longer indexes hold addresses and names; what they are is in no column asked for.
                table = each.oid.rpartition(".")[0]
                known = names.setdefault(table, {})
                key = index if index.isdigit() else known.setdefault(index, f"{table}-{len(known)}")
                rows.setdefault(key, {}).setdefault(each.name, plain)
    return rows if _told(objects, rows) else {}


def _told(objects: Iterable[Object], rows: Mapping[str, Row]) -> bool:
    """Whether there is more than names of interfaces, which are everybody's."""
    telling = {each.name for each in objects if each.fact != "interface"}
    for index in [index for index, row in rows.items() if not telling.intersection(row)]:
        del rows[index]  # type: ignore[attr-defined]
    return bool(rows)


def _plain(wanted: Object, value: Value | None) -> int | float | str | None:
    """A value as JSON can hold it and as its object is meant; None for what is none."""
    if value is None:
        return None
    if isinstance(wanted.meaning, Form):
        # A number where a text should be is another firmware's other object.
        return None if isinstance(value, int) else text(value)
    figure = number(value)
    if figure is None:
        return None
    return int(figure) if figure == int(figure) else figure


# --- reading ------------------------------------------------------------------------------------


def read(data: Mapping[str, Any]) -> RouterFacts:
    """The facts in reduced answers."""
    view = _View(data)
    view.vendor_lines()
    view.interface_lines()
    mobile = view.mobile()
    lines = view.chosen()
    return RouterFacts("snmp", lines, share(lines), mobile)


class _View:
    """One router's reduced answers, and the lines found in them so far, by name."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.wan: list[str] = data.get("wan") or []
        self.automatic = str(data.get("object_id", "")).startswith(_ADMIN_IS_AUTOMATIC)
        self.interfaces: list[Row] = data.get("interfaces") or []
        self.told: dict[str, Any] = data.get("families") or {}
        self.families = families([name for name in self.told if name in _known()])
        self.lines: dict[str, RouterLine] = {}
        self.routes: list[Row] = data.get("routes") or []
        self.carriers = self._carriers()
        self.whole = False
        """Whether the vendor's table has all lines, so that interfaces add none."""

    # Interfaces and routes, which every router has.

    def _carriers(self) -> list[str]:
        """The interfaces of the best default routes, by name; several share the traffic."""
        usable = []
        for route in self.routes:
            row = next((i for i in self.interfaces if i["index"] == route["interface"]), None)
            if row is None or row.get("type") == if_mib.LOOPBACK:
                continue
            if _name(row) and row.get("oper") not in (2, 6, 7):
                usable.append((route["metric"], _name(row)))
        best = min((metric for metric, _ in usable), default=0)
        return list(dict.fromkeys(name for metric, name in usable if metric == best and name))

    def interface_lines(self) -> None:
        """Lines that are interfaces: those that were named, else those that look like lines."""
        for wanted in self.wan:
            row = self._find(wanted)
            if row is not None:
                self._merge(wanted, self._as_line(wanted, row))
            elif self._line(wanted) is None:
                self.lines[wanted] = RouterLine(wanted, technology(wanted), detail="not_found")
        if self.wan or self.whole:
            return
        for row in self._likely():
            name = _name(row)
            if name and self._line(name) is None:
                line = self._as_line(name, row)
                if line.detail not in ("disabled", "not_present"):
                    self.lines[name] = line

    def _likely(self) -> list[Row]:
        rows = [
            row for row in self.interfaces if _looks_like_a_line(row) or _name(row) in self.carriers
        ]
        # A mobile interface of Linux stands above another one, whose state means nothing.
        if any(str(_name(row)).startswith("qmimux") for row in rows):
            rows = [row for row in rows if not str(_name(row)).startswith("wwan")]
        return rows

    def _find(self, wanted: str) -> Row | None:
        """The interface of that name, description or alias; of several, the one that is up."""
        plain = wanted.casefold()
        for word in ("name", "descr", "alias"):
            found = [row for row in self.interfaces if str(row.get(word) or "").casefold() == plain]
            if found:
                return min(found, key=lambda row: (row.get("oper") != if_mib.UP, -row["index"]))
        return None

    def _as_line(self, name: str, row: Row) -> RouterLine:
        up, detail = self._state(row)
        active = None if not self.carriers else _name(row) in self.carriers
        tech = technology(name, row.get("name"), row.get("descr"), row.get("alias"))
        return RouterLine(
            name, tech or if_mib.TECHNOLOGIES.get(row.get("type") or 0), up, active, detail
        )

    def _state(self, row: Row) -> tuple[bool | None, str | None]:
        admin, oper = row.get("admin"), row.get("oper")
        if oper is None:
            return None, None
        if oper == if_mib.UP:
            return True, None
        if oper == if_mib.DORMANT:
            return True, "standby"
        word = if_mib.OPER.get(oper, "unknown")
        if admin == if_mib.ADMIN_DOWN:
            return (False, "switched_off") if self.automatic else (None, "disabled")
        return (None if word in ("unknown", "testing") else False), word

    def _line(self, name: str) -> RouterLine | None:
        plain = name.casefold()
        return next((one for one in self.lines.values() if one.name.casefold() == plain), None)

    def _merge(self, name: str, line: RouterLine) -> None:
        """What the vendor's table says of a line goes before what its interface says."""
        known = self._line(name)
        if known is None:
            self.lines[name] = line
            return
        del self.lines[known.name]
        self.lines[name] = RouterLine(
            name,
            known.tech or line.tech,
            line.up if known.up is None and known.detail is None else known.up,
            line.active if known.active is None else known.active,
            known.detail or line.detail,
        )

    # What the vendors have of their own.

    def vendor_lines(self) -> None:
        """The lines in the vendors' tables."""
        for name, family in self.families.items():
            rows = _by_fact(family.lines, self.told[name].get("lines"))
            if name == "lcos":
                single = _by_fact(family.scalars, {"0": self.told[name].get("scalars") or {}})
                self._lancom(rows, bool(single and single[0].get("backup_active")))
            elif name == "fortigate":
                self._fortigate(rows)
            else:
                self._named(rows)

    def _named(self, rows: list[Row]) -> None:
        """Rows with a name and a state (Peplink)."""
        for row in rows:
            name, state = row.get("name"), row.get("state")
            if not name or state is None:
                continue
            self.whole = True
            interface = self._find(name)
            if interface and self._state(interface)[1] == "disabled" and state != "connected":
                state = "disabled"  # in use nowhere, whatever the table calls it
            up, detail = _meant(state)
            active = True if state == "connected" else False if up is not None else None
            if state != "disabled" or name in self.wan:
                self.lines[name] = RouterLine(name, technology(name), up, active, detail)

    def _fortigate(self, rows: list[Row]) -> None:
        """Members of SD-WAN are alive if one of their health checks is; monitors by name."""
        members: dict[str, dict[str, str]] = {}
        for row in rows:
            if row.get("monitor") and row.get("monitor_state"):
                up, detail = _meant(row["monitor_state"])
                self.lines[row["monitor"]] = RouterLine(row["monitor"], None, up, None, detail)
            if row.get("member") and row.get("member_state"):
                checks = members.setdefault(row["member"], {})
                checks[row.get("member_check") or str(len(checks))] = row["member_state"]
        for name, checks in members.items():
            dead = [check for check, state in checks.items() if state != "connected"]
            active = name in self.carriers if self.carriers else None
            self.lines[name] = RouterLine(
                name,
                technology(name),
                len(dead) < len(checks),
                active,
                "dead: " + ", ".join(sorted(dead)) if dead else None,
            )

    def _lancom(self, rows: list[Row], backup_active: bool) -> None:
        """Peers: with an address = up; that of the default route = active."""
        addressed = {row[key] for row in rows for key in ("peer", "peer6") if row.get(key)}
        states: dict[str, str] = {}
        media: dict[str, str] = {}
        for row in rows:
            if row.get("balancer_peer") and row.get("balancer_state"):
                states[row["balancer_peer"]] = row["balancer_state"]
            if row.get("connection_peer") and row.get("connection_state"):
                word = row["connection_state"]
                states[row["connection_peer"]] = (
                    "connected" if word.lower() == "connection" else word
                )
                media[row["connection_peer"]] = row.get("connection_interface") or ""
        defaults = sorted(
            (row.get("route_tag") or "0", _whole(row.get("route_distance")) or 0, row["route_peer"])
            for row in rows
            if row.get("route_peer") and row.get("route_mask") == "0.0.0.0"  # noqa: S104
        )
        carrier = defaults[0][2] if defaults else None
        names = list(dict.fromkeys([*sorted(addressed), *states, *([carrier] if carrier else [])]))
        for name in names:
            up, detail = _meant(states[name]) if name in states else (name in addressed, None)
            active = None if carrier is None else name == carrier
            if active and backup_active:
                detail = "backup_active"
            tech = technology(name, media.get(name))
            self.lines[name] = RouterLine(name, tech, up or name in addressed, active, detail)
        self.whole = bool(names)

    # The modem.

    def mobile(self) -> Mobile | None:
        """The modem that has a connection, else the first that tells anything."""
        best: tuple[Row, Mobile] | None = None
        seen: set[str] = set()
        for name, family in self.families.items():
            if seen.intersection(family.roots):
                continue  # an older layout of the same tree
            rows = _by_fact(family.modems, self.told[name].get("modems"), links=family.links)
            if self.told[name].get("modem"):
                rows += _by_fact(family.modem, {"": self.told[name]["modem"]})
            for row in rows:
                found = _modem(row)
                if found is None:
                    continue
                seen.update(family.roots)
                better = best is None or (
                    row.get("session") == "connected" != best[0].get("session")
                )
                if better:
                    best = (row, found)
        if best is None:
            return None
        self._mobile_line(*best)
        return best[1]

    def _mobile_line(self, row: Row, modem: Mobile) -> None:
        """The modem's session decides on the mobile line; there is one in any case."""
        session = row.get("session")
        name = self._modem_interface(row)
        known = [line for line in self.lines.values() if line.tech == "mobile"]
        named = self._line(name) if name else None
        targets = [named] if named else known
        if not targets:
            if self.wan:
                return
            up, detail = _meant(session) if session else (None, None)
            name = name or "mobile"
            self.lines[name] = RouterLine(name, "mobile", up, None, detail)
            return
        if len(targets) == 1:
            line = targets[0]
            up, detail = _ready(line, session, modem)
            self.lines[line.name] = RouterLine(line.name, "mobile", up, line.active, detail)

    def _modem_interface(self, row: Row) -> str | None:
        told = str(row.get("interface") or "")
        match = re.search(r" on (\S+)$", told)
        if match:
            return match[1]
        known = told and (row.get("linked") or self._find(told))
        return told if known else None

    def chosen(self) -> list[RouterLine]:
        """The lines that were named, in that order, else all that were found."""
        if not self.wan:
            return list(self.lines.values())
        return [line for name in self.wan if (line := self._line(name)) is not None]


def _known() -> set[str]:
    from apowacht.mibs.routers import family_names

    return set(family_names())


def _name(row: Row) -> str | None:
    return row.get("name") or row.get("descr") or row.get("alias")


def _looks_like_a_line(row: Row) -> bool:
    if row.get("type") in if_mib.NO_LINES:
        return False
    name = str(_name(row) or "")
    if _NO_LINE_NAMES.match(name):
        return False
    return any(_LINE_NAMES.search(str(row.get(word) or "")) for word in ("name", "descr"))


def _meant(word: str) -> tuple[bool | None, str | None]:
    """A state's word as (up, detail)."""
    if word == "connected":
        return True, None
    if word == "standby":
        return True, "standby"
    if word in ("disabled", "unknown"):
        return None, word
    return False, word


def _ready(line: RouterLine, session: str | None, modem: Mobile) -> tuple[bool | None, str | None]:
    """Whether a mobile line is up or would take over: session, registration and SIM decide."""
    up, detail = line.up, line.detail
    if detail == "disabled" or line.active:
        return up, detail
    if modem.sim in ("missing", "pin_needed", "puk_needed"):
        return False, f"sim_{modem.sim}"
    if modem.registered is False and session in (None, "standby"):
        return False, "not_registered"
    told, word = _meant(session) if session else (None, None)
    if session == "standby":
        return True, "standby"
    return (False, word) if told is False else (up, detail)


def _by_fact(
    objects: Iterable[Object], rows: Mapping[str, Row] | None, *, links: bool = False
) -> list[Row]:
    """Rows by fact instead of by object, values in words; the first object that speaks counts."""
    objects = list(objects)
    found = []
    for row in (rows or {}).values():
        facts: Row = {"linked": True} if links else {}
        for each in objects:
            value = _value(each, row.get(each.name))
            if value is not None:
                facts.setdefault(each.fact, value)
        found.append(facts)
    return found


def _value(wanted: Object, plain: Any) -> Any:
    if plain is None:
        return None
    if isinstance(wanted.meaning, Scale):
        return dbm(plain * wanted.meaning.factor)
    if isinstance(wanted.meaning, Form):
        return plain
    return wanted.meaning.get(plain)


def _modem(row: Row) -> Mobile | None:
    """The facts of one modem; None where there is none behind the row."""
    if row.get("operating") is False:
        return None
    session = row.get("session")
    if session is not None:
        plain = str(session).lower()
        row["session"] = "connected" if plain == "connected" else plain.replace(" ", "_")
    words = row.get("registration")
    found = Mobile(
        operator=row.get("operator"),
        technology=row.get("technology"),
        signal_dbm=row.get("signal"),
        registered=registered(words),
        sim=sim_state(
            row.get("sim"), row.get("pin"), words if "sim" in str(words).lower() else None
        ),
    )
    silent = found == Mobile()
    return None if silent and row.get("session") not in ("connected", "standby") else found
