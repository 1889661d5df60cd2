"""check_apo_uplink behind one router: its claims, our own targets, and recordings of real ones."""

from __future__ import annotations

import json
import os
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from commands import assert_conforms, run

from apowacht.simulator.fritzbox import (
    FALLBACK,
    FIXED,
    OFFLINE,
    SWITCHED_OFF,
    FritzBox,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

LINES = ("--line", "internet,via=router,tech=dsl", "--line", "internet2,via=router,tech=mobile")
NOW = ("--min-backup-time", "0")


@pytest.fixture
def box() -> Iterator[FritzBox]:
    """A box on a quiet day."""
    with FritzBox(FIXED) as running:
        yield running


@pytest.fixture
def internet() -> Iterator[str]:
    """Somebody who takes every connection: HOST:PORT."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)

        def serve() -> None:
            while True:
                try:
                    listener.accept()[0].close()
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def nobody() -> str:
    """An address at which nobody listens."""
    with socket.socket() as gone:
        gone.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{gone.getsockname()[1]}"


class Asked:
    """The command's answer about this box, with findings by key and lines by name."""

    def __init__(self, box: FritzBox, folder: Path, *arguments: str) -> None:
        password = folder / "password"
        password.write_text(FIXED.password + "\n", encoding="utf-8")
        host, port = box.address
        how = (
            "--router", "fritzbox", "-H", host, "-p", str(port), "--router-web-port", str(port),
            "--router-user", FIXED.user, "--router-password-file", str(password),
            "--router-tls-fingerprint", box.fingerprint,
        )  # fmt: skip
        assert_conforms(run("check_apo_uplink", *how, *arguments), "uplink")
        done = run("check_apo_uplink", *how, *arguments, "--output", "json")
        self.told: dict[str, Any] = json.loads(done.out)
        self.state = done.code
        self.facts: dict[str, Any] = self.told["facts"]
        self.keys = {finding["key"]: finding["state"] for finding in self.told["findings"]}
        self.lines = {line["name"]: line for line in self.facts["lines"]}


def test_both_lines_by_the_router_s_word(box: FritzBox, internet: str, tmp_path: Path) -> None:
    """The active line is seen to work; the idle one is said not to be probed."""
    told = Asked(box, tmp_path, *LINES, "--target", internet)
    assert told.state == 0, told.told
    assert (told.facts["active_line"], told.facts["active_by"]) == ("internet", "router")
    assert told.lines["internet"]["targets_alive"] == 1
    assert told.lines["internet"]["rtt_seconds"] is not None
    assert told.lines["internet2"]["probed"] is False
    assert told.keys["net.not_probed"] == 0
    assert told.facts["mobile"]["signal_dbm"] == -95


def test_the_fallback_is_seen(box: FritzBox, internet: str, tmp_path: Path) -> None:
    """The fixed line is gone, mobile carries the traffic: a warning, with the right words."""
    box.become(FALLBACK)
    told = Asked(box, tmp_path, *LINES, "--target", internet, *NOW)
    assert (told.state, told.facts["active_line"]) == (1, "internet2")
    assert told.keys["net.on_lte"] == 1


def test_a_router_that_claims_too_much(box: FritzBox, tmp_path: Path) -> None:
    """It calls its lines connected; our targets answer over none: no line, and that is said."""
    told = Asked(box, tmp_path, *LINES, "--target", nobody())
    assert told.state == 2, told.told
    assert told.keys["net.both_down"] == 2
    assert told.keys["net.why_traffic_dead"] == 0


def test_the_router_is_offline(box: FritzBox, tmp_path: Path) -> None:
    """The modem stands by and has not taken over: at once a fault, critical when it stays so."""
    box.become(OFFLINE)
    assert Asked(box, tmp_path, *LINES).keys["net.not_switched"] == 1
    assert Asked(box, tmp_path, *LINES, "--switch-time", "0").state == 2
    told = Asked(box, tmp_path, *LINES, "--target", nobody())
    assert told.keys["net.both_down"] == 2


def test_a_line_that_is_switched_off_is_no_spare(
    box: FritzBox, internet: str, tmp_path: Path
) -> None:
    """It is there, and would not take over."""
    box.become(SWITCHED_OFF)
    told = Asked(
        box, tmp_path, "--line", "internet,via=router", "--line", "internet2,via=router",
        "--target", internet,
    )  # fmt: skip
    assert told.keys["net.backup_down"] == 1
    assert told.lines["internet2"]["reason"] == "disabled"


def test_the_router_s_own_lines(box: FritzBox, internet: str, tmp_path: Path) -> None:
    """Without --line they are taken as they come, under the user's names."""
    told = Asked(box, tmp_path, "--target", internet, "--alias", "lte=internet2")
    assert told.state == 0, told.told
    assert list(told.lines) == ["internet", "lte"]


def test_a_silent_router_beside_working_targets(internet: str) -> None:
    """Our own evidence is told; that the router is silent is UNKNOWN, no outage."""
    port = nobody().rpartition(":")[2]
    done = run(
        "check_apo_uplink", "--router", "fritzbox", "-H", "127.0.0.1", "-p", port,
        "--router-user", "x", "--line", f"dsl,target={internet}",
        "--line", f"lte,target={internet}", env={"APOWACHT_ROUTER_PASSWORD": "y"},
    )  # fmt: skip
    assert_conforms(done, "uplink")
    assert done.code == 3
    assert "Router gibt keine Auskunft" in done.line_1
    assert "dsl_rtt=" in done.perfdata


def test_no_secret_of_the_router_is_kept(box: FritzBox, internet: str, tmp_path: Path) -> None:
    """Neither login nor what names the SIM stands in a recording, which gives the same facts."""
    file = tmp_path / "recording"
    live = Asked(box, tmp_path, *LINES, "--target", internet, "--record", str(file))
    kept = file.read_text(encoding="utf-8")
    for secret in (FIXED.password, FIXED.modem["NewIMSI"], FIXED.modem["NewSerialNumber"]):
        assert secret not in kept
    again = json.loads(run("check_apo_uplink", "--replay", str(file), "--output", "json").out)
    assert again["facts"] == live.facts


def recordings() -> list[Path]:
    """The recorded routers, where they are at hand."""
    folder = os.environ.get("APOWACHT_ORACLE")
    return sorted(Path(folder, "snmp", "router").glob("*.snmprec")) if folder else []


@pytest.mark.oracle
def test_recorded_routers_are_read() -> None:
    """Each gives a clean answer, alone and with a line named that it does not have."""
    if not recordings():
        pytest.skip("APOWACHT_ORACLE does not point to recorded routers")
    for file in recordings():
        done = run("check_apo_uplink", "--replay", str(file))
        assert_conforms(done, "uplink")
        assert "monitor" not in done.out
        line = ("--line", "no-such-line,via=router")
        done = run("check_apo_uplink", "--replay", str(file), *line)
        assert_conforms(done, "uplink")
        assert done.code == 3, (file, done.out)
