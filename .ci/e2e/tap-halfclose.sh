#!/usr/bin/env bash
# Half-closes through taps, as ssh makes them: a server that answers only after the end of what its client says, and one
# that ends its own sending first and goes on reading. Over TCP, over Unix sockets, and from one to the other.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

head -c 1000000 /dev/urandom >"$work/sent"
sum=$(sha256sum <"$work/sent")

# The servers that answer after the end.
serve tcp SYSTEM:sha256sum -t 10
declare -A target=(["answers tcp"]=${address#tcp://})
serve uds SYSTEM:sha256sum -t 10
target["answers uds"]=${address#unix://}
# The one that speaks first.
python3 "$here/tap-halfclose.py" "$work/first.sock" "$work/taken" >"$work/first.port" 2>"$work/first.err" &
children+=("$!")
eventually 20 "the server listens" test -s "$work/first.port"
target["first tcp"]=127.0.0.1:$(cat "$work/first.port")
target["first uds"]=$work/first.sock

taps=() kinds=()
for pair in tcp:tcp uds:uds tcp:uds uds:tcp; do
	for kind in answers first; do
		listen=:0
		[[ $pair == tcp:* ]] || listen=$work/$kind-${pair/:/-}
		taps+=("$listen=${target["$kind ${pair#*:}"]}")
		kinds+=("$kind $pair")
	done
done
start taps watch --events status,error,listening,accepted,half-close,data,dropped "${taps[@]}"
listens taps "${#taps[@]}"

# to ADDRESS: how socat is told it.
to() {
	case $1 in
	/*) printf 'UNIX-CONNECT:%s' "$1" ;;
	*) printf 'TCP:%s' "$1" ;;
	esac
}
taken() { [[ $(cat "$work/taken" 2>/dev/null) == "${sum%% *}" ]]; }
# half_closed ID DIR BY: whether the pair of that tap told so.
half_closed() { event taps ".parent == $1 and .event == \"half-close\" and .dir == \"$2\" and .by == \"$3\""; }

for i in "${!taps[@]}"; do
	read -r kind pair <<<"${kinds[i]}"
	if [[ $kind == answers ]]; then
		got=$(timeout 20 socat -t 5 - "$(to "${bound[i]}")" <"$work/sent")
		holds "$pair: the whole answer comes after the client's end" test "$got" = "$sum"
		eventually 5 "$pair: half-close out by client" half_closed "$((i + 1))" out client
		continue
	fi
	rm -f "$work/taken"
	# The client waits for the server's end before it says anything.
	timeout 20 socat -t 5 "SYSTEM:cat >$work/heard; cat $work/sent" "$(to "${bound[i]}")"
	holds "$pair: what the server said before its end came" test "$(cat "$work/heard")" = first
	eventually 5 "$pair: the server takes all that comes after its own end" taken
	printf '  %s: the server takes all that comes after its own end\n' "$pair"
	eventually 5 "$pair: half-close in by server" half_closed "$((i + 1))" in server
done
printf '  each is told as a half-close, of the side that made it\n'
stop_taps 5
holds "every pair ended in order" test \
	"$(jq -rs '[.[] | select(.event == "status" and .to == "none")] | length' "$work/taps.out")" = "${#taps[@]}"
