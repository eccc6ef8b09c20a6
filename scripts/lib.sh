# Shared by the scripts: where we are, and how we speak. Sourced, not run.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
started=$SECONDS
say() { printf '\033[1m[%3ds] %s\033[0m\n' "$((SECONDS - started))" "$*"; }
die() { printf '\nmamori: %s\n' "$*" >&2; exit 1; }
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "管理者の権限が必要です。root で実行するか sudo を入れてください / needs root or sudo: $*"
  fi
}
# Runs a long step quietly; on failure shows the end of its log and where the rest is.
step() {
  local name=$1 log
  shift
  mkdir -p build/log
  log="build/log/${name//[^a-zA-Z0-9]/-}.log"
  say "$name …"
  "$@" >"$log" 2>&1 && return 0
  tail -n 40 "$log" >&2
  die "「$name」が失敗しました。全体の記録: $log / the step failed, the whole log is there"
}
