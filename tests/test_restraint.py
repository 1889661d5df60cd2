"""The Fachdienst, the IDP and TI-Lage get no contact more than is allowed, whatever is tried:
other spellings, other options, other users, answers that lure, logs that mislead.
"""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from telematik_site import FACHDIENST, KONNEKTOR, TILAGE, Site
from test_state import NOBODY, as_root, result_of, start_child
from way import Ti

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.sparing import Rule, sparingly
from apowacht.plugins.core.state import Store
from apowacht.plugins.read.tilage_cache import one_name
from apowacht.plugins.read.uplink_lines import parse_target
from apowacht.plugins.wire import egress, endpoint
from apowacht.simulator import fachdienst, idp
from apowacht.simulator.ti_dns import Records

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

START = 1_800_000_000.0


def contacts(site: Site) -> tuple[int, int]:
    """How many connections the Fachdienst and the IDP got."""
    return site.fachdienst.connections, site.idp.connections


PLAIN = ("konnektor", "tilage")


@pytest.mark.peer
@pytest.mark.parametrize(
    "more",
    [
        (("--site", "Filiale"), ("--name", "again"), ("--site", "Haupt", "--name", "third")),
        (("--samples", "10"),) * 3,
        (
            ("--source", "192.0.2.1"),
            ("--source", "192.0.2.1", "--source", "127.0.0.1"),
            ("--output", "checkmk"),
        ),
        (
            ("--fachdienst-host", fachdienst.NAME.upper(), "--idp-host", idp.NAME + "."),
            ("--fachdienst-host", fachdienst.NAME + ".", "--idp-host", idp.NAME.title()),
        ),
        (("--user-agent", "a/1 b/c"), ("--debounce", "2/3"), ("-t", "9")),
    ],
)
def test_other_options_are_no_other_limit(
    more: tuple[tuple[str, ...], ...], site: Site, tmp_path: Path
) -> None:
    """Sites, names, samples, sources and spellings share one handshake and one document."""
    for options in ((), *more):
        site.run(tmp_path, *site.options(*PLAIN), "-t", "5", *options)
    assert contacts(site) == (1, 1)
    assert site.fachdienst.asked == []
    assert len(site.idp.asked) == 1


LURES: dict[str, Callable[[Site], object]] = {
    "redirection": lambda site: site.idp.behave(
        status=302, location=f"https://{fachdienst.NAME}/Task"
    ),
    "hanging up": lambda site: site.idp.behave(hangs_up="answer"),
    "too early": lambda site: site.idp.behave(status=503, retry_after="0"),
    "not this time": lambda site: site.idp.behave(status=429, retry_after="1"),
    "log in first": lambda site: site.idp.behave(status=401),
    "garbage": lambda site: site.idp.behave(garbage="answer"),
    "half an answer": lambda site: site.idp.behave(truncated=30),
    "another document": lambda site: site.idp.become("JSON"),
    "a flood": lambda site: site.idp.become("huge"),
}


@pytest.mark.peer
@pytest.mark.parametrize("lure", LURES)
def test_no_answer_leads_to_a_second_request(lure: str, site: Site, tmp_path: Path) -> None:
    """Redirections are not followed, nothing is tried again, and a failure lasts as long as a
    good answer."""
    LURES[lure](site)
    for _ in range(3):
        site.run(tmp_path, *site.options(*PLAIN), "-t", "5")
    assert contacts(site) == (1, 1)
    assert [one.path for one in site.idp.asked] == ["/.well-known/openid-configuration"]
    assert site.fachdienst.asked == []


@pytest.mark.peer
def test_a_certificate_that_is_not_trusted_is_not_looked_at_again(
    site: Site, tmp_path: Path
) -> None:
    """Without the right authority one handshake each is tried, and no second one to look closer."""
    for _ in range(2):
        site.run(tmp_path, "--environment", "PU", "--resolver", KONNEKTOR, "-t", "5")
    assert contacts(site) == (1, 1)
    assert site.idp.asked == []


@pytest.mark.peer
def test_only_ipv4_addresses_are_asked_for(site: Site, tmp_path: Path) -> None:
    """An IPv6 address of the same service leads to no connection beside that over IPv4."""
    site.dns.change(fachdienst.NAME, Records(FACHDIENST, "2001:db8::2"))
    site.run(tmp_path, *site.options(*PLAIN), "-t", "5")
    assert {one.kind for one in site.dns.asked} == {"A"}
    assert contacts(site) == (1, 1)


@pytest.mark.peer
def test_while_the_way_is_broken_nobody_central_is_asked(site: Site, tmp_path: Path) -> None:
    """A local fault does not use up the next contact: it is made when the way is free again."""
    site.konnektor.put("VPN TI down")
    for _ in range(3):
        site.run(tmp_path, *site.options("tilage"), "-t", "5")
    assert contacts(site) == (0, 0)
    site.heal()
    site.run(tmp_path, *site.options("tilage"), "-t", "5")
    assert contacts(site) == (1, 1)


@pytest.mark.peer
def test_both_commands_share_tilages_limit(site: Site, tmp_path: Path) -> None:
    """TI-Lage is asked once per path for check_apo_tilage and check_apo_erezept together, with
    the port written or not, and no redirection is followed."""
    own = ("--tls-fingerprint", site.tilage.fingerprint, "--access", "Zugang A GmbH", "-t", "5")
    site.run(tmp_path, "-H", TILAGE, *own, check="tilage")
    site.run(tmp_path, *site.options("konnektor"), "-t", "5")
    spelled = [one.replace(f"{TILAGE}/", f"{TILAGE}:443/") for one in site.options("konnektor")]
    site.run(tmp_path, *spelled, "-t", "5")
    paths = [one.path.partition("?")[0] for one in site.tilage.asked]
    assert sorted(paths) == sorted(set(paths))
    assert len(paths) == 4


@pytest.mark.parametrize(
    "url",
    [
        "https://ti-lage.prod.ccs.gematik.solutions/lageapi",
        "https://ti-lage.prod.ccs.gematik.solutions:443/lageapi/",
        " HTTPS://TI-Lage.prod.ccs.gematik.SOLUTIONS./lageapi",
        "https://ti-lage.prod.ccs.gematik.solutions/lageapi?a=b",
    ],
)
def test_a_url_has_one_spelling(url: str) -> None:
    """However the base is written, its entry is the same."""
    assert one_name(url) == "https://ti-lage.prod.ccs.gematik.solutions/lageapi"
    assert one_name("https://example.test:8443/lageapi") == "https://example.test:8443/lageapi"


@pytest.mark.parametrize(
    "host",
    [
        fachdienst.NAME,
        fachdienst.NAME.upper() + ".",
        "erp-ref.zentral.erp.splitdns.ti-dienste.de",
        "subscription.zentral.erp.splitdns.ti-dienste.de",
        "erp.app.ti-dienste.de",
        "erp-test.app.ti-dienste.de",
    ],
)
def test_no_other_check_reaches_the_fachdienst(host: str) -> None:
    """Neither a target of a line, nor the service that tells the address, nor any server."""

    class Deadline:
        """Nobody gets as far as to ask for the time."""

    asking: list[Callable[[], object]] = [
        lambda: endpoint.connect(host, 443, Deadline()),  # type: ignore[arg-type]
        lambda: egress.split(f"https://{host}/Task?pnw=x"),
        lambda: parse_target(host, "--target", 443),
        lambda: parse_target(f"{host}:443", "--https", 443),
    ]
    for ask in asking:
        with pytest.raises(OwnTrouble, match="fachdienst_host"):
            ask()
    endpoint.spare_fachdienst(idp.NAME)
    endpoint.spare_fachdienst("erp.example.de")


def log_lines(file: Path, *moments: float, zone: str = "+00:00") -> str:
    """A log with an answered call at each of these moments."""
    told = ""
    for at in moments:
        moment = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S") + zone
        call = {"time": moment, "operation": "GET /Task", "seconds": 0.4, "status": 200}
        told += json.dumps(call) + "\n"
    with file.open("a", encoding="utf-8") as opened:
        opened.write(told)
    return str(file)


def minutes(ti: Ti, count: int, log: str, each: Callable[[float], object]) -> int:
    """How often the Fachdienst is asked while a run comes every minute; `each` happens before."""
    for minute in range(count):
        ti.now = START + 60 * minute
        each(ti.now)
        ti.run("--log", log, "--service-check")
    assert not ti.fachdienst.forbidden
    return len(ti.fachdienst.asked)


@pytest.mark.parametrize(
    ("shift", "zone"), [(-7200, ""), (-7200, "+00:00"), (-86400, "Z"), (3600, "+00:00"), (240, "Z")]
)
def test_a_wrong_clock_in_the_log_is_no_idleness(tmp_path: Path, shift: float, zone: str) -> None:
    """Calls that are said to be of hours ago, or of the future, are calls of now when they are
    new."""
    file = tmp_path / "fetch.jsonl"
    log = log_lines(file, START - 60)
    with Ti(tmp_path, START) as ti:
        assert minutes(ti, 25, log, lambda now: log_lines(file, now + shift, zone=zone)) == 0


def test_lines_that_nobody_understands_are_no_idleness(tmp_path: Path) -> None:
    """While lines come of which none was ever understood, nobody knows of any idleness."""
    file = tmp_path / "fetch.jsonl"
    file.write_text("")
    with Ti(tmp_path, START) as ti:

        def more(now: float) -> None:
            with file.open("a", encoding="utf-8") as opened:
                opened.write(f"{now} fetched a prescription\n")

        assert minutes(ti, 25, str(file), more) == 0


def test_a_log_without_calls_permits_nothing(tmp_path: Path) -> None:
    """An empty log, and one that was given up a week ago, are not where calls would be seen."""
    for name, moments in (("empty", ()), ("old", (START - 8 * 86400,))):
        file = tmp_path / name
        file.write_text("")
        with Ti(tmp_path, START) as ti:
            log = log_lines(file, *moments)
            assert minutes(ti, 25, log, lambda now: None) == 0


def test_a_state_that_does_not_last_permits_nothing(tmp_path: Path) -> None:
    """A run that remembers nothing, as in a container of its own, never asks."""
    log = log_lines(tmp_path / "fetch.jsonl", START - 3000)
    asked = 0
    for number in range(3):
        folder = tmp_path / str(number)
        folder.mkdir()
        with Ti(folder, START + 1000 * number) as ti:
            ti.run("--log", log, "--service-check")
            asked += len(ti.fachdienst.asked)
    assert asked == 0


def test_where_nothing_is_called_the_check_is_made(tmp_path: Path) -> None:
    """The same way with an idle log does lead to the permitted request, so that the others prove
    something; and an answer that lures elsewhere is not followed."""
    log = log_lines(tmp_path / "fetch.jsonl", START - 60)
    with Ti(tmp_path, START) as ti:
        ti.fachdienst.behave(status=307, location="/Task", retry_after="0")
        assert minutes(ti, 25, log, lambda now: None) in (1, 2)
        assert {(one.method, one.path) for one in ti.fachdienst.asked} == {("GET", "/")}


def one_run(folder: str, now: float) -> Any:
    """Whether a run asked, and why not, in this user's own folder."""
    store = Store(folder or None, clock=lambda: now)
    kept = sparingly(store, "topic", ("key",), now, Rule(900.0), lambda: {"n": 1})
    return kept.asked_now, kept.why


def as_user(uid: int, work: Callable[[], Any]) -> Any:
    """What it gives for this user."""
    return result_of(start_child(work, uid))


@as_root
def test_beside_a_common_folder_nobody_has_a_limit_of_his_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user who may not write to the common folder asks nobody; with a folder that was named, or
    where there is no common one, that user may."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder != folder.parent:
            os.chmod(folder, os.stat(folder).st_mode | 0o055)
    common, home = tmp_path / "common", tmp_path / "home"
    common.mkdir(mode=0o755)
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    monkeypatch.delenv("APOWACHT_STATE_DIR", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(home))
    monkeypatch.setattr("apowacht.plugins.core.state.SYSTEM_FOLDER", str(common))

    def run() -> Any:
        return one_run("", time.time())

    monkeypatch.setattr(
        "apowacht.plugins.core.state.choose_folder", lambda environ: str(home / "apowacht")
    )
    assert as_user(NOBODY, run) == (False, "state_beside")
    assert as_user(NOBODY, lambda: one_run(str(home / "named"), START)) == (True, None)
    common.rmdir()
    assert as_user(NOBODY, run) == (True, None)
