# shellcheck shell=bash
# lib.sh — what setup, test and demo share: talking to the reader, the package lists, building a preset.
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

# build_preset PRESET [TARGET...]: configures when needed and builds, one line of progress per file.
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
  NINJA_STATUS='[%f/%t %es] ' cmake --build "build/$preset" -j "$(nproc)" "${targets[@]}" >&2 || return 1
}
