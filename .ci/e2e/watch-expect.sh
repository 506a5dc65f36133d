#!/usr/bin/env bash
# The one-liners of README.md that end with what they wait for, typed as they stand there: against servers that answer,
# servers that answer something else, and no servers.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# README.md says 127.0.0.1:6379, where somebody's redis may be: so all this happens on a loopback of its own.
if [[ -z ${PEERSCOPE_OWN_LOOPBACK:-} ]]; then
	export PEERSCOPE_OWN_LOOPBACK=1
	owner=()
	((EUID == 0)) || owner=(--map-root-user)
	code=0
	unshare --net "${owner[@]}" bash "${BASH_SOURCE[0]}" || code=$?
	exit "$code"
fi
ip link set lo up

mapfile -t commands < <(bash "$here/../readme-commands" | grep -E '^peerscope watch .*--(expect|until) ')
holds "README.md has three one-liners or more with --expect or --until" test "${#commands[@]}" -ge 3
mkdir "$work/bin"
ln -s "$PEERSCOPE" "$work/bin/peerscope"

# typed COMMAND: in a shell as a person has it, in the directory of the servers.
typed() {
	code=0
	(cd "$work" && PATH="$work/bin:$PATH" timeout 20 bash -c "$1") >"$work/typed.out" 2>"$work/typed.err" || code=$?
}

# refuses COMMAND: whether it went wrong as it says: by its exit code, or in the words of README.md behind ||.
refuses() {
	case $1 in
	*' || echo '*) exits 0 && grep -qxF "${1##* || echo }" "$work/typed.out" ;;
	*) exits 1 && ! grep -q 'is up' "$work/typed.out" ;;
	esac
}

# accepts COMMAND: whether it went well, and what it printed is all that README.md lets one expect.
accepts() {
	exits 0 && empty "$work/typed.err" || return 1
	case $1 in
	*' && echo '*) test "$(cat "$work/typed.out")" = "${1##* && echo }" ;;
	*--until*) tail -n 1 "$work/typed.out" | grep -q '○ none        FIN, by remote' ;;
	*) empty "$work/typed.out" ;;
	esac
}

# says_why: whether stderr is one line of ours.
says_why() { one_line "$work/typed.err" && grep -q '^peerscope: --\(expect\|until\) ' "$work/typed.err"; }

# fails WHEN: whether each command finds out, and says why.
fails() {
	for command in "${commands[@]}"; do
		typed "$command"
		holds "$1: it fails: $command" refuses "$command"
		holds "$1: and says why: $(cut -c 1-180 "$work/typed.err")" says_why
	done
}

fails "no servers"

redis-server --bind 127.0.0.1 --port 6379 --save '' --dir "$work" --logfile "$work/redis.log" >"$work/redis.out" 2>&1 &
redis_pid=$!
children+=("$redis_pid")
nginx_uds "$work/app.sock" "hello from the app"
eventually 10 "redis starts" redis_decided "$work/redis.log" "$redis_pid"

for command in "${commands[@]}"; do
	typed "$command"
	holds "with servers: it is content: $command" accepts "$command"
done

hex=$(bash "$here/../readme-commands" | grep -E '^peerscope watch .*--format hex .*xxd -r$')
typed "$hex"
holds "xxd -r has the reply: $hex" test "$(xxd -p "$work/typed.out" | tr -d '\n')" = "$(printf '\x245\r\nhello\r\n+OK\r\n' | xxd -p)"

kill "$redis_pid" "$nginx_pid"
eventually 10 "redis ends" gone "$redis_pid"
eventually 10 "nginx ends" gone "$nginx_pid"
rm -f "$work/app.sock"
# Servers that are there, and say something else.
socat -d -d TCP-LISTEN:6379,bind=127.0.0.1,fork,reuseaddr 'SYSTEM:echo -NOAUTH; sleep 10' 2>"$work/socat-a.log" &
children+=("$!")
socat -d -d "UNIX-LISTEN:$work/app.sock,fork" 'SYSTEM:echo HTTP/1.1 500 Broken; sleep 0.1' 2>"$work/socat-b.log" &
children+=("$!")
eventually 5 "socat listens" grep -qs 'listening on' "$work/socat-a.log"
eventually 5 "socat listens" grep -qs 'listening on' "$work/socat-b.log"
fails "another answer"
