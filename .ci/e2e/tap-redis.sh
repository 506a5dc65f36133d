#!/usr/bin/env bash
# redis through taps, over TCP, over Unix sockets and from one to the other: replies are those that redis gives without a
# tap, and redis-benchmark runs with pipelining.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

redis_tcp
redis_uds "$work/redis.sock"
targets=("127.0.0.1:$redis_port" "$work/redis.sock")
taps=(":0=${targets[0]}" "$work/tap.sock=${targets[1]}" ":0=${targets[1]}" "$work/mixed.sock=${targets[0]}")

# at ADDRESS: how redis's own programs are told it.
at() {
	case $1 in
	/*) printf '%s\n' -s "$1" ;;
	*) printf '%s\n' -h "${1%:*}" -p "${1##*:}" ;;
	esac
}

long=$(head -c 300000 /dev/zero | tr '\0' x)
cat >"$work/commands" <<COMMANDS
FLUSHALL
PING
SET key "bytes \x00\x01\xff\r\n"
GET key
GET missing
INCR key
INCR counter
RPUSH list one two three
LRANGE list 0 -1
SET long $long
GET long
STRLEN long
HSET hash field value other 2
HGETALL hash
MULTI
INCR counter
GET counter
EXEC
EVAL "return {1, 'two', {3}}" 0
NOSUCH command
SUBSCRIBE
OBJECT ENCODING counter
DBSIZE
COMMANDS

# replies ADDRESS FILE
replies() {
	mapfile -t where < <(at "$1")
	timeout 20 redis-cli --no-raw "${where[@]}" <"$work/commands" 2>&1 | grep -vxE '\([0-9.]+s\)' >"$2" # how long a slow one took
}

# same FILE FILE: whether they are, else how they differ.
same() { diff "$1" "$2" >"$work/diff" || { head -n 8 "$work/diff" | cut -c 1-200 && return 1; }; }

start taps watch "${taps[@]}"
listens taps "${#taps[@]}"
for i in "${!taps[@]}"; do
	replies "${targets[i % 2 ^ i / 2]}" "$work/direct"
	holds "redis itself answers" grep -q xxxx "$work/direct"
	replies "${bound[i]}" "$work/tapped"
	holds "${taps[i]//$work/}: the replies are those without a tap" same "$work/direct" "$work/tapped"
done
holds "each pair has a parent, a client and both ends" event taps \
	'.kind == "tap" and .parent == 1 and .event == "status" and .to == "none" and .by == "client"'
holds "the redis command is shown going out" test -n "$(bytes taps out '.parent == 1' | grep -a NOSUCH)"
stop_taps 5

# bench ADDRESS: many connections at once, and 16 requests in flight on each.
bench() {
	mapfile -t where < <(at "$1")
	timeout 20 redis-benchmark "${where[@]}" -n 100000 -P 16 -c 50 -d 100 -t set,get,incr -q --csv >"$work/benchmark.csv" 2>&1
}

# Without the bytes, which would be a hundred megabytes of base64.
start benchmark watch --events status,error,listening,accepted,half-close,dropped "${taps[@]:0:2}"
listens benchmark 2
for address in "${bound[@]}"; do
	holds "redis-benchmark -P 16 through ${address/$work/}" bench "$address"
	sed 's/^/    /' "$work/benchmark.csv"
	holds "it has a figure for each command" test "$(grep -cE '^"(SET|GET|INCR)"' "$work/benchmark.csv")" = 3
done
holds "no pair has failed" test "$(event benchmark '.event == "status" and .to == "error"' || echo none)" = none
stop_taps 5
