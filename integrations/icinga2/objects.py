"""One site as Icinga 2 objects: host, periods, services, dependencies and downtimes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from apowacht.integrations import times
from apowacht.integrations.chain import edges, in_chain
from apowacht.integrations.icinga2.commands import TIMEOUT_SECONDS, variable
from apowacht.integrations.icinga2.dsl import Code, item, name, plain, quoted, seconds
from apowacht.integrations.icinga2.templates import (
    CHAIN,
    GROUP,
    OWN_PATIENCE,
    SITE,
    service_template,
)
from apowacht.integrations.patience import RHYTHMS
from apowacht.integrations.plugin_options import told_options
from apowacht.integrations.words import (
    ALL_OF_THEM,
    CLOCK,
    LAYERS,
    OPEN,
    OTHER_DAYS,
    OTHER_HOURS,
    helper,
    helpers,
)
from apowacht.integrations.words import CHAIN as CHAIN_WORDS
from apowacht.plugins.core.words import pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from apowacht.integrations.command import Order
    from apowacht.plugins.sites.model import Site, Watch, Window

WHOLE_DAY: times.Span = (0, times.DAY)
AUTHOR = "apowacht"
SPARE_SECONDS = 15
"""A plugin that reaches its deadline still has to say so."""


def site_objects(site: Site, order: Order, first: date, endpoint: str | None = None) -> str:
    """All objects of a site; explicit days of its periods begin at `first`.

    Its checks run at `endpoint` alone, else wherever the zone has them run.
    """
    hours = times.opening(site, first)
    services = names(site)
    parts = [*_clock(site, order.lang), _host(site, order)]
    if hours is not None:
        parts += [_period(one) for one in periods(site, hours, order.lang)]
    period = hours_name(site) if hours is not None else None
    for watch in in_chain(site):
        hold = plain(period) if period and times.waits(watch) else None
        more = {"command_endpoint": endpoint, "vars.apo_hours": hold}
        parts.append(_service(site, watch, services[watch.name], order, more))
    parts += group_services(site, services, order.lang)
    parts += [dependency(site, *pair) for pair in dependency_pairs(site, services)]
    parts += downtimes(site, services)
    return "\n".join(parts)


def _clock(site: Site, lang: str) -> list[str]:
    """By which clock the times go: Icinga knows no other than its server's."""
    told = [site.opening.zone] if site.opening else []
    told += [str(window.zone) for window in site.maintenance if window.zone]
    zone = next((one for one in told if one), None)
    return [f"/* {pick(CLOCK, lang).format(zone=zone)} */\n"] if zone else []


def hours_name(site: Site) -> str:
    """The name of the period in which a site is open."""
    return f"apo {site.name} hours"


def names(site: Site) -> dict[str, str]:
    """The services' names by those of the checks: safe, and told apart."""
    found: dict[str, str] = {}
    for watch in site.watches:
        found[watch.name] = unique(name(watch.name), found.values())
    return found


def unique(wanted: str, taken: Iterable[str]) -> str:
    """The name itself, or with the first number that makes it another one."""
    used = set(taken)
    numbered = (f"{wanted} {number}" for number in range(2, len(used) + 3))
    return wanted if wanted not in used else next(one for one in numbered if one not in used)


def _host(site: Site, order: Order) -> str:
    attributes: dict[str, object] = {
        "display_name": site.title,
        "notes": helpers(site.contacts, order.lang) or None,
        "vars.apo_site": plain(site.name),
        "vars.dummy_text": plain(pick(CHAIN_WORDS, order.lang)),
    }
    return item("Host", site.name, attributes, [SITE])


class Period(NamedTuple):
    """A time period; without `excludes` and `includes` its ranges are all there is."""

    name: str
    title: str
    ranges: dict[str, str]
    excludes: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()


def periods(site: Site, hours: times.Opening, lang: str) -> list[Period]:
    """The hours, last of all; days that differ are taken out whole, and their own times put in."""
    week = zip(times.DAY_NAMES, hours.week, strict=True)
    ranges = {day: times.spelt(spans) for day, spans in week if spans}
    name, title = hours_name(site), f"{site.title}: {pick(OPEN, lang)}"
    found = times.runs(hours.exceptions)
    if not found:
        return [Period(name, title, ranges)]
    days = Period(
        f"apo {site.name} other days",
        f"{site.title}: {pick(OTHER_DAYS, lang)}",
        {_dates(one): times.spelt([WHOLE_DAY]) for one in _merged(found)},
    )
    own = Period(
        f"apo {site.name} other hours",
        f"{site.title}: {pick(OTHER_HOURS, lang)}",
        {_dates(one): times.spelt(one.spans) for one in found if one.spans},
    )
    return [days, own, Period(name, title, ranges, (days.name,), (own.name,))]


def _period(period: Period) -> str:
    attributes: dict[str, object] = {"display_name": period.title, "ranges": period.ranges}
    if period.excludes:
        attributes["excludes"] = list(period.excludes)
        attributes["includes"] = list(period.includes)
        attributes["prefer_includes"] = True
    return item("TimePeriod", period.name, attributes)


def _merged(days: Iterable[times.Days]) -> list[times.Days]:
    """The days alone, whatever is open on them."""
    single = {
        date.fromordinal(number): (WHOLE_DAY,)
        for one in days
        for number in range(one.first.toordinal(), one.last.toordinal() + 1)
    }
    return times.runs(single)


def _dates(days: times.Days) -> str:
    if days.first == days.last:
        return days.first.isoformat()
    return f"{days.first.isoformat()} - {days.last.isoformat()}"


def _service(
    site: Site, watch: Watch, called: str, order: Order, more: Mapping[str, object]
) -> str:
    rhythm = RHYTHMS[watch.check.name]
    imports = [service_template(watch.check.name)]
    if watch.values.get("debounce") or watch.values.get("grace"):
        imports.append(OWN_PATIENCE)
    contact = site.contacts.get(watch.check.layer)
    attributes: dict[str, object] = {
        "host_name": site.name,
        "check_interval": seconds(watch.interval),
        "retry_interval": seconds(watch.interval) if watch.interval < rhythm.retry else None,
        "check_timeout": check_timeout(watch),
        "notes": helper(contact, order.lang) if contact else None,
        "vars.apo_site": plain(site.name),
        **more,
        **{f"vars.{key}": told for key, told in variables(site, watch, order).items()},
    }
    return item("Service", called, attributes, imports)


def check_timeout(watch: Watch) -> Code | None:
    """Where the check's own deadline is longer than what its command is given."""
    deadline = float(watch.values.get("timeout") or 0)
    return seconds(deadline + SPARE_SECONDS) if deadline + SPARE_SECONDS > TIMEOUT_SECONDS else None


def variables(site: Site, watch: Watch, order: Order) -> dict[str, object]:
    """The options of a check as custom variables, macros escaped."""
    options = {one.name: one for one in told_options(watch.check)}
    found: dict[str, object] = {}
    for key, told in order.pairs(site, watch):
        if key not in options:  # for a person at a shell
            continue
        called = variable(watch.check, options[key].key)
        if told is None or options[key].flag:
            found[called] = True
        elif options[key].multiple:
            already = found.setdefault(called, [])
            if isinstance(already, list):
                already.append(plain(told))
        else:
            found[called] = plain(told)
    return found


def group_services(site: Site, services: dict[str, str], lang: str) -> list[str]:
    """A service for each layer that has failed only when all of several checks have.

    Icinga knows redundancy groups of dependencies from 2.14 on; this does the same in any version.
    """
    made = []
    for layer, members in groups(site).items():
        told = ", ".join(quoted(services[one.name]) for one in members)
        attributes: dict[str, object] = {
            "display_name": f"{pick(LAYERS[layer], lang)}: {pick(ALL_OF_THEM, lang)}",
            "host_name": site.name,
            "vars.apo_site": plain(site.name),
            "vars.dummy_state": Code(
                "{{\n"
                f"    for (one in [ {told} ]) {{\n"
                '      if (get_service(macro("$host.name$"), one).state != 2) { return 0 }\n'
                "    }\n"
                "    return 2\n"
                "  }}"
            ),
        }
        made.append(item("Service", group_name(layer, services), attributes, [GROUP]))
    return made


def groups(site: Site) -> dict[str, list[Watch]]:
    """The checks of which all must have failed, by their layer."""
    found: dict[str, list[Watch]] = {}
    for edge in edges(site):
        if edge.group is not None and edge.parent not in found.setdefault(edge.group, []):
            found[edge.group].append(edge.parent)
    return found


def group_name(layer: str, services: Mapping[str, str]) -> str:
    """The name of a layer's service, which no check of the site has."""
    return unique(f"apo {layer}", services.values())


def dependency_pairs(site: Site, services: dict[str, str]) -> list[tuple[str, str]]:
    """Parents and children by the services' names, those of whole layers included."""
    pairs: dict[tuple[str, str], None] = {}
    for edge in edges(site):
        parent, child = services[edge.parent.name], services[edge.child.name]
        pairs[group_name(edge.group, services) if edge.group else parent, child] = None
    for layer, members in groups(site).items():  # what explains each of them explains all
        own = services[members[0].name]
        above = [parent for parent, child in pairs if child == own]
        pairs.update(dict.fromkeys((parent, group_name(layer, services)) for parent in above))
    return list(pairs)


def dependency(site: Site, parent: str, child: str, template: str = CHAIN) -> str:
    """A dependency is named after its parent, which is unique for the child that it belongs to."""
    attributes: dict[str, object] = {
        "parent_host_name": site.name,
        "parent_service_name": parent,
        "child_host_name": site.name,
        "child_service_name": child,
    }
    return item("Dependency", f"apo {parent.removeprefix('apo ')}", attributes, [template])


def downtimes(site: Site, services: Mapping[str, str]) -> list[str]:
    """The maintenance windows, an object for each service that one covers."""
    made = []
    for window, called in zip(site.maintenance, downtime_names(site), strict=True):
        attributes: dict[str, object] = {
            "author": AUTHOR,
            "comment": window.text,
            "fixed": True,
            "ranges": window_ranges(window),
        }
        for watch in in_chain(site):
            if not window.checks or watch.name in window.checks:
                place = {"host_name": site.name, "service_name": services[watch.name]}
                made.append(item("ScheduledDowntime", called, {**place, **attributes}))
    return made


def downtime_names(site: Site) -> list[str]:
    """The names of the windows, in their order."""
    found: list[str] = []
    for window in site.maintenance:
        found.append(unique(f"apo {window_name(window)}", found))
    return found


def window_name(window: Window) -> str:
    """What tells a window from the site's others, and stays while the others change."""
    if window.start is not None:
        return f"{window.start.astimezone(window.zone):%Y-%m-%d %H:%M}"
    return "weekly " + " ".join(
        f"{day} {times.spelt(spans)}"
        for day, spans in zip(times.DAY_NAMES, times.weekly(window), strict=True)
        if spans
    )


def window_ranges(window: Window) -> dict[str, str]:
    """When it is open, as a period's ranges."""
    if window.start is not None and window.end is not None:
        days = times.split(window.start, window.end, window.zone)
        return {_dates(one): times.spelt(one.spans) for one in days}
    week = zip(times.DAY_NAMES, times.weekly(window), strict=True)
    return {day: times.spelt(spans) for day, spans in week if spans}
