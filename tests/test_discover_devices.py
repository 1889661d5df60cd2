"""apowacht discover: UPS and routers by every way, names to propose, issuers, the order."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from discovering import (
    CONTEXT,
    Discovering,
    connector,
    nis_server,
    nut_server,
    place,
    ups_card,
)

from apowacht.plugins.discover.order import TEMPLATE
from apowacht.plugins.discover.providers import issuer_of
from apowacht.plugins.discover.terminals import named
from apowacht.plugins.discover.words import TEXTS
from apowacht.plugins.sites.config import load_files
from apowacht.simulator.fritzbox import FIXED, FritzBox, Reply
from apowacht.simulator.konnektor import Konnektor
from apowacht.simulator.silent import SilentTcp, SilentUdp
from apowacht.simulator.snmp_agent import Agent, Misbehaviour, Typed

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
MIKROTIK = {
    "1.3.6.1.2.1.1.2.0": Typed.parse("oid", "1.3.6.1.4.1.14988.1"),
    "1.3.6.1.2.1.2.2.1.2.1": Typed.parse("string", "ether1-wan"),
    "1.3.6.1.2.1.2.2.1.2.2": Typed.parse("string", "lte1"),
    "1.3.6.1.2.1.2.2.1.7.1": Typed.parse("integer", "1"),
    "1.3.6.1.2.1.2.2.1.7.2": Typed.parse("integer", "1"),
    "1.3.6.1.2.1.2.2.1.8.1": Typed.parse("integer", "1"),
    "1.3.6.1.2.1.2.2.1.8.2": Typed.parse("integer", "1"),
    "1.3.6.1.4.1.14988.1.1.14.1.1.2.2": Typed.parse("string", "lte1"),
}


@pytest.fixture
def discover(tmp_path: Path) -> Discovering:
    """The command, writing to an empty folder."""
    return Discovering(tmp_path)


@pytest.fixture
def box() -> Iterator[FritzBox]:
    """A FRITZ!Box with two lines."""
    with FritzBox() as running:
        yield running


# --- UPS ---------------------------------------------------------------------------------------


def test_a_ups_by_every_way(discover: Discovering) -> None:
    """SNMP, then NUT, then apcupsd are tried at the address given; each key is a check's own."""
    card, nut, nis = ups_card(), nut_server("kasse", "labor"), nis_server()
    with card, nut, nis:
        told = discover(
            "--ups", place(card), "--ups", place(nut), "--ups", f"apcupsd://{place(nis)}"
        )
    assert told.code == 0
    ups = told.site["ups"]
    assert [one["name"] for one in ups] == ["USV 1", "USV kasse", "USV labor", "USV 2"]
    assert [one.get("source") for one in ups] == [None, "nut", "nut", "apcupsd"]
    assert [one.get("ups") for one in ups] == [None, "kasse", "labor", None]
    assert told.text.count("# shutdown-need: 5m") == 4
    assert "PowerNet-MIB" in told.text
    assert "am Netz, Ladung 100 %" in told.out
    config = load_files([str(told.file)], "de")
    assert not config.mistakes
    assert len(config.sites["probe"].watches) == 4


def test_an_apcupsd_is_found_without_naming_it(discover: Discovering) -> None:
    """Although it says nothing to NUT's question, it has its turn within the deadline."""
    with nis_server() as nis:
        told = discover("--ups", place(nis), "-t", "3")
    assert told.site["ups"][0]["source"] == "apcupsd"


def test_one_ups_of_a_server(discover: Discovering) -> None:
    """nut://HOST:PORT/NAME takes that one alone."""
    with nut_server("kasse", "labor") as nut:
        told = discover("--ups", f"nut://{place(nut)}/labor")
    assert [one["ups"] for one in told.site["ups"]] == ["labor"]


def test_a_silent_ups_is_a_question(discover: Discovering) -> None:
    """The one that answers is written, the silent one is a comment with its reason and a TODO."""
    with ups_card() as card, SilentUdp() as mute:
        told = discover("--ups", f"snmp://{place(mute)}", "--ups", place(card), "-t", "1")
    assert told.code == 0
    assert len(told.site["ups"]) == 1
    assert "# TODO USV hat am" in told.text
    assert f"#     port: {mute.address[1]}" in told.text
    assert not load_files([str(told.file)], "de").mistakes


def test_a_ups_that_falls_silent_is_not_struck_out(discover: Discovering) -> None:
    """A second run keeps the entry of a UPS that does not answer today, and its owner's keys."""
    with ups_card() as card, nut_server("kasse") as nut:
        given = ("--ups", f"snmp://{place(card)}", "--ups", f"nut://{place(nut)}", "-t", "1")
        text = discover(*given).text.replace("# shutdown-need: 5m", "shutdown-need: 7m", 1)
        discover.file.write_text(
            text.replace("USV  # TODO Wo steht sie?", "USV Keller"), encoding="utf-8"
        )
        card.become({}, Misbehaviour(silent=True))
        told = discover(*given, fresh=False)
    removed = [line for line in told.out.splitlines() if line[:1] == "-" and line[:3] != "---"]
    assert not [line for line in removed if not line.lstrip("- ").startswith("#")]


def test_no_community_is_written(discover: Discovering) -> None:
    """It is a secret although SNMP has it on the command line: the file asks for a file."""
    card = ups_card()
    card.community = "streng-geheim"
    with card:
        told = discover("--ups", place(card), "-C", "streng-geheim")
    assert told.code == 0
    assert "# community-file: /etc/apowacht/secrets/snmp" in told.text
    assert "streng-geheim" not in told.text + told.out + told.err


def test_a_printer_is_no_ups(discover: Discovering) -> None:
    """A device that answers SNMP and tells nothing of a battery is not taken for one."""
    with Agent({"1.3.6.1.2.1.1.1.0": Typed.parse("string", "Laser 1")}) as printer:
        told = discover("--ups", f"snmp://{place(printer)}", "-t", "1")
    assert told.code == 2
    assert not told.file.exists()


# --- routers -----------------------------------------------------------------------------------


def test_a_fritzbox_without_a_user(discover: Discovering, box: FritzBox) -> None:
    """It is known by its description; nothing is logged in to, its section is a proposal."""
    with ups_card() as card:
        told = discover("--router", place(box), "--ups", place(card))
    assert "FRITZ!Box 7590, FRITZ!OS 8.02" in told.text
    assert "router" not in told.site
    assert "#   router-user" not in told.site
    assert box.asked == ["GET /tr64desc.xml"]
    assert not load_files([str(told.file)], "de").mistakes


def test_a_fritzbox_and_its_lines(
    discover: Discovering, box: FritzBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a login over a known certificate: both lines, the mobile one last."""
    monkeypatch.setenv("APOWACHT_ROUTER_PASSWORD", FIXED.password)
    port = str(box.address[1])
    given = ("--router", place(box), "--router-user", FIXED.user, "--router-web-port", port)
    unknown = discover(*given)
    assert unknown.code == 2
    assert not unknown.file.exists()
    assert set(box.asked) == {"GET /tr64desc.xml"}
    told = discover(*given, "--router-tls-fingerprint", box.fingerprint)
    assert told.code == 0
    assert [(line["name"], line["tech"], line["via"]) for line in told.site["lines"]] == [
        ("internet", "dsl", "router"),
        ("internet2", "mobile", "router"),
    ]
    assert told.site["router"]["router"] == "fritzbox"
    assert "Leitung internet: bereit, trägt den Verkehr." in told.out
    assert FIXED.password not in told.text + told.out + told.err
    assert not load_files([str(told.file)], "de").mistakes
    assert box.sessions == 0


@pytest.mark.parametrize(
    "body",
    [b"<root><device><manufacturer>Other</manufacturer></device></root>", b"<root", b"", b"\xff"],
)
def test_another_makers_description(
    discover: Discovering, box: FritzBox, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    """A device that is no FRITZ!Box is not taken for one, whatever it answers."""
    monkeypatch.setattr(box, "web", lambda *_: Reply(200, body))
    told = discover("--router", f"fritzbox://{place(box)}")
    assert told.code == 2
    assert not told.file.exists()


def test_a_wrong_router_password_is_tried_once(
    discover: Discovering, box: FritzBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The box locks out those who try again; nothing is written."""
    monkeypatch.setenv("APOWACHT_ROUTER_PASSWORD", "falsch-geraten")
    told = discover(
        *("--router", place(box), "--router-user", FIXED.user),
        *("--router-web-port", str(box.address[1])),
        *("--router-tls-fingerprint", box.fingerprint),
    )
    assert told.code == 2
    assert box.refused == 1
    assert "NICHTS GESCHRIEBEN" in told.out
    assert "falsch-geraten" not in told.out + told.err


def test_a_router_by_snmp(discover: Discovering) -> None:
    """Its family is known by its objects or its sysObjectID, its lines by their names."""
    with Agent(MIKROTIK) as agent:
        told = discover("--router", place(agent))
    assert told.code == 0
    assert "Router: MikroTik" in told.text
    assert told.site["router"]["router"] == "snmp"
    assert [line["name"] for line in told.site["lines"]][-1] == "lte1"
    assert not load_files([str(told.file)], "de").mistakes


def test_two_routers(discover: Discovering, box: FritzBox) -> None:
    """The second one is a further check."""
    with Agent(MIKROTIK) as agent, Agent(MIKROTIK) as other:
        told = discover("--router", place(agent), "--router", place(other))
    assert told.code == 0
    assert [one["name"] for one in told.site["checks"]] == ["Router 2"]
    config = load_files([str(told.file)], "de")
    assert not config.mistakes
    assert len(config.sites["probe"].watches) == 2


def test_a_router_that_says_nothing(discover: Discovering) -> None:
    """Both ways are tried in half the deadline each; the other device is written."""
    with SilentTcp() as mute, ups_card() as card:
        told = discover("--router", place(mute), "--ups", place(card), "-t", "1")
    assert told.code == 0
    assert "# TODO Router hat am" in told.text


# --- names and issuers -------------------------------------------------------------------------


def terminal(name: str | None, product: str | None, ct_id: str) -> dict[str, object]:
    """A terminal as a Konnektor's answer holds it."""
    return {
        "ct_id": ct_id,
        "name": name,
        "product": product,
        "firmware": "1.0.0",
        "connected": True,
        "physical": True,
    }


@pytest.mark.parametrize(
    ("name", "product", "proposed"),
    [
        ("ORGA6100-014100000000A1", "ORGA6100", "ORGA 6141 1"),
        ("ST-1506-00000000A2", "ST1506", "ST-1506 1"),
        ("G87-1505_00000012", "G87-1505", "G87-1505 1"),
        ("Kasse 1", "ORGA6100", "Kasse 1"),
        ("Backoffice (links)", None, "Backoffice (links)"),
        ("KT1a2b3c4d5e", "GT900", "GT900 1"),
        (None, None, "Terminal 1"),
        ("Beleg=1", None, "Terminal 1"),
        ("x" * 60, "GT900", "GT900 1"),
    ],
)
def test_a_terminals_name(name: str | None, product: str | None, proposed: str) -> None:
    """A place is kept, a serial number gives way to the product and a number."""
    assert named([terminal(name, product, "CT_1")], [], {})[0].name == proposed


def test_terminals_of_the_same_name_are_told_apart() -> None:
    """By their number at the Konnektor, under names that differ."""
    found = named([terminal("Kasse", "GT900", f"CT_{n}") for n in range(3)], [], {})
    assert [one.own for one in found] == ["CT_0", "CT_1", "CT_2"]
    assert len({one.name for one in found}) == 3


@pytest.mark.parametrize(
    ("issuer", "provider"),
    [
        ("CN=D-Trust.SMCB-CA3,OU=Institution,O=D-TRUST GmbH,C=DE", "D-Trust"),
        ("CN=MESIG.SMCB-CA11,O=medisign GmbH,C=DE", "medisign"),
        ("CN=SHC.SMCB-CA5,O=SHC Stolle & Heinz Consultants GmbH & Co. KG,C=DE", "SHC"),
        ("CN=TSYSI.SMCB-CA6,O=T-Systems International GmbH - G2,C=DE", "T-Systems"),
        ("CN=GEM.SMCB-CA57 TEST-ONLY,O=gematik NOT-VALID,C=DE", None),
        ("", None),
    ],
)
def test_an_issuer_and_its_name_in_ti_lage(issuer: str, provider: str | None) -> None:
    """The four that issue cards for pharmacies are known, nobody else is guessed."""
    assert issuer_of(issuer).provider == provider


def test_no_number_of_a_card_is_shown() -> None:
    """An issuer's name with a long number is left out."""
    assert issuer_of("CN=80276009990000000025,O=Muster\\, GmbH")[:2] == ("Muster, GmbH", None)


# --- the order ---------------------------------------------------------------------------------


def test_the_order_has_one_source() -> None:
    """What the wheel carries is the page of the documentation."""
    shipped = (files("apowacht.plugins.discover") / TEMPLATE).read_text(encoding="utf-8")
    assert shipped == (ROOT / "docs" / TEMPLATE).read_text(encoding="utf-8")


def test_the_order_is_filled(discover: Discovering) -> None:
    """Everything known stands in its blank; stdout is the order and nothing else."""
    with Konnektor() as konnektor:
        told = discover(*connector(konnektor, *CONTEXT), "--order", "--title", "Löwen-Apotheke")
        host, port = konnektor.address
        seen = konnektor.fingerprint
    assert told.code == 0
    assert told.out.startswith("# Bestellung an den TI-Dienstleister")
    assert f"**Apotheke:** Löwen-Apotheke **Konnektor (Adresse):** {host}:{port}" in told.out
    assert f"{seen} (gesehen, bitte bestätigen)" in told.out
    assert "| Mandant (Zeile 1) | Apotheke |" in told.out
    assert "SMC-B in ORGA 6141 1" in told.out
    assert "Ansprechpartner bei Störungen, Telefon | ____" in told.out
    assert "Geschrieben" in told.err
    assert told.site["title"] == "Löwen-Apotheke"


def test_every_text_has_both_languages() -> None:
    """The same placeholders in German and English."""
    from string import Formatter

    for table in TEXTS.values():
        for key, text in table.items():
            german, english = ({f[1] for f in Formatter().parse(one)} for one in text)
            assert german == english, key
