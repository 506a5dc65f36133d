#!/usr/bin/env bash
# 1 MiB of random bytes through `peerscope watch`, over TCP and over a Unix socket: received, sent, and both at once.
# Every byte is compared, at the far end and in the data events.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

head -c 1048576 /dev/urandom >"$work/random"

# shows DIR: whether the data events of that direction hold the random bytes.
shows() { bytes transfer "$1" | cmp - "$work/random"; }
received() { cmp -s "$work/received" "$work/random"; }

for family in tcp uds; do
	serve "$family" "OPEN:$work/random" -U
	run transfer watch --format json "$address" </dev/null
	holds "$family in: the server's end is orderly: exit code 0" exits 0
	holds "$family in: the events are as documented" valid transfer
	holds "$family in: every byte is shown as it was sent" shows in

	rm -f "$work/received"
	serve "$family" "CREATE:$work/received" -u
	run transfer watch --format json --send - --close-write "$address" <"$work/random"
	holds "$family out: exit code 0 after a half-close" exits 0
	holds "$family out: the events are as documented" valid transfer
	eventually 5 "$family out: the server has every byte" received
	holds "$family out: every byte is shown as it was sent" shows out
	holds "$family out: our half-close is told" event transfer '.event == "half-close" and .dir == "out"'

	serve "$family" EXEC:cat -t 10
	run transfer watch --format json --send - --close-write "$address" <"$work/random"
	holds "$family echo: exit code 0" exits 0
	holds "$family echo: the events are as documented" valid transfer
	holds "$family echo: every byte that went out is shown" shows out
	holds "$family echo: every byte came back, also after our half-close" shows in
done
