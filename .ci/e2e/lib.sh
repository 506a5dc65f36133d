# shellcheck shell=bash
# shellcheck disable=SC2034 # results are left in variables
# What the end-to-end scripts share: a private directory, children that end with the script, waiting with a deadline,
# running the program, and real servers. A script sources this first; PEERSCOPE is the program, built.
set -euo pipefail

: "${PEERSCOPE:?the path of the built program}"
export LC_ALL=C.UTF-8
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

work=$(mktemp -d /tmp/peerscope-e2e.XXXXXX) # under /tmp, since the path of a Unix socket has at most 107 bytes
children=()
frozen=() # processes that were stopped, and could not be ended so
watched=''

cleanup() {
	local status=$? pid
	trap - EXIT INT TERM HUP
	for pid in "${frozen[@]}"; do kill -CONT "$pid" 2>/dev/null || true; done
	if [[ -S $work/tmux ]]; then tmux -S "$work/tmux" kill-server 2>/dev/null || true; fi
	for pid in "${children[@]}"; do kill "$pid" 2>/dev/null || true; done
	for pid in "${children[@]}"; do
		for ((i = 0; i < 40; i++)); do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.05
		done
		kill -KILL "$pid" 2>/dev/null || true
	done
	rm -rf "$work"
	exit "$status"
}
trap cleanup EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# fail WHY: ends the script, with what the program said last.
fail() {
	printf 'FAIL: %s\n' "$*"
	thaw # else the screen could not be asked for
	if declare -F screen >/dev/null; then screen | grep -v "^$" || true; fi
	if [[ -n $watched ]]; then
		printf '  its stderr:\n'
		tail -n 20 "$work/$watched.err"
		printf '  the end of its stdout:\n'
		tail -n 12 "$work/$watched.out" | cut -c 1-240
	fi
	exit 1
}

# holds RULE COMMAND...: fails the script unless the command succeeds, else says the rule.
holds() {
	local rule=$1
	shift
	"$@" || fail "$rule"
	printf '  %s\n' "$rule"
}

# eventually SECONDS WHAT COMMAND...: waits until the command succeeds.
eventually() {
	local limit=$1 what=$2 deadline
	shift 2
	deadline=$((SECONDS + limit + 1)) # SECONDS counts whole ones
	until "$@"; do
		((SECONDS < deadline)) || fail "not within $limit s: $what"
		sleep 0.05
	done
}

gone() { ! kill -0 "$1" 2>/dev/null; }
empty() { [[ ! -s $1 ]]; }
one_line() { (($(wc -l <"$1") == 1)); }

# run NAME ARG...: the program to its end, within 20 s, without input unless standard input is redirected by the caller.
# Leaves NAME.out, NAME.err and its exit code in $code.
run() {
	watched=$1
	shift
	code=0
	timeout 20 "$PEERSCOPE" "$@" >"$work/$watched.out" 2>"$work/$watched.err" || code=$?
}

# start NAME ARG...: the program in the background; its process is $started.
# A shell makes its background children ignore SIGINT; a program started by a person does not.
start() {
	watched=$1
	shift
	env --default-signal=INT,QUIT "$PEERSCOPE" "$@" >"$work/$watched.out" 2>"$work/$watched.err" </dev/null &
	started=$!
	children+=("$started")
}

# freeze PID: as Ctrl-S does to a terminal, or somebody who does not read on; thaw lets all go on.
freeze() {
	frozen+=("$1")
	kill -STOP "$1"
}
thaw() {
	((${#frozen[@]} == 0)) || kill -CONT "${frozen[@]}"
	frozen=()
}

# listens NAME COUNT: waits until so many listeners of a watch listen. Where they do is in the array $bound, in the order
# of their addresses: HOST:PORT or a path.
listens() {
	bound=()
	eventually 5 "$1 listens at $2 addresses" all_listen "$1" "$2"
}
all_listen() {
	[[ -e $work/$1.out ]] || return 1
	mapfile -t bound < <(jq -R 'fromjson? // empty' "$work/$1.out" |
		jq -rs 'map(select(.event == "listening")) | sort_by(.peer) | .[].bound | sub("^(tcp|unix|unixpacket)-listen://"; "")')
	((${#bound[@]} == $2))
}

# stop_taps SECONDS: ends the watch that is $started as a person would, and looks at what it left.
stop_taps() {
	kill -TERM "$started"
	finish "$1"
	holds "$watched: SIGTERM ends it with 130, within $1 s" exits 130
	holds "$watched: nothing on stderr" empty "$work/$watched.err"
	holds "$watched: the events are as documented" valid "$watched"
	local at
	for at in "${bound[@]}"; do
		[[ $at != /* ]] || holds "$watched: $(basename "$at") is removed" test ! -e "$at"
	done
}

# finish SECONDS: waits for $started; its exit code is $code.
finish() {
	eventually "$1" "$watched ends" gone "$started"
	code=0
	wait "$started" || code=$?
}

# exits CODE: whether the last run or finish ended so.
exits() {
	((code == $1)) || {
		echo "exit code $code, not $1"
		return 1
	}
}

# event NAME FILTER: whether NAME.out has an event for which the jq expression is true.
# A line that is still being written is no event yet.
event() { jq -R 'fromjson? // empty' "$work/$1.out" | jq -es "any(.[]; $2)" >/dev/null; }

# valid NAME: whether every line of NAME.out is an event as documented, and all of them agree with each other.
valid() {
	[[ -s $work/$1.out ]] || {
		echo "no events"
		return 1
	}
	local faults
	faults=$(jq -R -r -n -f "$here/events.jq" "$work/$1.out") || return 1
	[[ -z $faults ]] || {
		head -n 10 <<<"$faults"
		return 1
	}
}

# bytes NAME DIR [FILTER]: the bytes of one direction, from the data events of NAME.out.
bytes() {
	jq -r "select(.event == \"data\" and .dir == \"$2\" and (${3:-true})) | .data" "$work/$1.out" |
		while read -r chunk; do base64 -d <<<"$chunk"; done
}

# redis_tcp: starts redis on a free loopback port: $redis_pid and $redis_port.
# redis cannot be told to choose one, so ports are tried below the range that the kernel gives out.
redis_tcp() {
	local log
	for _ in {1..20}; do
		redis_port=$((20000 + RANDOM % 12000))
		log="$work/redis-$redis_port.log"
		redis-server --bind 127.0.0.1 --port "$redis_port" --save '' --dir "$work" --logfile "$log" >"$log.out" 2>&1 &
		redis_pid=$!
		children+=("$redis_pid")
		eventually 10 "redis starts or gives up" redis_decided "$log" "$redis_pid"
		if ! gone "$redis_pid"; then return; fi
	done
	fail "no free port for redis in 20 tries"
}

# redis_uds PATH: starts redis on a Unix socket: $redis_pid.
redis_uds() {
	redis-server --port 0 --unixsocket "$1" --unixsocketperm 700 --save '' --dir "$work" --logfile "$1.log" >"$1.out" 2>&1 &
	redis_pid=$!
	children+=("$redis_pid")
	eventually 10 "redis starts" redis_decided "$1.log" "$redis_pid"
	if gone "$redis_pid"; then fail "redis does not start: $(cat "$1.log")"; fi
}

# kill_hard PID: kills a child, and waits for it so that the shell does not report it.
kill_hard() { { kill -KILL "$1" && wait "$1"; } 2>/dev/null || true; }

redis_decided() { grep -qsi 'ready to accept connections' "$1" || gone "$2"; }

# serve tcp|uds SECOND [OPTION...]: socat listens on a free loopback port or a socket, and joins each client to the second
# address: $socat_pid, and $address is what to dial.
serves=0
serve() {
	local log listen
	serves=$((serves + 1))
	log="$work/socat-$serves.log"
	case $1 in
	tcp) listen=TCP-LISTEN:0,bind=127.0.0.1,fork ;;
	uds) listen="UNIX-LISTEN:$work/socat-$serves.sock,fork" ;;
	esac
	socat -d -d "${@:3}" "$listen" "$2" 2>"$log" &
	socat_pid=$!
	children+=("$socat_pid")
	eventually 5 "socat listens" grep -qs 'listening on' "$log"
	case $1 in
	tcp) address="tcp://$(grep -m 1 -oP 'listening on AF=2 \K.*' "$log")" ;;
	uds) address="unix://$work/socat-$serves.sock" ;;
	esac
}

# nginx_with MAIN SERVER: starts nginx with these lines of its configuration, those of the program and those of its server:
# $nginx_pid. What it says is in nginx.log.
nginx_with() {
	mkdir -p "$work/temp"
	cat >"$work/nginx.conf" <<-CONF
		daemon off;
		$1
		pid $work/nginx.pid;
		error_log stderr;
		events { worker_connections 64; }
		http {
			access_log off;
			client_body_temp_path $work/temp;
			proxy_temp_path $work/temp;
			fastcgi_temp_path $work/temp;
			uwsgi_temp_path $work/temp;
			scgi_temp_path $work/temp;
			server {
				$2
			}
		}
	CONF
	nginx -p "$work" -c "$work/nginx.conf" -e stderr 2>"$work/nginx.log" &
	nginx_pid=$!
	children+=("$nginx_pid")
}

# nginx_uds PATH BODY: starts nginx at a Unix socket, where it answers with a body: $nginx_pid.
nginx_uds() {
	nginx_with 'master_process off;' "listen unix:$1; location / { return 200 \"$2\\n\"; }"
	eventually 5 "nginx listens" test -S "$1" -a -s "$work/nginx.pid"
}
