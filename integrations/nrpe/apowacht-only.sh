#!/bin/sh
# The only command of an SSH key (command="…" in authorized_keys): runs plugins of apowacht, and
# nothing else. Letters, digits and a few signs are let through, so that no shell sees more in them
# than words; a check's name with other signs needs another name.

case ${SSH_ORIGINAL_COMMAND:-} in
    *[!A-Za-z0-9\ ._=/,:\'-]* | *..*) ;;
    /usr/lib/nagios/plugins/check_apo_*) eval "exec $SSH_ORIGINAL_COMMAND" ;;
esac
echo "UNKNOWN - not permitted over this key"
exit 3
