# Shared by tools/setup, tools/test and tools/demo: messages, retries, sizes. Sourced with `set -euo pipefail` in force.
# shellcheck shell=bash disable=SC2034,SC2154

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
state="$root/.praxiscope"   # everything that set-up makes for this checkout
venv="$state/venv"
stamp="$state/packages.txt" # what the environment was made from; written last
environment="$state/environment" # which PyTorch and Python the build uses

say() { printf '%s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# retry COUNT COMMAND...: again after 5, 10, ... seconds, for networks that fail now and then.
retry() {
  local most=$1 attempt=1
  shift
  until "$@"; do
    if ((attempt >= most)); then return 1; fi
    say "attempt $attempt of $most failed; next one in $((attempt * 5)) s" >&2
    sleep $((attempt * 5))
    attempt=$((attempt + 1))
  done
}

# free_mb DIR: megabytes that can still be written there.
free_mb() { df -Pm "$1" | awk 'NR == 2 { print $4 }'; }

cores() { nproc 2>/dev/null || echo 1; }

# build_jobs: one compiler may take 1.2 GB, so memory bounds the jobs as well as cores do.
build_jobs() {
  local available jobs limit
  available=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo 2>/dev/null || echo 0)
  jobs=$(cores)
  limit=$((available / 1200))
  if ((available > 0 && limit < jobs)); then jobs=$limit; fi
  if ((jobs < 1)); then jobs=1; fi
  echo "$jobs"
}

# configure_and_build PRESET [TARGET...]: with the PyTorch and Python that set-up chose.
configure_and_build() {
  local preset=$1 log cache options=()
  shift
  cache="$root/build/$preset/CMakeCache.txt"
  if [[ -f $environment ]]; then
    # shellcheck source=/dev/null
    . "$environment"
    options+=("-DPRAXISCOPE_TORCH=$chosen_torch" "-DPRAXISCOPE_PYTHON=$chosen_python")
    # CMake remembers where it found libraries: another PyTorch needs a fresh look.
    if [[ -f $cache ]] && ! grep -qxF "PRAXISCOPE_TORCH:PATH=$chosen_torch" "$cache"; then options+=(--fresh); fi
  fi
  log="$state/configure-$preset.log"
  step "configure ($preset)"
  if ! (cd "$root" && cmake --preset "$preset" "${options[@]}") >"$log" 2>&1; then
    cat "$log" >&2
    fail "cmake could not configure: see above"
  fi
  step "build ($preset, $(build_jobs) jobs)"
  cmake --build "$root/build/$preset" -j "$(build_jobs)" ${1:+--target "$@"}
}
