#!/usr/bin/env bash
# `peerscope watch` on a real redis, over TCP and over a Unix socket: what is asked and answered, and how it ends.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

redis_tcp
tcp_pid=$redis_pid tcp="tcp://127.0.0.1:$redis_port"
redis_uds "$work/redis.sock"
uds_pid=$redis_pid uds="unix://$work/redis.sock"

# chunks NAME: the data events, as direction and bytes in base64.
chunks() { jq -r 'select(.event == "data") | "\(.dir) \(.data)"' "$work/$1.out"; }

asked_and_answered=$'out UElORw0K\nin K1BPTkcNCg==' # PING and +PONG, each with CR LF
for address in "$tcp" "$uds"; do
	run ping watch --format json --events data --count 2 --send 'PING\r\n' "$address"
	holds "$address: --count 2 ends with 0" exits 0
	holds "$address: the events are as documented" valid ping
	holds "$address: PING goes out, then +PONG comes in" test "$(chunks ping)" = "$asked_and_answered"
	holds "$address: nothing on stderr" empty "$work/ping.err"
done

start both watch --format json --send 'PING\r\n' "$tcp#over-tcp" "$uds#over-uds"
for label in over-tcp over-uds; do
	eventually 5 "+PONG from $label" event both ".label == \"$label\" and .event == \"data\" and .data == \"K1BPTkcNCg==\""
done

# ended LABEL: whether its connection ended, by the other end and with the cause said.
ended() {
	event both ".label == \"$1\" and .event == \"status\" and .from == \"connected\" and (.to == \"none\" or .to == \"error\")
		and .by == \"remote\" and (.cause | length > 0)"
}

kill_hard "$tcp_pid"
eventually 5 "the end of over-tcp, with its cause" ended over-tcp
holds "one redis ends, the other connection stays" test "$(ended over-uds && echo ended)" = ''
holds "watch goes on while a peer is left" kill -0 "$started"
kill "$uds_pid"
finish 5
holds "both ends are told" ended over-uds
expected=0
if event both '.event == "status" and .to == "error"'; then expected=1; fi
holds "exit code $expected: 1 if a dialled peer failed, 0 for an orderly end" exits "$expected"
holds "the events are as documented" valid both
holds "every transition is told: a Unix socket is connected at once, as in the class" test "$(
	jq -r 'select(.event == "status") | "\(.label) \(.from) \(.to)"' "$work/both.out" | sed 's/ error$/ none/' | sort
)" = "over-tcp connected none
over-tcp connecting connected
over-tcp none connecting
over-uds connected none
over-uds none connected"
