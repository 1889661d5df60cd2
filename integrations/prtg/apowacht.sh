#!/bin/sh
# A sensor of PRTG's kind «SSH Script Advanced»: put it into /var/prtg/scriptsxml of the computer with
# the plugins, executable, and give as its parameters the check, the site file and the check's name
# there:
#
#     ups /etc/apowacht/checks.d/muster-apotheke.yaml "USV Kasse"

plugins=${APOWACHT_PLUGINS:-/usr/lib/nagios/plugins}

wrong() {
    printf '{"prtg": {"error": 1, "text": "%s"}}\n' "$1"
    exit 0
}

case ${1:-} in
    '' | *[!a-z]*) wrong "Parameters: CHECK FILE NAME" ;;
esac
[ -n "${2:-}" ] || wrong "Parameters: CHECK FILE NAME"
[ -x "$plugins/check_apo_$1" ] || wrong "There is no plugin check_apo_$1"

"$plugins/check_apo_$1" --site="$2" ${3:+"--name=$3"} --output=prtg
# The state is the channel of that name; PRTG would take another exit code for a broken script.
exit 0
