# Debian and Ubuntu packages: which ones, which are missing, how they are installed. Sourced by tools/setup.
# shellcheck shell=bash disable=SC2034,SC2154

packages=(
  build-essential cmake ninja-build ccache pkg-config git python3-venv clang-format
  libavformat-dev libavcodec-dev libavutil-dev libswscale-dev libavfilter-dev libswresample-dev libwebp-dev
  libtbb-dev libboost-program-options-dev libfmt-dev nlohmann-json3-dev libzip-dev libssl-dev
  libcairo2-dev libpango1.0-dev libfontconfig-dev libqpdf-dev libjpeg-dev libopencv-video-dev
  libgtest-dev libgmock-dev libbenchmark-dev
  ffmpeg qpdf poppler-utils fonts-dejavu-core fonts-noto-cjk fonts-noto-color-emoji
)

find_missing_packages() {
  missing_packages=""
  if ! command -v dpkg-query >/dev/null; then
    say "set-up: no Debian packages on this system; it needs the equivalents of: ${packages[*]}" >&2
    return
  fi
  local name
  for name in "${packages[@]}"; do
    if [[ $(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null) != installed ]]; then
      missing_packages+="${missing_packages:+ }$name"
    fi
  done
}

# What apt says of the download and of the space; nothing is installed.
packages_size() {
  local words size
  read -r -a words <<<"$missing_packages"
  size=$(LC_ALL=C apt-get -o Debug::NoLocking=1 --assume-no --no-install-recommends install "${words[@]}" 2>/dev/null |
    grep -E '^(Need to get|After this operation)' | paste -sd' ' -) || true
  say "${size:-size not known yet: the package lists are missing (about 200 MB to download, 900 MB installed)}"
}

as_root() {
  if [[ $(id -u) -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  else
    fail "installing packages needs root and there is no sudo; run as root: apt-get install $missing_packages"
  fi
}

install_packages() {
  local words
  read -r -a words <<<"$missing_packages"
  step "Debian packages"
  export DEBIAN_FRONTEND=noninteractive
  retry 3 as_root apt-get -q -o Acquire::Retries=3 update ||
    say "the package lists could not be renewed; going on with the ones that are here" >&2
  retry 3 as_root apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 \
    --no-install-recommends install "${words[@]}" ||
    fail "apt-get could not install: $missing_packages; see its words above, then run tools/setup again"
}
