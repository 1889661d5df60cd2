"""LANCOM LCOS: peers with an address, connections, load balancer, backup and modem.

Numbers from the vendor's MIBs of LCOS 9.00 and 10.94; no recording of a router was at hand.
"""

from __future__ import annotations

from apowacht.mibs.routers import Family, Object, dbm, text

FAMILY = Family(
    "lcos",
    ["1.3.6.1.4.1.2356.11.1"],
    order=10,
    lines=[
        # The same peer may stand in several of these tables; rows are joined by its name.
        Object("peer", "lcsStatusWanIpAddressesIpv4Peer", "4.13.1.1.1", text),
        Object("peer6", "lcsStatusWanIpAddressesIpv6Peer", "4.13.2.1.1", text),
        Object("connection_peer", "lcsStatusInfoConnectionEntryPeer", "14.1.5", text),
        Object("connection_interface", "lcsStatusInfoConnectionEntryIfc", "14.1.1", text),
        Object("connection_state", "lcsStatusInfoConnectionEntryStatus", "14.1.2", text),
        Object("balancer_peer", "lcsStatusIpRouterLoadBalancerEntryPeer", "10.32.2.1.1", text),
        Object("balancer_bundle", "lcsStatusIpRouterLoadBalancerEntryBundle", "10.32.2.1.2", text),
        Object(
            "balancer_state",
            "lcsStatusIpRouterLoadBalancerConnectionsEntryState",
            "10.32.2.1.3",
            {2: "standby", 7: "connected", 8: "disconnecting"},
        ),
        Object("route_mask", "lcsStatusIpRouterActIpRoutingTabIpNetmask", "10.30.1.2", text),
        Object("route_tag", "lcsStatusIpRouterActIpRoutingTabRtgTag", "10.30.1.3", text),
        Object("route_peer", "lcsStatusIpRouterActIpRoutingTabPeer", "10.30.1.5", text),
        Object("route_distance", "lcsStatusIpRouterActIpRoutingTabDistance", "10.30.1.6", text),
    ],
    scalars=[
        Object("backup_active", "lcsStatusWanBackupActive", "4.15.1", {0: False, 1: True}),
    ],
    modem=[
        # .23 ICCID, .37 IMEI, .39 IMSI and .40 phone number are left out on purpose.
        Object(
            "session",
            "lcsStatusModemMobileState",
            "49.3",
            {
                0: "disabled",
                1: "detecting",
                2: "reset",
                3: "initialising",
                4: "identifying",
                5: "standby",  # ready
                6: "connecting",
                7: "connecting",
                8: "connected",  # dataMode
                9: "scanning",
                10: "setting_pin",
                11: "pin_invalid",
                12: "unexpected",
                13: "puk_required",
                14: "network",
                15: "waiting_for_device",
                16: "pin_missing",
                17: "standby",  # polls its GPS
                18: "standby",  # polls its hardware
            },
        ),
        Object("operating", "lcsStatusModemMobileOperating", "49.4", {0: False, 1: True, 2: True}),
        Object("signal", "lcsStatusModemMobileSignalDbm", "49.6", dbm),
        Object("signal", "lcsStatusModemMobileRsrp", "49.51", dbm),
        Object(
            "registration",
            "lcsStatusModemMobileRegistration",
            "49.7",
            {
                0: "not registered",
                1: "registered, home",
                2: "searching",
                3: "denied",
                4: "unknown",
                5: "registered, roaming",
                # LCOS 10 tells why it was denied.
                128: "denied",
                130: "denied",
                131: "denied",
                132: "denied",
            },
        ),
        Object(
            "technology",
            "lcsStatusModemMobileMode",
            "49.12",
            {
                1: "UMTS",
                2: "GPRS",
                3: "GSM",
                4: "EDGE",
                5: "HSPA",
                6: "HSPA",
                7: "HSPA",
                8: "LTE",
                9: "HSPA",
                14: "5G NSA",
                15: "5G SA",
            },
        ),
        Object(
            "sim",
            "lcsStatusModemMobileState",
            "49.3",
            {11: "pin_needed", 13: "puk_needed", 16: "pin_needed"},
        ),
        Object("sim", "lcsStatusModemMobileSimInserted", "49.38", {0: "missing", 1: "ready"}),
    ],
)
