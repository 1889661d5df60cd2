"""MG-SNMP-UPS-MIB: MGE, and Eaton's Network-MS cards (5P, 5PX, 9SX, 9PX, 93PS, Galaxy)."""

from __future__ import annotations

from apowacht.mibs import (
    Family,
    celsius,
    column,
    percent,
    scalar,
    seconds,
    tenths_of_volt,
    text,
)

FAMILY = Family(
    "MG-SNMP-UPS-MIB",
    "1.3.6.1.4.1.705.1",
    (
        # The other trees on these cards name family and model together.
        scalar("model", "upsmgIdentFamilyName", "1.1", text, weak=True),
        scalar("power_source", "upsmgOutputOnBattery", "7.3", {1: "battery"}),
        scalar("power_source", "upsmgOutputOnByPass", "7.4", {1: "bypass"}),
        # «Not on battery» is all it says: the output may be off, which RFC 1628 would tell.
        scalar("power_source", "upsmgOutputOnBattery", "7.3", {2: "mains"}, weak=True),
        scalar("battery_status", "upsmgBatteryLowBattery", "5.14", {1: "low"}),
        scalar("battery_status", "upsmgBatteryLowCondition", "5.16", {1: "low"}),
        scalar("battery_status", "upsmgBatteryLowBattery", "5.14", {2: "normal"}),
        scalar("charge_percent", "upsmgBatteryLevel", "5.2", percent),
        scalar("runtime_seconds", "upsmgBatteryRemainingTime", "5.1", seconds),
        scalar("battery_temperature_celsius", "upsmgBatteryTemperature", "5.7", celsius),
        # No scale in the MIB's text; every recording and NUT have tenths.
        scalar("battery_voltage_volts", "upsmgBatteryVoltage", "5.5", tenths_of_volt),
        column("input_voltage_volts", "mginputVoltage", "6.2.1.2", tenths_of_volt),
        column("load_percent", "mgoutputLoadPerPhase", "7.2.1.4", percent),
        scalar("replace_battery", "upsmgBatteryReplacement", "5.11", {1: True, 2: False}),
        scalar(
            "selftest",
            "upsmgTestBatteryResult",
            "10.11",
            {1: "passed", 2: "failed", 3: "passed", 4: "failed", 5: "never"},
        ),
        scalar("alarms", "upsmgBatteryFaultBattery", "5.9", {1: "battery_bad"}),
        scalar("alarms", "upsmgBatteryNoBattery", "5.10", {1: "no_battery"}),
        scalar("alarms", "upsmgBatteryUnavailableBattery", "5.12", {1: "battery_disconnected"}),
        scalar("alarms", "upsmgBatteryLowBattery", "5.14", {1: "low_battery"}),
        scalar("alarms", "upsmgBatteryChargerFault", "5.15", {1: "charger_failed"}),
        scalar("alarms", "upsmgInputBadStatus", "6.3", {1: "input_bad"}),
        scalar("alarms", "upsmgOutputOnBattery", "7.3", {1: "on_battery"}),
        scalar("alarms", "upsmgOutputOnByPass", "7.4", {1: "on_bypass"}),
        scalar("alarms", "upsmgOutputOverLoad", "7.10", {1: "output_overload"}),
        scalar("alarms", "upsmgOutputOverTemp", "7.11", {1: "temp_bad"}),
    ),
    order=20,
)
