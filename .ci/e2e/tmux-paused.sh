#!/usr/bin/env bash
# Polling paused, in the demo in a real terminal: each transition of the resetting and of the slow peer happens on the
# poll that . makes, and not before.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=lib-tmux.sh
source "$here/lib-tmux.sh"

# select_row LABEL: presses j until the row is selected.
select_row() {
	for _ in {1..12}; do
		if eventually_shown "▌ *[0-9]+ $1 "; then return; fi
		keys j
	done
	fail "no row $1"
}
eventually_shown() {
	for _ in {1..10}; do
		if shown "$1"; then return; fi
		sleep 0.02
	done
	return 1
}

for size in '120 36' '80 24'; do
	read -r columns rows <<<"$size"
	terminal "paused-${columns}x$rows" "$columns" "$rows" "$PEERSCOPE" demo --timeout 20s
	appears "$pane: a peer is connected" 'echo .*● connected'
	keys .
	appears "$pane: without a pause . says what to do" 'polling runs by itself; P pauses it'
	keys P
	appears "$pane: P pauses polling" 'polling paused 00:0'

	select_row slow
	holds "$pane: the slow peer counts to its deadline" shown 'slow .*◐ connecting .* of 20 s'
	keys .
	appears "$pane: a poll leaves it CONNECTING" 'poll → OK, still CONNECTING; .* s to its deadline'

	select_row resetter
	keys r
	appears "$pane: the handshake is a fact that waits" 'resetter .*◐ connecting .*SYN-ACK'
	appears "$pane: its first bytes are shown" 'say something'
	holds "$pane: and it is CONNECTING still" shown 'resetter .*◐ connecting'
	keys .
	appears "$pane: the poll connects it" 'poll → OK, CONNECTING → CONNECTED; fact \+.*, polled \+.* after connect'
	appears "$pane: the reset is a fact that waits" 'resetter .*● connected .*reset waits'
	holds "$pane: and it is CONNECTED still" shown 'resetter .*● connected'
	keys .
	appears "$pane: the poll makes it ERROR" 'poll → FAILED \(1\), CONNECTED → ERROR: connection reset by peer'
	appears "$pane: with both times" 'error fact \+.*, polled \+'
	holds "$pane: the row says why" shown 'resetter .*✖ error .*reset'

	select_row slow
	eventually 20 "$pane: the deadline passes" shown 'slow .*◐ connecting .*timeout waits'
	printf '  %s: the deadline passes, and only a poll will say so\n' "$pane"
	keys .
	appears "$pane: the poll says so" 'poll → ERR_CONNECTION_ERROR \(27\), CONNECTING → ERROR: no answer within 20s'
	holds "$pane: the row says so" shown 'slow .*✖ error'

	keys P
	vanishes "$pane: P resumes" 'polling paused'
	keys q
	ends_with 0 "$pane: q quits"
done
