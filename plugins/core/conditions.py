"""A Konnektor's operating conditions (TAB_KON_503): what each one is worth, and what is said of it.

A Konnektor grades them itself: Fatal and Error are CRITICAL, Warning is WARNING, Info is OK. This
table departs from that where a condition does not touch e-prescriptions, or touches them although
it is graded low. Which words belong to a condition stands in `advice.CONDITIONS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.report import State

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

OK, WARNING, CRITICAL = State.OK, State.WARNING, State.CRITICAL

NO_VPN = "EC_No_VPN_TI_Connection"
NO_INTERNET = "EC_No_Online_Connection"
TERMINAL_LOST = "EC_CardTerminal_Not_Available"
OUTAGES = frozenset({NO_VPN, NO_INTERNET})
"""Without what these miss there is no TI: nobody can accept them."""


class Known(NamedTuple):
    """One condition: its state, None for the Konnektor's own grade but WARNING at most; and the
    failure class in `advice.ADVICE` that says what to do."""

    state: State | None
    key: str = "kon.condition"


KNOWN = {
    # Fatal: the Konnektor stops working, at once or with its next connection to the TI.
    "EC_CRL_Out_Of_Date": Known(CRITICAL, "kon.tsl_crl_expired"),
    "EC_FW_Not_Valid_Status_Blocked": Known(CRITICAL, "kon.fw_blocked"),
    "EC_Firewall_Not_Reliable": Known(CRITICAL, "kon.fatal_condition"),
    "EC_NK_Certificate_Expired": Known(CRITICAL, "kon.cert_expired"),
    "EC_Random_Generator_Not_Reliable": Known(CRITICAL, "kon.fatal_condition"),
    "EC_Secure_KeyStore_Not_Available": Known(CRITICAL, "kon.fatal_condition"),
    "EC_Security_Log_Not_Writable": Known(CRITICAL, "kon.fatal_condition"),
    "EC_Software_Integrity_Check_Failed": Known(CRITICAL, "kon.fatal_condition"),
    "EC_TSL_Out_Of_Date_Beyond_Grace_Period": Known(CRITICAL, "kon.tsl_crl_expired"),
    "EC_TSL_Trust_Anchor_Out_Of_Date": Known(CRITICAL, "kon.tsl_crl_expired"),
    "EC_Time_Difference_Intolerable": Known(CRITICAL, "kon.clock"),
    "EC_Time_Sync_Pending_Critical": Known(CRITICAL, "kon.clock"),
    # Error.
    TERMINAL_LOST: Known(CRITICAL, "kt.offline"),
    "EC_IP_Adresses_Not_Available": Known(CRITICAL, "kon.network"),
    NO_INTERNET: Known(CRITICAL, "kon.no_internet"),
    NO_VPN: Known(CRITICAL, "kon.vpn_offline.local"),
    "EC_No_VPN_SIS_Connection": Known(OK),  # a service that most do not book
    # Warning.
    "EC_BNetzA_VL_not_valid": Known(WARNING),
    "EC_CRL_Expiring": Known(WARNING, "kon.tsl_crl_expiring"),
    "EC_CRYPTOPERATION_ALARM": Known(WARNING),
    "EC_LOG_OVERFLOW": Known(OK),  # stays until an administrator resets it
    "EC_NK_Certificate_Expiring": Known(OK, "kon.vpn_cert_expiring"),  # for half a year
    "EC_TSL_Out_Of_Date_Within_Grace_Period": Known(WARNING, "kon.tsl_crl_expiring"),
    "EC_Time_Sync_Pending_Warning": Known(WARNING, "kon.clock"),
    # Info.
    "EC_BNetzA_VL_Update_Not_Successful": Known(OK),
    "EC_CardTerminal_Software_Out_Of_Date": Known(OK, "kt.fw_outdated"),
    # Nothing else tells of it, and after five weeks the terminal is lost.
    "EC_CardTerminal_gSMC-KT_Certificate_Expires_Soon": Known(WARNING, "gsmckt.expiring_soon"),
    "EC_Connector_Software_Out_Of_Date": Known(OK, "kon.fw_outdated"),
    "EC_FW_Update_Available": Known(OK, "kon.fw_outdated"),
    "EC_TSL_Expiring": Known(OK, "kon.tsl_crl_expiring"),
    "EC_TSL_Trust_Anchor_Expiring": Known(OK, "kon.tsl_crl_expiring"),
    "EC_TSL_Update_Not_Successful": Known(OK),
    "EC_Time_Sync_Not_Successful": Known(OK, "kon.clock"),
    # Of the vendor; some leave one set for months. Not in the table of 2022: the last two.
    "EC_OTHER_ERROR_STATE": Known(None),
    "EC_TLS_Certificate_Security": Known(None),
    "EC_TLS_Client_Certificate_Security": Known(None),
}

_GRADES = {"fatal": CRITICAL, "error": CRITICAL, "warning": WARNING, "info": OK}
_VENDORS_OWN = {"fatal": WARNING, "error": WARNING}
_CLOSE = 0.9


def bare(name: str) -> str:
    """The name without its parameter: `EC_OTHER_ERROR_STATE(2)` is `EC_OTHER_ERROR_STATE`."""
    return name.partition("(")[0]


def state_of(name: str, severity: str | None, chosen: Mapping[str, State]) -> State:
    """What a condition that holds is worth; `chosen` is the user's word, with parameter or without.

    One that is neither known nor graded is WARNING.
    """
    for wanted in (name, bare(name)):
        if wanted in chosen:
            return chosen[wanted]
    known = KNOWN.get(bare(name))
    grade = (severity or "").lower()
    if known is None:
        return _GRADES.get(grade, WARNING)
    if known.state is None:
        return _VENDORS_OWN.get(grade, OK)
    return known.state


def key_of(name: str) -> str:
    """The failure class of a condition; a general one for those that are not known."""
    return KNOWN.get(bare(name), Known(None)).key


def ignored(name: str, names: Collection[str]) -> bool:
    """Whether the user does not want to hear of it, with parameter or without."""
    return name in names or bare(name) in names


def spelt(text: str, option: str) -> str:
    """A condition's name as the Konnektor writes it, however the user wrote its letters.

    Names that are not known are taken as they are, because vendors add some; one that is nearly
    a known one is a slip. Raises OwnTrouble("bad_condition").
    """
    name, bracket, parameter = text.strip().partition("(")
    for known in KNOWN:
        if known.casefold() == name.casefold():
            return known + bracket + parameter
    from difflib import get_close_matches

    near = get_close_matches(name, KNOWN, 1, _CLOSE)
    if near or not name.startswith("EC_") or not name.isprintable() or " " in name:
        example = near[0] if near else "EC_CRL_Expiring"
        raise OwnTrouble("bad_condition", option=option, text=text, example=example)
    return name + bracket + parameter


def acceptable(name: str, option: str) -> str:
    """The name, unless it is an outage of the TI. Raises OwnTrouble("condition_outage")."""
    if bare(name) in OUTAGES:
        raise OwnTrouble("condition_outage", option=option, text=name)
    return name


class ConditionName(click.ParamType[str]):
    """A condition's name on the command line."""

    name = "condition"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """See `spelt` and `acceptable`."""
        option = "--ignore-condition"
        return acceptable(spelt(str(value), option), option)


class ConditionState(click.ParamType[tuple[str, State]]):
    """`EC_x=warning` on the command line."""

    name = "condition"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, State]:
        """Name and state. Raises OwnTrouble("bad_condition") for anything else, and
        OwnTrouble("condition_outage") for a missing VPN that shall be well.
        """
        if isinstance(value, tuple):
            return value
        name, equals, word = str(value).rpartition("=")
        states = {"ok": OK, "warning": WARNING, "critical": CRITICAL}
        if not equals or word.strip().lower() not in states:
            example = "EC_CRL_Expiring=critical"
            raise OwnTrouble("bad_condition", option="--condition", text=value, example=example)
        spelled, state = spelt(name, "--condition"), states[word.strip().lower()]
        if state is OK and bare(spelled) == NO_VPN:
            acceptable(spelled, "--condition")
        return spelled, state
