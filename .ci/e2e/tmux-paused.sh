#!/usr/bin/env bash
# Polling paused, in the demo in a real terminal: each transition of the resetting and of the slow peer happens on the
# poll that . makes, and not before.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=lib-tmux.sh
source "$here/lib-tmux.sh"

# paused NAME COLUMNS ROWS N LABEL [FLAG...]: the demo, with polling paused and the N-th row selected.
paused() {
	local down=()
	terminal "$1" "$2" "$3" "$PEERSCOPE" demo "${@:6}"
	appears "$pane: a peer is connected" 'echo .*● connected'
	keys P
	appears "$pane: P pauses polling" 'polling paused 0'
	for ((i = 1; i < $4; i++)); do down+=(j); done
	keys g "${down[@]}"
	appears "$pane: $5 is selected" "▌ *$4 $5 "
}

# a_second_passes: the title's clock has gone on twice, so that it is a second at least.
a_second_passes() {
	local clock
	for _ in 1 2; do
		clock=$(in_tmux capture-pane -p -t "$pane" | grep -o 'paused [0-9:]*')
		vanishes "$pane: the clock goes on" "$clock"
	done
}

for size in '120 36' '80 24'; do
	read -r columns rows <<<"$size"
	paused "resetter-${columns}x$rows" "$columns" "$rows" 11 resetter
	keys r
	appears "$pane: the handshake is a fact that waits" 'resetter .*◐ connecting .*SYN-ACK waits'
	appears "$pane: its first bytes are shown" 'say something'
	holds "$pane: it is CONNECTING still" shown 'resetter .*◐ connecting'
	keys .
	appears "$pane: the poll connects it" 'poll → OK, CONNECTING → CONNECTED; fact \+.*, polled \+'
	appears "$pane: the reset is a fact that waits" 'resetter .*● connected .*reset waits'
	a_second_passes # for less than 100 ms only one time is shown
	keys .
	appears "$pane: the poll makes it ERROR" 'poll → FAILED \(1\), CONNECTED → ERROR: connection reset by peer'
	holds "$pane: the timeline has both times" shown 'error fact \+.*, polled \+'
	holds "$pane: the row says why" shown 'resetter .*✖ error .*reset'
	keys P
	vanishes "$pane: P resumes" 'polling paused'
	keys .
	appears "$pane: without a pause . says what to do" 'polling runs by itself; P pauses it'
	keys q
	ends_with 0 "$pane: q quits"
done

paused slow 80 24 7 slow --timeout 10s
holds "$pane: it counts to its deadline" shown 'slow .*◐ connecting .* of 10 s'
keys .
appears "$pane: a poll leaves it CONNECTING" 'poll → OK, still CONNECTING; .* s to its deadline'
eventually 12 "$pane: the deadline passes" shown 'slow .*◐ connecting .*timeout waits'
printf '  %s: the deadline passes, and it is CONNECTING still\n' "$pane"
keys .
appears "$pane: the poll says so" 'poll → ERR_CONNECTION_ERROR \(27\), CONNECTING → ERROR: no answer within 10s'
holds "$pane: the row says so" shown 'slow .*✖ error'
keys q
ends_with 0 "$pane: q quits"
