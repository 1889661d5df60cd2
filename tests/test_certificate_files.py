"""check_apo_certificate on files: bundles, odd ones, PKCS#12, gematik's roots, recordings."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from authority import DAY, NOW, Leaf, indefinite, pkcs12_by_openssl
from commands import Run, assert_conforms, perfdata_of, run
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs7,
    pkcs12,
)
from hypothesis import given, settings, strategies
from issuing import issue, pem

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.read.certificate_facts import of_certificate
from apowacht.plugins.read.certificate_files import Content, parse, read_file
from apowacht.plugins.read.chain import Pool, best_path

ICCSN = "80276001011699901102"
HOLDER = "Rosen-Apotheke Mustermann"
TELEMATIK = "3-2.58.00000042"


def ask(*arguments: str) -> Run:
    """Run the command; its answer keeps the contract."""
    done = run("check_apo_certificate", *arguments)
    assert_conforms(done, "certificate")
    return done


def told(*arguments: str, env: dict[str, str] | None = None) -> dict[str, Any]:
    """The whole JSON answer."""
    done = run("check_apo_certificate", *arguments, "--output", "json", env=env)
    answer: dict[str, Any] = json.loads(done.out)
    return answer


def put(folder: Path, name: str, data: bytes) -> str:
    """A file with these bytes."""
    file = folder / name
    file.write_bytes(data)
    return str(file)


@pytest.fixture(scope="module")
def root() -> Leaf:
    """An authority."""
    return issue("bench root", ca=True, end=NOW + 3000 * DAY)


def test_pem_der_pkcs7_and_what_lies_around(root: Leaf, tmp_path: Path) -> None:
    """Every form that tools write, with keys, text, CRLF and a byte order mark around."""
    leaf = issue("device", root)
    certificate = leaf.certificate
    texts = {
        "plain.pem": pem(leaf),
        "keys.pem": leaf.key_pem() + pem(leaf) + leaf.key_pem(),
        "text.pem": b"Bag Attributes: none\n\n" + pem(leaf) + b"\nend\n",
        "crlf.pem": b"\xef\xbb\xbf" + pem(leaf).replace(b"\n", b"\r\n"),
        "one.der": leaf.der,
        "two.der": leaf.der,
        "bag.p7b": pkcs7.serialize_certificates([certificate], Encoding.PEM),
        "bag.p7c": pkcs7.serialize_certificates([certificate], Encoding.DER),
        "trusted.pem": b"-----BEGIN TRUSTED CERTIFICATE-----\n"
        + base64.encodebytes(leaf.der + b"\x30\x00")
        + b"-----END TRUSTED CERTIFICATE-----\n",
    }
    for name, data in texts.items():
        put(tmp_path, name, data)
    answer = told("--file", f"{tmp_path}/*")
    assert answer["state"] == 0, answer
    names = [one["name"] for one in answer["facts"]["certificates"]]
    assert names == sorted(texts)
    assert {one["subject_common_name"] for one in answer["facts"]["certificates"]} == {"device"}


def test_a_key_is_never_shown(root: Leaf, tmp_path: Path) -> None:
    """Not even its first line."""
    leaf = issue("device", root)
    file = put(tmp_path, "keys.pem", leaf.key_pem() + pem(leaf))
    secret = leaf.key_pem().splitlines()[1].decode()
    done = ask("--file", file, "-vvv", "--record", str(tmp_path / "recording"))
    assert secret not in done.out + (tmp_path / "recording").read_text()


def test_a_bundle_of_200(root: Leaf, tmp_path: Path) -> None:
    """All are read; the one that ends first is named; one label for the file."""
    many = [issue(f"d{n}", root, end=NOW + (100 + n) * DAY) for n in range(199)]
    soon = issue("soon", root, ca=True, end=NOW + 5 * DAY)
    file = put(tmp_path, "bundle.pem", pem(*many[:120], soon, *many[120:]))
    done = ask("--file", file)
    assert done.code == 2
    assert "bundle.pem soon" in done.line_1
    assert perfdata_of(done).keys() == {"certificates", "earliest_expiry", "bundle_pem"}
    assert perfdata_of(done)["certificates"] == 200


ODD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "cert_empty"),
    "blank": (b"\n \n", "cert_empty"),
    "text": (b"nothing to see here", "cert_none"),
    "other blocks": (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "cert_none"),
    "no base64": (
        b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n",
        "cert_damaged",
    ),
    "no certificate": (
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "cert_damaged",
    ),
    "DER of something else": (b"\x30\x03\x02\x01\x05", "cert_damaged"),
    "DER cut off": (b"\x30\x82\x05\x00\x30", "cert_damaged"),
    "JSON cut off": (b'[{"cert": "MII', "cert_damaged"),
    "JSON of something else": (b'{"a": 1}', "cert_none"),
}


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_file_is_named_and_no_more(kind: str, root: Leaf, tmp_path: Path) -> None:
    """UNKNOWN for it, and the good one beside it is told all the same."""
    data, reason = ODD[kind]
    odd = put(tmp_path, "odd.pem", data)
    good = put(tmp_path, "good.pem", pem(issue("device", root)))
    answer = told("--file", odd, "--file", good)
    assert answer["state"] == 3
    assert [one["reason"] for one in answer["facts"]["failures"]] == [reason]
    assert [one["name"] for one in answer["facts"]["certificates"]] == ["good.pem"]
    assert "odd.pem" in ask("--file", odd).line_1


def test_a_truncated_bundle_tells_what_is_left(root: Leaf, tmp_path: Path) -> None:
    """The whole ones are read, and that one is cut off is said."""
    data = pem(issue("a", root), issue("b", root), issue("c", root))
    answer = told("--file", put(tmp_path, "cut.pem", data[:-200]))
    assert answer["state"] == 3
    assert len(answer["facts"]["certificates"]) == 2
    assert answer["facts"]["failures"][0]["reason"] == "cert_damaged"


def test_files_that_cannot_be_read(root: Leaf, tmp_path: Path) -> None:
    """Folder, pipe, too large, none at all, too many: one line each, no hang."""
    os.mkfifo(tmp_path / "pipe")
    large = put(tmp_path, "large.pem", b"x" * (1024 * 1024 + 1))
    for name in (str(tmp_path), str(tmp_path / "pipe"), large):
        done = ask("--file", name, "-t", "5")
        assert (done.code, done.seconds < 5) == (3, True)
    done = ask("--file", f"{tmp_path}/*.none")
    assert (done.code, "*.none" in done.out) == (3, True)
    folder = tmp_path / "many"
    folder.mkdir()
    blob = pem(issue("device", root))
    for number in range(501):
        put(folder, f"{number:03}.pem", blob)
    done = ask("--file", f"{folder}/*.pem")
    assert (done.code, "500" in done.out) == (3, True)
    (folder / "500.pem").unlink()
    done = ask("--file", f"{folder}/*.pem")
    assert (done.code, perfdata_of(done)["certificates"]) == (0, 500)


def test_two_files_of_one_name_are_told_apart(root: Leaf, tmp_path: Path) -> None:
    """By their folders, or by the user's own names."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        put(tmp_path / folder, "cert.pem", pem(issue("device", root)))
    pattern = f"{tmp_path}/*/cert.pem"
    names = [one["name"] for one in told("--file", pattern)["facts"]["certificates"]]
    assert names == [f"{tmp_path}/a/cert.pem", f"{tmp_path}/b/cert.pem"]
    alias = f"Kasse={tmp_path}/a/cert.pem"
    named = told("--file", pattern, "--alias", alias)["facts"]["certificates"]
    assert named[0]["name"] == "Kasse"


def test_names_in_a_run_are_unique(root: Leaf, tmp_path: Path) -> None:
    """A file and a PKCS#12 file of one name, and two authorities of one name in a file."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    twins = [issue("twin", ca=True), issue("twin", ca=True)]
    bundle = put(tmp_path / "a", "x", pem(*twins, issue("device", root)))
    bag = put(tmp_path / "b", "x", p12(issue("client", root)))
    answer = told("--file", bundle, "--p12", bag, env={"APOWACHT_P12_PASSWORD": "geheim"})
    names = [one["name"] for one in answer["facts"]["certificates"]]
    assert len(set(names)) == len(names) == 4
    assert len(answer["metrics"]) == 4


def test_trust_in_files_is_asked_only_with_authorities(root: Leaf, tmp_path: Path) -> None:
    """A private CA's certificate is no fault where nobody said whom to trust."""
    own = put(tmp_path, "ca.pem", pem(root))
    foreign = put(tmp_path, "foreign.pem", pem(issue("x", issue("other root", ca=True))))
    assert told("--file", foreign)["state"] == 0
    answer = told("--file", foreign, "--file", own, "--ca-file", own)
    assert {one["key"] for one in answer["findings"] if one["state"]} == {"cert.incomplete"}
    trusted = {one["name"]: one["trusted"] for one in answer["facts"]["certificates"]}
    assert trusted == {"foreign.pem": False, "ca.pem": None}


def test_serial_number_zero_makes_no_noise(tmp_path: Path) -> None:
    """Some authorities have it; the library's warning reaches nobody."""
    file = Path("/etc/ssl/certs/Go_Daddy_Class_2_CA.pem")
    if not file.exists():
        pytest.skip("ca-certificates is missing (Debian package)")
    assert told("--file", str(file))["facts"]["certificates"]


MATERIAL = issue("device", issue("sub", issue("root", ca=True), ca=True))


@pytest.mark.slow
@pytest.mark.parametrize("form", ["pem", "der", "p7b", "json", "p12"])
@given(data=strategies.data())
@settings(max_examples=150, deadline=None)
def test_spoilt_files_are_read_or_refused(form: str, data: strategies.DataObject) -> None:
    """Cut anywhere, with any bytes changed: certificates, or one of our own reasons."""
    certificate = MATERIAL.certificate
    whole = {
        "pem": pem(MATERIAL) + pem(MATERIAL),
        "der": MATERIAL.der,
        "p7b": pkcs7.serialize_certificates([certificate], Encoding.DER),
        "json": json.dumps([{"cert": base64.b64encode(MATERIAL.der).decode()}]).encode(),
        "p12": p12(MATERIAL),
    }[form]
    blob = bytearray(whole[: data.draw(strategies.integers(0, len(whole)))])
    for _ in range(data.draw(strategies.integers(0, 4))):
        if blob:
            place = data.draw(strategies.integers(0, len(blob) - 1))
            blob[place] = data.draw(strategies.integers(0, 255))
    reason, content = "cert_none", Content(())
    try:
        content = parse(bytes(blob), "x")
    except OwnTrouble as trouble:
        reason = trouble.reason
    assert reason in ("cert_none", "cert_damaged", "cert_is_pkcs12")
    for one in content.certificates:
        path = best_path(one, content.certificates, Pool(), NOW, server=True)
        of_certificate(one, path, NOW)


# PKCS#12.


def p12(leaf: Leaf, others: list[x509.Certificate] | None = None) -> bytes:
    """A PKCS#12 file of today's kind; its password is «geheim»."""
    return pkcs12.serialize_key_and_certificates(
        b"x", leaf.key, leaf.certificate, others, BestAvailableEncryption(b"geheim")
    )


def test_100_pkcs12_files_in_a_glob(root: Leaf, tmp_path: Path) -> None:
    """All with one password, from a file or the environment."""
    leaf = issue("client", root, end=NOW + 100 * DAY)
    soon = issue("client", root, end=NOW + 5 * DAY)
    blob = p12(leaf)
    for number in range(99):
        put(tmp_path, f"{number:02}.p12", blob)
    put(tmp_path, "soon.p12", p12(soon))
    secret = put(tmp_path, "password", b"geheim\n")
    done = ask("--p12", f"{tmp_path}/*.p12", "--p12-password-file", secret)
    assert (done.code, "soon.p12" in done.line_1) == (2, True)
    assert perfdata_of(done)["certificates"] == 100
    answer = told("--p12", f"{tmp_path}/0*.p12", env={"APOWACHT_P12_PASSWORD": "geheim"})
    assert answer["state"] == 0


def test_legacy_pkcs12(root: Leaf, tmp_path: Path) -> None:
    """RC2-40 and 3DES, in DER and in BER of indefinite lengths, as Konnektors export it."""
    leaf = issue("client", root, key="RSA 2048")
    old = pkcs12_by_openssl(leaf, tmp_path / "old.p12", "geheim", "-legacy", "-nomac")
    ber = put(tmp_path, "ber.p12", indefinite(old.read_bytes()))
    env = {"APOWACHT_P12_PASSWORD": "geheim"}
    answer = told("--p12", str(old), "--p12", ber, env=env)
    assert answer["state"] == 0, answer
    assert len(answer["facts"]["certificates"]) == 2


def test_passwords_of_pkcs12(root: Leaf, tmp_path: Path) -> None:
    """Wrong, missing, not needed: each its own clear line, and never shown."""
    file = put(tmp_path, "a.p12", p12(issue("client", root)))
    wrong = told("--p12", file, env={"APOWACHT_P12_PASSWORD": "falsches-passwort"})
    assert wrong["facts"]["failures"][0]["reason"] == "key_password"
    assert "falsches-passwort" not in json.dumps(wrong)
    missing = ask("--p12", file)
    assert "--p12-password-file" in missing.out
    assert told("--p12", put(tmp_path, "x.p12", b"no"))["state"] == 3
    assert "--p12" in ask("--file", file).out


def test_a_pkcs12_chain_is_judged(root: Leaf, tmp_path: Path) -> None:
    """With its issuers, and with authorities where they are given."""
    middle = issue("sub", root, ca=True, end=NOW + 50 * DAY)
    leaf = issue("client", middle)
    file = put(tmp_path, "a.p12", p12(leaf, others=[middle.certificate]))
    own = put(tmp_path, "ca.pem", pem(root))
    env = {"APOWACHT_P12_PASSWORD": "geheim"}
    answer = told("--p12", file, "--ca-file", own, env=env)
    assert {one["key"] for one in answer["findings"] if one["state"]} == {"cert.issuer_ends_first"}
    assert answer["facts"]["certificates"][0]["trusted"] is True


# Identities.


def identity(above: Leaf, **more: Any) -> Leaf:
    """A certificate as those of an SMC-B: holder, ICCSN and Telematik-ID in it."""
    admission = x509.UnrecognizedExtension(
        x509.ObjectIdentifier("1.3.36.8.3.3"), b"\x30" + bytes([len(TELEMATIK) + 2]) + b"\x13"
        + bytes([len(TELEMATIK)]) + TELEMATIK.encode(),
    )  # fmt: skip
    return issue(
        HOLDER,
        above,
        attributes=[(x509.NameOID.SERIAL_NUMBER, ICCSN), (x509.NameOID.SURNAME, "Mustermann")],
        extensions=[(admission, False)],
        names=[f"{ICCSN}.example"],
        **more,
    )


def test_nothing_of_an_identity_is_told(root: Leaf, tmp_path: Path) -> None:
    """In no format, at no verbosity, in no recording, calendar or state, from file and PKCS#12."""
    sub = issue("GEM.SMCB-CA99", root, ca=True)
    leaf = identity(sub, end=NOW + 5 * DAY)
    own = issue(f"{ICCSN}-20260101", end=NOW + 5 * DAY)
    files = [put(tmp_path, "a.pem", pem(leaf, sub)), put(tmp_path, "self.pem", pem(own))]
    bag = put(tmp_path, "a.p12", p12(issue("Erika Mustermann", end=NOW + 5 * DAY)))
    arguments = [*(part for file in files for part in ("--file", file)), "--p12", bag]
    recording, calendar = tmp_path / "recording", tmp_path / "dates.ics"
    state = tmp_path / "state"
    serials = [str(one.certificate.serial_number) for one in (leaf, own)]
    everything = ""
    for output in ("nagios", "json", "checkmk", "prtg"):
        done = run(
            "check_apo_certificate", *arguments, "-vvv", "--output", output, "--ca-file", files[1],
            "--record", str(recording), "--calendar", str(calendar), "--state-dir", str(state),
            env={"APOWACHT_P12_PASSWORD": "geheim"},
        )  # fmt: skip
        assert done.code == 2, done.out
        everything += done.out + done.err
    assert "a.pem" in everything
    everything += recording.read_text() + calendar.read_text()
    everything += "".join(file.read_text() for file in state.iterdir())
    for word in (ICCSN, "Mustermann", "Rosen", TELEMATIK, *serials):
        assert word not in everything, word


def test_an_rsa_identity_of_the_ti(root: Leaf, tmp_path: Path) -> None:
    """Its end by the rule is told beside its own."""
    sub = issue("GEM.SMCB-CA99", root, ca=True)
    file = put(tmp_path, "a.pem", pem(identity(sub, key="RSA 2048")))
    keys = {one["key"]: one["state"] for one in told("--file", file)["findings"] if one["state"]}
    assert keys == {"cert.ti_ended": 1}
    ecc = put(tmp_path, "b.pem", pem(identity(sub, key="brainpoolP256r1")))
    assert told("--file", ecc)["state"] == 0


# State, recordings.


def test_renewed_is_told_once(root: Leaf, tmp_path: Path) -> None:
    """Not at the first look, once after the renewal, not when it goes backwards."""
    file = tmp_path / "a.pem"

    def renewed(days: int) -> bool:
        file.write_bytes(pem(issue("device", root, end=NOW + days * DAY)))
        answer = told("--file", str(file), "--state-dir", str(tmp_path / "state"))
        assert answer["state"] == 0
        return any(one["key"] == "cert.renewed" for one in answer["findings"])

    assert [renewed(days) for days in (100, 100, 200, 200, 150)] == [
        False, False, True, False, False,
    ]  # fmt: skip


def test_a_recording_is_judged_as_on_its_day(root: Leaf, tmp_path: Path) -> None:
    """The same answer without the files, whenever it is replayed."""
    file = put(tmp_path, "a.pem", pem(issue("device", root, end=NOW + 5 * DAY)))
    odd = put(tmp_path, "odd.pem", b"")
    recording = str(tmp_path / "recording")
    live = ask("--file", file, "--file", odd, "--record", recording)
    Path(file).unlink()
    again = ask("--replay", recording)
    assert again.out.splitlines()[:5] == live.out.splitlines()[:5]
    assert again.code == live.code == 2
    other = ask("--replay", put(tmp_path, "other", b'{"format": "apowacht-recording", "v": 1}'))
    assert other.code == 3


def test_a_foreign_file_is_judged_at_a_moment(root: Leaf, tmp_path: Path) -> None:
    """`--now` says when."""
    file = put(tmp_path, "a.pem", pem(issue("device", root, end=NOW + 50 * DAY)))
    assert ask("--replay", file).code == 0
    assert ask("--replay", file, "--now", f"{NOW + 45 * DAY:%Y-%m-%d}").code == 2
    assert ask("--replay", put(tmp_path, "b", b"no certificate")).code == 3


# gematik's list of roots.


@pytest.fixture
def pki() -> Path:
    """The folder with gematik's published lists."""
    folder = os.environ.get("APOWACHT_ORACLE")
    if not folder:
        pytest.skip("APOWACHT_ORACLE is not set")
    return Path(folder) / "erezept" / "pki"


@pytest.mark.oracle
@pytest.mark.parametrize(("name", "count"), [("prod", 10), ("ref", 10), ("test", 7)])
def test_gematik_s_roots_are_read(pki: Path, name: str, count: int) -> None:
    """Both forms of the list, brainpool among them, each root by its name."""
    answer = told("--file", str(pki / f"roots-{name}.json"))
    found = answer["facts"]["certificates"]
    assert len(found) == count
    assert answer["facts"]["failures"] == []
    assert all(one["authority"] and one["self_signed"] for one in found)
    assert "brainpoolP256r1" in {one["key"] for one in found}


@pytest.mark.oracle
def test_the_end_of_the_rsa_roots_is_told(pki: Path) -> None:
    """GEM.RCA2 ends on 2026-12-07: nothing a year before, WARNING, CRITICAL, then over."""
    file = str(pki / "roots-prod.json")
    expected = {"2025-11-01": 0, "2026-11-24": 1, "2026-12-02": 2, "2026-12-08": 2}
    for day, code in expected.items():
        done = ask("--replay", file, "--now", day)
        assert done.code == code, done.out
        if code:
            assert "GEM.RCA2" in done.line_1
            assert "07.12.2026" in done.line_1
            assert "RSA 2048" in done.out


@pytest.mark.oracle
def test_our_own_verdict_on_the_roots_is_openssl_s(pki: Path, tmp_path: Path) -> None:
    """Each root signs itself, RSA and brainpool alike."""
    for certificate in read_file(str(pki / "roots-prod.json")).certificates:
        moment = certificate.not_valid_before_utc + DAY
        path = best_path(certificate, (), Pool([certificate]), moment)
        assert path.faults == ()
        file = put(tmp_path, "root.pem", certificate.public_bytes(Encoding.PEM))
        done = subprocess.run(
            ["openssl", "verify", "-CAfile", file, "-attime", str(int(moment.timestamp())), file],
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0
