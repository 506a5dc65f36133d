#!/usr/bin/env bash
# psql on a real PostgreSQL through taps: a session with COPY both ways and a prepared statement gives what it gives
# without a tap, and Ctrl-C cancels a query, for which psql makes a second connection.
# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

bin=$(compgen -G '/usr/lib/postgresql/*/bin' | sort -V | tail -n 1) || true
bin=${bin:-$(dirname "$(command -v postgres)")}
as=() # PostgreSQL refuses to run as root
if ((EUID == 0)); then as=(setpriv --reuid nobody --regid nogroup --clear-groups); fi
mkdir "$work/pg" "$work/pg/run" "$work/tap"
chmod 711 "$work"
if ((EUID == 0)); then chown -R nobody:nogroup "$work/pg"; fi
cd "$work/pg"
"${as[@]}" env HOME="$work/pg" "$bin/initdb" -D "$work/pg/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$work/initdb" 2>&1 ||
	fail "initdb: $(cat "$work/initdb")"

# postgres_at PORT: starts it there and on a Unix socket; false if the port is taken.
postgres_at() {
	"${as[@]}" "$bin/postgres" -D "$work/pg/data" -k "$work/pg/run" -h 127.0.0.1 -p "$1" -F >"$work/postgres.log" 2>&1 &
	postgres_pid=$!
	children+=("$postgres_pid")
	eventually 20 "postgres starts or gives up" postgres_decided
	! gone "$postgres_pid"
}
postgres_decided() { grep -q 'ready to accept connections' "$work/postgres.log" || gone "$postgres_pid"; }
for _ in {1..20}; do
	port=$((20000 + RANDOM % 12000))
	! postgres_at "$port" || break
done
holds "postgres runs" test -S "$work/pg/run/.s.PGSQL.$port"

# ask ADDRESS ARG...: psql at HOST:PORT or at the socket of that port in a directory.
ask() {
	local at=(-h "${1%:*}" -p "${1##*:}")
	timeout 20 psql -X -U postgres -d postgres "${at[@]}" "${@:2}"
}

seq 1 100000 | awk '{ print $1 "\trow number " $1 * 7919 % 100003 }' >"$work/rows"
cat >"$work/session" <<SQL
\\set ON_ERROR_STOP on
CREATE TABLE rows (id int PRIMARY KEY, text text NOT NULL);
\\copy rows FROM '$work/rows'
SELECT count(*), sum(id), min(text), max(text) FROM rows;
PREPARE one (int) AS SELECT text FROM rows WHERE id = \$1;
EXECUTE one(1);
EXECUTE one(99999);
BEGIN;
UPDATE rows SET text = repeat('é', 100000) WHERE id = 5;
SELECT length(text), octet_length(text), md5(text) FROM rows WHERE id = 5;
ROLLBACK;
DO \$\$ BEGIN RAISE NOTICE 'a notice'; END \$\$;
\\copy rows TO '$work/rows.back'
\\set ON_ERROR_STOP off
SELECT 1/0;
SELECT text FROM rows ORDER BY id LIMIT 20000;
DROP TABLE rows;
SQL
session() { ask "$1" -f "$work/session" >"$work/session.$2" 2>&1; }
direct=$work/pg/run:$port
session "$direct" direct
holds "the session works without a tap" grep -q 'ERROR:  division by zero' "$work/session.direct"

# A socket's path ends as psql wants it: .s.PGSQL.PORT.
server=$work/pg/run/.s.PGSQL.$port
start taps watch --events status,error,listening,accepted,half-close,buffers,dropped \
	"$work/tap/.s.PGSQL.$port=$server" ":0=$server" ":0=127.0.0.1:$port"
listens taps 3
ways=("$work/tap:$port" "${bound[1]}" "${bound[2]}")

# sleeps N: whether the server runs that query.
sleeps() {
	local query="SELECT pg_sleep(60) /* $1 */"
	[[ $(ask "$direct" -Atc "SELECT count(*) FROM pg_stat_activity WHERE query = '$query' AND state = 'active'") == 1 ]]
}

for i in "${!ways[@]}"; do
	name=${ways[i]/$work/}
	rm -f "$work/rows.back"
	session "${ways[i]}" tapped
	holds "$name: the session gives what it gives without a tap" cmp "$work/session.direct" "$work/session.tapped"
	holds "$name: 100,000 rows in and out again" cmp "$work/rows" "$work/rows.back"

	# A shell makes its background children ignore SIGINT.
	env --default-signal=INT psql -X -U postgres -d postgres -h "${ways[i]%:*}" -p "${ways[i]##*:}" \
		-c "SELECT pg_sleep(60) /* $i */" >"$work/cancelled" 2>&1 &
	psql_pid=$!
	children+=("$psql_pid")
	eventually 5 "$name: the query runs" sleeps "$i"
	kill -INT "$psql_pid"
	eventually 5 "$name: psql ends" gone "$psql_pid"
	holds "$name: Ctrl-C cancels a query" grep -q 'canceling statement due to user request' "$work/cancelled"
done
holds "each session and each cancel is a pair that ended in order" test \
	"$(jq -rs '[.[] | select(.event == "status" and .to == "none")] | length' "$work/taps.out")" = 9
stop_taps 5
kill -INT "$postgres_pid"
