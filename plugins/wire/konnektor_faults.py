"""What a Konnektor's fault codes mean for us, as a table.

Sources: gemSpec_Kon (TIP1-A_4515 and the tables of its operations), gemF_Laufzeitverlängerung
gSMC-K (4002 by operating state), wiki.gematik.de pageId 694689551 (4258).
"""

from __future__ import annotations

from typing import NamedTuple

from apowacht.plugins.wire.soap_fault import Fault

SYNTAX = 4000
STALE_HANDLE = 4047
NO_ECC = 4258


class Meaning(NamedTuple):
    """One code.

    `kind`: configuration (of the Infomodell or of us: nothing is known about the Konnektor's
    health), critical, internal, card (not inserted any more), stale (handle), generation (a card
    without ECC), request (the Konnektor does not understand us). `option` names our setting whose
    value the Konnektor does not accept.
    """

    kind: str
    reason: str
    option: str | None = None


MEANINGS = {
    SYNTAX: Meaning("request", "fault_syntax"),
    4001: Meaning("internal", "fault_internal"),
    4002: Meaning("critical", "fault_critical_state"),
    4003: Meaning("configuration", "fault_user_id_missing", "--user-id"),
    4004: Meaning("configuration", "fault_mandant", "--mandant"),
    4005: Meaning("configuration", "fault_client_system", "--client-system"),
    4006: Meaning("configuration", "fault_workplace", "--workplace"),
    4008: Meaning("card", "fault_card_gone"),
    4010: Meaning("configuration", "fault_client_system_of_mandant", "--client-system"),
    4011: Meaning("configuration", "fault_workplace_of_mandant", "--workplace"),
    4012: Meaning("configuration", "fault_terminal_of_mandant", "--mandant"),
    4014: Meaning("configuration", "fault_workplace_of_client", "--workplace"),
    4015: Meaning("configuration", "fault_terminal_of_workplace", "--workplace"),
    4016: Meaning("configuration", "fault_terminal_of_workplace", "--workplace"),
    4020: Meaning("configuration", "fault_terminal_of_workplace", "--workplace"),
    4021: Meaning("configuration", "fault_context_incomplete", "--mandant"),
    STALE_HANDLE: Meaning("stale", "fault_stale_handle"),
    4204: Meaning("configuration", "fault_client_identity", "--client-system"),
    NO_ECC: Meaning("generation", "fault_no_ecc"),
}


def explained(fault: Fault) -> Fault:
    """The fault with the reason, kind and option that its code stands for."""
    meaning = MEANINGS.get(fault.code) if fault.code is not None else None
    if meaning is None:
        return fault
    return Fault(
        meaning.reason,
        str(fault.values.get("host", "")),
        str(fault.values.get("what", "")),
        text=fault.text,
        trace=fault.trace,
        kind=meaning.kind,
        option=meaning.option,
    )
