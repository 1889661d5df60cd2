"""What the exporter calls everything it shows: the families of metrics, with unit and help, and
which perfdata of which check becomes which family.

Names are `apowacht_<check>_<metric>_<unit>`. What perfdata writes into a label because it has
nothing else, such as the UPS, the line or the certificate, becomes a label of its own here.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple

SCALES = {"": ("", 1), "s": ("seconds", 1), "B": ("bytes", 1), "V": ("volts", 1),
          "C": ("celsius", 1), "%": ("ratio", 100), "c": ("total", 1)}  # fmt: skip
"""Perfdata's unit -> Prometheus' base unit, and by what the value is divided."""

UNITS = ("seconds", "bytes", "volts", "celsius", "ratio")
"""What may stand in an OpenMetrics UNIT line."""


class Family(NamedTuple):
    """One family of metrics: `kind` is gauge, counter or info; `unit` a word of UNITS or ""."""

    name: str
    help: str
    kind: str = "gauge"
    unit: str = ""
    labels: tuple[str, ...] = ()


class Row(NamedTuple):
    """Perfdata of one check: `label` is a regular expression whose named groups become labels.

    `name` is the family's name without prefix and unit; `unit` is perfdata's own.
    """

    check: str
    label: str
    unit: str
    name: str
    help: str

    @property
    def family(self) -> Family:
        """The family that this perfdata is shown as."""
        word = SCALES[self.unit][0]
        parts = ("apowacht", self.check, self.name, word)
        name = "_".join(part for part in parts if part)
        labels = (*WATCH, *re.compile(self.label).groupindex)
        kind = "counter" if self.unit == "c" else "gauge"
        return Family(name, self.help, kind, word if word in UNITS else "", labels)

    @property
    def threshold(self) -> Family:
        """The family of its limits."""
        word = SCALES[self.unit][0]
        parts = ("apowacht", self.check, self.name, "threshold", word if word in UNITS else "")
        labels = (*self.family.labels, "level", "bound")
        text = f"Limits of {self.family.name}: beyond such a bound the check takes this level."
        return Family("_".join(filter(None, parts)), text, "gauge", self.family.unit, labels)


WATCH = ("site", "check", "name")
"""Whose numbers they are: the site, the kind of check, and the check's name at that site."""

# A server may tell of several UPS; perfdata names the first one plainly, the second one u2_.
_UPS = r"(?:u(?P<ups>\d+)_)?"
# One way of several goes by its place: s2_dns is the second.
_SOURCE = r"(?:s(?P<source>\d+)_)?"
_TIMES = r"time_(?P<operation>\w+)"

ROWS = (
    Row("ups", _UPS + "battery_runtime", "s", "battery_runtime",
        "How long the battery would carry the present load."),
    Row("ups", _UPS + "battery_charge", "%", "battery_charge", "Charge of the battery, 0 to 1."),
    Row("ups", _UPS + "load", "%", "load", "Load of the UPS; of several phases the highest."),
    Row("ups", _UPS + "on_battery_time", "s", "on_battery_time",
        "For how long the UPS has been running on battery; 0 on mains."),
    Row("ups", _UPS + "battery_temp", "C", "battery_temp", "Temperature of the battery."),
    Row("ups", _UPS + "battery_age", "s", "battery_age", "Time since the battery was replaced."),
    Row("ups", _UPS + "battery_voltage", "V", "battery_voltage", "Voltage of the battery."),
    Row("ups", _UPS + r"input_voltage(?:_(?P<phase>\d+))?", "V", "input_voltage",
        "Voltage of the mains, by phase."),
    Row("uplink", "on_backup_time", "s", "on_backup_time",
        "For how long the traffic has taken a backup line; 0 on the primary one."),
    Row("uplink", "switches", "", "switches",
        "Changes between the lines in the last 24 hours."),
    Row("uplink", "signal", "", "signal_dbm", "Signal of the mobile line in dBm."),
    Row("uplink", "(?P<line>.+)_rtt", "s", "rtt", "Round trip over this line, median."),
    Row("uplink", "(?P<line>.+)_loss", "%", "loss", "Probes over this line without an answer."),
    Row("uplink", "(?P<line>.+)_jitter", "s", "jitter",
        "How much the round trips over this line differ."),
    Row("connector", "vpn_ti", "", "vpn_ti", "Whether the VPN to the TI is up: 1 or 0."),
    Row("connector", "vpn_ti_age", "s", "vpn_ti_age",
        "For how long the VPN to the TI has been as it is."),
    Row("connector", "conditions", "", "conditions",
        "Operating conditions that the Konnektor reports."),
    Row("connector", "certificate_left", "s", "certificate_left",
        "Time until the Konnektor's LAN certificate ends."),
    Row("connector", _TIMES, "s", "latency", "How long the Konnektor took for this question."),
    Row("terminal", "terminals", "", "terminals", "Card terminals that the Konnektor knows."),
    Row("terminal", "connected", "", "connected", "Card terminals that are connected."),
    Row("terminal", "smcb", "", "smcb", "SMC-B that the Konnektor sees."),
    Row("terminal", "smcb_ready", "", "smcb_ready",
        "SMC-B that can be used: PIN verified, or not needed."),
    Row("terminal", "left_tries", "", "left_tries",
        "Tries that the SMC-B's PIN has left; of several the fewest."),
    Row("terminal", "answering", "", "answering", "Card terminals that answer by themselves."),
    Row("terminal", _TIMES, "s", "latency", "How long the Konnektor took for this question."),
    Row("certificate", "certificates", "", "certificates", "Certificates that were read."),
    Row("certificate", "earliest_expiry", "s", "earliest_expiry",
        "Time until the first certificate ends; negative when it has ended."),
    Row("certificate", "(?P<certificate>.+)", "s", "left",
        "Time until this target's first certificate ends; negative when it has ended."),
    Row("erezept", _SOURCE + "(?P<phase>dns|kon_tcp|tcp|tls|idp)", "s", "phase",
        "How long this phase of the way took; tcp, tls and idp as of their own last look."),
    Row("erezept", _SOURCE + "(?P<phase>dns|kon_tcp)_max", "s", "phase_max",
        "The longest of several samples of this phase."),
    Row("erezept", "route", "", "route", "Addresses of the TI that have a right way."),
    Row("erezept", "idp_age", "s", "idp_age", "Time since the IDP was last asked."),
    Row("erezept", "fetch_count", "", "fetches", "Real fetches that the log told of."),
    Row("erezept", "fetch_failures", "%", "fetch_failures", "Real fetches that failed, 0 to 1."),
    Row("erezept", "fetch_median", "s", "fetch_median", "How long real fetches took, median."),
    Row("erezept", "fetch_p95", "s", "fetch_p95",
        "How long real fetches took, 95th percentile."),
    Row("tilage", "age", "s", "age", "Time since TI-Lage gave the answer that is shown."),
    Row("tilage", "(?P<app>.+)", "", "outage",
        "Outage of an application of the TI, as far as it concerns this site: "
        "0 none, 1 partial, 2 full."),
)  # fmt: skip
"""The first row of a check that fits a perfdata label is its row."""

CHECK_FAMILIES = (
    Family("apowacht_check_info", "A check of a site, and its layer of the chain.",
           "info", "", (*WATCH, "layer")),
    Family("apowacht_check_state",
           "State as plugins number it: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN (no fresh answer).",
           "gauge", "", WATCH),
    Family("apowacht_check_status", "1 for the state that holds, 0 for the others.",
           "gauge", "", (*WATCH, "state")),
    Family("apowacht_check_state_since_timestamp_seconds", "When the present state began.",
           "gauge", "seconds", WATCH),
    Family("apowacht_check_problem",
           "State of a fault, by its failure class; absent while there is no such fault.",
           "gauge", "", (*WATCH, "problem")),
    Family("apowacht_check_failure",
           "1 for the reason why the latest run has no answer of the target, 0 for the others.",
           "gauge", "", (*WATCH, "reason")),
    Family("apowacht_check_held",
           "1 while a fault is not yet believed, by --debounce, --grace or --min-backup-time.",
           "gauge", "", WATCH),
    Family("apowacht_check_maintenance", "1 while a maintenance window covers the check.",
           "gauge", "", WATCH),
    Family("apowacht_check_stale",
           "1 while the latest result is too old to be believed; its numbers are left out.",
           "gauge", "", WATCH),
    Family("apowacht_check_interval_seconds", "How often the check is asked.",
           "gauge", "seconds", WATCH),
    Family("apowacht_check_duration_seconds", "How long the latest run took.",
           "gauge", "seconds", WATCH),
    Family("apowacht_check_result_age_seconds",
           "Time since the latest run began: all of the check's numbers are as of then.",
           "gauge", "seconds", WATCH),
    Family("apowacht_check_last_success_timestamp_seconds",
           "When the target last answered; absent until it does for the first time.",
           "gauge", "seconds", WATCH),
)  # fmt: skip
"""Of every check, whatever it asks; the first of them before the first run, too."""

SITE_FAMILIES = (
    Family("apowacht_site_state",
           "State of the site's first broken link: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.",
           "gauge", "", ("site",)),
    Family("apowacht_site_broken_link",
           "1 for the layer of the site's first broken link, 0 for the others.",
           "gauge", "", ("site", "layer")),
    Family("apowacht_site_silent",
           "1 when no device of the site answers, so that only its line can be blamed.",
           "gauge", "", ("site",)),
    Family("apowacht_site_maintenance",
           "1 while a maintenance window covers the site's first broken link.",
           "gauge", "", ("site",)),
)  # fmt: skip

FACT_FAMILIES = (
    Family("apowacht_ups_info", "The UPS, and how its card was understood.",
           "info", "", (*WATCH, "ups", "manufacturer", "model", "mib")),
    Family("apowacht_ups_power_source", "1 for where the load's power comes from, 0 elsewhere.",
           "gauge", "", (*WATCH, "ups", "source")),
    Family("apowacht_ups_replace_battery", "1 when the UPS says that its battery is worn, else 0.",
           "gauge", "", (*WATCH, "ups")),
    Family("apowacht_uplink_line_up", "Whether this line carries traffic: 1 or 0.",
           "gauge", "", (*WATCH, "line")),
    Family("apowacht_uplink_line_active", "1 for the line that the traffic takes, 0 for others.",
           "gauge", "", (*WATCH, "line")),
    Family("apowacht_connector_info", "The Konnektor's product and firmware.",
           "info", "", (*WATCH, "vendor", "product", "firmware", "hardware")),
    Family("apowacht_connector_condition",
           "How often the Konnektor reports this operating condition; absent when it does not.",
           "gauge", "", (*WATCH, "condition", "severity")),
    Family("apowacht_erezept_verdict", "1 for whose fault it is, 0 for the others.",
           "gauge", "", (*WATCH, "verdict")),
    Family("apowacht_erezept_idp_document_valid_until_timestamp_seconds",
           "Until when the IDP's discovery document is valid.", "gauge", "seconds", WATCH),
    Family("apowacht_certificate_not_after_timestamp_seconds",
           "When this target's first certificate ends, read without regard to its validity.",
           "gauge", "seconds", (*WATCH, "certificate")),
)  # fmt: skip
"""What no perfdata has: from the facts of an answer."""

OWN_FAMILIES = (
    Family("apowacht_exporter_build_info", "This exporter.", "info", "", ("version", "python")),
    Family("apowacht_exporter_sites", "Sites that are watched."),
    Family("apowacht_exporter_checks", "Checks that are watched, of all sites."),
    Family("apowacht_exporter_config_last_reload_successful",
           "1 when the latest reading of the configuration found no mistake, else 0."),
    Family("apowacht_exporter_config_last_reload_success_timestamp_seconds",
           "When the configuration was last read without a mistake.", "gauge", "seconds"),
    Family("apowacht_exporter_config_mistakes",
           "Mistakes in the configuration. A running site with one stays as it was; one that had "
           "one from the start is not watched."),
    Family("apowacht_exporter_web_config_last_reload_successful",
           "1 when the latest version of the web file could be used, else 0."),
    Family("apowacht_exporter_unprotected",
           "1 when others than this computer can read without users, certificates or TLS."),
    Family("apowacht_exporter_threads", "Threads that run checks."),
    Family("apowacht_exporter_queued_checks", "Checks that are due and wait for a thread."),
    Family("apowacht_exporter_waiting_checks", "Checks that are due and wait for their device."),
    Family("apowacht_exporter_running_checks", "Checks that are being asked."),
    Family("apowacht_exporter_abandoned_checks",
           "Runs that were given up long after their deadline, and whose thread has not returned."),
    Family("apowacht_exporter_abandoned_runs_total",
           "Runs that were given up long after their deadline.", "counter"),
    Family("apowacht_exporter_skipped_runs_total",
           "Runs that were left out because the one before was still under way.", "counter"),
    Family("apowacht_exporter_late_seconds",
           "How long the first of the waiting checks has waited, for a thread or for its device.",
           "gauge", "seconds"),
    Family("apowacht_exporter_lateness_seconds_total",
           "By how much runs began later than planned, all together.", "counter", "seconds"),
    Family("apowacht_exporter_runs_total",
           "Runs, by the reason why they had no answer; reason none is an answer.",
           "counter", "", ("reason",)),
    Family("apowacht_exporter_samples_bytes", "Memory of the charts' numbers.", "gauge", "bytes"),
    Family("apowacht_exporter_journal_up",
           "Whether changes of state can be written to the journal: 1 or 0."),
    Family("apowacht_exporter_journal_pending_lines", "Lines that wait in memory to be written."),
    Family("apowacht_exporter_journal_written_lines_total", "Lines written.", "counter"),
    Family("apowacht_exporter_journal_lost_lines_total",
           "Lines lost, because too many waited or the process ended.", "counter"),
    Family("apowacht_exporter_journal_moved_files_total",
           "Damaged journals that were moved aside.", "counter"),
    Family("apowacht_exporter_journal_bytes", "Size of the journal on disk.", "gauge", "bytes"),
    Family("apowacht_exporter_unnamed_metrics",
           "Numbers of checks that this version has no name for, and leaves out."),
    Family("apowacht_exporter_probes", "Requests for /probe that are being served."),
    Family("apowacht_exporter_probes_refused_total",
           "Requests for /probe that were refused because too many were under way.", "counter"),
    Family("apowacht_exporter_logins_failed_total", "Requests with a wrong login.", "counter"),
    Family("apowacht_exporter_scrape_duration_seconds",
           "How long it took to write the latest answer with all sites.", "gauge", "seconds"),
)  # fmt: skip
"""Of the exporter itself; left out where only certain sites are asked for."""

PROBE_FAMILIES = (
    Family("apowacht_probe_success", "Whether the target gave an answer: 1 or 0."),
    Family("apowacht_probe_duration_seconds", "How long the probe took.", "gauge", "seconds"),
    Family("apowacht_probe_timeout_seconds", "How long it was allowed to take.",
           "gauge", "seconds"),
)  # fmt: skip
"""On /probe only, beside the families of its check, whose site is "probe"."""


class Place(NamedTuple):
    """Where one number of a check goes: family, the labels beyond WATCH, the divisor."""

    family: Family
    threshold: Family
    labels: tuple[tuple[str, str], ...]
    divisor: int


@lru_cache(maxsize=20_000)
def place(check: str, label: str, unit: str) -> Place | None:
    """Where perfdata of a check is shown; None when no row knows it.

    A label's part that perfdata leaves out for the first of several is "1" here.
    """
    for row, pattern, family, threshold in _compiled().get(check, ()):
        match = pattern.fullmatch(label)
        if match is not None:
            if row.unit != unit:
                return None
            labels = tuple((name, value or "1") for name, value in match.groupdict().items())
            return Place(family, threshold, labels, SCALES[unit][1])
    return None


@cache
def _compiled() -> dict[str, list[tuple[Row, re.Pattern[str], Family, Family]]]:
    found: dict[str, list[tuple[Row, re.Pattern[str], Family, Family]]] = {}
    for row in ROWS:
        one = (row, re.compile(row.label), row.family, row.threshold)
        found.setdefault(row.check, []).append(one)
    return found


@cache
def families() -> dict[str, Family]:
    """All families of checks and sites by name, in the order in which they are shown."""
    told = [*CHECK_FAMILIES, *SITE_FAMILIES]
    for row in ROWS:
        told += [row.family, row.threshold]
    told += FACT_FAMILIES
    return {family.name: family for family in told}


def by_check() -> dict[str, list[Family]]:
    """The families of each check, perfdata's first; limits have families of their own beside."""
    found: dict[str, dict[str, Family]] = {}
    for row in ROWS:
        found.setdefault(row.check, {})[row.family.name] = row.family
    for family in FACT_FAMILIES:
        check = next(check for check in found if family.name.startswith(f"apowacht_{check}_"))
        found[check][family.name] = family
    return {check: list(families.values()) for check, families in found.items()}


@cache
def all_families() -> dict[str, Family]:
    """All families by name."""
    found = dict(families())
    found.update((family.name, family) for family in (*OWN_FAMILIES, *PROBE_FAMILIES))
    return found
