"""apowacht discover: what it finds at a Konnektor, and what it never asks, sends or says."""

from __future__ import annotations

import errno
import os
import socket
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest
from commands import run
from discovering import CONTEXT, Discovering, connector, nut_server, place, ups_card
from konnektor_runs import kon_file

from apowacht.plugins.sites.config import load_files
from apowacht.simulator.konnektor import Konnektor
from apowacht.simulator.silent import SilentTcp

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

READING = {
    "connector.sds", "GetResourceInformation", "GetCardTerminals", "GetCards", "GetPinStatus",
    "CheckCertificateExpiration", "ReadCardCertificate",
}  # fmt: skip
PASSWORD = "nur-zum-Ausprobieren"


@pytest.fixture(scope="module")
def box() -> Iterator[Konnektor]:
    """One Konnektor for all tests; each puts it into the state it wants."""
    with Konnektor() as running:
        yield running


@pytest.fixture
def konnektor(box: Konnektor) -> Iterator[Konnektor]:
    """The Konnektor, healthy, and afterwards asked for nothing that changes anything."""
    box.put()
    before = len(box.requests)
    yield box
    assert not box.forbidden_calls
    asked = box.requests[before:]
    assert {request.operation for request in asked} <= READING
    types = {r.asked.get("CardType") for r in asked if r.operation == "GetCards"}
    assert types <= {"SMC-B", "SM-B", "HSM-B", "SMC-KT", "HBAx"}


@pytest.fixture
def discover(tmp_path: Path) -> Discovering:
    """The command, writing to an empty folder."""
    return Discovering(tmp_path)


@pytest.fixture
def contacted(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The hosts that a socket was connected to or sent a datagram."""
    seen: set[str] = set()

    class Noted(socket.socket):
        """A socket that remembers its peers."""

        def connect(self, address: Any) -> None:
            """Note, then connect."""
            seen.add(address[0])
            super().connect(address)

        def sendto(self, *arguments: Any) -> int:
            """Note, then send."""
            seen.add(arguments[-1][0])
            return super().sendto(*arguments)

    monkeypatch.setattr(socket, "socket", Noted)
    return seen


@pytest.mark.parametrize(
    ("flavour", "product", "firmware"),
    [
        ("secunet", "secunet konnektor 2.1.0", "6.0.5"),
        ("RISE", "RISE Konnektor", "5.1.12"),
        ("KoCoBox", "KoCoBox MED+", "5.5.4"),
    ],
)
def test_a_konnektor_of_every_vendor(
    discover: Discovering, konnektor: Konnektor, flavour: str, product: str, firmware: str
) -> None:
    """Vendor and firmware stand above it, terminals have names, and the file is a right one."""
    konnektor.change({"flavour": flavour})
    told = discover(*connector(konnektor, *CONTEXT))
    assert told.code == 0
    assert f"{product}, Firmware {firmware}" in told.text
    section = told.site["connector"]
    assert section["mandant"] == "Apotheke"
    assert section["tls-fingerprint"] == konnektor.fingerprint
    terminals = told.site["terminals"]
    assert [one["name"] for one in terminals] == ["ORGA 6141 1", "ST-1506 1", "ORGA 6141 2"]
    assert [one.get("smcb") for one in terminals] == ["true", None, None]
    assert "bitte vergleichen" in told.out
    assert "bitte vergleichen" in told.text
    assert "ORGA 6141 1: verbunden, darin die SMC-B." in told.out
    assert "PIN eingegeben" in told.out
    assert "Konnektor läuft am" in told.out
    config = load_files([str(told.file)], "de")
    assert not config.mistakes
    checks = {watch.check.name for watch in config.sites["probe"].watches}
    assert {"connector", "terminal", "certificate"} <= checks


def test_the_file_is_for_few_and_complete(discover: Discovering, konnektor: Konnektor) -> None:
    """Mode 0640 whatever the umask, no draft left, its folder made."""
    folder = discover.folder / "checks.d"
    old = os.umask(0)
    try:
        told = Discovering(folder)(*connector(konnektor, *CONTEXT))
    finally:
        os.umask(old)
    assert told.code == 0
    assert told.file.stat().st_mode & 0o777 == 0o640
    assert [file.name for file in folder.iterdir()] == ["probe.yaml"]


@pytest.mark.parametrize("links", [True, False])
def test_the_file_is_for_those_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    """It takes the folder's group where that may be; so it does on a file system without links."""
    from apowacht.plugins.discover import writing

    def refuse(*names: object, **how: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    groups = {*os.getgroups(), os.getegid()} if os.geteuid() else {os.getegid(), os.getegid() + 1}
    if not links:
        monkeypatch.setattr(os, "link", refuse)
    for group in groups:
        folder = tmp_path / str(group)
        folder.mkdir()
        os.chown(folder, -1, group)
        writing.write_new(folder / "probe.yaml", "site: probe\n")
        (file,) = folder.iterdir()
        assert file.read_text(encoding="utf-8") == "site: probe\n"
        assert (file.stat().st_gid, file.stat().st_mode & 0o777) == (group, 0o640)
    monkeypatch.setattr(os, "fchown", refuse)
    writing.write_new(tmp_path / "probe.yaml", "site: probe\n")
    assert (tmp_path / "probe.yaml").stat().st_mode & 0o777 == 0o640


def test_english(discover: Discovering, konnektor: Konnektor) -> None:
    """With --lang en the file, the progress and the summary are English."""
    told = discover(*connector(konnektor, *CONTEXT), "--lang", "en")
    assert "Found by apowacht discover" in told.text
    assert "Ask: the pharmacy" in told.text
    assert "asking the Konnektor" in told.err
    assert "please compare" in told.out
    assert "Fragen" not in told.text + told.out + told.err


def test_a_second_run_changes_nothing(discover: Discovering, konnektor: Konnektor) -> None:
    """It says that all is up to date and leaves with 0."""
    first = discover(*connector(konnektor, *CONTEXT))
    before = first.file.stat()
    again = discover(*connector(konnektor, *CONTEXT), fresh=False)
    assert (again.code, again.file.stat()) == (0, before)
    assert "auf dem Stand" in again.out


def test_a_second_run_shows_what_differs(discover: Discovering, konnektor: Konnektor) -> None:
    """A unified diff and exit code 1; the file stays as it is."""
    first = discover(*connector(konnektor, *CONTEXT)).text
    konnektor.change({"firmware": "6.1.0", "condition.EC_LOG_OVERFLOW": "true"})
    told = discover(*connector(konnektor, *CONTEXT), fresh=False)
    assert told.code == 1
    assert told.text == first
    lines = told.out.splitlines()
    assert f"--- {told.file}" in lines
    assert any(line.startswith("-# Konnektor:") and "6.0.5" in line for line in lines)
    assert any(line.startswith("+# Konnektor:") and "6.1.0" in line for line in lines)
    assert "+#   - condition: EC_LOG_OVERFLOW" in lines


def test_the_owners_edits_stay(discover: Discovering, konnektor: Konnektor) -> None:
    """His names, hours, contacts, further keys and deleted questions are not proposed away."""
    text = discover(*connector(konnektor, *CONTEXT)).text
    text = text.replace("# hours: ", "hours: ").replace("name: ORGA 6141 1", "name: Kasse 1")
    text = text.replace("    terminal: ST-1506", "    reserve: true\n    terminal: ST-1506")
    text = text.replace("# holidays: SH\n", "").replace("# TODO Bundesland", "# (entfällt)")
    text += "\nmaintenance:\n  - weekly: So 03:00-04:00\n    text: Updates\n"
    discover.file.write_text(text, encoding="utf-8")
    told = discover(*connector(konnektor, *CONTEXT), fresh=False)
    removed = [line for line in told.out.splitlines() if line[:1] == "-" and line[:3] != "---"]
    assert not [line for line in removed if "hours" in line or "Kasse" in line]
    assert not [line for line in removed if "weekly" in line]
    assert "+# holidays" not in told.out


def test_answered_questions_are_not_put_again(discover: Discovering, konnektor: Konnektor) -> None:
    """Who has compared, named and struck out every TODO gets exit code 0 from then on."""
    with ups_card() as card:
        given = (*connector(konnektor, *CONTEXT), "--ups", place(card))
        text = discover(*given).text
        for old, new in (
            ("  # TODO bitte vergleichen: Verwaltungsseite des Geräts oder TI-Dienstleister\n", ""),
            (("# TODO Stimmen die Namen, und welches Terminal ist das Reservegerät (reserve: true)?"
             " Fragen:\n# Apotheke\n"), ""),
            ("    terminal: ORGA6100-014100000000A3\n",
             "    terminal: ORGA6100-014100000000A3\n    reserve: true\n"),
            ("name: ST-1506 1", "name: Backoffice"),
            ("USV  # TODO Wo steht sie?", "USV Keller"),
            ("    # shutdown-need: 5m", "    shutdown-need: 7m"),
            (("    # TODO So lange braucht das Herunterfahren von Server und Kassen. Fragen: "
             "IT-Betreuer\n"), ""),
            ("# holidays: SH", "holidays: SH"),
            ("# duty: notdienst.ics\n\n", ""),
            ("# TODO Notdienstkalender als Datei. Fragen: Apotheke oder Apothekerkammer\n", ""),
        ):  # fmt: skip
            assert old in text
            text = text.replace(old, new)
        discover.file.write_text(text, encoding="utf-8")
        told = discover(*given, fresh=False)
    assert told.code == 0, told.out
    assert not load_files([str(told.file)], "de").mistakes


def test_conditions_that_hold_are_proposed(discover: Discovering, konnektor: Konnektor) -> None:
    """Commented, with today's date; a fault says that it is one; the date stays on the next day."""
    konnektor.put("log full", "vendor flag set for months", "terminal lost")
    told = discover(*connector(konnektor, *CONTEXT))
    assert "accepted" not in told.site
    assert "#   - condition: EC_LOG_OVERFLOW" in told.text
    assert "condition: EC_OTHER_ERROR_STATE(2)" in told.text
    assert "in ST-1506 1" in told.text
    assert "eine Störung, nicht hinnehmen" in told.text
    assert "NICHT verbunden" in told.out
    days = [line for line in told.text.splitlines() if line.startswith("#     date: ")]
    assert len(days) == 3
    older = told.text.replace(days[0], "#     date: 2026-01-05")
    told.file.write_text(older, encoding="utf-8")
    assert discover(*connector(konnektor, *CONTEXT), fresh=False).code == 0


@pytest.mark.parametrize(("lang", "said"), [("de", "JETZT GESTÖRT: "), ("en", "AN OUTAGE NOW: ")])
def test_an_outage_is_not_proposed(
    discover: Discovering, konnektor: Konnektor, lang: str, said: str
) -> None:
    """Without a VPN or internet nothing is there to be accepted, and the summary says so."""
    konnektor.change(
        {
            "vpn.ti": "offline",
            "condition.EC_No_Online_Connection": "true",
            "condition.EC_LOG_OVERFLOW": "true",
        }
    )
    told = discover(*connector(konnektor, *CONTEXT), "--lang", lang)
    assert told.out.count(said) == 2
    assert "#   - condition: EC_LOG_OVERFLOW" in told.text
    assert "EC_No_" not in told.text
    konnektor.change({"condition.EC_LOG_OVERFLOW": "false"})
    assert "accepted" not in discover(*connector(konnektor, *CONTEXT), "--lang", lang).text


@pytest.mark.parametrize(
    ("lang", "said"), [("de", "ein ANDERES Zertifikat"), ("en", "ANOTHER certificate")]
)
def test_another_certificate_than_the_file_pins(
    discover: Discovering, konnektor: Konnektor, lang: str, said: str
) -> None:
    """It is said plainly, beside the difference; and not while the certificate is a pinned one."""
    given = (*connector(konnektor, *CONTEXT), "--lang", lang)
    text = discover(*given).text
    assert said not in discover(*given, fresh=False).out
    spelt = ":".join(konnektor.fingerprint[i : i + 2] for i in range(0, 64, 2)).upper()
    two = f"[{'0' * 64}, '{spelt}']"
    discover.file.write_text(text.replace(konnektor.fingerprint, two), encoding="utf-8")
    assert said not in discover(*given, fresh=False).out
    discover.file.write_text(text.replace(konnektor.fingerprint, "0" * 64), encoding="utf-8")
    told = discover(*given, fresh=False)
    assert told.code == 1
    assert said in told.out


def test_who_is_asked_hears_of_another_certificate(
    discover: Discovering, konnektor: Konnektor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the yes that sends a password, not only after it."""
    text = discover(*connector(konnektor, *CONTEXT)).text
    discover.file.write_text(text.replace(konnektor.fingerprint, "0" * 64), encoding="utf-8")
    monkeypatch.setattr("apowacht.plugins.discover.command._at_terminal", lambda: True)
    monkeypatch.setenv("APOWACHT_KONNEKTOR_PASSWORD", PASSWORD)
    given = (*connector(konnektor, *CONTEXT), "--user", "apowacht")
    told = discover(*given, stdin="n\n", fresh=False)
    assert told.code == 2
    assert told.err.index("ein ANDERES Zertifikat") < told.err.index("Stimmt er")


def test_proposals_are_right_when_taken_over(discover: Discovering, konnektor: Konnektor) -> None:
    """The commented conditions, without their comment signs, are what config check accepts."""
    konnektor.put("log full")
    told = discover(*connector(konnektor, *CONTEXT))
    head, mark, rest = told.text.partition("# accepted:")
    block, gap, tail = rest.partition("\n\n")
    lines = (mark + block).splitlines()
    told.file.write_text(head + "\n".join(line[2:] for line in lines) + gap + tail)
    assert "accepted" in told.site
    assert not load_files([str(told.file)], "de").mistakes


def test_two_smcb_and_names_given_by_people(discover: Discovering, konnektor: Konnektor) -> None:
    """Both holders are marked; a terminal's own name is kept where it tells a place."""
    konnektor.change(
        {
            "terminal.CT_2.name": "Kasse 2",
            "terminal.CT_3.name": "80276009990000000058",
            "card.smcb2.type": "SMC-B",
            "card.smcb2.terminal": "CT_2",
            "card.smcb2.slot": "3",
            "card.smcb2.iccsn": "80276009990000000103",
            "card.smcb2.holder": "Beispiel-Apotheke",
            "card.smcb2.system": "4.8.0",
            "card.smcb2.expires": "2029-01-31",
            "card.smcb2.pin": "VERIFIABLE",
            "card.kt2.slot": "4",
        }
    )
    told = discover(*connector(konnektor, *CONTEXT))
    terminals = {one["name"]: one for one in told.site["terminals"]}
    assert terminals["Kasse 2"]["smcb"] == terminals["ORGA 6141 1"]["smcb"] == "true"
    assert terminals["ORGA 6141 2"]["terminal"] == "CT_3"  # a card's number is no name
    assert "SMC-B in Kasse 2: die PIN FEHLT." in told.out
    assert "31.01.2029" in told.out


def test_hsm_b_and_a_terminal_that_never_was_there(
    discover: Discovering, konnektor: Konnektor
) -> None:
    """A virtual terminal is named so, and one that never was connected too."""
    konnektor.put("HSM-B", "terminal never connected", "patient at the counter")
    told = discover(*connector(konnektor, *CONTEXT))
    assert "HSM-B" in told.text
    assert "war noch nie verbunden" in told.text
    assert told.code == 0


def test_nobody_asks_for_hba_unasked(discover: Discovering, konnektor: Konnektor) -> None:
    """HBA only with --with-hba, and then their end alone."""
    start = len(konnektor.requests)
    assert "HBA läuft" not in discover(*connector(konnektor, *CONTEXT)).out
    assert "HBAx" not in {request.asked.get("CardType") for request in konnektor.requests[start:]}
    assert "HBA ST-1506 1 läuft am" in discover(*connector(konnektor, *CONTEXT), "--with-hba").out


@pytest.mark.parametrize("key", ["brainpoolP256r1", "P-256", "RSA"])
def test_every_kind_of_key(discover: Discovering, konnektor: Konnektor, key: str) -> None:
    """The fingerprint is read whatever the curve, and a run by it works."""
    konnektor.change({"tls.key": key})
    told = discover(*connector(konnektor))
    assert told.site["connector"]["tls-fingerprint"] == konnektor.fingerprint


def test_without_a_context(discover: Discovering, konnektor: Konnektor) -> None:
    """Device and fingerprint are written, the three names are a question to the TI partner."""
    told = discover(*connector(konnektor))
    assert told.code == 0
    assert "terminals" not in told.site
    assert "# mandant: ..." in told.text
    assert "TI-Dienstleister (Zeilen 1 bis 3 der Bestellung)" in told.text
    assert not load_files([str(told.file)], "de").mistakes


# --- access ------------------------------------------------------------------------------------


def secret_file(folder: Path, text: str, name: str = "secret") -> str:
    """A file that only its owner may read."""
    file = folder.parent / f"{folder.name}-{name}"
    file.write_text(text)
    file.chmod(0o600)
    return str(file)


def test_no_password_before_the_fingerprint_is_known(
    discover: Discovering, konnektor: Konnektor
) -> None:
    """Nothing is asked, nothing written; the fingerprint is shown as the option to repeat with."""
    konnektor.put("password")
    login = ("--user", "apowacht", "--password-file", secret_file(discover.folder, PASSWORD))
    start = len(konnektor.requests)
    told = discover(*connector(konnektor, *CONTEXT), *login)
    assert told.code == 2
    assert not told.file.exists()
    assert f"--tls-fingerprint {konnektor.fingerprint}" in told.out
    assert len(konnektor.requests) == start
    known = discover(*connector(konnektor, *CONTEXT), *login,
                     "--tls-fingerprint", konnektor.fingerprint)  # fmt: skip
    assert known.code == 0
    assert known.site["connector"]["password-file"] == login[3]
    assert "bestätigt" in known.out
    assert "vergleichen" not in known.text
    assert PASSWORD not in known.out + known.err + known.text
    assert not load_files([str(known.file)], "de").mistakes


@pytest.mark.parametrize(("answer", "code"), [("j\n", 0), ("yes\n", 0), ("n\n", 2), ("\n", 2)])
def test_a_person_may_confirm(
    discover: Discovering,
    konnektor: Konnektor,
    monkeypatch: pytest.MonkeyPatch,
    answer: str,
    code: int,
) -> None:
    """At a terminal the fingerprint is asked about; only a yes sends the password."""
    monkeypatch.setattr("apowacht.plugins.discover.command._at_terminal", lambda: True)
    konnektor.put("password")
    monkeypatch.setenv("APOWACHT_KONNEKTOR_PASSWORD", PASSWORD)
    start = len(konnektor.requests)
    told = discover(*connector(konnektor, *CONTEXT), "--user", "apowacht", stdin=answer)
    assert told.code == code
    assert konnektor.fingerprint in told.err
    assert (len(konnektor.requests) > start) == (code == 0)
    if code == 0:
        assert "# password-file: /etc/apowacht/secrets/probe-password" in told.text


def test_a_client_certificate(discover: Discovering, konnektor: Konnektor) -> None:
    """A PKCS#12 file goes along once the Konnektor is known; its paths stand in the file."""
    konnektor.put("client certificate")
    file = discover.folder.parent / "client.p12"
    file.write_bytes(konnektor.client_pkcs12("apowacht", "sehr-geheim"))
    file.chmod(0o600)
    password = secret_file(discover.folder, "sehr-geheim")
    given = ("--client-cert", str(file), "--client-cert-password-file", password)
    told = discover(*connector(konnektor, *CONTEXT), *given)
    assert told.code == 2
    told = discover(*connector(konnektor, *CONTEXT), *given,
                    "--tls-fingerprint", konnektor.fingerprint)  # fmt: skip
    assert told.code == 0
    assert told.site["connector"]["client-cert"] == str(file)
    assert len(told.site["terminals"]) == 3
    assert "sehr-geheim" not in told.out + told.err + told.text


def test_a_kon_file(discover: Discovering, konnektor: Konnektor) -> None:
    """It says where and in whose name; the site file refers to it."""
    file = kon_file(konnektor, discover.folder.parent)
    told = discover("--kon", str(file))
    assert told.code == 0
    assert told.site["connector"]["kon"] == str(file)
    assert len(told.site["terminals"]) == 3


def test_credentials_in_a_kon_file(discover: Discovering, konnektor: Konnektor) -> None:
    """They wait for the fingerprint like any; a trust store in the file makes it known."""
    from ssl import PEM_cert_to_DER_cert

    konnektor.put("password")
    login = {"type": "basic", "username": "apowacht", "password": PASSWORD}
    folder = discover.folder.parent
    told = discover("--kon", str(kon_file(konnektor, folder, credentials=login)))
    assert told.code == 2
    store = [b64encode(PEM_cert_to_DER_cert(konnektor.ca_pem.decode())).decode()]
    file = kon_file(
        konnektor, folder, credentials=login, trustStore=store, expectedHost="konnektor.konlan"
    )
    told = discover("--kon", str(file))
    assert told.code == 0
    assert "tls-fingerprint" not in told.site["connector"]
    assert PASSWORD not in told.out + told.err + told.text


def test_an_authority_of_ones_own(discover: Discovering, konnektor: Konnektor) -> None:
    """With --ca-file there is no fingerprint to compare, and a login goes at once."""
    konnektor.put("password")
    authority = discover.folder.parent / "ca.pem"
    authority.write_bytes(konnektor.ca_pem)
    told = discover(
        *connector(konnektor, *CONTEXT, "--ca-file", str(authority)),
        *("--tls-server-name", "konnektor.konlan", "--user", "apowacht"),
        *("--password-file", secret_file(discover.folder, PASSWORD)),
    )
    assert told.code == 0
    assert told.site["connector"]["ca-file"] == str(authority)
    assert "tls-fingerprint" not in told.site["connector"]


def test_nobody_answers_the_question(
    discover: Discovering, konnektor: Konnektor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An end of input at the prompt is a no: exit code 2, nothing sent, nothing written."""
    monkeypatch.setattr("apowacht.plugins.discover.command._at_terminal", lambda: True)
    monkeypatch.setenv("APOWACHT_KONNEKTOR_PASSWORD", PASSWORD)
    konnektor.put("password")
    told = discover(*connector(konnektor, *CONTEXT), "--user", "apowacht", stdin="")
    assert told.code == 2
    assert not told.file.exists()
    assert "nichts geschrieben" in told.err


@pytest.mark.slow
def test_every_plugin_runs_with_the_file(discover: Discovering, konnektor: Konnektor) -> None:
    """What was written is what the checks need: all OK by --site alone."""
    with ups_card() as card:
        told = discover(*connector(konnektor, *CONTEXT), "--ups", place(card))
        state = {"APOWACHT_STATE_DIR": str(discover.folder)}
        for check in ("connector", "terminal", "certificate", "ups"):
            done = run(f"check_apo_{check}", "--site", str(told.file), env=state)
            assert done.code == 0, done.out


@pytest.mark.parametrize("fault", ["password", "mandant", "fingerprint"])
def test_an_access_that_does_not_hold(
    discover: Discovering, konnektor: Konnektor, fault: str
) -> None:
    """Nothing is written and the reason is said, because the next try would only be compared."""
    konnektor.put("password")
    word = "falsch-geraten" if fault == "password" else PASSWORD
    context = [("Falsch" if one == "Apotheke" and fault == "mandant" else one) for one in CONTEXT]
    seen = "ab" * 32 if fault == "fingerprint" else konnektor.fingerprint
    start = len(konnektor.requests)
    told = discover(
        *connector(konnektor, *context),
        *("--user", "apowacht", "--password-file", secret_file(discover.folder, word)),
        *("--tls-fingerprint", seen),
    )
    assert told.code == 2
    assert not told.file.exists()
    assert "NICHTS GESCHRIEBEN" in told.out
    assert word not in told.out + told.err
    if fault == "password":  # tried once: some lock out who tries again
        assert len(konnektor.requests) == start + 1


def test_without_tls(discover: Discovering, konnektor: Konnektor) -> None:
    """Where a Konnektor allows it: no fingerprint, and no login in clear."""
    konnektor.put("without TLS")
    host, port = konnektor.plain_address
    given = ("--connector", f"{host}:{port}", "--no-tls", *CONTEXT)
    told = discover(*given)
    assert told.code == 0
    assert told.site["connector"]["no-tls"] == "true"
    assert len(told.site["terminals"]) == 3
    start = len(konnektor.requests)
    login = ("--user", "apowacht", "--password-file", secret_file(discover.folder, PASSWORD))
    assert discover(*given, *login).code == 2
    assert len(konnektor.requests) == start


@pytest.mark.parametrize("state", ["password", "client certificate"])
def test_a_directory_behind_a_login(
    discover: Discovering, konnektor: Konnektor, state: str
) -> None:
    """Without any access only the fingerprint is known, and the file says what it takes."""
    konnektor.put(state)
    told = discover(*connector(konnektor))
    assert told.code == 0
    assert "sein Dienstverzeichnis war nicht lesbar" in told.text
    assert told.site["connector"]["tls-fingerprint"] == konnektor.fingerprint
    assert not load_files([str(told.file)], "de").mistakes


def test_addresses_that_the_konnektor_names_are_not_contacted(
    discover: Discovering, konnektor: Konnektor, contacted: set[str]
) -> None:
    """Behind NAT its services are asked where it was found, and the file says so."""
    konnektor.put("behind NAT")
    told = discover(*connector(konnektor, *CONTEXT))
    assert told.site["connector"]["rewrite-endpoints"] == "true"
    assert len(told.site["terminals"]) == 3
    assert contacted == {"127.0.0.1"}


# --- trouble -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("rebooting", "nimmt auf Port"),
        ("garbage instead of TLS", "kein"),
        ("half-open", "gab in 2 s keine Antwort"),
        ("TLS certificate expired", "abgelaufen"),
        ("garbage", "Die Antwort von 127.0.0.1 auf connector.sds"),
        ("XML bomb", "Die Antwort von 127.0.0.1 auf connector.sds"),
    ],
)
def test_a_konnektor_in_trouble(
    discover: Discovering, konnektor: Konnektor, state: str, says: str
) -> None:
    """It is named, nothing is invented about it, and the UPS is asked all the same."""
    konnektor.put(state)
    with ups_card() as card:
        told = discover(*connector(konnektor, *CONTEXT), "--ups", place(card), "-t", "2")
    assert told.code == 0
    assert "terminals" not in told.site
    assert told.site["ups"][0]["hostname"] == "127.0.0.1"
    assert says in told.out
    assert "APC" in told.out
    assert not load_files([str(told.file)], "de").mistakes


def test_single_questions_that_fail(discover: Discovering, konnektor: Konnektor) -> None:
    """What was told is written; what failed is said with its operation."""
    konnektor.put("cards cannot be read")
    told = discover(*connector(konnektor, *CONTEXT))
    assert told.code == 0
    assert "GetCards: " in told.out
    assert len(told.site["terminals"]) == 3


def test_a_device_of_another_time(discover: Discovering, konnektor: Konnektor) -> None:
    """Old firmware, shuffled and lean answers, stale handles: still three terminals."""
    konnektor.put("old firmware", "shuffled", "lean", "handles stale")
    assert len(discover(*connector(konnektor, *CONTEXT)).site["terminals"]) == 3


def test_hostile_names(discover: Discovering, konnektor: Konnektor) -> None:
    """Quotes, colons, comment signs in a terminal's name break no YAML and no alias."""
    konnektor.change({"terminal.CT_2.name": 'x: "y" # [z]', "terminal.CT_3.name": "- &a *b"})
    told = discover(*connector(konnektor, *CONTEXT))
    owns = [one["terminal"] for one in told.site["terminals"]]
    assert owns[1:] == ['x: "y" # [z]', "- &a *b"]
    assert not load_files([str(told.file)], "de").mistakes


def test_nothing_answers(discover: Discovering) -> None:
    """Then nothing is written, so that the next run may."""
    with SilentTcp() as silent:
        told = discover("--connector", place(silent), "-t", "1")
    assert told.code == 2
    assert not told.file.exists()
    assert "NICHTS GESCHRIEBEN" in told.out


def test_a_file_that_appears_meanwhile(
    discover: Discovering, konnektor: Konnektor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else's file is compared with and never overwritten."""
    from apowacht.plugins.discover import writing

    def appear(file: Path, text: str) -> None:
        file.write_text("site: probe\n")
        real(file, text)

    real = writing.write_new
    monkeypatch.setattr(writing, "write_new", appear)
    told = discover(*connector(konnektor, *CONTEXT))
    assert told.code == 1
    assert told.text == "site: probe\n"


def test_a_link_is_no_way_around(discover: Discovering, konnektor: Konnektor) -> None:
    """Where the name is a dangling link, its target is not created."""
    target = discover.folder / "elsewhere"
    discover.file.symlink_to(target)
    told = discover(*connector(konnektor, *CONTEXT), fresh=False)
    assert told.code == 2
    assert not target.exists()


def test_a_mistake_of_ours_is_one_line(
    discover: Discovering, konnektor: Konnektor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever happens, it is no traceback and not the exit code of a difference."""
    monkeypatch.setattr("apowacht.plugins.discover.running.site_file", lambda *_: 1 / 0)
    told = discover(*connector(konnektor, *CONTEXT))
    assert told.code == 2
    assert "ZeroDivisionError" in told.err
    assert "Traceback" not in told.err


# --- usage -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), "--site NAME"),
        (("--site", "x"), "--connector"),
        (("--site", "Löwen Apotheke", "--ups", "h"), "loewen-apotheke"),
        (("--site", "x", "--ups", "h:4742"), "4742"),
        (("--site", "x", "--ups", "ftp://h"), "snmp://"),
        (("--site", "x", "--connector", "a b"), "HOST"),
        (("--site", "x", "--kon", "missing.kon", "--output", "x.yaml"), "missing.kon"),
        (("--site", "x", "--ups", "h", "--output", "/nowhere/at/all/x.yaml"), "--output"),
    ],
)
def test_a_call_that_can_do_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], word: str
) -> None:
    """One line says what is wrong, and nobody is asked."""
    monkeypatch.chdir(tmp_path)
    from click.testing import CliRunner

    from apowacht.plugins.core.suite import main

    done = CliRunner().invoke(main, ["discover", *arguments])
    assert done.exit_code == 2
    assert word in done.stderr
    assert "Traceback" not in done.output


def test_a_nut_login_never_shows(discover: Discovering) -> None:
    """A password for upsd is read from its file, and its file's path is what is written."""
    server = nut_server("kasse")
    server.users = {"monitor": "lange-geheim"}
    password = secret_file(discover.folder, "lange-geheim")
    with server:
        told = discover(
            "--ups", f"nut://{place(server)}", "--nut-user", "monitor",
            "--nut-password-file", password,
        )  # fmt: skip
    assert told.site["ups"][0]["password-file"] == password
    assert "lange-geheim" not in told.out + told.err + told.text
