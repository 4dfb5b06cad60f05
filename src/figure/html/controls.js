// What the reader's hands do: buttons, sliders, keys; and the beginning.

/** Which controls make sense for what is shown. */
function showControls() {
  const panels = app.views.map((view) => view.moving()).filter(Boolean);
  const frames = app.frames();
  const maps = panels.filter(({map, view}) => map >= 0 && view !== "frame");
  $("controls").hidden = shownScales().length === 0 && frames < 2;
  $("transport").hidden = $("speed-setting").hidden = frames < 2;
  $("opacity-setting").hidden = !panels.some(({map}) => map >= 0);
  $("scrub").max = Math.max(0, frames - 1);
  $("opacity").disabled = !maps.some(({view}) => view === "overlay");
  if (look.opacity === null && maps.length) $("opacity").value = Math.round(100 * figure.maps[maps[0].map].opacity);
  $("opacity").setAttribute("aria-valuetext", `${$("opacity").value} percent`);
  showColormaps();
}

/** The scales in sight whose colours can be chosen: of maps, and of panels that explain one. */
function shownScales() {
  const scales = app.views.map((view) => view.moving()).filter((panel) => panel && panel.map >= 0)
    .map(({map}) => figure.maps[map].scale);
  for (const {dataset} of document.querySelectorAll("#views .is-live image.ramp")) {
    scales.push({colormap: dataset.colormap, signed: dataset.signed === "1"});
  }
  return scales;
}

function showColormaps() {
  const scales = shownScales();
  const kinds = [...new Set(scales.map(kindOf))];
  const select = $("colormap");
  $("colormap-setting").hidden = scales.length === 0;
  if (scales.length === 0) return;
  const made = [...new Set(scales.map(({colormap}) => colormap))].join(", ").replaceAll("_", " ");
  select.replaceChildren(new Option(`as made: ${made}`, ""));
  for (const table of figure.colormaps) {
    const kind = table.diverging ? "diverging" : "sequential";
    if (kinds.includes(kind)) select.append(new Option(table.name.replaceAll("_", " "), table.name));
  }
  select.value = kinds.map((kind) => look[kind]).find(Boolean) || "";
}

let isRecolorDue = false;

/** All pictures again, once a screen refresh. */
function recolor() {
  if (isRecolorDue) return;
  isRecolorDue = true;
  requestAnimationFrame(() => {
    isRecolorDue = false;
    for (const view of app.views) view.recolor();
  });
}

function listenToControls() {
  $("play").addEventListener("click", togglePlaying);
  $("back").addEventListener("click", () => stepBy(-1));
  $("forward").addEventListener("click", () => stepBy(1));
  $("scrub").addEventListener("input", () => {
    pause();
    setFrame(Number($("scrub").value));
  });
  $("scrub").addEventListener("change", () => writeHash(true));
  $("speed").addEventListener("change", () => {
    app.speed = Number($("speed").value);
    app.lastTick = null;
  });
  $("opacity").addEventListener("input", () => {
    look.opacity = Number($("opacity").value) / 100;
    $("opacity").setAttribute("aria-valuetext", `${$("opacity").value} percent`);
    recolor();
  });
  $("colormap").addEventListener("change", () => {
    const name = $("colormap").value;
    if (name) {
      look[tables.get(name).isDiverging ? "diverging" : "sequential"] = name;
    } else {
      look.sequential = look.diverging = null;
    }
    recolor();
  });
  $("compare").addEventListener("click", toggleCompare);
  $("compare").hidden = figure.states.length < 2;
  $("to-about").addEventListener("click", (event) => {
    event.preventDefault();  // the address is that of the state
    $("about").scrollIntoView();
    $("about").focus({preventScroll: true});
  });
}

// -------------------------------------------------------------------------------------- the keys

/** Whether an element acts on a key itself. */
function keeps(element, key) {
  if (element.matches("select, textarea")) return true;
  if (key === " ") return element.matches("button, a, summary");
  if (key === "Home" || key === "End") return element.matches("input[type=range]");
  return key.startsWith("Arrow") && element.matches("input");
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || keeps(event.target, event.key)) return;
  const moves = {
    " ": togglePlaying,
    ArrowLeft: () => stepBy(-1),
    ArrowRight: () => stepBy(1),
    Home: () => stepBy(-app.t),
    End: () => stepBy(app.frames() - 1 - app.t),
  };
  if (moves[event.key] && app.frames() > 1 && !event.shiftKey) {
    moves[event.key]();
  } else if (/^[1-9]$/.test(event.key)) {
    chooseFirst(Number(event.key) - 1);
  } else if (event.key.toLowerCase() === "c" && figure.states.length > 1) {
    toggleCompare();
  } else {
    return;
  }
  event.preventDefault();
}

/** Chooses in the first row of tabs. */
function chooseFirst(value) {
  const [axis] = openAxes();
  if (axis === undefined || value >= figure.axes[axis].values.length) return;
  const to = neighbourOf(app.views[0].state, axis, value);
  if (to >= 0) goTo(0, to);
}

// ------------------------------------------------------------------------------------- the theme

const prefersDark = matchMedia("(prefers-color-scheme: dark)");

function isDark() {
  const {theme} = document.documentElement.dataset;
  return theme ? theme === "dark" : prefersDark.matches;
}

function showTheme() {
  $("theme").setAttribute("aria-pressed", String(isDark()));
}

function listenToTheme() {
  $("theme").addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    showTheme();
  });
  prefersDark.addEventListener("change", showTheme);
  showTheme();
}

// --------------------------------------------------------------------------------- the beginning

function fillAbout() {
  for (const text of figure.about) {
    const part = new TextPart();
    part.show(text);
    $("about-texts").append(part.element);
  }
  let provenance = figure.provenance;
  try {
    provenance = JSON.stringify(JSON.parse(provenance), null, 2);
  } catch {
    // It is shown as it is.
  }
  $("provenance-text").textContent = provenance;
  $("provenance").hidden = !provenance;
  const isHalf = figure.maps.some(({format}) => format === "float16");
  $("precision").textContent = figure.maps.length === 0 ? "" : isHalf ?
    "The maps in this file are raw values rounded to 11 binary digits (half precision)." :
    "The maps in this file are raw values in single precision, as they were computed.";
}

function begin() {
  fillAbout();
  listenToControls();
  listenToTheme();
  const asked = readHash(location.hash);
  app.hash = location.hash;
  showStates(asked.states);
  const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const panel = app.views[0].moving();
  if (asked.t !== null) {
    setFrame(asked.t);
  } else if (panel && isStill) {
    setFrame(panel.telling || 0);
  } else if (panel) {
    Promise.all(filmOf(panel).pictures.map((id) => imageOf(id).ready)).then(() => {
      if (app.t === 0) play();  // unless the reader was faster
    });
  }
  addEventListener("hashchange", followHash);
  addEventListener("beforeprint", pause);
  document.addEventListener("keydown", onKey);
  showPlaying();
}

begin();
