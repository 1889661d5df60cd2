"""The templates that exported and hand-written objects import: how often, and when it is believed.

Each check has attempts that suit what flaps in the field. A check that holds bad states back by
itself (`--debounce`, `--grace`) imports `apo-own-patience` as well: patience is asked for once.
"""

from __future__ import annotations

from apowacht.integrations.icinga2.dsl import Code, item, seconds
from apowacht.integrations.patience import RHYTHMS
from apowacht.integrations.times import DAY_NAMES
from apowacht.plugins.core.listing import all_checks

OWN_PATIENCE = "apo-own-patience"
SITE = "apo-site"
CHAIN = "apo-chain"
GROUP = "apo-group"
BESIDE_CHAIN = "apo-beside-chain"
"""The same as CHAIN, where that one is the Director's."""
ALWAYS = "apo-always"


def service_template(check: str) -> str:
    """The name of a check's template."""
    return f"apo-{check}"


def templates() -> str:
    """All templates, and the period that never ends."""
    return "\n".join(
        (
            _period(),
            _host(),
            _base(),
            *_services(),
            _patience(),
            group_template(),
            chain_template(),
            *_told(),
        )
    )


def _period() -> str:
    ranges = dict.fromkeys(DAY_NAMES, "00:00-24:00")
    return item("TimePeriod", ALWAYS, {"ranges": ranges})


def _host() -> str:
    return (
        "/* A pharmacy. Whether it can be reached is told by its services; where a satellite\n"
        "   stands there, check_command = \"cluster-zone\" watches it from outside. */\n"
    ) + item("Host", SITE, {
        "check_command": "dummy",
        "check_interval": Code("5m"),
        "max_check_attempts": 1,
        "enable_flapping": False,
        "vars.dummy_state": 0,
        "vars.dummy_text": "",
    }, word="template")  # fmt: skip


def _base() -> str:
    attributes: dict[str, object] = {"enable_flapping": False, "volatile": False}
    return item("Service", "apo-service", attributes, word="template")


def _services() -> list[str]:
    made = []
    for check in all_checks():
        rhythm = RHYTHMS[check.name]
        attributes: dict[str, object] = {
            "check_command": f"apo_{check.name}",
            "check_interval": seconds(rhythm.interval),
            "retry_interval": seconds(rhythm.retry),
            "max_check_attempts": rhythm.attempts,
            "vars.apo_check": check.name,
            "vars.apo_layer": check.layer,
        }
        name = service_template(check.name)
        made.append(item("Service", name, attributes, ["apo-service"], word="template"))
    return made


def _patience() -> str:
    return (
        "/* For a service whose --debounce or --grace is set: import it last. */\n"
    ) + item("Service", OWN_PATIENCE, {"max_check_attempts": 1}, word="template")  # fmt: skip


def group_template() -> str:
    """What the service of a whole layer imports."""
    return (
        "/* Several checks of which one is enough, such as two UPS: CRITICAL when all are.\n"
        "   It is asked when something that depends on it fails, and is no alarm of its own. */\n"
    ) + item("Service", GROUP, {
        "check_command": "dummy",
        "check_interval": Code("30s"),
        "retry_interval": Code("30s"),
        "max_check_attempts": 1,
        "enable_flapping": False,
        "enable_notifications": False,
        "vars.dummy_text": "",
    }, word="template")  # fmt: skip


def chain_template(name: str = CHAIN) -> str:
    """What every dependency imports."""
    return (
        "/* What follows from a parent is no alarm of its own. Only a parent that is CRITICAL\n"
        "   explains anything, at once and not after its last attempt; the child is asked all\n"
        "   the same. */\n"
    ) + item("Dependency", name, {
        "states": Code("[ OK, Warning, Unknown ]"),
        "ignore_soft_states": False,
        "disable_checks": False,
        "disable_notifications": True,
    }, word="template")  # fmt: skip


def _told() -> list[str]:
    page: dict[str, object] = {
        "states": Code("[ OK, Critical ]"),
        "types": Code("[ Problem, Recovery ]"),
        "interval": Code("30m"),
        "period": ALWAYS,
    }
    ticket = {**page, "states": Code("[ OK, Warning, Unknown ]"), "interval": 0}
    return [
        "/* A page is sent whenever it happens: outside of opening hours the checks themselves\n"
        "   make a WARNING of whatever can wait. */\n"
        + item("Notification", "apo-page", page, word="template"),
        "/* A ticket, best with the site's hours: period = service.vars.apo_hours, which services\n"
        "   that are watched around the clock do not have. */\n"
        + item("Notification", "apo-ticket", ticket, word="template"),
    ]
