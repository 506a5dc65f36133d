#!/usr/bin/env bash
# A flood through a tap while a person scrolls, freezes, searches and jumps: every key is answered, the memory stays within the budget
# and 40 MiB, and what was received is what was kept and what was dropped, to the byte. FLOOD_SECONDS says how long, 8 if unset.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=lib-tmux.sh
source "$here/lib-tmux.sh"
# shellcheck source=lib-frozen.sh
source "$here/lib-frozen.sh"

seconds=${FLOOD_SECONDS:-8}
limit=$(((64 + 40) * 1024)) # kB

counting_server
terminal flood 200 60 "$PEERSCOPE" ":0=$server_tcp#tap"
program=$(cat "$work/flood.pid")
appears "the tap listens" 'listening at tcp-listen://127\.0\.0\.1:[1-9]'
tap=$(screen | grep -m 1 -oP 'listening at tcp-listen://\K127\.0\.0\.1:[1-9][0-9]*')
python3 "$here/tap-bytes.py" flood "$tap" "$seconds" >"$work/flood.told" 2>"$work/flood.err" &
flooder=$!
children+=("$flooder")
appears "a pair is relayed" '● connected .*[MG]B'
keys j 3

# answered KEY PATTERN: presses a key and waits for what it does.
pressed=0
answered() {
	keys "$1"
	eventually 5 "$1 is answered: $2" shown "$2"
	pressed=$((pressed + 1))
}

# rss: the largest that was seen, in kB.
most=0
rss() {
	local now
	now=$(awk '/^VmRSS/ { print $2 }' "/proc/$program/status")
	if ((now > most)); then most=$now; fi
	printf '%d %d\n' "$SECONDS" "$now" >>"$work/rss"
}

until gone "$flooder"; do
	answered k 'Bytes .*frozen'
	answered G 'Bytes .*following'
	answered PageUp 'Bytes .*frozen, [0-9.]+ [kKMG]?i?B behind'
	answered f 'Bytes .*following'
	answered p 'Bytes .*frozen'
	answered p 'Bytes .*following'
	keys /
	keys -l 'needle in'
	answered Enter 'Bytes .*([0-9,]+ of [0-9,]+|[0-9] match)' # as long as the flood leaves it there
	answered N 'Bytes .*([0-9,]+ of [0-9,]+|[0-9] match)'
	keys Escape
	answered G 'Bytes .*following'
	answered '?' '╭─ Help'
	answered Escape '╭─ Bytes'
	rss
done
wait "$flooder" || fail "the flooder ends early: $(cat "$work/flood.err")"
read -r arrived sent <"$work/flood.told"
holds "all $sent bytes of $seconds s arrived" test "$arrived" -eq "$sent"
holds "$pressed keys were answered" test "$pressed" -ge "$seconds"
holds "memory: at most $most kB, of $limit" test "$most" -le "$limit"
printf '  memory in kB by quarters of the time: %s\n' "$(awk '{ rss[NR] = $2 } END { for (i = 1; i <= 4; i++) printf "%d ", rss[int(NR * i / 4 + 0.5)] }' "$work/rss")"

keys K
appears "what was captured is told" '→ client +[0-9]+ B'
figure() { screen | grep -m 1 -oP "(?<=│ )$1 +\K[0-9]+(?= B)"; }
received=$(figure '→ client') kept=$(figure kept) dropped=$(figure dropped)
holds "received $received B: what was sent" test "$received" -eq "$sent"
holds "kept $kept B and dropped $dropped B: what was received" test "$((kept + dropped))" -eq "$received"
keys q
ends_with 0 "q quits"
holds "the terminal is restored" restored
