#!/usr/bin/env bash
# The command line of `peerscope watch`: formats, what ends it and with which exit code, and what is wrong usage.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

serve uds EXEC:cat
echo=$address
serve uds 'SYSTEM:while echo tick; do sleep 0.05; done' -t 0.1
ticker=$address

between() { (($1 >= $2 && $1 <= $3)); }
kinds() { jq -r .event "$work/$1.out" | sort -u | paste -s -d ' '; }

# What ends it.
begun=$(date +%s%N)
run quiet watch --format json --duration 2s "$echo"
took=$((($(date +%s%N) - begun) / 1000000))
holds "--duration ends it with 0" exits 0
holds "--duration 2s takes 2 to 5 s" between "$took" 2000 5000
holds "all events are as documented" valid quiet
run counted watch --format json --count 3 "$ticker"
holds "--count ends it with 0" exits 0
holds "--count 3 prints three lines" test "$(wc -l <"$work/counted.out")" = 3

start interrupted watch --format json "$echo"
eventually 5 "connected" event interrupted '.to == "connected"'
kill -INT "$started"
finish 5
holds "SIGINT ends it with 130" exits 130
holds "what was printed before is whole" valid interrupted

codes=0
{ timeout 20 "$PEERSCOPE" watch --format json "$ticker" 2>"$work/head.err" || codes=$?; echo "$codes" >"$work/head.code"; } |
	head -n 1 >"$work/head.out"
holds "| head -n 1: one event comes out" one_line "$work/head.out"
holds "| head -n 1: it ends quietly, with 0" test "$(cat "$work/head.code" "$work/head.err")" = 0

# What is printed.
run some watch --format json --events status,data --duration 1s --send 'hi\n' "$echo"
holds "--events status,data prints those and no others" test "$(kinds some)" = "data status"
holds "chosen events are as documented" valid some

# A dialled peer that fails.
run missing watch --format json "unix://$work/missing.sock"
holds "no such socket: exit code 1" exits 1
holds "no such socket: the events are as documented" valid missing
holds "no such socket: the call's error, no transition" event missing \
	'.event == "error" and .op == "connect" and .error == "FAILED" and .code == 1 and .cause == "no such file or directory"'
# A port that was free a moment ago: a server had it, and is gone.
serve tcp EXEC:cat
kill "$socat_pid"
eventually 5 "socat ends" gone "$socat_pid"
run refused watch --format json "$address"
holds "a refused port: exit code 1" exits 1
holds "a refused port: the events are as documented" valid refused
holds "a refused port: connecting, then error" event refused \
	'.event == "status" and .from == "connecting" and .to == "error" and .cause == "connection refused"'

# Wrong usage: exit code 2, nothing on stdout, and on stderr one line that names what is wrong.
misused() { exits 2 && empty "$work/misuse.out" && one_line "$work/misuse.err" && grep -qF -- "$1" "$work/misuse.err"; }
# misuse WHAT ARG...
misuse() {
	run misuse "${@:2}"
	holds "wrong usage, in one line that names $1: ${*:2}" misused "$1"
}
misuse address watch
misuse nonsense watch nonsense
misuse gopher:// watch gopher://127.0.0.1:70
misuse 99999 watch tcp://127.0.0.1:99999
misuse --nope watch --nope "$echo"
misuse yaml watch --format yaml "$echo"
misuse bogus watch --events bogus "$echo"
misuse soon watch --duration soon "$echo"
misuse many watch --count many "$echo"
misuse watch "$echo" # the inspector, and stdout is a file
misuse watch demo

# The rest of the command line.
run version --version
holds "--version: exit code 0" exits 0
holds "--version: one line" one_line "$work/version.out"
run help --help
holds "--help: exit code 0" exits 0
holds "--help: names the subcommands" grep -qE '^ +watch ' "$work/help.out"
run completion completion bash
holds "completion bash: exit code 0" exits 0
holds "completion bash: a script" test -s "$work/completion.out"
holds "completion bash: bash can read it" bash -n "$work/completion.out"
