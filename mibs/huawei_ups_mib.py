"""Huawei's UPS5000 and UPS2000 with SMU or RMS-SNMP01A cards; source: NUT's huawei driver.

Instances end in .1, the number of the UPS. A UPS2000 with a plain card has RFC 1628 only.
"""

from __future__ import annotations

from apowacht.mibs import (
    Family,
    cells,
    percent,
    seconds,
    tenths_of_percent,
    tenths_of_volt,
    text,
)

FAMILY = Family(
    "HUAWEI-UPS-MIB",
    "1.3.6.1.4.1.2011.6.174.1",
    (
        cells("model", "model", ("2.100.1.2.1",), text),
        # Joint supply (5) takes from mains and battery at once; eco on battery is 7.
        cells(
            "power_source",
            "supply method",
            ("2.101.1.1.1",),
            {
                1: "off", 2: "bypass", 3: "mains", 4: "battery", 5: "other", 6: "mains",
                7: "battery",
            },
        ),
        cells("charge_percent", "battery capacity", ("6.100.1.3.1",), percent),
        cells("runtime_seconds", "battery backup time", ("6.100.1.4.1",), seconds),
        cells("battery_voltage_volts", "battery voltage", ("6.100.1.1.1",), tenths_of_volt),
        cells(
            "input_voltage_volts", "input voltage of phase 1 to 3",
            ("3.100.1.1.1", "3.100.1.2.1", "3.100.1.3.1"), tenths_of_volt,
        ),
        cells(
            "load_percent", "output load of phase 1 to 3",
            ("4.100.1.14.1", "4.100.1.15.1", "4.100.1.16.1"), tenths_of_percent,
        ),
        cells("alarms", "battery state", ("2.101.1.3.1",), {1: "battery_disconnected"}),
    ),
    order=45,
    manufacturer="Huawei",
)  # fmt: skip
