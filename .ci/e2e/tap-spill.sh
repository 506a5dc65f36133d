#!/usr/bin/env bash
# --spill keeps on disk what the memory budget takes: the first bytes of a tap are found again with a small budget, and the traffic does not
# notice when the disk is full, or when there is none. The file has no name, so nothing is left, not even after SIGKILL.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=lib-tmux.sh
source "$here/lib-tmux.sh"
# shellcheck source=lib-frozen.sh
source "$here/lib-frozen.sh"

mib=$((1 << 20))
disk=$work/disk
mkdir "$disk"

# tap NAME OPTION...: a tap of the counting server in a terminal: $tap is its address.
tap() {
	terminal "$1" 120 36 "$PEERSCOPE" --memory 8MiB "${@:2}" ":0=$server_tcp#tap"
	appears "$1: the tap listens" 'listening at tcp-listen://127\.0\.0\.1:[1-9]'
	tap=$(screen | grep -m 1 -oP 'listening at tcp-listen://\K127\.0\.0\.1:[1-9][0-9]*')
}

# through BYTES: sends so many through the tap as fast as it can, and holds that all arrive.
through() {
	python3 "$here/tap-bytes.py" send "$tap" "$1" >"$work/told" || fail "the sender fails"
	read -r arrived _ <"$work/told"
	holds "$pane: $1 bytes through the tap arrive" test "$arrived" -eq "$1"
}

figure() { screen | grep -m 1 -oP "(?<=│ )$1 +\K[0-9]+(?= B)"; }

counting_server
tap kept --spill "$disk"
holds "kept: the file has no name" test -z "$(ls -A "$disk")"
python3 "$here/tap-bytes.py" slowly "$tap" $((40 * mib)) >"$work/told" || fail "the sender fails"
read -r arrived _ <"$work/told"
holds "kept: 40 MiB through the tap arrive" test "$arrived" -eq $((40 * mib))
keys j 3 g
appears "kept: the first byte is shown, from disk" '│.00000000  00 01 02 03'
keys K
appears "kept: what is on disk is told" 'on disk +[0-9]+ B'
holds "kept: nothing was dropped" test "$(figure dropped)" -eq 0
holds "kept: all is there" test "$(figure kept)" -eq $((40 * mib))
keys K :
keys -l 'goto out 0x1000000'
keys Enter
appears "kept: the middle is shown, from disk" '│.01000000  00 01 02 03'
send_signal KILL
eventually 5 "kept: it is killed" gone "$(cat "$work/kept.pid")"
holds "kept: SIGKILL leaves nothing on disk" test -z "$(ls -A "$disk")"

if mount -t tmpfs -o size=4m tmpfs "$disk" 2>"$work/mount.err"; then
	trap 'umount -l "$disk"; cleanup' EXIT
	tap full --spill "$disk"
	through $((64 * mib))
	appears "full: a full disk is told" 'no space left on device; what the memory budget takes is dropped'
	keys j 3 K
	appears "full: what was captured is told" '→ client +[0-9]+ B'
	holds "full: kept and dropped are what came" test $(($(figure kept) + $(figure dropped))) -eq $((64 * mib))
	keys q
	ends_with 0 "q quits"
	holds "full: nothing is left" test -z "$(ls -A "$disk")"
else
	printf '  full: not tried: no right to mount: %s\n' "$(cat "$work/mount.err")"
fi

tap none --spill "$work/nowhere"
appears "none: a directory that is not there is told" 'spill: .*nowhere: no such file or directory'
through $((16 * mib))
keys q
ends_with 0 "q quits"
