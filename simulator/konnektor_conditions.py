"""The operating conditions of a Konnektor (TAB_KON_503), and what it still does in the fatal ones.

Source of the second: TAB_KON_504 and A_16203 of gemSpec_Kon.
"""

from __future__ import annotations

# Without parameters; each with severity and type.
OF_KONNEKTOR = (
    "EC_Connector_Software_Out_Of_Date Info Operation",
    "EC_FW_Update_Available Info Operation",
    "EC_FW_Not_Valid_Status_Blocked Fatal Security",
    "EC_Time_Sync_Not_Successful Info Operation",
    "EC_TSL_Update_Not_Successful Info Operation",
    "EC_TSL_Expiring Info Security",
    "EC_BNetzA_VL_Update_Not_Successful Info Operation",
    "EC_BNetzA_VL_not_valid Warning Security",
    "EC_TSL_Trust_Anchor_Expiring Info Security",
    "EC_LOG_OVERFLOW Warning Operation",
    "EC_CRL_Expiring Warning Security",
    "EC_Time_Sync_Pending_Warning Warning Security",
    "EC_TSL_Out_Of_Date_Within_Grace_Period Warning Security",
    "EC_No_VPN_TI_Connection Error Operation",
    "EC_No_VPN_SIS_Connection Error Operation",
    "EC_No_Online_Connection Error Operation",
    "EC_IP_Adresses_Not_Available Error Security",
    "EC_CRL_Out_Of_Date Fatal Security",
    "EC_Firewall_Not_Reliable Fatal Security",
    "EC_Random_Generator_Not_Reliable Fatal Security",
    "EC_Secure_KeyStore_Not_Available Fatal Security",
    "EC_Security_Log_Not_Writable Fatal Operation",
    "EC_Software_Integrity_Check_Failed Fatal Security",
    "EC_Time_Difference_Intolerable Fatal Security",
    "EC_Time_Sync_Pending_Critical Fatal Security",
    "EC_TSL_Trust_Anchor_Out_Of_Date Fatal Security",
    "EC_TSL_Out_Of_Date_Beyond_Grace_Period Fatal Security",
    "EC_CRYPTOPERATION_ALARM Warning Security",
    "EC_NK_Certificate_Expiring Warning Security",
    "EC_NK_Certificate_Expired Fatal Security",
)

# Once for each terminal, its CtId in brackets.
OF_TERMINAL = (
    "EC_CardTerminal_Not_Available Error Operation",
    "EC_CardTerminal_Software_Out_Of_Date Info Operation",
    "EC_CardTerminal_gSMC-KT_Certificate_Expires_Soon Info Operation",
)

FATAL = frozenset(line.split()[0] for line in OF_KONNEKTOR if line.split()[1] == "Fatal")

# What goes on working in which fatal condition; nothing at all in the first three.
_NOT_EVEN_STATES = frozenset(
    {
        "EC_Firewall_Not_Reliable",
        "EC_Software_Integrity_Check_Failed",
        "EC_NK_Certificate_Expired",
    }
)
_WITH_PIN_STATUS = frozenset(
    {
        "EC_CRL_Out_Of_Date",
        "EC_TSL_Out_Of_Date_Beyond_Grace_Period",
        "EC_TSL_Trust_Anchor_Out_Of_Date",
        "EC_FW_Not_Valid_Status_Blocked",
    }
)
_WITH_CERTIFICATES = _WITH_PIN_STATUS | {"EC_Secure_KeyStore_Not_Available"}

WORKING_IN = {
    "GetResourceInformation": FATAL - _NOT_EVEN_STATES,
    "GetCardTerminals": FATAL - _NOT_EVEN_STATES,
    "GetCards": FATAL - _NOT_EVEN_STATES,
    "GetSubscription": FATAL - _NOT_EVEN_STATES,
    "GetPinStatus": _WITH_PIN_STATUS,
    "CheckCertificateExpiration": _WITH_CERTIFICATES,
    "ReadCardCertificate": _WITH_CERTIFICATES,
}


def severity_and_type(name: str) -> tuple[str, str]:
    """What the specification says of a condition; a warning for one it does not know."""
    bare = name.partition("(")[0]
    for line in (*OF_KONNEKTOR, *OF_TERMINAL):
        known, severity, kind = line.split()
        if known == bare:
            return severity, kind
    return "Warning", "Operation"
