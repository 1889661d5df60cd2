"""IF-MIB (RFC 2863) and the route tables: what every router has, whoever built it."""

from __future__ import annotations

NAMES = {
    "descr": "1.3.6.1.2.1.2.2.1.2",  # ifDescr
    "name": "1.3.6.1.2.1.31.1.1.1.1",  # ifName
    "alias": "1.3.6.1.2.1.31.1.1.1.18",  # ifAlias
}
NUMBERS = {
    "type": "1.3.6.1.2.1.2.2.1.3",  # ifType
    "admin": "1.3.6.1.2.1.2.2.1.7",  # ifAdminStatus
    "oper": "1.3.6.1.2.1.2.2.1.8",  # ifOperStatus
}

ADMIN_DOWN = 2
UP = 1
DORMANT = 5
OPER = {
    1: "up",
    2: "down",
    3: "testing",
    4: "unknown",
    5: "dormant",
    6: "not_present",
    7: "lower_layer_down",
}

LOOPBACK = 24
# IANAifType: what a line cannot be, and what its technology is.
NO_LINES = frozenset(
    {
        LOOPBACK,
        131,  # tunnel
        150,  # mplsTunnel
        166,  # mpls
        209,  # bridge
    }
)
TECHNOLOGIES = {
    94: "dsl",  # adsl
    95: "dsl",  # radsl
    96: "dsl",  # sdsl
    97: "dsl",  # vdsl
    127: "cable",  # docsCableMaclayer
    168: "dsl",  # hdsl2
    169: "dsl",  # shdsl
    230: "dsl",  # adsl2
    238: "dsl",  # adsl2plus
    243: "mobile",  # wwanPP
    244: "mobile",  # wwanPP2; BSD gives this number to its IPsec devices, too
    250: "fibre",  # gpon
    251: "dsl",  # vdsl2
    279: "dsl",  # gfast
    282: "dsl",  # fastdsl
}

# The default route, 0.0.0.0/0, in the three tables that routers may have.
INET_CIDR_DEFAULT = {
    # IP-FORWARD-MIB inetCidrRouteTable, index: type 1, length 4, destination, prefix length,
    # policy (an OID with its length), type and length of the next hop, next hop.
    "interface": "1.3.6.1.2.1.4.24.7.1.7.1.4.0.0.0.0.0",
    "type": "1.3.6.1.2.1.4.24.7.1.8.1.4.0.0.0.0.0",
    "metric": "1.3.6.1.2.1.4.24.7.1.12.1.4.0.0.0.0.0",
    "status": "1.3.6.1.2.1.4.24.7.1.17.1.4.0.0.0.0.0",
}
IP_CIDR_DEFAULT = {
    # ipCidrRouteTable, index: destination, mask, type of service, next hop.
    "interface": "1.3.6.1.2.1.4.24.4.1.5.0.0.0.0.0.0.0.0",
    "type": "1.3.6.1.2.1.4.24.4.1.6.0.0.0.0.0.0.0.0",
    "metric": "1.3.6.1.2.1.4.24.4.1.11.0.0.0.0.0.0.0.0",
    "status": "1.3.6.1.2.1.4.24.4.1.16.0.0.0.0.0.0.0.0",
}
IP_ROUTE_DEFAULT = {
    # RFC 1213's ipRouteTable has room for one default route only.
    "interface": "1.3.6.1.2.1.4.21.1.2.0.0.0.0",
    "metric": "1.3.6.1.2.1.4.21.1.3.0.0.0.0",
    "next_hop": "1.3.6.1.2.1.4.21.1.7.0.0.0.0",
    "type": "1.3.6.1.2.1.4.21.1.8.0.0.0.0",
}
# Where a default route names no interface, the network of its next hop does.
IP_CIDR_INTERFACE = "1.3.6.1.2.1.4.24.4.1.5"
ACTIVE_ROW = 1
# RFC 4292: reject(2), blackhole(5); RFC 1213: invalid(2).
DEAD_ROUTES = frozenset({2, 5})
