#!/usr/bin/env bash
# 200 MB from nginx through taps, with a length and chunked, over TCP and over Unix sockets: the file's checksum, and the
# same headers as without a tap.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

mkdir "$work/www"
# 200 MB of text without "<", in which the SSI filter finds nothing to replace.
head -c 150000000 /dev/urandom | base64 -w 0 >"$work/www/file"
sum=$(sha256sum <"$work/www/file")

# nginx_at PORT: starts nginx there and on a Unix socket; false if the port is taken.
nginx_at() {
	rm -f "$work/nginx.sock"
	# /chunked: a filter that might change the length, so that nginx says none and sends chunks.
	nginx_with 'user root root;' "listen 127.0.0.1:$1; listen unix:$work/nginx.sock; root $work/www; default_type text/plain;
		location /chunked/ { alias $work/www/; ssi on; ssi_types *; }"
	eventually 5 "nginx listens or gives up" nginx_decided
	! gone "$nginx_pid"
}
nginx_decided() { test -s "$work/nginx.pid" || gone "$nginx_pid"; }

for _ in {1..20}; do
	port=$((20000 + RANDOM % 12000))
	! nginx_at "$port" || break
done
holds "nginx runs" test -S "$work/nginx.sock" -a -s "$work/nginx.pid"

# get ADDRESS PATH: its checksum is $got, its headers are in the file headers.
get() {
	local through=()
	[[ $1 != /* ]] || through=(--unix-socket "$1")
	local host=$1
	[[ $1 != /* ]] || host=localhost
	got=$(timeout 30 curl -sS --fail --noproxy '*' -D "$work/headers" "${through[@]}" "http://$host$2" | sha256sum)
	grep -viE '^(date|etag|last-modified):' "$work/headers" >"$work/headers.tell"
}

start taps watch --events status,error,listening,accepted,half-close,buffers,dropped \
	":0=127.0.0.1:$port" "$work/tap.sock=$work/nginx.sock" ":0=$work/nginx.sock" "$work/mixed.sock=127.0.0.1:$port"
listens taps 4
for path in /file /chunked/file; do
	get "$work/nginx.sock" "$path"
	holds "$path comes whole without a tap" test "$got" = "$sum"
	mv "$work/headers.tell" "$work/headers.direct"
	for address in "${bound[@]}"; do
		get "$address" "$path"
		holds "$path comes whole through ${address/$work/}" test "$got" = "$sum"
		holds "its headers are those without a tap" cmp "$work/headers.direct" "$work/headers.tell"
	done
done
holds "the second is chunked" grep -qi '^transfer-encoding: chunked' "$work/headers.direct"
holds "what came in is counted" event taps '.event == "buffers" and .dir == "in" and .received > 200000000'
stop_taps 5
