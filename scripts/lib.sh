# shellcheck shell=bash
# lib.sh — what setup, test, bench and demo share: talking to the reader, the package lists, building a preset, and
# knowing the processes of a run.
#
# Sourced after `set -euo pipefail`. Everything for the reader goes to stderr.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
if [[ -t 2 && -z ${NO_COLOR:-} ]]; then
  bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'
else
  bold='' red='' plain=''
fi

say() { printf '%s\n' "$*" >&2; }
headline() { printf '\n%s== %s%s\n' "$bold" "$*" "$plain" >&2; }

# die MESSAGE [WHAT TO DO]: what failed and what to do next.
die() {
  printf '%serror%s: %s\n' "$red" "$plain" "$1" >&2
  [[ $# -lt 2 ]] || printf '  next: %s\n' "$2" >&2
  exit 1
}

# package_lines LIST...: the lines of packaging/debian-packages/LIST.txt that name a package.
package_lines() {
  local list
  for list in "$@"; do
    [[ -r $root/packaging/debian-packages/$list.txt ]] ||
      die "no package list called \"$list\"" "use build, run or test"
    grep -hE '^[a-z0-9]' "$root/packaging/debian-packages/$list.txt"
  done
}

packages_of() { package_lines "$@" | awk '{ print $1 }'; }

# The packages among the arguments that are not fully installed, one a line.
missing_packages() {
  local installed
  # dpkg-query fails when it does not know a package at all; its other lines still count.
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
    awk '$1 == "installed" { print $2 }' || true)
  comm -23 <(printf '%s\n' "$@" | sort -u) <(sort -u <<<"$installed")
}

# pass_on WHAT: its standard input for the reader, line by line, and after every half minute of silence that it goes on.
pass_on() {
  local begin=$SECONDS line status
  while true; do
    status=0
    IFS= read -r -t 30 line || status=$?
    if ((status > 128)); then
      say "$line   … still $1, $((SECONDS - begin)) s"
    elif ((status == 0)) || [[ -n $line ]]; then
      say "$line"
    fi
    ((status == 0 || status > 128)) || return 0
  done
}

# build_preset PRESET [TARGET...]: configures when needed and builds, one line of progress per file or half minute.
build_preset() {
  local preset=$1 targets=()
  shift
  [[ $# -eq 0 ]] || targets=(--target "$@")
  cd "$root" || return 1
  mkdir -p "build/$preset"
  cmake --preset "$preset" >"build/$preset/configure.log" 2>&1 || {
    tail -n 30 "build/$preset/configure.log" >&2
    die "CMake could not configure the preset $preset" "read build/$preset/configure.log"
  }
  NINJA_STATUS='[%f/%t %es] ' cmake --build "build/$preset" -j "$(nproc)" "${targets[@]}" 2>&1 | pass_on "compiling" || return 1
}

# begin_run FOLDER: a temporary folder in it for this run, and nothing that this run starts outlives it.
# Short, because a Unix socket's path has at most 107 characters; every process of this run is known by the variable.
begin_run() {
  TMPDIR=$(mktemp -d "$1/stw.XXXXXX")
  STELLWERK_TEST_RUN=run-$$-${TMPDIR##*.}
  export TMPDIR STELLWERK_TEST_RUN
  trap end_run EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}

# The processes that inherited this run's variable: all that it started and did not end.
leftovers() {
  local environment
  for environment in /proc/[0-9]*/environ; do
    if tr '\0' '\n' <"$environment" | grep -qxF "STELLWERK_TEST_RUN=$STELLWERK_TEST_RUN"; then
      echo "${environment//[^0-9]/}"
    fi
  done 2>/dev/null
}

end_run() {
  local pid
  for pid in $(leftovers); do kill -KILL "$pid" 2>/dev/null || true; done
  rm -rf "$TMPDIR"
}
