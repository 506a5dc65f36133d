# shellcheck shell=bash
# shellcheck disable=SC2034 # results are left in variables
# What the scripts of frozen readers share: a server that counts, transfers through taps, and their times. Sourced after
# lib.sh.
: "${work:?lib.sh comes first}" "${here:?}"

gib=1073741824

# counting_server: at $server_tcp and $server_uds, it tells each client how many bytes came.
counting_server() {
	server_uds=$work/server.sock
	python3 "$here/tap-bytes.py" serve "$server_uds" >"$work/server.port" 2>"$work/server.err" &
	children+=("$!")
	eventually 20 "the server listens" test -s "$work/server.port"
	server_tcp=127.0.0.1:$(cat "$work/server.port")
}

# transfer ADDRESS: 1 GiB, which has to arrive; how long it took is in $took, in ms.
transfer() {
	local count
	read -r count took < <(timeout 40 python3 "$here/tap-bytes.py" send "$1" "$gib") || fail "the transfer to $1 ends early"
	((count == gib)) || fail "$count bytes arrived at $1, not $gib"
}

# best ADDRESS: the shortest of three transfers is in $took.
best() {
	local shortest=
	for _ in 1 2 3; do
		transfer "$1"
		if [[ -z $shortest ]] || ((took < shortest)); then shortest=$took; fi
	done
	took=$shortest
}

# as_fast ADDRESS LIVE: whether a transfer takes about as long as the best while there was a reader, in ms. A machine that is
# busy with something else has more than one try; traffic that waits for a reader has none.
as_fast() {
	local name=${1/$work/}
	for _ in {1..6}; do
		transfer "$1"
		printf '  %s: 1 GiB in %d ms with a reader, in %d ms without\n' "$name" "$2" "$took"
		if ((took * 2 <= $2 * 3)); then return; fi
	done
	fail "$name: a frozen reader slows the traffic down"
}

# idle ADDRESS: a client that does not answer a FIN.
idle() {
	local to=TCP:$1
	[[ $1 != /* ]] || to=UNIX-CONNECT:$1
	sleep 30 | socat -t 30 - "$to" 2>"$work/idle.err" &
	children+=("$!")
}

# ends_in_time PID WHAT: SIGTERM ends a program within two seconds.
ends_in_time() {
	local begun ms
	begun=$(date +%s%N)
	kill -TERM "$1"
	eventually 5 "$2: SIGTERM ends it" gone "$1"
	ms=$((($(date +%s%N) - begun) / 1000000))
	printf '  %s: SIGTERM ends it in %d ms\n' "$2" "$ms"
	((ms <= 2000)) || fail "$2: SIGTERM ended it only after $ms ms"
}
