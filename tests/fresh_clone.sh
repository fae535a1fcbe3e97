#!/bin/bash
# The promise of `make demo`, kept or broken as a newcomer meets it: a fresh clone in a folder with spaces and Chinese
# characters; first start, log-ins, second start, kill -9 of everything, a start after it, Ctrl-C, twice side by side.
# Run by hand, now and then: tests/fresh_clone.sh   (as root also AS=somebody for an ordinary user, and UNDER=/root)
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
as=()
if [ -n "${AS:-}" ]; then as=(runuser -u "$AS" --); fi
place=$(mktemp -d "${UNDER:-/tmp}/fresh-XXXXXX")
chmod 755 "$place"
trap 'stop_all; clean' EXIT
port=${PORT:-8471}
export PYTHON=${PYTHON:-python3} HOME=$place

clean() { # under /root the database lies elsewhere
  find "$place" -name postgres.location -exec cat {} + | while read -r folder; do rm -rf "$folder"; done
  rm -rf "$place"
}
stop_all() {
  for pid in "${pids[@]:-}"; do [ -z "$pid" ] || kill -9 -- "-$pid" 2>/dev/null || true; done
}
pids=()

say() { printf '%s\n' "$*"; }
now() { date +%s.%N; }
fail() { say "FAILED: $*"; cat "$place"/*.log | tail -60; exit 1; }

start() { # name, port, home: in a session of its own, as from a terminal of its own
  local begun; begun=$(now)
  PORT=$2 NIANGJIA_HOME=$3 setsid "${as[@]}" make -C "$place/娘 家" demo >"$place/$1.log" 2>&1 &
  last=$!; pids+=("$last")
  until grep -qs "Ctrl-C" "$place/$1.log"; do
    kill -0 "$last" 2>/dev/null || fail "$1 has ended"
    sleep 0.05
  done
  say "$1: ready after $(echo "$(now) - $begun" | bc | sed 's/^\./0./') s"
  curl -sf "http://localhost:$2/healthz" >/dev/null || fail "$1 does not answer"
}
supervisor() { pgrep -s "$1" -f 'niangjia demo' | tail -1; }
end() { # pid of make: Ctrl-C
  local begun; begun=$(now)
  kill -INT "$(supervisor "$1")"
  while kill -0 "$1" 2>/dev/null; do sleep 0.02; done
  say "ended after $(echo "$(now) - $begun" | bc | sed 's/^\./0./') s"
}
quiet() { # home: nothing of it runs any more
  for _ in $(seq 100); do
    pgrep -f "$place" >/dev/null || return 0
    sleep 0.1
  done
  pgrep -af "$place"; fail "processes are left"
}

git clone -q "$source" "$place/娘 家"
[ -z "${AS:-}" ] || chown -R "$AS" "$place"
start first "$port" .demo
grep -q niangjia-demo "$place/first.log" || fail "no log-ins are shown"
end "$last"; quiet

start second "$port" .demo
first=$last
start beside "$((port + 1))" "$place/另 一 个"
end "$last"
for pid in $(pgrep -s "$first"; pgrep -f "$place"); do kill -9 "$pid" 2>/dev/null || true; done
quiet

start "after kill -9" "$port" .demo
end "$last"; quiet
say "the fresh clone keeps its promise"
