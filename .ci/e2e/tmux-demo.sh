#!/usr/bin/env bash
# The demo in a real terminal: its rows, help and keys, the README's command, and every way to end it. However it ends,
# the terminal is as it was and the demo's private directory is gone.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=lib-tmux.sh
source "$here/lib-tmux.sh"

# demo NAME COLUMNS ROWS: starts it with a directory for temporary files of its own.
demo() {
	mkdir "$work/tmp-$1"
	terminal "$1" "$2" "$3" env TMPDIR="$work/tmp-$1" "$PEERSCOPE" demo
	appears "$1: a TCP peer is connected" 'echo .*● connected'
	appears "$1: a UDS peer is connected" 'echo-uds .*● connected'
}

private_directory() { [[ -n $(ls -A "$work/tmp-$pane") ]]; }

# tidied: whether nothing is left behind, in the terminal or on disk.
tidied() {
	eventually 2 "$pane: the terminal is as it was" restored
	printf '  %s: the terminal is as it was\n' "$pane"
	if private_directory; then fail "$pane: left behind: $(ls -A "$work/tmp-$pane")"; fi
	printf '  %s: the private directory is gone\n' "$pane"
}

for size in '120 36' '80 24'; do
	read -r columns rows <<<"$size"
	demo "demo-${columns}x$rows" "$columns" "$rows"
	holds "$pane: its sockets are in a private directory" private_directory
	appears "$pane: the ticker ticks" 'ticker .*● connected'
	holds "$pane: the first row is selected" shown '▌ *1 '
	keys j
	appears "$pane: j selects the next row" '▌ *2 '
	keys '?'
	appears "$pane: ? lists the keys" 'reconnect, or listen again'
	keys Escape
	vanishes "$pane: esc closes the help" 'reconnect, or listen again'
	keys q
	ends_with 0 "$pane: q quits"
	tidied
done

for signal in TERM HUP; do
	demo "demo-$signal" 100 30
	send_signal "$signal"
	ends_with 130 "$pane: $signal ends it"
	tidied
done

demo demo-closed 100 30
program=$(cat "$work/$pane.pid")
in_tmux kill-session -t "$pane"
eventually 5 "the terminal is closed: the program ends" gone "$program"
holds "the terminal is closed: the private directory is gone" test -z "$(ls -A "$work/tmp-$pane")"

# As README.md has it, in the checkout.
command='go run . demo'
holds "README.md says: $command" grep -qxF "$command" <<<"$(bash "$here/../readme-commands")"
terminal readme 120 36 bash -c "cd '$here/../..' && $command"
appears "$command: a TCP peer is connected" 'echo .*● connected'
keys q
ends_with 0 "$command: q quits"
eventually 2 "$command: the terminal is as it was" restored
