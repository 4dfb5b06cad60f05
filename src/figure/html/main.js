// The page as a whole: what is shown, who moves it, and the controls.

const app = {
  views: [],
  states: [],  // what they show
  t: 0,
  isPlaying: false,
  speed: 1,
  probe: null,  // {x, y}: shares of the picture; the same point in both states
  hash: null,   // as last written or read
  frames() {
    return this.views[0].frames();
  },
};
function announce(text) {
  $("announcer").textContent = text;
}

// ------------------------------------------------------------------------------------ the player

/** Shows frame t everywhere. */
function setFrame(t) {
  const frames = app.frames();
  if (!frames) return;
  app.t = Math.min(Math.max(t, 0), frames - 1);
  for (const view of app.views) view.at(app.t, frames);
  const film = app.views[0].film();
  $("scrub").value = app.t;
  $("scrub").setAttribute("aria-valuetext", frameText(film, app.t));
  const place = `${app.t + 1}/${frames}`;
  $("time").textContent = hasTime(film, app.t) ? `${timeText(film.times[app.t])} · ${place}` : place;
}

/** As setFrame, and the address says so. */
function seekTo(t) {
  setFrame(t);
  writeHash(true);
}

function tick(now) {
  if (!app.isPlaying) return;
  const step = 1000 / (figure.framesPerSecond * app.speed);
  if (app.lastTick === null) app.lastTick = now;
  const passed = Math.floor((now - app.lastTick) / step);
  if (passed > 0) {
    app.lastTick += passed * step;
    setFrame((app.t + passed) % app.frames());
  }
  requestAnimationFrame(tick);
}

function showPlaying() {
  $("play").setAttribute("aria-label", app.isPlaying ? "Pause" : "Play");
  $("play").classList.toggle("is-playing", app.isPlaying);
}

function play() {
  if (app.isPlaying || app.frames() < 2) return;
  app.isPlaying = true;
  app.lastTick = null;
  showPlaying();
  requestAnimationFrame(tick);
}

function pause() {
  app.isPlaying = false;
  showPlaying();
}

function togglePlaying() {
  if (app.isPlaying) {
    pause();
  } else {
    play();
  }
  writeHash(true);
}

function stepBy(frames) {
  const all = app.frames();
  pause();
  seekTo((app.t + frames + all) % all);
}

function probeAt(probe) {
  app.probe = probe;
  for (const view of app.views) view.read();
}

// ---------------------------------------------------------------------------- states and address

/** `replaces`: no step in the history. */
function writeHash(replaces) {
  const t = app.isPlaying || app.frames() < 2 ? null : app.t;
  const hash = "#" + hashOf(app.states, t);
  if (hash === app.hash) return;
  app.hash = hash;
  if (replaces) {
    location.replace(hash);
  } else {
    location.hash = hash;
  }
}

/** Shows these states, one or two. */
function showStates(states) {
  app.states = states;
  while (app.views.length > states.length) app.views.pop().root.remove();
  while (app.views.length < states.length) addView();
  const isComparing = states.length > 1;
  $("views").classList.toggle("is-comparing", isComparing);
  $("compare").setAttribute("aria-pressed", String(isComparing));
  states.forEach((id, side) => app.views[side].show(id));
  for (const view of app.views) {
    view.root.classList.toggle("has-no-side", view.places.side.hidden);
    view.root.classList.toggle("has-no-main", view.places.main.hidden);
  }
  $("views").classList.toggle("has-no-side", app.views[0].places.side.hidden);
  showControls();
  setFrame(app.t);
}

function addView() {
  const view = new View(app.views.length);
  app.views.push(view);
  $("views").append(view.root);
  if (view.side === 0) view.places.main.after($("controls"));  // where the tab key expects them
}

function goTo(side, id) {
  const states = app.states.slice();
  states[side] = id;
  showStates(states);
  writeHash(false);
  announce(figure.states[id].caption);
}

function toggleCompare() {
  const [state, beside] = app.states;
  showStates(beside === undefined ? [state, otherState(state)] : [state]);
  writeHash(false);
}

/** What one wants to see beside a state: the next value of the first row of tabs. */
function otherState(from) {
  const {choice} = figure.states[from];
  for (const axis of openAxes()) {
    const count = figure.axes[axis].values.length;
    for (let i = 1; i < count; ++i) {
      const to = neighbourOf(from, axis, (choice[axis] + i) % count);
      if (to >= 0 && to !== from) return to;
    }
  }
  return from;
}

function followHash() {
  if (location.hash === app.hash) return;
  if (location.hash === "#about") return;
  app.hash = location.hash;
  const asked = readHash(location.hash);
  showStates(asked.states);
  if (asked.t !== null) {
    pause();
    setFrame(asked.t);
  }
}
