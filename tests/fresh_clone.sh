#!/bin/bash
# The promise of `make demo`, kept or broken as a newcomer meets it: a fresh clone in a folder with spaces and Chinese
# characters, at a terminal, with git, make and Python alone on the path and no language set. First start with its progress
# and log-ins, doctor, Ctrl-C, second start, another one beside it, kill -9 of everything, a start after it.
# Run by hand, now and then: tests/fresh_clone.sh   (as root also AS=somebody for an ordinary user, and UNDER=/root)
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
port=${PORT:-8471}
place=$(mktemp -d "${UNDER:-/tmp}/fresh-XXXXXX")
chmod 755 "$place"
trap 'kill_all; clean' EXIT

mkdir "$place/programs" "$place/家"
for program in git make python3; do ln -s "$(command -v "$program")" "$place/programs/"; done
if [ -n "${PYTHON:-}" ]; then ln -sf "$(command -v "$PYTHON")" "$place/programs/python3"; fi
mapfile -t pip < <(env | grep -E '^(PIP_|SSL_CERT|REQUESTS_CA)' || true)
poor=(env -i "PATH=$place/programs" "HOME=$place/家" TERM=xterm "${pip[@]}")
[ -z "${AS:-}" ] || poor=(runuser -u "$AS" -- "${poor[@]}")

say() { printf '%s\n' "$*"; }
now() { date +%s%N; }
since() { printf '%d.%02d s' $((($(now) - $1) / 1000000000)) $((($(now) - $1) / 10000000 % 100)); }
fail() {
  say "FAILED: $*"
  for log in "$place"/*.log; do say "--- $log"; tail -n 30 "$log"; done
  exit 1
}

running() { # every process that works for this clone: named in its command, its environment or its folder
  python3 - "$place" <<'PYTHON'
import os, sys
from pathlib import Path
place = Path(sys.argv[1])
marks = [str(place).encode(), *(pointer.read_bytes().strip() for pointer in place.rglob("postgres.location"))]
def read(of):
    try:
        return os.fsencode(os.readlink(of)) if of.name == "cwd" else of.read_bytes()
    except OSError:
        return b""
for folder in Path("/proc").glob("[0-9]*"):
    told = b"\0".join(read(folder / name) for name in ("cmdline", "environ", "cwd"))
    if any(mark in told for mark in marks) and int(folder.name) != os.getpid():
        print(folder.name)
PYTHON
}
kill_all() { for pid in $(running); do kill -9 "$pid" 2>/dev/null || true; done; }
clean() { # under /root the database lies elsewhere
  find "$place" -name postgres.location -exec cat {} + | while read -r folder; do rm -rf "$folder"; done
  rm -rf "$place"
}
nothing_runs() {
  for _ in $(seq 100); do
    [ -n "$(running)" ] || return 0
    sleep 0.1
  done
  for pid in $(running); do ps -o pid,args -p "$pid" || true; done
  fail "processes are left"
}

declare -A terminal
start() { # name, port, home: at a terminal of its own, whose keys come from a pipe
  local begun log="$place/$1.log" keys="$place/$1.keys" command
  begun=$(now)
  mkfifo "$keys"
  exec {keyboard}<>"$keys"
  terminal[$1]=$keyboard
  command=$(printf '%q ' "${poor[@]}" "PORT=$2" "NIANGJIA_HOME=$3" make -C "$place/娘 家" demo)
  script -qefc "$command" "$log" <"$keys" >/dev/null 2>&1 {keyboard}>&- &
  last=$!
  until grep -aqs "Ctrl-C" "$log"; do
    kill -0 "$last" 2>/dev/null || fail "$1 has ended"
    sleep 0.05
  done
  say "$1: ready after $(since "$begun")"
  grep -aq "http://localhost:$2" "$log" || fail "$1 does not tell its address"
  answers "$2"
}
answers() {
  curl -sf "http://localhost:$1/" -o "$place/page.html" || fail "nothing answers on port $1"
  grep -q 娘家 "$place/page.html" || fail "another site answers on port $1"
}
end() { # name, process: Ctrl-C, as typed
  local begun; begun=$(now)
  printf '\003' >&"${terminal[$1]}"
  while kill -0 "$2" 2>/dev/null; do sleep 0.02; done
  say "$1: ended after $(since "$begun")"
  keyboard=${terminal[$1]}
  exec {keyboard}>&-
}

git clone -q "$source" "$place/娘 家"
[ -z "${AS:-}" ] || chown -R "$AS" "$place"

start first "$port" .demo
grep -aq niangjia-demo "$place/first.log" || fail "no log-ins are shown"
grep -aqE '[0-9]+ / [0-9]+ ' "$place/first.log" || fail "the packages come without progress"
grep -aqE '[0-9]+%' "$place/first.log" || fail "the records come without progress"
pgrep -f "postgres -D" | grep -qxFf <(running) || fail "its PostgreSQL is not seen, so its end would not be either"
"${poor[@]}" make -C "$place/娘 家" doctor >"$place/doctor.log" 2>&1 || grep -q fonts-noto-cjk "$place/doctor.log" ||
  fail "the doctor finds faults"
end first "$last"; nothing_runs

start second "$port" .demo
start beside "$((port + 1))" "$place/另 一 个"
answers "$port"
end beside "$last"
answers "$port"
kill_all; nothing_runs

start after-kill-9 "$port" .demo
end after-kill-9 "$last"; nothing_runs
say "the fresh clone keeps its promise"
