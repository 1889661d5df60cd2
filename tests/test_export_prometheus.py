"""`apowacht export prometheus`: read by promtool, amtool and a real Alertmanager, and the times at
which it is silent compared with the opening hours themselves, minute by minute at their ends."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
import requests
import yaml
from exports import export, many, write_site
from upsd import free_port

from apowacht.integrations.prometheus.intervals import closed, dated, gaps
from apowacht.integrations.prometheus.muting import intervals
from apowacht.integrations.times import opening
from apowacht.plugins.sites import windows
from apowacht.plugins.sites.config import load_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from apowacht.plugins.sites.model import Site

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = date(2026, 1, 1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DUTY = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:test
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20260103T080000
DTEND;TZID=Europe/Berlin:20260104T080000
RRULE:FREQ=DAILY;INTERVAL=17
SUMMARY:Notdienst
END:VEVENT
END:VCALENDAR
"""
CHECKS = [
    {"check": "ups", "name": "USV", "hostname": "192.0.2.1"},
    {"check": "connector", "name": "Konnektor", "hostname": "192.0.2.1"},
]


def site_of(folder: Path, **more: Any) -> Site:
    """The site of a file with these keys."""
    (folder / "notdienst.ics").write_text(DUTY.replace("\n", "\r\n"), encoding="ascii")
    told = load_files([str(write_site(folder, "nord", CHECKS, **more))])
    assert not told.mistakes
    return told.sites["nord"]


def within(number: int, told: list[str] | None) -> bool:
    """Whether one of Alertmanager's ranges holds a number; without any all are meant."""
    if told is None:
        return True
    ends = [(int(first), int(last or first)) for first, _, last in (r.partition(":") for r in told)]
    return any(first <= number <= last for first, last in ends)


def contains(interval: dict[str, Any], moment: datetime) -> bool:
    """Whether it is within an interval, as Alertmanager's documentation has it: everything that is
    told must fit, begins count and ends do not."""
    local = moment.astimezone(ZoneInfo(interval["location"]))
    if not within(local.year, interval.get("years")):
        return False
    if not within(local.month, interval.get("months")):
        return False
    if not within(local.day, interval.get("days_of_month")):
        return False
    if WEEKDAYS[local.weekday()] not in interval.get("weekdays", WEEKDAYS):
        return False
    clock = f"{local.hour:02}:{local.minute:02}"
    hours = interval.get("times", [{"start_time": "00:00", "end_time": "24:00"}])
    return any(span["start_time"] <= clock < span["end_time"] for span in hours)


def boundaries(change: Callable[[datetime], datetime | None]) -> Iterator[datetime]:
    """Every change within two years, a minute before it, and a minute after."""
    moment = change(datetime(2026, 1, 1, tzinfo=BERLIN))
    while moment is not None and moment.year < 2028:
        for minutes in (-1, 0, 1):
            yield moment.astimezone(UTC) + timedelta(minutes=minutes)
        moment = change(moment)


@pytest.mark.slow
@pytest.mark.parametrize(
    "hours",
    [
        "Mo-Fr 08:00-13:00, 14:00-18:30; Sa 08:30-13:00",
        "Mo-So 00:20-24:00",
        "Fr 20:00-02:00; Mo 8-12",
    ],
)
@pytest.mark.parametrize("duty", [{}, {"duty": "notdienst.ics"}])
def test_tickets_wait_exactly_while_it_is_closed(
    tmp_path: Path, hours: str, duty: dict[str, str]
) -> None:
    """At every opening and closing of two years, holidays, closed days, duty nights and the changes
    of the clock included; and at every tenth hour in between."""
    more = {"hours": hours, "holidays": "SH", "closed": ["2026-12-24", "2026-08-01..2026-08-14"]}
    site = site_of(tmp_path, **more, **duty)
    told = site.opening
    assert told is not None
    (mute,) = intervals(site, FIRST).values()
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    moments = [*boundaries(told.next_change)]
    assert len(moments) > 500
    moments += [begin + timedelta(hours=number) for number in range(0, 17500, 10)]
    for moment in moments:
        muted = any(contains(one, moment) for one in mute)
        assert muted != told.open_at(moment), moment.astimezone(BERLIN)


def test_after_the_last_exception_the_week_goes_on(tmp_path: Path) -> None:
    """The year after next still has its nights and Sundays, without duty and holidays."""
    site = site_of(tmp_path, hours="Mo-Sa 08:00-18:00", holidays="SH", duty="notdienst.ics")
    (mute,) = intervals(site, FIRST).values()
    for moment, muted in (
        (datetime(2029, 7, 4, 12, tzinfo=BERLIN), False),
        (datetime(2029, 7, 4, 20, tzinfo=BERLIN), True),
        (datetime(2029, 7, 8, 12, tzinfo=BERLIN), True),
    ):
        assert any(contains(one, moment) for one in mute) == muted, moment


@pytest.mark.parametrize(
    "window",
    [
        {"weekly": "So 22:00-02:00"},
        {"from": "2026-03-28 23:00", "to": "2026-03-29 05:00"},
        {"from": "2026-10-24 22:00", "to": "2026-10-25 05:30"},
        {"from": "2026-12-30 22:00", "to": "2027-02-03 04:10"},
        {"from": "2026-12-31 00:00", "to": "2027-01-01 00:00"},
        {"from": "2026-05-05 10:00", "to": "2026-05-05 11:00"},
    ],
)
def test_maintenance_is_muted_exactly(tmp_path: Path, window: dict[str, str]) -> None:
    """Windows over midnight, months, years and the changes of the clock."""
    site = site_of(tmp_path, maintenance=[{**window, "text": "x"}])
    (mute,) = intervals(site, FIRST).values()
    begin = datetime(2025, 12, 31, tzinfo=UTC)
    moments = [begin + timedelta(minutes=10 * number) for number in range(65000)]
    (told,) = site.maintenance
    near = [m for m in moments if told.start is None or abs(m - told.start) < timedelta(days=40)]
    assert sum(windows.is_open(told, moment) for moment in near) >= 6
    for moment in near:
        muted = any(contains(one, moment) for one in mute)
        assert muted == windows.is_open(told, moment), moment.astimezone(BERLIN)


def test_days_become_months_and_years() -> None:
    """A long time is a few ranges, and every day of it is in one."""
    assert dated(date(2026, 11, 29), date(2030, 2, 1)) == [
        {"days_of_month": ["29:30"], "months": ["11"], "years": ["2026"]},
        {"months": ["12"], "years": ["2026"]},
        {"years": ["2027:2029"]},
        {"months": ["1"], "years": ["2030"]},
        {"days_of_month": ["1"], "months": ["2"], "years": ["2030"]},
    ]
    assert gaps(((60, 120), (120, 1440))) == ((0, 60),)


def test_a_pharmacy_that_never_closes_is_never_muted(tmp_path: Path) -> None:
    """No hours, or all of them: no interval, which Alertmanager would refuse if it were empty."""
    assert intervals(site_of(tmp_path), FIRST) == {}
    site = site_of(tmp_path, hours="immer")
    assert intervals(site, FIRST) == {}
    told = opening(site, FIRST)
    assert told is None or closed(told, None, FIRST) == []


def program(name: str) -> str:
    """Where a program lies; skips without it."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} (Debian packages prometheus, prometheus-alertmanager) is missing")
    return found


def checked(name: str, *arguments: str) -> None:
    """Run promtool or amtool; it must have nothing to say against it."""
    run = subprocess.run([program(name), *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.peer
@pytest.mark.slow
def test_promtool_and_amtool_take_fifty_sites(tmp_path: Path) -> None:
    """In every variant; a second export says the same."""
    folder = tmp_path / "checks.d"
    many(folder, 50)
    (folder / "notdienst.ics").write_text(DUTY.replace("\n", "\r\n"), encoding="ascii")
    for number in range(10):
        named = [{**one, "name": f"Löwe's {one['check']}; $1"} for one in CHECKS]
        write_site(
            folder, f"nord-{number}", named,
            hours="Mo-Fr 8-18", holidays="SH", duty="notdienst.ics",
            maintenance=[{"weekly": "So 3-4", "text": "x", "checks": ["Löwe's ups; $1"]}],
        )  # fmt: skip
    for more in ((), ("--static",), ("--alertmanager",)):
        arguments = ("prometheus", "--config-dir", str(folder), "--from", "2026-01-01", *more)
        told = export(*arguments)
        assert export(*arguments) == told
        file = tmp_path / "told.yml"
        file.write_text(told, encoding="utf-8")
        if more == ("--alertmanager",):
            checked("amtool", "check-config", str(file))
            assert len(yaml.safe_load(told)["time_intervals"]) == 50 + 3 * 10 - 10
        else:
            checked("promtool", "check", "config", str(file))
    routes = ("config", "routes", "test", "--config.file", str(file), "--verify.receivers")
    checked("amtool", *routes, "pages", "site=nord-1", "severity=critical", "layer=network")
    checked("amtool", *routes, "tickets", "site=nord-1", "severity=warning", "check=ups")


class Told(BaseHTTPRequestHandler):
    """A receiver of Alertmanager's webhooks; what came is in the server's `alerts`."""

    def do_POST(self) -> None:
        """Take the alerts."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        labels = [alert["labels"] for alert in body["alerts"]]
        self.server.alerts += [(body["receiver"], one["site"], one["name"]) for one in labels]  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def webhook() -> Iterator[ThreadingHTTPServer]:
    """A listening receiver."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Told)
    server.alerts = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.peer
@pytest.mark.slow
def test_a_real_alertmanager_keeps_tickets_for_later(
    tmp_path: Path, webhook: ThreadingHTTPServer
) -> None:
    """Of a closed pharmacy come the page and the ticket about its power; the ticket about its
    Konnektor waits. Of an open one comes everything."""
    folder = tmp_path / "checks.d"
    days = [datetime.now(BERLIN).date() + timedelta(days=number) for number in (-1, 2)]
    shut = ["..".join(map(str, days))]
    write_site(folder, "zu", CHECKS, hours="Mo-So 00:20-23:40", closed=shut)
    write_site(folder, "auf", CHECKS, hours="immer")
    told = yaml.safe_load(export("prometheus", "--alertmanager", "--config-dir", str(folder)))
    host, port = webhook.server_address[:2]
    for receiver in told["receivers"]:
        url = f"http://{host!s}:{port}/"
        receiver["webhook_configs"] = [{"url": url, "send_resolved": False}]
    told["route"]["group_wait"] = "1s"
    told["route"]["group_by"] = ["..."]
    told["inhibit_rules"] = []
    told["route"]["routes"][0].update(group_wait="1s", group_by=["..."])
    file = tmp_path / "alertmanager.yml"
    file.write_text(yaml.safe_dump(told), encoding="utf-8")
    checked("amtool", "check-config", str(file))
    url = f"http://127.0.0.1:{free_port()}"
    arguments = (
        f"--config.file={file}", f"--storage.path={tmp_path / 'data'}", "--cluster.listen-address=",
        f"--web.listen-address={url.removeprefix('http://')}",
    )  # fmt: skip
    daemon = subprocess.Popen(
        [program("prometheus-alertmanager"), *arguments], stderr=subprocess.DEVNULL
    )
    try:
        until(lambda: ready(url))
        # Those that wait come first, so that they had their turn when the others have arrived.
        send(url, ("zu", "warning", "connector", "Konnektor"))
        until(lambda: len(requests.get(f"{url}/api/v2/alerts", timeout=5).json()) == 1)
        send(url, ("zu", "warning", "ups", "USV"), ("zu", "critical", "", "Seite"))
        send(url, ("auf", "warning", "connector", "Konnektor"), ("auf", "critical", "", "Seite"))
        came: list[tuple[str, str, str]] = webhook.alerts  # type: ignore[attr-defined]
        until(lambda: len(came) >= 4)
        assert sorted(came) == [
            ("pages", "auf", "Seite"), ("pages", "zu", "Seite"),
            ("tickets", "auf", "Konnektor"), ("tickets", "zu", "USV"),
        ]  # fmt: skip
    finally:
        daemon.terminate()
        daemon.wait(20)


def send(url: str, *alerts: tuple[str, str, str, str]) -> None:
    """Raise alerts as Prometheus does."""
    names = ("site", "severity", "check", "name")
    told = [{"labels": dict(zip(names, alert, strict=True))} for alert in alerts]
    requests.post(f"{url}/api/v2/alerts", json=told, timeout=5).raise_for_status()


def ready(url: str) -> bool:
    """Whether it answers."""
    try:
        return requests.get(f"{url}/-/ready", timeout=5).ok
    except requests.ConnectionError:
        return False


def until(true: Callable[[], object], seconds: float = 30) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)
