#!/usr/bin/env bash
# Half-closes through taps, as ssh makes them: a server that answers only after the end of what its client says, and one
# that ends its own sending first and goes on reading. Over TCP, over Unix sockets, and from one to the other.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# dialled ADDRESS: how a tap is told it; dial ADDRESS: how socat is.
dialled() { printf '%s' "${1#unix://}"; }
dial() {
	case $1 in
	/*) printf 'UNIX-CONNECT:%s' "$1" ;;
	*) printf 'TCP:%s' "$1" ;;
	esac
}

head -c 1000000 /dev/urandom >"$work/sent"
sum=$(sha256sum <"$work/sent")
# The first answers after the end; the second speaks, ends its own sending, and then takes what its client says.
for family in tcp uds; do
	serve "$family" SYSTEM:sha256sum -t 10
	declare "answers_$family=$(dialled "$address")"
	serve "$family" "SYSTEM:echo first; exec >&-; sha256sum >$work/taken,pipes" -t 10
	declare "first_$family=$(dialled "$address")"
done

taps=() kinds=()
for pair in tcp:tcp uds:uds tcp:uds uds:tcp; do
	for kind in answers first; do
		target="${kind}_${pair#*:}"
		case $pair in
		tcp:*) taps+=(":0=${!target}") ;;
		uds:*) taps+=("$work/$kind-${pair/:/-}=${!target}") ;;
		esac
		kinds+=("$kind $pair")
	done
done
start taps watch --events status,error,listening,accepted,half-close,data,dropped "${taps[@]}"
listens taps "${#taps[@]}"

taken() { [[ $(cat "$work/taken" 2>/dev/null) == "$sum" ]]; }
for i in "${!taps[@]}"; do
	read -r kind pair <<<"${kinds[i]}"
	rm -f "$work/taken"
	id=$((i + 1))
	case $kind in
	answers)
		got=$(timeout 20 socat -t 5 - "$(dial "${bound[i]}")" <"$work/sent")
		holds "$pair: the whole answer comes after the client's end" test "$got" = "$sum"
		holds "$pair: it is told: half-close out by client" event taps \
			".parent == $id and .event == \"half-close\" and .dir == \"out\" and .by == \"client\""
		;;
	first)
		# The client waits for the server's end before it says anything.
		timeout 20 socat -t 5 "SYSTEM:cat >$work/heard; cat $work/sent" "$(dial "${bound[i]}")"
		holds "$pair: what the server said before its end came" test "$(cat "$work/heard")" = first
		eventually 5 "$pair: the server takes all that comes after its own end" taken
		holds "$pair: it is told: half-close in by server" event taps \
			".parent == $id and .event == \"half-close\" and .dir == \"in\" and .by == \"server\""
		;;
	esac
done
stop_taps 2
holds "every pair ended in order" test "$(jq -rs '[.[] | select(.event == "status" and .to == "none")] | length' "$work/taps.out")" = "${#taps[@]}"
