"""One round of questions to a Konnektor, and its answers as plain data.

`ask` talks to the Konnektor, `replay` reads a recording, both give an `Answer`. Its data holds what
was told, ready for JSON and without anything by which a card or a person could be known:

directory   vendor, product, firmware, hardware, services {name: [version]}; None: not read
resource    vpn_ti, vpn_ti_since, vpn_sis, conditions [name, parameters, value, severity, type,
            since]; None: not asked or not told
terminals   [ct_id, name, connected, physical, product, firmware]; None as above
cards       [type, ct_id, slot, expires, crypt, pin_status, left_tries]
asked       the card types whose question was answered
failures    [operation, kind, reason, values]
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from apowacht.plugins.core.errors import OwnTrouble, TargetTrouble

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from apowacht.plugins.core.check import Options
    from apowacht.plugins.wire.konnektor import Konnektor
    from apowacht.plugins.wire.konnektor_answers import Card, CardTerminal, ResourceInformation
    from apowacht.plugins.wire.sds import ServiceDirectory

    Told = TypeVar("Told")

PHARMACY = ("SMC-B", "SM-B", "HSM-B")
"""The types of a pharmacy's own card; SM-B stands for all of them where a Konnektor knows it."""

TERMINALS_OWN = "SMC-KT"


CARD_FIELDS = ("type", "ct_id", "slot", "expires", "crypt", "pin_status", "left_tries")

EMPTY: dict[str, tuple[()] | None] = {
    # What a round begins with: nothing read, and lists without an entry.
    "directory": None,
    "certificate_not_after": None,
    "resource": None,
    "terminals": None,
    "cards": (),
    "asked": (),
    "failures": (),
}


class Answer(NamedTuple):
    """What a Konnektor said, and when."""

    data: dict[str, Any]
    moment: datetime


class Round:
    """The questions of one run; each that fails is noted, and the next one is asked."""

    def __init__(self, konnektor: Konnektor) -> None:
        self.konnektor = konnektor
        self.data: dict[str, Any] = {
            name: list(empty) if empty is not None else None for name, empty in EMPTY.items()
        }

    def attempt(self, operation: str, ask: Callable[[], Told]) -> Told | None:
        """The answer to a question; None when there is none, which is noted."""
        try:
            return ask()
        except TargetTrouble as trouble:
            self.note(operation, trouble)
            return None

    def note(self, operation: str, trouble: TargetTrouble) -> None:
        """A question without an answer."""
        from dataclasses import asdict

        from apowacht.plugins.core.asked import failure

        self.data["failures"].append(asdict(failure(operation, trouble, self.konnektor.host)))

    def resource(self) -> None:
        """VPN and conditions, and the terminals' names where a condition is about one."""
        told = self.attempt("GetResourceInformation", self.konnektor.resource_information)
        if told is None:
            return
        self.data["resource"] = _resource(told)
        if any(one.value and one.terminal_id for one in told.conditions or ()):
            self.terminals()

    def terminals(self) -> None:
        """All card terminals."""
        told = self.attempt("GetCardTerminals", self.konnektor.card_terminals)
        if told is not None:
            self.data["terminals"] = [_terminal(one) for one in told]

    def cards(self) -> None:
        """The pharmacy's cards with the state of their PIN, and the terminals' own cards.

        One request per type; a card that is told twice is taken once.
        """
        places = set()
        for card_type in (*PHARMACY, TERMINALS_OWN):
            told = self.attempt_cards(card_type)
            if told is None:
                continue
            self.data["asked"].append(card_type)
            for card in told:
                place = (card.terminal_id, card.slot)
                if place not in places or None in place:
                    places.add(place)
                    self.data["cards"].append(self.card(card))

    def attempt_cards(self, card_type: str) -> tuple[Card, ...] | None:
        """The cards of one type; a Konnektor need not know the types that came later."""
        try:
            return self.konnektor.cards(card_type)
        except TargetTrouble as trouble:
            newer = card_type in PHARMACY[1:] and PHARMACY[0] in self.data["asked"]
            if not newer or getattr(trouble, "kind", "") != "request":
                self.note("GetCards", trouble)
            return None

    def card(self, card: Card) -> dict[str, Any]:
        """One card, with its PIN if it is the pharmacy's, and what the list did not tell."""
        from apowacht.plugins.wire.konnektor_answers import WITH_PIN_SMC

        told = _card(card)
        if card.type in WITH_PIN_SMC:
            pin = self.attempt("GetPinStatus", lambda: self.konnektor.pin_status(card))
            if pin is not None:
                told |= {"pin_status": _word(pin.status), "left_tries": pin.left_tries}
        if told["expires"] is None or told["crypt"] is None:
            told |= self._certificate(card, told)
        return told

    def _certificate(self, card: Card, told: dict[str, Any]) -> dict[str, Any]:
        from apowacht.plugins.wire.konnektor_faults import NO_ECC

        try:
            rows = self.konnektor.certificate_expiration(card, "ECC")
        except TargetTrouble as trouble:  # it is an extra: nothing is judged by its absence
            return {"crypt": "RSA"} if getattr(trouble, "code", None) == NO_ECC else {}
        days = [row.expires for row in rows if row.expires is not None]
        sure = any(row.crypt == "ECC" for row in rows)
        return {
            "expires": told["expires"] or _iso(min(days, default=None)),
            "crypt": told["crypt"] or ("ECC" if sure else None),
        }


def ask(options: Options, questions: tuple[str, ...], *, context: bool) -> Answer:
    """Ask the Konnektor: its directory, then `questions` (names of methods of Round).

    Where `context` is True the questions need Mandant, client system and workplace; else they are
    left out without. Raises TargetTrouble when the Konnektor does not answer at all, OwnTrouble.
    """
    from apowacht.plugins.core.asked import more_than_silence
    from apowacht.plugins.read.konnektor_session import lan_certificate, open_session

    session, konnektor = open_session(options)
    if context and not konnektor.has_context:
        raise OwnTrouble("missing_option", option="--mandant")
    asking = Round(konnektor)
    refused = False
    with session:
        try:
            asking.data["directory"] = _directory(konnektor.directory())
        except TargetTrouble as trouble:
            if not more_than_silence(trouble):
                raise
            refused = "fingerprint" in trouble.values  # a certificate that was seen, and not liked
            asking.note("connector.sds", trouble)
        asking.data["certificate_not_after"] = lan_certificate(session, options, refused=refused)
        if asking.data["directory"] is not None and konnektor.has_context:
            for question in questions:
                getattr(asking, question)()
    asking.data["latency_seconds"] = {
        operation: round(seconds, 4) for operation, seconds in konnektor.latency_seconds.items()
    }
    asking.data["warnings"] = dict(konnektor.warnings)
    return Answer(asking.data, options.now)


def replay(options: Options, check: str) -> Answer:
    """The answer in a recording of this check. Raises OwnTrouble for every other file."""
    from apowacht.plugins.core import tape

    recording = tape.read_own(options.replay, check)
    return Answer(_sifted(recording.answers, options.replay), recording.moment)


def _sifted(data: Any, file: str) -> dict[str, Any]:
    """The data of a recording without what no run of ours would have written into it."""
    if not isinstance(data, dict) or not {*EMPTY, "latency_seconds", "warnings"} <= data.keys():
        raise OwnTrouble("replay_broken", file=file, detail="answers")
    wanted = (*PHARMACY, TERMINALS_OWN)
    try:
        cards = [
            {field: card[field] for field in CARD_FIELDS}
            for card in data["cards"]
            if card["type"] in wanted
        ]
    except (KeyError, TypeError) as error:
        raise OwnTrouble("replay_broken", file=file, detail="cards") from error
    return {**data, "cards": cards}


def record(answer: Answer, options: Options, check: str) -> None:
    """Write the answer to `options.record`, without secrets and identities."""
    from apowacht.plugins.core import tape

    tape.write(
        options.record,
        check=check,
        moment=answer.moment,
        options={},
        source="konnektor",
        answers=answer.data,
        secrets=options.secrets,
    )


def _directory(told: ServiceDirectory) -> dict[str, Any]:
    from apowacht.plugins.wire.sds import version_number

    product = told.product
    return {
        "vendor": product.vendor_name or product.vendor_id,
        "product": product.name or product.code,
        "firmware": product.firmware,
        "hardware": product.hardware,
        "services": {
            name: sorted(versions, key=version_number) for name, versions in told.services.items()
        },
    }


def _resource(told: ResourceInformation) -> dict[str, Any]:
    conditions = told.conditions
    return {
        "vpn_ti": told.vpn_ti,
        "vpn_ti_since": _iso(told.vpn_ti_since),
        "vpn_sis": told.vpn_sis,
        "conditions": None
        if conditions is None
        else [
            {
                "name": one.name,
                "parameters": list(one.parameters),
                "value": one.value,
                "severity": one.severity,
                "type": one.type,
                "since": _iso(one.valid_from),
            }
            for one in conditions
        ],
    }


def _terminal(told: CardTerminal) -> dict[str, Any]:
    return {
        "ct_id": told.terminal_id,
        "name": told.name,
        "connected": told.connected,
        "physical": told.physical,
        "product": told.product.name or told.product.code,
        "firmware": told.product.firmware,
    }


def _card(told: Card) -> dict[str, Any]:
    return {
        "type": told.type,
        "ct_id": told.terminal_id,
        "slot": told.slot,
        "expires": _iso(told.expires),
        "crypt": {"G2.0": "RSA", "G2.1": "ECC"}.get(told.generation or ""),
        "pin_status": None,
        "left_tries": None,
    }


def _word(status: str | None) -> str | None:
    """A state as the schema writes states; whatever else stands there is not passed on."""
    return status if status is None or re.fullmatch(r"[A-Z_]{1,20}", status) else "OTHER"


def _iso(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
