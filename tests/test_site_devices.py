"""Device sections of a site file: the checks that follow from them, and every mistake's line."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from site_text import DEVICES, FINGERPRINT, loaded, only_site, options_of, told

from apowacht.plugins.core import cli
from apowacht.plugins.sites.config import keep, load
from apowacht.plugins.sites.derive import SECTIONS
from apowacht.plugins.sites.opening import OPENING_KEYS

BENCHMARK = Path(__file__).resolve().parent.parent / "benchmarks" / "config_load.py"
KONNEKTOR = [
    "--mandant=M", "--client-system=apowacht", "--workplace=W", f"--tls-fingerprint={FINGERPRINT}",
]  # fmt: skip
ALIASES = ["--alias=Kasse 1=ORGA-1", "--alias=Reserve=ORGA-2"]
OPENING = ["--hours=Mo-Fr 08:00-18:30", "--timezone=Europe/Berlin"]
CONTEXT = "connector: {hostname: h, mandant: M, client-system: C, workplace: W}"
UPS = "site: a\nups:\n- hostname: 192.0.2.1\n"
KON = "site: a\nconnector: {hostname: 192.0.2.20, mandant: M, client-system: C, workplace: W}\n"


def test_the_checks_follow_from_the_devices(tmp_path: Path) -> None:
    """Each device is said once, and each check gets of it what it has an option for."""
    site = only_site(loaded(tmp_path, DEVICES))
    names = [(watch.name, watch.check.name, watch.interval) for watch in site.watches]
    assert names == [
        ("USV Serverschrank", "ups", 60.0), ("USV Kasse", "ups", 30.0), ("uplink", "uplink", 60.0),
        ("connector", "connector", 120.0), ("terminal", "terminal", 180.0),
        ("certificate", "certificate", 3600.0), ("erezept", "erezept", 300.0),
        ("tilage", "tilage", 300.0),
    ]  # fmt: skip
    place = ["--hostname=192.0.2.20", "--port=8443"]
    expected = {
        "USV Serverschrank": ["--hostname=192.0.2.5", "--shutdown-need=5m"],
        "USV Kasse": ["--hostname=192.0.2.6", "--source=nut", "--ups=till"],
        "uplink": [
            "--router=fritzbox", "--hostname=192.0.2.1", "--router-user=apo",
            "--line=dsl,source=192.0.2.2,target=192.0.2.7,tech=dsl,provider=Telekom",
            "--line=lte,target=192.0.2.8:443,target=192.0.2.9:443,tech=mobile",
        ],
        "connector": [
            *OPENING, *place, *KONNEKTOR, "--min-firmware=5.4", *ALIASES,
            "--ignore-condition=EC_CRL_Expiring",
        ],
        "terminal": [
            *OPENING, *place, *KONNEKTOR, *ALIASES, "--reserve=Reserve",
            "--direct=Kasse 1=192.0.2.31",
        ],
        "certificate": [
            *OPENING, *KONNEKTOR, "--connector=192.0.2.20:8443", *ALIASES,
            "--ordered=SMC-B Kasse 1=2026-10-05",
        ],
        "erezept": [
            *OPENING, *place, *KONNEKTOR, "--access=RISE", "--kim=Arvato", "--smcb=D-Trust",
            "--tilage", "--environment=PU",
        ],
        "tilage": [*OPENING, "--access=RISE", "--kim=Arvato", "--smcb=D-Trust"],
    }  # fmt: skip
    assert {name: options_of(site, name) for name in expected} == expected


def test_each_command_understands_what_was_derived(tmp_path: Path) -> None:
    """The command line that follows from a site is one that the command itself takes."""
    for watch in only_site(loaded(tmp_path, DEVICES)).watches:
        assert cli.values(watch.check, watch.arguments) == watch.values


@pytest.mark.parametrize(
    ("text", "checks"),
    [
        ("connector: {hostname: h}", ["connector"]),
        (CONTEXT, ["connector", "terminal", "certificate"]),
        ("connector: {kon: a.kon}", ["connector", "terminal", "certificate"]),
        ("tilage: {}", ["tilage"]),
        ("erezept: {environment: RU}", ["erezept"]),
        ("router: {router: snmp, hostname: h}", ["uplink"]),
        ("lines: [{name: dsl, target: h}]", ["uplink"]),
        ("ups: [{hostname: h}]", ["ups"]),
    ],
)
def test_what_a_section_leads_to(text: str, checks: list[str], tmp_path: Path) -> None:
    """Cards are asked for only where it is said in whose name; TI-Lage needs no address."""
    kon = tmp_path / "a.kon"
    kon.write_text("{}")
    kon.chmod(0o600)
    site = only_site(loaded(tmp_path, f"site: a\n{text}\n"))
    assert [watch.check.name for watch in site.watches] == checks
    assert [watch.name for watch in site.watches] == checks
    if "kon" in text.split("{")[1]:
        assert options_of(site, "certificate") == [f"--kon={kon}"]


def test_single_options_win_over_a_section(tmp_path: Path) -> None:
    """An entry of the same check and name changes these options, and keeps the others."""
    text = DEVICES + (
        "checks:\n- {check: connector, port: 443, interval: 5m, hours: Mo-So 0-24}\n"
        "- {check: ups, name: USV Kasse, off: true}\n- {check: terminal, off: true}\n"
        "- {check: erezept, tilage: false}\n- {check: uplink, target: [192.0.2.99]}\n"
        "- {check: certificate, name: Web, tls: [example.de]}\n- {check: tilage, off: false}\n"
    )
    site = only_site(loaded(tmp_path, text))
    names = [watch.name for watch in site.watches]
    assert names == [
        "USV Serverschrank", "uplink", "connector", "certificate", "erezept", "tilage", "Web",
    ]  # fmt: skip
    assert {"--port=443", "--hours=Mo-So 0-24", "--mandant=M"} < set(options_of(site, "connector"))
    assert "--port=8443" not in options_of(site, "connector")
    assert next(watch for watch in site.watches if watch.name == "connector").interval == 300.0
    assert "--tilage" not in options_of(site, "erezept")
    assert {"--target=192.0.2.99", "--router=fritzbox"} < set(options_of(site, "uplink"))
    assert options_of(site, "Web") == [*OPENING, "--tls=example.de"]


def test_the_opening_reaches_who_knows_it(tmp_path: Path) -> None:
    """Hours, days, duty and zone go to the checks that have the options, and to the site."""
    (tmp_path / "notdienst.ics").write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")
    opening = (
        "hours: Mo-Fr 8-18\nholidays: SH\nclosed: [2026-12-24, 2026-08-01..2026-08-14]\n"
        "duty: notdienst.ics\ntimezone: Europe/Vienna\n"
    )
    site = only_site(loaded(tmp_path, KON + opening + "ups: [{hostname: h}]\n"))
    expected = [
        "--hours=Mo-Fr 8-18", "--holidays=SH", "--closed=2026-12-24",
        "--closed=2026-08-01..2026-08-14", f"--duty={tmp_path}/notdienst.ics",
        "--timezone=Europe/Vienna",
    ]  # fmt: skip
    for name in ("connector", "terminal", "certificate"):
        assert options_of(site, name)[:6] == expected
    assert options_of(site, "ups") == ["--hostname=h"]
    assert site.opening is not None
    assert (site.opening.zone, len(site.opening.closed)) == ("Europe/Vienna", 2)


def test_without_hours_nobody_hears_of_a_zone(tmp_path: Path) -> None:
    """A zone alone opens and closes nothing; a check's own hours go by the site's clock."""
    site = only_site(loaded(tmp_path, KON + "timezone: Europe/Vienna\n"))
    assert site.opening is None
    assert not [one for one in options_of(site, "terminal") if one.startswith("--timezone")]
    own = KON + "checks:\n- {check: terminal, hours: Mo-Fr 8-18}\n"
    site = only_site(loaded(tmp_path, own))
    assert "--timezone=Europe/Berlin" in options_of(site, "terminal")


MISTAKES = {
    # Sections of the wrong kind, or with nothing in them.
    "site: a\nups:\n": ["2: ups: the value is missing"],
    "site: a\nups: []\n": ["2: ups: the list is empty"],
    "site: a\nups: {hostname: h}\n": ["2: ups: a list belongs here (lines with «- »)"],
    "site: a\nups: [h]\n": ["2: ups: keys with values belong here"],
    "site: a\nups: [{}]\n": ["2: check_apo_ups needs «hostname»"],
    "site: a\nconnector: {}\n": ["2: check_apo_connector needs «hostname» / «kon»"],
    "site: a\nconnector: 192.0.2.1\n": ["2: connector: keys with values belong here"],
    "site: a\nconnector:\n": ["2: connector: the value is missing"],
    "site: a\ntilage:\n": ["2: tilage: the value is missing"],
    "site: a\nerezept: {}\n": ["2: check_apo_erezept needs «environment»"],
    "site: a\nrouter: {hostname: h}\n": ["2: «router» is missing"],
    "site: a\nrouter: {router: snmp}\n": ["2: «hostname» is missing"],
    "site: a\nlines: [{source: 192.0.2.1}]\n": ["2: «name» is missing"],
    UPS + "terminals: []\n": [
        "4: «terminals» says nothing without «connector»"
    ],
    UPS + "smcb: {provider: x}\naccepted: [{condition: EC_a, reason: b, date: 2026-01-01}]\n": [
        "4: «smcb» says nothing without «connector» / «tilage» / «erezept»",
        "5: «accepted» says nothing without «connector»",
    ],
    # Keys and values, with the line at which they stand.
    UPS + "  comunity: x\n": [
        "4: check_apo_ups has no option «comunity»; did you mean «community»?"
    ],
    UPS + "  shutdown-need: soon\n": [
        "4: --shutdown-need: «soon» is not a duration; for example 90s, 10m, 2h, 30d"
    ],
    KON + "ups:\n- hostname: h\nconector: {}\n": [
        "5: there is no «conector» here; did you mean «connector»?"
    ],
    "site: a\nconnector:\n  hostname: h\n  mandat: M\n": [
        "4: check_apo_connector has no option «mandat»; did you mean «mandant»?"
    ],
    "site: a\nconnector:\n  hostname: h\n  password: hunter2\n": [
        "4: secrets do not stand in this file; «password-file» names the file that holds it"
    ],
    "site: a\nconnector:\n  hostname: h\n  lang: en\n": ["4: «lang» is for the command line only"],
    "site: a\nconnector: {hostname: h, mandant: M}\n": [
        "2: «client-system» is missing", "2: «workplace» is missing",
    ],
    "site: a\nconnector:\n  hostname: h\n  tls-server-name: [a, b]\n": [
        "4: tls-server-name: one value only, no list"
    ],
    "site: a\nconnector:\n  hostname: h\n  port: 4742\n": [
        "4: port: port 4742 belongs to the card terminals and is never connected to"
    ],
    "site: a\nrouter:\n  router: fritzbocks\n  rtt-warning: 1\n  hostname: h\n": [
        ("3: --router: «fritzbocks» does not exist; choose from snmp, fritzbox, opnsense, unifi, "
        "rutos, none; did you mean «fritzbox»?"),
        "4: there is no «rtt-warning» here",
    ],
    KON + "smcb: {provder: D-Trust}\n": [
        "3: there is no «provder» here; did you mean «provider»?"
    ],
    KON + "smcb:\n  ordered: [x]\n": [
        "4: --ordered: «x» is not a date; for example 2024-05-31"
    ],
    "site: a\nlines:\n- {name: dsl, source: 192.0.2.1}\n": [
        "2: --target is missing: two or three stable addresses"
    ],
    "site: a\nups: [{hostname: h}]\nlines: [{name: dsl, via: router}]\n": [
        "3: option --router is missing"
    ],
    # Names.
    UPS + "- hostname: h\n": [
        "4: the check in line 3 is called «ups» already; tell them apart with «name:»"
    ],
    UPS + "- {name: ups, hostname: h}\n": [
        "4: the check in line 3 is called «ups» already; tell them apart with «name:»"
    ],
    KON + "ups:\n- {name: terminal, hostname: h}\n": [
        "2: the check in line 4 is called «terminal» already; tell them apart with «name:»"
    ],
    KON + "terminals: [{name: A, terminal: x}, {name: A, terminal: y}, {name: B, terminal: x}]\n": [
        "3: name: «A» stands in line 3 already", "3: terminal: «x» stands in line 3 already",
    ],
    KON + "terminals:\n- {name: 'a=b', terminal: x}\n- {terminal: y}\n"
    "- {name: C, terminal: z, smcb: maybe}\n": [
        ("4: name: «a=b» is not fit for a device's name (too long, or with a character that will "
        "not do there)"),
        "5: «name» is missing", "6: smcb: a switch, so true or false",
    ],
    KON + "terminals:\n- {name: A}\n- {name: B, smcb: true}\n- {name: C, reserve: true}\n": [
        ("4: terminal «A» can never be checked like this: «terminal» (what the Konnektor calls "
        "it) or «hostname» is missing"),
        "5: terminal «B» can never be checked like this",
    ],
    "site: a\nlines:\n- {name: dsl, source: 192.0.2.1}\n- {name: DSL, source: 192.0.2.2}\n": [
        "4: --line: the name «DSL» is given twice"
    ],
    # Overrides.
    UPS + "checks:\n- {check: ups, name: USV, off: true}\n": [
        ("5: no check «USV» follows from a section; did you mean «ups»?; check_apo_ups is called "
        "«ups» here")
    ],
    UPS + "checks:\n- {check: terminal, off: true}\n": [
        "5: check_apo_terminal follows from no section; what is not there cannot be switched off"
    ],
    UPS + "checks:\n- {check: ups, off: never}\n": ["5: off: a switch, so true or false"],
    UPS + "checks:\n- {check: ups, grace: 1m}\n- {check: ups, grace: 2m}\n": [
        "6: the check in line 3 is called «ups» already; tell them apart with «name:»"
    ],
    UPS + "checks:\n- {check: ups, off: true}\n": ["4: no check is left"],
    UPS + "checks: []\n": ["4: checks: the list is empty"],
    # Accepted conditions.
    KON + "accepted:\n- {condition: EC_CRL_Expiring}\n": [
        "4: «reason» is missing", "4: «date» is missing",
    ],
    KON + "accepted:\n- {condition: EC_CRL_Expirng, reason: a, date: someday}\n": [
        "4: date: «someday» is no day; for example 2026-11-24",
        "4: condition: «EC_CRL_Expirng» cannot be understood; for example EC_CRL_Expiring",
    ],
    KON + "accepted:\n- &a {condition: EC_CRL_Expiring, reason: a, date: 2026-01-01}\n- *a\n": [
        "4: condition: «EC_CRL_Expiring» stands in line 4 already"
    ],
    KON + "accepted:\n- {condition: ec_no_vpn_ti_connection, reason: a, date: 2026-01-01}\n"
    "- {condition: EC_No_Online_Connection, reason: a, date: 2026-01-01}\n": [
        ("4: condition: «EC_No_VPN_TI_Connection» cannot be accepted: while it holds, the TI is "
        "missing and e-prescriptions do not work"),
        "5: condition: «EC_No_Online_Connection» cannot be accepted",
    ],
    "site: a\nconnector:\n  hostname: h\n  ignore-condition: EC_No_VPN_TI_Connection\n": [
        "4: --ignore-condition: «EC_No_VPN_TI_Connection» cannot be accepted"
    ],
    # Opening.
    KON + "hours: Mo-Fr\n": ["3: --hours"],
    UPS + "hours: Mo-Fr\nholidays: Kanada\nclosed: [gestern]\n": [
        "4: --hours", "5: --holidays", "6: --closed",
    ],
    UPS + "timezone: Europe/Berln\nhours: Mo-Fr 8-18\n": [
        ("4: timezone: there is no «Europe/Berln»; did you mean «Europe/Berlin»?; "
        "for example Europe/Berlin")
    ],
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES, ids=lambda text: text[8:60].replace("\n", " "))
def test_every_mistake_names_its_line(text: str, tmp_path: Path) -> None:
    """A mistake in a section is told once, where it stands, and keeps the file from being used."""
    configuration = loaded(tmp_path, text)
    found = told(configuration)
    assert len(found) == len(MISTAKES[text])
    assert all(one.startswith(start) for one, start in zip(found, MISTAKES[text], strict=True))
    assert not configuration.sites
    assert "hunter2" not in str(configuration.mistakes)


def test_aliases_and_merge_keys_reach_sections(tmp_path: Path) -> None:
    """What several UPS share is written once."""
    text = (
        "site: a\nups:\n- &usv {name: A, hostname: 192.0.2.1, community: geheim, grace: 30s}\n"
        "- {<<: *usv, name: B, hostname: 192.0.2.2}\nconnector: &k {hostname: h}\n"
        "erezept: {<<: *k, environment: PU}\n"
    )
    site = only_site(loaded(tmp_path, text))
    assert options_of(site, "B") == ["--hostname=192.0.2.2", "--community=geheim", "--grace=30s"]
    assert options_of(site, "erezept") == ["--hostname=h", "--environment=PU"]


def test_a_second_konnektor_is_a_check_of_its_own(tmp_path: Path) -> None:
    """Terminals and accepted conditions belong to the Konnektor of the section."""
    text = DEVICES + "checks:\n- {check: connector, name: Filiale, hostname: 192.0.2.77}\n"
    site = only_site(loaded(tmp_path, text))
    assert options_of(site, "Filiale") == [*OPENING, "--hostname=192.0.2.77"]


@pytest.mark.parametrize("roster", ["no calendar\n", None], ids=["broken", "missing"])
def test_a_broken_roster_is_found_when_asked_for(roster: str | None, tmp_path: Path) -> None:
    """`config check` reads the whole calendar; the exporter does so when it is needed."""
    if roster is not None:
        (tmp_path / "notdienst.ics").write_text(roster)
    text = KON + "hours: Mo-Fr 8-18\nduty: notdienst.ics\n"
    assert told(loaded(tmp_path, text)) == []
    (mistake,) = load(tmp_path, "en", thorough=True).mistakes
    assert (mistake.line, "notdienst.ics" in mistake.text) == (4, True)


def test_a_reload_keeps_a_site_of_the_same_words(tmp_path: Path) -> None:
    """Sections and hours that are the same are the same site; a changed terminal is not."""
    old = loaded(tmp_path, DEVICES)
    again = keep(old, load(tmp_path, "en"))
    assert again.sites["rosen"] is old.sites["rosen"]
    changed = keep(old, loaded(tmp_path, DEVICES.replace("ORGA-1", "ORGA-9"))).sites["rosen"]
    before = old.sites["rosen"].watches
    same = [new is one for new, one in zip(changed.watches, before, strict=True)]
    assert same == [True, True, True, False, False, False, True, True]


def test_many_files_and_a_broken_one(tmp_path: Path) -> None:
    """The benchmark's sites with every section are all read; the broken one stops no other."""
    spec = spec_from_file_location("config_load", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    benchmark = module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    benchmark.write(tmp_path, 60, sections=True)
    configuration = load(tmp_path, "en")
    assert told(configuration) == [
        "24: check_apo_connector has no option «mandat»; did you mean «mandant»?"
    ]
    assert configuration.mistakes[0].file == str(tmp_path / "apotheke-0030-kaputt.yaml")
    assert len(configuration.sites) == 60
    assert {len(site.watches) for site in configuration.sites.values()} == {8}


NONSENSE = [
    "", "3", "true", "x", "[]", "{}", "[x]", "[[x]]", "[{}]", "{x: y}", "{name: {a: b}}",
    "[{name: }]", "[{name: a, hostname: [b], terminal: 1, source: ',', target: [[]]}]",
    "&a [*a]", '"\\0"', '"a\\nb"', "!!binary eA==", "2026-02-30", "{hostname: {}, port: 99999999}",
    "{kon: /dev/zero, mandant: []}", "[{condition: {}, reason: [], date: 3}]", "{<<: 3}",
]  # fmt: skip


@pytest.mark.parametrize("key", [*SECTIONS, *OPENING_KEYS, "checks"])
def test_nonsense_in_a_section_is_told(key: str, tmp_path: Path) -> None:
    """Whatever stands behind a key, the file is either used or has a mistake with a line."""
    for value in NONSENSE:
        configuration = loaded(tmp_path, f"site: a\ntilage: {{}}\n{key}: {value}\n")
        if key == "tilage":
            assert told(configuration)  # the key is there twice
        lines = [mistake.line for mistake in configuration.mistakes]
        assert bool(lines) != bool(configuration.sites), (key, value)
        assert all(1 <= line <= 3 for line in lines), (key, value, told(configuration))
        assert not any("\n" in mistake.text for mistake in configuration.mistakes)
