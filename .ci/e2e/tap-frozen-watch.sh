#!/usr/bin/env bash
# Nobody reads the output of `peerscope watch` any more: 1 GiB through its taps takes the time that it takes with a
# reader, every byte is printed or counted as dropped, and SIGTERM ends the program within two seconds.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=lib-frozen.sh
source "$here/lib-frozen.sh"

counting_server

# piped NAME COMMAND...: a watch with a tap of each family, whose output that command reads, into NAME.out. Its process is
# $started, the reader's is $reader.
piped() {
	watched=$1
	mkfifo "$work/$1.pipe"
	"${@:2}" <"$work/$1.pipe" >"$work/$1.out" &
	reader=$!
	"$PEERSCOPE" watch --memory 4MiB ":0=$server_tcp" "$work/$1.sock=$server_uds" >"$work/$1.pipe" 2>"$work/$1.err" </dev/null &
	started=$!
	children+=("$started" "$reader")
	listens "$1" 2
}

# What was lost is counted.
piped counted cat
freeze "$reader"
for address in "${bound[@]}"; do transfer "$address"; done
thaw
for id in 3 4; do
	eventually 20 "the end of pair $id is printed" event counted ".peer == $id and .event == \"status\" and .to == \"none\""
done
eventually 5 "the last sample of pair 4 is printed" event counted \
	".peer == 4 and .event == \"buffers\" and .dir == \"out\" and .recvq == null"
holds "the events are as documented" valid counted
for id in 3 4; do
	holds "pair $id: printed and dropped bytes are all that were sent" test "$(jq -s --argjson id "$id" \
		'map(select(.peer == $id and .dir == "out" and (.event == "data" or .event == "dropped")) | .len) | add' "$work/counted.out")" = "$gib"
	holds "pair $id: the last sample has them all" test "$(jq -s --argjson id "$id" \
		'map(select(.peer == $id and .event == "buffers" and .dir == "out")) | last.sent' "$work/counted.out")" = "$gib"
done
holds "what was dropped, was because of the slow output" event counted \
	'.event == "dropped" and .cause == "slow output" and .len > 900000000'
ends_in_time "$started" "read again"

# The time.
piped timed grep --line-buffered '"event":"listening"'
live=()
for address in "${bound[@]}"; do
	best "$address"
	live+=("$took")
done
freeze "$reader"
transfer "${bound[0]}" # until nothing more fits into the pipe
for i in "${!bound[@]}"; do
	as_fast "${bound[i]}" "${live[i]}"
done
for address in "${bound[@]}"; do idle "$address"; done
ends_in_time "$started" "frozen"
holds "its socket is removed" test ! -e "${bound[1]}"
thaw
