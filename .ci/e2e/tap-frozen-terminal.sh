#!/usr/bin/env bash
# The terminal of the inspector stands still: 1 GiB through its taps takes the time that it takes while it is read, and
# SIGTERM ends the program within two seconds.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=lib-tmux.sh
source "$here/lib-tmux.sh"
# shellcheck source=lib-frozen.sh
source "$here/lib-frozen.sh"

counting_server
terminal frozen 200 50 "$PEERSCOPE" ":0=$server_tcp#over-tcp" "$work/tap.sock=$server_uds#over-uds"
program=$(cat "$work/frozen.pid")
appears "the TCP tap listens, and its timeline says where" 'listening at tcp-listen://127\.0\.0\.1:[1-9]'
appears "the UDS tap listens" 'over-uds .*listening'
taps=("$(screen | grep -m 1 -oP 'listening at tcp-listen://\K127\.0\.0\.1:[1-9][0-9]*')" "$work/tap.sock")

live=()
for address in "${taps[@]}"; do
	best "$address"
	live+=("$took")
done
appears "what went over is shown" '1\.[01] G'
freeze "$(in_tmux display-message -p '#{pid}')" # it reads the terminal
transfer "${taps[0]}" # until nothing more fits into the terminal
for i in "${!taps[@]}"; do
	as_fast "${taps[i]}" "${live[i]}"
done
for address in "${taps[@]}"; do idle "$address"; done
ends_in_time "$program" "frozen"
holds "its socket is removed" test ! -e "$work/tap.sock"
thaw
ends_with 130 "frozen: it was interrupted"
