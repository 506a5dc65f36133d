#!/usr/bin/env bash
# `peerscope watch` on a real nginx over a Unix socket: one request, its reply, and an end by the server's FIN.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

nginx_uds "$work/nginx.sock" "hello from nginx"

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
