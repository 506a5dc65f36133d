#!/usr/bin/env bash
# A program that passes descriptors over a Unix socket, directly and through a tap: they arrive open, with the very byte
# that they were sent with, both ways, and are shown; nothing of them stays with us.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# server PATH: its process is $server.
server() {
	timeout 20 python3 "$here/tap-descriptors.py" serve "$1" 2>"$work/server.err" &
	server=$!
	children+=("$server")
	eventually 20 "the server listens" test -S "$1"
}

# passes PATH: whether client and server are content with each other.
passes() {
	local ok=0
	timeout 20 python3 "$here/tap-descriptors.py" send "$1" || ok=1
	wait "$server" || ok=1
	((ok == 0)) || cat "$work/server.err"
	return "$ok"
}

server "$work/direct.sock"
holds "the program works without a tap" passes "$work/direct.sock"

server "$work/server.sock"
start taps watch "$work/tap.sock=$work/server.sock"
listens taps 1
open_before=$(find "/proc/$started/fd" -mindepth 1 | wc -l)
holds "the program works through a tap" passes "${bound[0]}"
eventually 5 "the pair ends" event taps '.event == "status" and .to == "none"'
holds "two descriptors of the client are told, with their byte and what each is" event taps \
	'.event == "ancillary" and .dir == "out" and .offset == 260000 and (.fds | length) == 2
		and (.fds[0] | endswith("tap.sock.content")) and (.fds[1] | startswith("pipe:["))'
holds "one of the server is told" event taps \
	'.event == "ancillary" and .dir == "in" and .offset == 0 and (.fds | length) == 1 and (.fds[0] | startswith("pipe:["))'
holds "no descriptor stays with us" test "$(find "/proc/$started/fd" -mindepth 1 | wc -l)" -le "$open_before"
stop_taps 5
