#!/usr/bin/env bash
# `peerscope watch` on a real nginx over a Unix socket: one request, its reply, and an end by the server's FIN.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

mkdir "$work/temp"
cat >"$work/nginx.conf" <<CONF
daemon off;
master_process off;
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
		listen unix:$work/nginx.sock;
		location / { return 200 "hello from nginx\n"; }
	}
}
CONF
nginx -p "$work" -c "$work/nginx.conf" -e stderr 2>"$work/nginx.log" &
children+=("$!")
eventually 5 "nginx listens" test -S "$work/nginx.sock" -a -s "$work/nginx.pid"

run get watch --format json --send 'GET / HTTP/1.0\r\n\r\n' "unix://$work/nginx.sock#nginx"
holds "the server's FIN is an orderly end: exit code 0" exits 0
holds "the events are as documented" valid get
bytes get out >"$work/request"
bytes get in >"$work/reply"
holds "the request went out as written" cmp "$work/request" <(printf 'GET / HTTP/1.0\r\n\r\n')
holds "the reply is HTTP/1.1 200" grep -q '^HTTP/1\.1 200 OK' "$work/reply"
holds "the body came whole" test "$(tail -n 1 "$work/reply")" = "hello from nginx"
holds "the other end closed: connected, then none" event get \
	'.event == "status" and .from == "connected" and .to == "none" and .by == "remote"'
