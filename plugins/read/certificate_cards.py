"""A Konnektor's certificates: its own, those of its terminals' and the pharmacy's cards, and the
one with which it is reached. Of cards only type, terminal and dates are known here.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.errors import OwnTrouble, TargetTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from apowacht.plugins.core.check import Options
    from apowacht.plugins.wire.konnektor import Konnektor
    from apowacht.plugins.wire.konnektor_answers import Card, CertificateExpiration

CRYPTS = ("ECC", "RSA")
PHARMACY = ("SMC-B", "SM-B", "HSM-B")
SHOWN = {"SMC-KT": "gSMC-KT", "HBAx": "HBA"}
KONNEKTOR = "Konnektor"


class Asked:
    """The questions of one run, and what came of them.

    `cards`: one mapping per card or for the Konnektor itself, with card_type, terminal, slot,
    expires (ISO day of the ECC certificates, else of the others), valid_from, issuer, rsa_only
    (None: not known). `failures`: operation and trouble of each question without an answer.
    `issuers`: full names (RFC 4514) of those who issued the pharmacy's cards.
    """

    def __init__(self, konnektor: Konnektor, *, with_hba: bool, with_dates: bool) -> None:
        self.cards: list[dict[str, Any]] = []
        self.failures: list[tuple[str, TargetTrouble]] = []
        self.terminals: list[dict[str, Any]] = []
        self.issuers: list[str] = []
        self._konnektor, self._with_hba, self._with_dates = konnektor, with_hba, with_dates
        self._answered: set[str] = set()

    def everything(self) -> None:
        """The directory first: without it there is nothing to ask. Raises TargetTrouble."""
        self._konnektor.directory()
        self._own()
        self._inserted()
        if any(card["terminal"] for card in self.cards):
            self._names()

    def _own(self) -> None:
        rows: dict[str, Any] = {}
        for crypt in CRYPTS:
            try:
                rows[crypt] = self._konnektor.own_certificate_expiration(crypt)
            except TargetTrouble as trouble:
                if not _no_ecc(trouble):
                    self._note("CheckCertificateExpiration", trouble)
                    return
                rows[crypt] = ()
        found = _merged(rows)
        if found["expires"] is not None:
            self.cards.append({"card_type": KONNEKTOR, "terminal": None, "slot": None, **found})

    def _inserted(self) -> None:
        places: set[tuple[str | None, int | None]] = set()
        for card_type in (*PHARMACY, "SMC-KT", *(("HBAx",) if self._with_hba else ())):
            try:
                told = self._konnektor.cards(card_type)
            except TargetTrouble as trouble:
                newer = card_type in PHARMACY[1:] and "SMC-B" in self._answered
                if not (newer and getattr(trouble, "kind", "") == "request"):
                    self._note("GetCards", trouble)
                continue
            self._answered.add(card_type)
            for card in told:
                place = (card.terminal_id, card.slot)
                if place not in places or None in place:
                    places.add(place)
                    self.cards.append(self._card(card))

    def _card(self, card: Card) -> dict[str, Any]:
        """A card; what the Konnektor refuses to tell of one is taken from its list of cards."""
        rows: dict[str, Any] = {}
        for crypt in CRYPTS:
            try:
                rows[crypt] = self._konnektor.certificate_expiration(card, crypt)
            except TargetTrouble as trouble:
                rows[crypt] = () if _no_ecc(trouble) else None
        found = _merged(rows)
        if found["expires"] is None and card.expires is not None:
            found["expires"] = card.expires.isoformat()
        if found["rsa_only"] is None or card.generation == "G2.0":
            found["rsa_only"] = {"G2.0": True, "G2.1": False}.get(card.generation or "")
        if self._with_dates or card.type in PHARMACY:
            found |= self._issued(card, rsa_only=bool(found["rsa_only"]))
        return {
            "card_type": card.type,
            "terminal": card.terminal_id,
            "slot": card.slot,
            **found,
        }

    def _issued(self, card: Card, *, rsa_only: bool) -> dict[str, Any]:
        """Since when, and by whom: an extra that is not missed."""
        try:
            told = self._konnektor.card_certificate(card, "RSA" if rsa_only else "ECC")
        except TargetTrouble:
            return {}
        if told.issuer and card.type in PHARMACY and told.issuer not in self.issuers:
            self.issuers.append(told.issuer)
        return {
            "issuer": _common_name(told.issuer),
            "valid_from": told.valid_from.isoformat() if told.valid_from else None,
        }

    def _names(self) -> None:
        try:
            told = self._konnektor.card_terminals()
        except TargetTrouble as trouble:
            self._note("GetCardTerminals", trouble)
            return
        self.terminals = [{"ct_id": one.terminal_id, "name": one.name} for one in told]

    def _note(self, operation: str, trouble: TargetTrouble) -> None:
        if all(trouble.reason != known.reason for _, known in self.failures):
            self.failures.append((operation, trouble))


def _no_ecc(trouble: TargetTrouble) -> bool:
    return trouble.reason == "fault_no_ecc"


def _merged(rows: dict[str, Any]) -> dict[str, Any]:
    """Both answers as one: the ECC certificates count where there are any.

    None for a crypt: it could not be asked. A Konnektor that does not know the question answers
    it without saying for what (`crypt` None in the row).
    """
    ends = {crypt: _first_end(rows.get(crypt) or ()) for crypt in CRYPTS}
    honoured = any(row.crypt for crypt in CRYPTS for row in rows.get(crypt) or ())
    rsa_only: bool | None = None
    if honoured:
        asked = rows.get("ECC") is not None
        rsa_only = ends["ECC"] is None if asked and ends["RSA"] else None if not asked else False
    end = ends["ECC"] or ends["RSA"]
    return {
        "expires": end.isoformat() if end else None,
        "valid_from": None,
        "issuer": None,
        "rsa_only": rsa_only,
    }


def _first_end(rows: Iterable[CertificateExpiration]) -> date | None:
    return min((row.expires for row in rows if row.expires is not None), default=None)


def _common_name(issuer: str | None) -> str | None:
    from apowacht.plugins.wire.tls_seen import common_name

    return (common_name(issuer) or None) if issuer else None


def end_of(day: str) -> datetime:
    """The end of the day on which a card ends; a Konnektor tells the day alone."""
    return datetime.combine(date.fromisoformat(day), time(23, 59, 59), UTC)


def card_names(
    cards: list[dict[str, Any]], terminals: dict[str, str], alias: Callable[[str], str]
) -> list[str]:
    """What to call each card: its type and its terminal, told apart by the slot."""
    plain = [_plain_name(card, terminals) for card in cards]
    names = []
    for card, name in zip(cards, plain, strict=True):
        if plain.count(name) > 1 and card["slot"] is not None:
            name = f"{name} Slot {card['slot']}"
        names.append(alias(name))
    return names


def _plain_name(card: dict[str, Any], terminals: dict[str, str]) -> str:
    kind = SHOWN.get(card["card_type"], card["card_type"])
    terminal = terminals.get(card["terminal"] or "", card["terminal"])
    return f"{kind} {terminal}" if terminal else str(kind)


def client_certificate(options: Options) -> list[Any]:
    """The certificate with which the Konnektor is reached, with its chain; [] where there is none.

    Raises OwnTrouble as `keys.load_client_key` does.
    """
    from apowacht.plugins.core.secret import read_secret
    from apowacht.plugins.wire.keys import load_client_key, load_client_key_data

    if options.client_cert:
        password = read_secret(
            "--client-cert-password-file",
            file=options.client_cert_password_file,
            env="APOWACHT_CLIENT_CERT_PASSWORD",
        )
        if password:
            options.secrets.append(password)
        key = load_client_key(options.client_cert, password)
        return [key.certificate, *key.chain]
    if options.kon and not options.user:
        from apowacht.plugins.wire.kon_file import Pkcs12Credentials, load_kon

        kon = load_kon(options.kon)
        if isinstance(kon.credentials, Pkcs12Credentials):
            told = kon.credentials
            key = load_client_key_data(options.kon, told.data, told.password)
            return [key.certificate, *key.chain]
    return []


def konnektor_options(options: Options) -> Options:
    """The options of the Konnektor's own session: its address in the place of `-H` and `-p`."""
    from apowacht.plugins.core.check import Options as Same

    host, port = None, None
    if options.connector:
        from apowacht.plugins.read.certificate_tls import parse_target

        if "," in options.connector or "://" in options.connector:
            raise OwnTrouble("tls_target_syntax", option="--connector", text=options.connector)
        target = parse_target(options.connector, "--connector", 0 if not options.no_tls else 80)
        host = target.host
        port = target.port if _has_port(options.connector) or options.no_tls else None
    return Same(**{**vars(options), "hostname": host, "port": port})


def _has_port(text: str) -> bool:
    return text.rpartition("]")[2].count(":") == 1
