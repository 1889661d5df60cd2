"""All certificates of one run: asked or replayed, by whatever source, as readings.

A reading is a mapping of the fields of `certificate.Certificate`; a failure one of the fields of
`certificate.SourceFailure`. `ask` and `replay` both give an `Answer` of them.
"""

from __future__ import annotations

import os
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.errors import OwnTrouble, TargetTrouble, Trouble, Unreachable
from apowacht.plugins.read import certificate_cards as cards
from apowacht.plugins.read import certificate_facts as facts
from apowacht.plugins.read import certificate_files as files
from apowacht.plugins.read import certificate_tls as tls

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from cryptography.x509 import Certificate

    from apowacht.plugins.core.check import Options
    from apowacht.plugins.read.chain import Pool


class Answer(NamedTuple):
    """What all sources told, as plain data, and when."""

    certificates: list[dict[str, Any]]
    failures: list[dict[str, Any]]
    targets: list[str]
    renewed: list[str]
    moment: datetime


def ask(options: Options) -> Answer:
    """Ask every source; one that fails is noted and degrades itself alone.

    Raises OwnTrouble for options that make no sense, and when there is no source.
    """
    collected = Collected(options, options.now)
    targets = _targets(options)
    if not (targets or options.file or options.p12 or collected.with_konnektor):
        raise OwnTrouble("missing_option", option="-H/--tls/--file/--p12/--connector")
    if options.mandant and not collected.with_konnektor:
        raise OwnTrouble("missing_option", option="--connector")
    tls.check_fingerprints(options.tls_fingerprint)
    for target in targets:
        tls.check_fingerprints(target.fingerprints)
    for file in {options.ca_file, *(target.ca_file for target in targets)} - {None}:
        collected.anchors(file)
    certificates = files.matching(options.file, "--file")
    bags = files.matching(options.p12, "--p12")
    short = files.short_names([*certificates, *bags])
    # Servers come first and are waited for last: nobody else's silence takes their time.
    looks = tls.Looks(targets, options.deadline)
    collected.add_files(certificates, short)
    collected.add_pkcs12(bags, short)
    if collected.with_konnektor:
        collected.add_konnektor()
    collected.add_servers(targets, looks)
    return collected.answer()


def replay(options: Options) -> Answer:
    """A recording of ours, judged at its moment, or a file of certificates, at `--now` or today.

    Raises OwnTrouble for a file that is neither.
    """
    from apowacht.plugins.core import tape

    recording = tape.read(options.replay)
    if recording is None:
        collected = Collected(options, options.judged_at or options.now)
        content = files.read_file(options.replay)  # what is no certificate is refused as such
        collected.add_content(options.replay, content)
        return collected.answer()
    if recording.check != "certificate":
        raise OwnTrouble("replay_other", file=options.replay, check=recording.check)
    told = recording.answers
    try:
        return Answer(
            list(told["certificates"]),
            list(told["failures"]),
            list(told["targets"]),
            list(told["renewed"]),
            recording.moment,
        )
    except (TypeError, KeyError) as error:
        raise OwnTrouble("replay_broken", file=options.replay, detail="answers") from error


def record(answer: Answer, options: Options) -> None:
    """Write what was read to `options.record`; identities were masked when it was read."""
    from apowacht.plugins.core import tape

    tape.write(
        options.record,
        check="certificate",
        moment=answer.moment,
        options={},
        source="certificates",
        answers={
            "certificates": [_recorded(one) for one in answer.certificates],
            "failures": answer.failures,
            "targets": answer.targets,
            "renewed": answer.renewed,
        },
        secrets=options.secrets,
    )


def _recorded(reading: dict[str, Any]) -> dict[str, Any]:
    """Without the one name that a recording never holds."""
    return {**reading, "subject_common_name": None}


def _targets(options: Options) -> list[tls.Target]:
    targets = []
    if options.hostname:
        targets.append(tls.parse_target(options.hostname, "-H", options.port))
    targets += [tls.parse_target(text) for text in options.tls]
    # Beside a Konnektor the general options are about the Konnektor.
    name = None if options.connector or options.kon else options.tls_server_name
    unique = list(dict.fromkeys(one._replace(wanted=one.wanted or name) for one in targets))
    if len(unique) > tls.MOST_TARGETS:
        raise OwnTrouble("cert_too_many", option="--tls", most=tls.MOST_TARGETS)
    return unique


class Collected:
    """The readings and failures of one run, as they come in."""

    def __init__(self, options: Options, now: datetime) -> None:
        from apowacht.plugins.core.alias import Aliases

        self._options, self._now = options, now
        self._alias = Aliases(options.alias)
        self._certificates: list[dict[str, Any]] = []
        self._failures: list[dict[str, Any]] = []
        self._targets: list[str] = []
        self._origins: dict[str, str] = {}
        self.with_konnektor = bool(options.connector or options.kon)
        self.anchors = cache(self._anchors)

    def _anchors(self, ca_file: str | None) -> Pool:
        """The authorities of a file, or of the system; beside a Konnektor, whose authorities
        `--ca-file` names, web servers have those of the system as well."""
        of_the_konnektor = self.with_konnektor and ca_file == self._options.ca_file
        return tls.authorities(ca_file, and_the_system=of_the_konnektor)

    def answer(self) -> Answer:
        """Everything, with what was renewed since the last look."""
        renewed: list[str] = []
        if not self._options.replay:
            renewed = _renewed(self._options, self._certificates, self._origins)
        return Answer(
            self._certificates,
            self._failures,
            list(dict.fromkeys(self._targets)),
            renewed,
            self._now,
        )

    def _target(self, name: str, origin: str) -> str:
        """A target by the user's name for it; `origin` tells it apart from those of other runs."""
        shown = self._alias.name(name)
        self._targets.append(shown)
        self._origins[shown] = origin
        return shown

    def add_files(self, names: Sequence[str], short: dict[str, str]) -> None:
        """Files of certificates; each is one target, each certificate in it a reading."""
        for file in names:
            name = self._target(short[file], os.path.abspath(file))
            if self._late(name, "file", file):
                continue
            try:
                content = files.read_file(file)
            except OwnTrouble as trouble:
                self._failed(name, "file", trouble)
                continue
            self._add_content(name, content)

    def add_content(self, file: str, content: files.Content) -> None:
        """The content of one file that was read already."""
        name = self._target(files.short_names([file])[file], os.path.abspath(file))
        self._add_content(name, content)

    def _add_content(self, name: str, content: files.Content) -> None:
        if content.trouble is not None:
            self._failed(name, "file", content.trouble)
        certificates = content.certificates
        names: set[str] = set()
        for place, certificate in enumerate(certificates):
            own = _member_name(name, certificate, place, len(certificates))
            own = f"{own} #{place + 1}" if own in names else own
            names.add(own)
            self._read(
                own, name, "file", "file", certificate, self._judge_file(certificates, place)
            )

    def _judge_file(self, certificates: Sequence[Certificate], place: int) -> tls.Judged:
        """Trust in a file's certificate is a question only where `--ca-file` says whom to trust."""
        from apowacht.plugins.read.chain import best_path, is_ca, is_self_issued

        own = certificates[place]
        root = is_ca(own) and is_self_issued(own)
        asked = bool(self._options.ca_file) and not root and not self.with_konnektor
        anchors = self.anchors(self._options.ca_file) if asked else None
        path = best_path(own, certificates, anchors, self._now)
        faults = [one for one in path.faults if one not in ("expired", "not_yet_valid")]
        return tls.Judged(not faults if asked else None, tuple(faults) if asked else (), path)

    def add_pkcs12(self, names: Sequence[str], short: dict[str, str]) -> None:
        """PKCS#12 files; what they hold are identities."""
        from apowacht.plugins.core.secret import read_secret

        if not names:
            return
        password = read_secret(
            "--p12-password-file",
            file=self._options.p12_password_file,
            env="APOWACHT_P12_PASSWORD",
        )
        if password:
            self._options.secrets.append(password)
        for file in names:
            name = self._target(short[file], os.path.abspath(file))
            if self._late(name, "p12", file):
                continue
            try:
                certificates = files.read_pkcs12(file, password).certificates
            except OwnTrouble as trouble:
                self._failed(name, "p12", trouble)
                continue
            self._identity(name, "p12", certificates)

    def _identity(self, name: str, source: str, certificates: Sequence[Certificate]) -> None:
        """A client's certificate with those that it brings along as its chain."""
        judged = self._judge_file(certificates, 0)
        self._read(name, name, source, "p12", certificates[0], judged, private=True)

    def add_servers(self, targets: Sequence[tls.Target], looks: tls.Looks) -> None:
        """TLS servers, asked side by side."""
        given = () if self.with_konnektor else self._options.tls_fingerprint
        places = [target.name for target in targets]
        for target, answer in zip(targets, looks.answers(), strict=True):
            several = places.count(target.name) > 1
            apart = " ".join(filter(None, [target.wanted, target.sni])) if several else ""
            name = self._target(f"{target.name} {apart}".rstrip(), target.name)
            try:
                if isinstance(answer, Trouble):
                    raise answer
                self._add_server(name, target, tls.certificates_of(answer), given)
            except (TargetTrouble, OwnTrouble) as trouble:
                self._failed(name, "tls", trouble)

    def _add_server(
        self,
        name: str,
        target: tls.Target,
        certificates: Sequence[Certificate],
        fingerprints: Iterable[str],
    ) -> None:
        wanted = target.wanted or target.host
        anchors = partial(self.anchors, target.ca_file or self._options.ca_file)
        judged = tls.judge_server(
            certificates, anchors, self._now, wanted, target.fingerprints or fingerprints
        )
        more: dict[str, Any] = {
            "wanted": wanted,
            "names": facts.names_shown(certificates[0]),
            "fingerprint": tls.fingerprint(certificates[0]),
        }
        self._read(name, name, "tls", "tls", certificates[0], judged, **more)

    def add_konnektor(self) -> None:
        """A Konnektor's certificates: that of its LAN side, its own, its cards', the client's."""
        own = cards.konnektor_options(self._options)
        from apowacht.plugins.read.konnektor_session import open_session

        certificates = cards.client_certificate(self._options)
        session, konnektor = open_session(own)
        if own.insecure:
            self._options.insecure = True
        place = tls.Target(own.hostname, own.port)
        name = self._target(f"{cards.KONNEKTOR} {place.name}", place.name)
        shares = (self._options.card_warning, self._options.card_critical)
        asked = cards.Asked(
            konnektor,
            with_hba=self._options.hba,
            with_dates=any(one.lifetime_percent is not None for one in shares),
        )
        with session:
            try:
                if konnektor.has_context:
                    asked.everything()
                else:
                    konnektor.directory()
            except (TargetTrouble, OwnTrouble) as trouble:
                self._failed(name, "connector", trouble, "connector.sds")
        if not own.no_tls:
            self._add_lan(name, place, session.certificate)
        for operation, unanswered in asked.failures:
            self._failed(name, "connector", unanswered, operation)
        self._add_cards(asked, place.name)
        if certificates:
            self._identity(self._target(f"Client {place.name}", ""), "client", certificates)

    def _add_lan(self, name: str, place: tls.Target, verified: bytes | None) -> None:
        """The certificate of the LAN side with its chain, seen in a handshake that sends nothing.

        Whether it is the right one the session has decided; that it was refused is its failure.
        """
        from cryptography.hazmat.primitives.serialization import Encoding

        from apowacht.plugins.read.chain import best_path

        (seen,) = tls.Looks([place], self._options.deadline).answers()
        shown = [] if isinstance(seen, Trouble) else tls.certificates_of(seen)
        if verified is not None:
            same = shown and shown[0].public_bytes(Encoding.DER) == verified
            shown = shown if same else [files.certificate_of(verified)]
        if not shown:
            return
        ca_file = self._options.ca_file
        anchors = tls.authorities(ca_file) if ca_file and verified is not None else None
        path = best_path(shown[0], shown[1:], anchors, self._now)
        trusted = None if self._options.insecure else verified is not None
        judged = tls.Judged(trusted, (), path)
        fingerprint = tls.fingerprint(shown[0])
        self._read(name, name, "connector", "tls", shown[0], judged, fingerprint=fingerprint)

    def _add_cards(self, asked: cards.Asked, origin: str) -> None:
        from apowacht.plugins.read.connector import terminal_names

        terminals = terminal_names(asked.terminals, self._options.alias)
        names = cards.card_names(asked.cards, terminals, self._alias.name)
        for card, name in zip(asked.cards, names, strict=True):
            self._certificates.append(_card(card, self._target(name, origin), terminals, self._now))

    def _read(
        self,
        name: str,
        target: str,
        source: str,
        kind: str,
        certificate: Certificate,
        judged: tls.Judged,
        *,
        private: bool = False,
        **more: object,
    ) -> None:
        told = facts.of_certificate(certificate, judged.chain, self._now, private=private)
        self._certificates.append(
            {
                "name": name,
                "target": target,
                "source": source,
                "kind": kind,
                **told,
                "trusted": judged.trusted,
                "trust_error": judged.faults[0] if judged.faults else None,
                "trust_errors": list(judged.faults),
                **more,
            }
        )

    def _failed(
        self, name: str, source: str, trouble: Trouble, operation: str | None = None
    ) -> None:
        self._failures.append(failure(name, source, trouble, operation))

    def _late(self, name: str, source: str, file: str) -> bool:
        """Whether no time is left for this file."""
        if not self._options.deadline.expired:
            return False
        seconds = self._options.deadline.seconds
        self._failed(name, source, OwnTrouble("deadline", file=file, seconds=seconds))
        return True


def failure(name: str, source: str, trouble: Trouble, operation: str | None) -> dict[str, Any]:
    """A source's trouble as plain data."""
    from dataclasses import asdict

    from apowacht.plugins.core.asked import failure as told

    if isinstance(trouble, TargetTrouble):
        data = asdict(told(operation or trouble.phase, trouble))
    else:
        as_target = Unreachable(trouble.reason, **trouble.values)
        data = {**asdict(told("file", as_target)), "kind": "own"}
    return {"name": name, "source": source, **data}


def _member_name(name: str, certificate: Certificate, place: int, count: int) -> str:
    """One of several certificates in a file: an authority by its name, another one by its place."""
    from apowacht.plugins.read.chain import common_names, is_ca

    if count == 1:
        return name
    common = common_names(certificate) if is_ca(certificate) else []
    if common and common[0].isprintable() and not facts.is_identity(certificate):
        return f"{name} {common[0]}"
    return name if not place else f"{name} #{place + 1}"


def _card(
    card: dict[str, Any], name: str, terminals: dict[str, str], now: datetime
) -> dict[str, Any]:
    """A card as a reading: of its certificates nothing is known but their end."""
    from apowacht.plugins.core.secret import MASK
    from apowacht.plugins.read import ti_rules

    rule = ti_rules.card_rule(card["card_type"], rsa_only=card["rsa_only"])
    end = cards.end_of(card["expires"]) if card["expires"] else None
    begin = facts.moment(card["valid_from"]) if card["valid_from"] else None
    known = {True: "RSA", False: "ECC"}.get(card["rsa_only"])
    return {
        "name": name,
        "target": name,
        "source": "connector",
        "kind": "card",
        "card_type": card["card_type"],
        "terminal": terminals.get(card["terminal"] or "", card["terminal"]),
        "subject_common_name": MASK,
        "issuer_common_name": card["issuer"],
        "key": known,
        **ti_rules.until(rule, now),
        "chain": [],
        **(facts.dates(begin, end, now) if end else {}),
    }


def _renewed(
    options: Options, readings: Sequence[dict[str, Any]], origins: dict[str, str]
) -> list[str]:
    """The names whose certificate now ends later than at the last look, told once.

    Without a state folder nothing is known of the last look, and nothing is told.
    """
    ends = {
        f"{origins[one['target']]} {one['name']}": (one["name"], one["not_after"])
        for one in readings
        if one.get("not_after")
    }
    if not ends:
        return []
    key = (options.site, "certificate", "", options.name)
    found: list[str] = []

    def update(old: dict[str, Any]) -> dict[str, Any] | None:
        found[:] = [
            name
            for place, (name, end) in ends.items()
            if isinstance(old.get(place), str) and old[place] < end
        ]
        # Whoever is silent today is remembered; what never comes back is crowded out one day.
        kept = {place: end for place, end in old.items() if place not in ends}
        new = {**dict(list(kept.items())[-2000:]), **{p: end for p, (_, end) in ends.items()}}
        return None if new == old else new

    wait = min(0.5, options.deadline.remaining())
    options.store.change("certificates", key, update, wait=wait)
    return [] if options.store.trouble else found
