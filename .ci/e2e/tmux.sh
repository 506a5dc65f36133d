#!/usr/bin/env bash
# The inspector in a real terminal, large and small, on two real redis servers: connect, send, see the answer,
# lose one of them, quit.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=lib-tmux.sh
source "$here/lib-tmux.sh"

# inspect COLUMNS ROWS
inspect() {
	local size="$1x$2"
	redis_tcp
	local tcp_pid=$redis_pid socket="$work/$size.sock"
	redis_uds "$socket"
	terminal "redis-$size" "$1" "$2" "$PEERSCOPE" "tcp://127.0.0.1:$redis_port#over-tcp" "unix://$socket#over-uds"

	appears "$size: the TCP peer is connected" 'over-tcp .*● connected'
	appears "$size: the UDS peer is connected" 'over-uds .*● connected'
	ask over-tcp
	keys j
	appears "$size: j selects the next peer" '▌ *2 over-uds'
	ask over-uds

	kill_hard "$tcp_pid"
	appears "$size: the end of one redis is shown in its row" 'over-tcp .*(○ none|✖ error)'
	holds "$size: the other row stays connected" shown 'over-uds .*● connected'
	keys q
	ends_with 0 "$size: q quits"
	eventually 2 "$size: the terminal is as it was" restored
}

# ask LABEL: sends PING to the selected peer and waits for the answer among the bytes.
ask() {
	keys s
	appears "$size: s asks what to send to $1" "send to $1"
	keys -l 'PING\r\n'
	keys Enter
	appears "$size: +PONG from $1 in hex" '2b 50 4f 4e +47'
	appears "$size: +PONG from $1 in text" '\+PONG'
}

inspect 120 36
inspect 80 24
