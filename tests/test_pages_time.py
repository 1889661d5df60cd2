"""The pages tell time by the clock on the pharmacy's wall, whatever the computer's own is."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from page_views import GOOD, NOW, PLANNED, history, view
from test_pages import SITE, WALL, seen

from apowacht.exporter import charts, pages, past, status
from apowacht.exporter.pages import Query
from apowacht.exporter.samples import Sample, Samples
from apowacht.plugins.core.hours import Hours
from apowacht.plugins.sites.config import load
from apowacht.plugins.sites.model import Window

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LISBON, BERLIN = ZoneInfo("Europe/Lisbon"), ZoneInfo("Europe/Berlin")


@pytest.fixture(params=["UTC", "Asia/Tokyo"], autouse=True)
def host(request: pytest.FixtureRequest) -> Iterator[None]:
    """The computer stands elsewhere."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.parametrize(
    ("line", "name"),
    [("", "Europe/Berlin"), ("timezone: Europe/Lisbon\n", "Europe/Lisbon")],
)
def test_a_site_has_the_zone_of_its_file(tmp_path: Path, line: str, name: str) -> None:
    """Without the line the one by which its opening hours go, too."""
    text = f"site: a\n{line}ups:\n  - hostname: 127.0.0.1\n"
    (tmp_path / "a.yaml").write_text(text)
    read = load(tmp_path)
    assert read.mistakes == ()
    assert str(read.sites["a"].zone) == name


@pytest.mark.parametrize(("zone", "hour"), [(BERLIN, 14), (LISBON, 13)])
def test_a_pharmacys_page_goes_by_its_own_clock(zone: ZoneInfo, hour: int) -> None:
    """Freshness, «seit», maintenance; the footer names the zone."""
    window = Window("Umbau", weekly=Hours.parse("Di 18:00-19:00"), zone=zone)
    told = view(zone=zone, maintenance=[PLANNED, window])
    text = seen(pages.overview([told], Query()))
    assert f"Stand {hour}:05:10, nächste Prüfung {hour}:05:24" in text
    assert f"seit {hour - 1}:44 (21 min)" in text
    assert f"{hour + 3}:05 bis {hour + 5}:05" in text
    assert "Umbau · 18:00 bis 19:00" in text
    assert f"Zeiten in {zone.key} (UTC+0{hour - 13}:00)" in text
    found = json.loads(json.dumps(status.plain(told)))
    assert (found["zone"], found["moment"][10:]) == (zone.key, "T13:05:12.000+00:00")
    assert found["maintenance"][1]["start"].endswith("+00:00")


@pytest.mark.parametrize(
    ("zones", "hour", "name"),
    [
        ((LISBON, LISBON), 13, "Europe/Lisbon"),
        ((LISBON, BERLIN), 14, "Europe/Berlin"),
        ((ZoneInfo("Europe/Athens"), LISBON), 14, "Europe/Berlin"),
    ],
)
def test_a_list_goes_by_the_clock_that_all_share(
    zones: tuple[ZoneInfo, ZoneInfo], hour: int, name: str
) -> None:
    """Else by the usual one; list and wall alike."""
    crowd = [
        view(name=f"a{place}", zone=zone, situation={**GOOD, "connector": "vpn-ti-down"})
        for place, zone in enumerate(zones)
    ]
    for page in (pages.overview(crowd, Query()), pages.wall(crowd, WALL)):
        assert f"Stand {hour}:05:10" in seen(page)
        assert f"Zeiten in {name}" in seen(page)
    assert f"seit {hour - 1}:30" in seen(pages.wall(crowd, WALL))
    assert "Zeiten in Europe/Berlin" in seen(pages.overview([], Query()))


def test_the_past_goes_by_the_sites_clock() -> None:
    """Charts, lanes, days and entries; the days begin at its midnight."""
    told = view(zone=LISBON)
    found = past.history(told, Samples(), None)
    assert (found.start.tzinfo, found.end) == (LISBON, NOW)
    full = history()._replace(start=found.start, end=found.end)
    text = seen(pages.site(told, full, SITE))
    assert "23:05 – gestern" not in text
    assert "gestern 23:05 – 00:05 keine Daten 60 min" in text
    assert "17.11.2026 13:05 bis 24.11.2026 13:05" in text
    assert "21.11.2026 11:05" in text  # 74 hours before
    chart = charts.draw(full.series[0], full.end, "de")
    assert chart is not None
    assert chart.hours[0].label == "24.11. 13:00"
    assert [(label, datetime.fromtimestamp(at, LISBON).hour) for at, label in charts._ticks(
        full.end.timestamp() - charts.DAY_SECONDS, full.end
    )] == [("12:00", 12), ("06:00", 6), ("00:00", 0), ("18:00", 18)]  # fmt: skip
    days = charts.days({}, full.start, full.end)
    assert [day.start for day in days[:-1]] == [
        datetime(2026, 11, day, tzinfo=LISBON) for day in range(24, 17, -1)
    ]


def test_a_day_of_25_hours_is_one_day() -> None:
    """The days of a chart and the hours of its table hold where the clock is put back."""
    end = datetime(2026, 10, 26, 12, tzinfo=BERLIN)
    days = charts.days({}, end - timedelta(days=2), end)
    first, second, _ = (day.start.timestamp() for day in days)
    assert first - second == 25 * 3600
    noon = datetime(2026, 10, 25, 12, tzinfo=BERLIN)
    start = (noon.astimezone(UTC) - timedelta(hours=12)).timestamp()
    samples = [Sample(start + 1800 * i, 1800.0, 1.0, 1.0, 1.0) for i in range(24)]
    chart = charts.draw(charts.Series("ups", "load", "%", samples), noon, "de")
    assert chart is not None
    labels = [hour.label for hour in chart.hours]
    assert labels.count("25.10. 02:00") == 2
    assert chart.svg.count("06:00</text>") == 1
