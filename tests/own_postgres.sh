#!/bin/bash
# A PostgreSQL of the operator's own, as docs/operators.md promises: Debian's 15, locales that will do and that will not,
# PgBouncer in session and in transaction mode, with and without a way past it.
# Run by hand, now and then, where postgresql-15 and pgbouncer are installed: tests/own_postgres.sh   (as root as `nobody`)
set -euo pipefail
cd "$(dirname "$0")/.."
programs=${POSTGRES:-/usr/lib/postgresql/15/bin}
bouncer=${PGBOUNCER:-/usr/sbin/pgbouncer}
port=${PORT:-8481} # and the next three
place=$(mktemp -d /tmp/own-postgres-XXXXXX)
chmod 755 "$place"
as=()
if [ "$(id -u)" = 0 ]; then as=(runuser -u nobody --); chown nobody "$place"; fi
trap 'stop; rm -rf "$place"' EXIT

say() { printf '%s\n' "$*"; }
fail() { say "FAILED: $*"; exit 1; }
stop() {
  [ ! -f "$place/serve.pid" ] || kill "$(cat "$place/serve.pid")" 2>/dev/null || true
  for mode in session transaction; do [ ! -f "$place/$mode.pid" ] || kill "$(cat "$place/$mode.pid")" || true; done
  "${as[@]}" "$programs/pg_ctl" -D "$place/data" -m fast -w stop >/dev/null 2>&1 || true
}
address() { echo "postgresql://niangjia:secret@127.0.0.1:$1/$2"; }
niangjia() { NIANGJIA_LANGUAGE=en .venv/bin/python -m niangjia "$@"; }
sql() { PGPASSWORD=secret "$programs/psql" -qAt -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$port" -U postgres "$@" postgres; }

echo secret >"$place/password"
chmod 644 "$place/password"
"${as[@]}" "$programs/initdb" -D "$place/data" -U postgres -E UTF8 --locale=C.UTF-8 -A scram-sha-256 \
  --pwfile="$place/password" >/dev/null
"${as[@]}" "$programs/pg_ctl" -D "$place/data" -l "$place/log" -w \
  -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=" start >/dev/null
sql -c "CREATE ROLE niangjia LOGIN PASSWORD 'secret'"
make_database() { sql -c "CREATE DATABASE $1 OWNER niangjia TEMPLATE template0 $2"; }
make_database good "ENCODING UTF8 LOCALE 'C.UTF-8'"
make_database icu_good "ENCODING UTF8 LOCALE 'C.UTF-8' LOCALE_PROVIDER icu ICU_LOCALE 'zh-Hans-CN'"
make_database c "ENCODING UTF8 LOCALE 'C'"
make_database icu_on_c "ENCODING UTF8 LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'zh-Hans-CN'"
make_database ascii "ENCODING SQL_ASCII LOCALE 'C'"

number=0
for mode in session transaction; do
  number=$((number + 1))
  echo '"niangjia" "secret"' >"$place/users"
  cat >"$place/$mode.ini" <<END
[databases]
* = host=127.0.0.1 port=$port
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $((port + number))
unix_socket_dir =
auth_type = plain
auth_file = $place/users
pool_mode = $mode
logfile = $place/$mode.log
pidfile = $place/$mode.pid
END
  "${as[@]}" "$bouncer" -q -d "$place/$mode.ini"
done
sleep 1
export NIANGJIA_HOME=$place/home
mkdir "$NIANGJIA_HOME"

for name in c icu_on_c ascii; do
  said=$(DATABASE_URL=$(address "$port" $name) niangjia serve --port $((port + 3)) 2>&1) && fail "$name is taken"
  [[ $said == *"No Chinese would be found"*"C.UTF-8"* ]] || fail "$name: $said"
done
said=$(DATABASE_URL=$(address $((port + 2)) good) niangjia serve --port $((port + 3)) 2>&1) && fail "the pool is taken"
[[ $said == *NIANGJIA_DIRECT_URL* ]] || fail "$said"
say "what will not do is refused"

serves() { # title; the environment says how
  NIANGJIA_LANGUAGE=en .venv/bin/python -m niangjia serve --port $((port + 3)) >"$place/serve.log" 2>&1 &
  echo $! >"$place/serve.pid"
  until grep -q Ctrl-C "$place/serve.log"; do
    kill -0 "$(cat "$place/serve.pid")" 2>/dev/null || { cat "$place/serve.log"; fail "$1 does not serve"; }
    sleep 0.2
  done
  for _ in $(seq 400); do
    curl -s "http://localhost:$((port + 3))/healthz" | grep -q '"workers": 1' && break
    sleep 0.2
  done
  niangjia doctor || fail "$1: the doctor finds faults"
  code=$(curl -s -o /dev/null -w '%{http_code}' -X POST \
    "http://localhost:$((port + 3))/book/019b0000-0000-7000-8000-000000000000")
  [ "$code" = 404 ] || fail "$1: the lane answers $code"
  kill "$(cat "$place/serve.pid")"
  wait "$(cat "$place/serve.pid")" || true
  rm "$place/serve.pid"
  say "$1: all is well"
}
DATABASE_URL=$(address "$port" icu_good) niangjia migrate >/dev/null
DATABASE_URL=$(address "$port" good) serves "directly"
DATABASE_URL=$(address $((port + 1)) good) serves "through a session pool"
DATABASE_URL=$(address $((port + 2)) good) NIANGJIA_DIRECT_URL=$(address "$port" good) serves "through a transaction pool"
say "the operators' handbook is right about databases of one's own"
