// The panels of a state, one class a kind. Each has `element`, show(panel, id): another panel of the
// same kind takes its place; at(t): the player stands at frame t; recolor(): the look has changed.
// A part knows the view it stands in, and asks it to seek or to go to another state.

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) {
    element.textContent = text;
    element.dir = "auto";
  }
  return element;
}

/** Canvases of small frames are finer than their frames, so that maps over them stay smooth. */
const kLeastCanvas = 480;
const kMostThumb = 240;

function setCanvasSize(canvas, picture, scale) {
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
}

function firstPicture(panel) {
  return figure.pictures[filmOf(panel).pictures[0]];
}

function frameText(film, t) {
  const count = film.pictures.length;
  const place = count > 1 ? `frame ${t + 1} of ${count}, ` : "";
  const again = isPadding(film, t) ? ", repeated to fill the clip" : "";
  if (!hasTime(film, t) && film.sourceFrames[t] < 0) return `step ${t + 1} of ${count}`;
  return `${place}${timeText(film.times[t])}, source frame ${film.sourceFrames[t]}${again}`;
}

/** The film in motion, with a read-out of the raw value at a point. */
class PlayerPart {
  constructor(view) {
    this.view = view;
    this.element = make("figure", "panel player");
    this.screen = make("div", "screen");
    this.canvas = make("canvas");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "img");
    this.probe = make("span", "probe");
    this.probe.hidden = true;
    this.readout = make("figcaption", "readout");
    this.readout.lang = "en";
    this.screen.append(this.canvas, this.probe);
    this.element.append(this.screen, this.readout);
    this.listen();
  }

  listen() {
    const point = (event) => {
      const box = this.canvas.getBoundingClientRect();
      const share = (value) => Math.min(Math.max(value, 0), 0.999999);
      probeAt({x: share((event.clientX - box.left) / box.width),
               y: share((event.clientY - box.top) / box.height)});
    };
    this.canvas.addEventListener("pointermove", point);
    this.canvas.addEventListener("pointerdown", point);
    this.canvas.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") probeAt(null);  // a finger's point stays to be read
    });
    this.canvas.addEventListener("keydown", (event) => this.moveProbe(event));
    this.canvas.addEventListener("blur", () => probeAt(null));
  }

  moveProbe(event) {
    const step = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key];
    if (!step || !event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    const from = app.probe || {x: 0.5, y: 0.5};
    const move = (value, by) => Math.min(Math.max(value + by / 32, 0), 0.999999);
    probeAt({x: move(from.x, step[0]), y: move(from.y, step[1])});
    announce(this.readout.textContent);
  }

  show(panel) {
    this.panel = panel;
    const picture = firstPicture(panel);
    const longest = Math.max(picture.width, picture.height);
    setCanvasSize(this.canvas, picture, Math.max(1, Math.ceil(kLeastCanvas / longest)));
    this.screen.style.setProperty("--aspect", picture.width / picture.height);
  }

  at(t) {
    this.t = t;
    this.canvas.setAttribute("aria-label", `${this.panel.alt}, ${frameText(filmOf(this.panel), t)}`);
    this.read();
    return paintFrame(this.canvas, this.panel, t);
  }

  recolor() {
    paintFrame(this.canvas, this.panel, this.t);
  }

  /** The raw value where the probe stands; null outside of the map. */
  valueUnder(probe) {
    if (this.panel.map < 0) return null;
    const map = figure.maps[this.panel.map];
    const u = (probe.x - map.x) / map.fractionWidth;
    const v = (probe.y - map.y) / map.fractionHeight;
    if (u < 0 || u > 1 || v < 0 || v > 1) return null;
    return valueAt(this.panel.map, this.t, u, v);
  }

  read() {
    const {probe} = app;
    this.probe.hidden = !probe;
    this.readout.classList.toggle("is-idle", !probe);
    const film = filmOf(this.panel);
    if (!probe) {
      const again = isPadding(film, this.t) ? " · repeated to fill the clip" : "";
      this.readout.textContent = (this.panel.map < 0 ? "" :
        "Point at the picture to read the map\u2019s raw value") + again;
      return;
    }
    this.probe.style.left = `${100 * probe.x}%`;
    this.probe.style.top = `${100 * probe.y}%`;
    const picture = figure.pictures[film.pictures[this.t]];
    const value = this.valueUnder(probe);
    const text = value === null ? "outside the map" : numberText(value);
    this.readout.replaceChildren(make("strong", "", text),
      ` at x ${Math.floor(probe.x * picture.width)}, y ${Math.floor(probe.y * picture.height)} px, ` +
      timeText(film.times[this.t]));
  }
}

/** All frames side by side; a click shows one large. One stop of the tab key: the frame shown. */
class StripPart {
  constructor(view) {
    this.view = view;
    this.element = make("figure", "panel strip");
    this.list = make("ol");
    this.element.append(this.list);
    this.items = [];
    new ResizeObserver(() => this.spread()).observe(this.element);
  }

  /** Rows of equally many frames, as far as their number allows. */
  spread() {
    const {width} = this.element.getBoundingClientRect();
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const count = this.items.length;
    const least = rem * (count > 20 ? 3.5 : 4.5) * Math.min(Math.max(this.aspect, 0.5), 4) ** 0.5;
    const rows = Math.ceil(count / Math.max(1, Math.floor(width / least)));
    this.list.style.setProperty("--columns", Math.ceil(count / rows));
    this.list.style.setProperty("--most", `${2 * least}px`);
  }

  show(panel) {
    const isAlike = this.panel && filmOf(this.panel).pictures.length === filmOf(panel).pictures.length;
    this.panel = panel;
    this.element.setAttribute("aria-label", panel.alt);
    if (!isAlike) this.build();
    const picture = firstPicture(panel);
    const scale = Math.min(1, kMostThumb / Math.max(picture.width, picture.height));
    this.aspect = picture.width / picture.height;
    this.element.style.setProperty("--aspect", this.aspect);
    this.element.hidden = this.items.length < 2;  // the player shows it all
    this.spread();
    this.items.forEach(({button, canvas, time}, t) => {
      const film = filmOf(panel);
      setCanvasSize(canvas, picture, scale);
      button.setAttribute("aria-label", frameText(film, t));
      button.classList.toggle("is-padding", isPadding(film, t));
      time.textContent = hasTime(film, t) ? timeText(film.times[t]) : `${t + 1} of ${film.times.length}`;
    });
    this.recolor();
  }

  build() {
    const count = filmOf(this.panel).pictures.length;
    this.items = [];
    this.list.replaceChildren();
    this.element.classList.toggle("is-many", count > 20);
    for (let t = 0; t < count; ++t) {
      const button = make("button");
      button.type = "button";
      const canvas = make("canvas");
      const time = make("span", "time", "");
      button.append(canvas, time);
      button.addEventListener("click", () => this.view.seek(t));
      const item = make("li");
      item.append(button);
      this.list.append(item);
      this.items.push({button, canvas, time});
    }
  }

  at(t) {
    const hadFocus = this.list.contains(document.activeElement);
    this.items.forEach(({button}, i) => {
      button.tabIndex = i === t ? 0 : -1;
      if (i === t) {
        button.setAttribute("aria-current", "true");
      } else {
        button.removeAttribute("aria-current");
      }
    });
    if (hadFocus) this.items[t].button.focus({preventScroll: true});
  }

  recolor() {
    this.items.forEach(({canvas}, t) => paintFrame(canvas, this.panel, t));
  }
}

class TextPart {
  constructor() {
    this.element = make("div", "panel text");
  }
  show(panel) {
    this.element.replaceChildren(make("h2", "", panel.title));
    for (const paragraph of panel.paragraphs) this.element.append(make("p", "", paragraph));
  }
  at() {}
  recolor() {}
}

class TablePart {
  constructor() {
    this.element = make("div", "panel table");
  }
  show(panel) {
    const row = (texts, tag) => {
      const line = make("tr");
      texts.forEach((text, i) => {
        const cell = make(tag, panel.numbers[i] ? "number" : "", text);
        if (tag === "th") cell.scope = "col";
        line.append(cell);
      });
      return line;
    };
    const table = make("table");
    const head = make("thead");
    const body = make("tbody");
    head.append(row(panel.columns, "th"));
    for (const texts of panel.rows) body.append(row(texts, "td"));
    table.append(make("caption", "", panel.title), head, body);
    this.element.replaceChildren(table);
    this.element.tabIndex = 0;  // wide tables scroll, by keys too
    this.element.setAttribute("role", "region");
    this.element.setAttribute("aria-label", panel.alt || panel.title);
  }
  at() {}
  recolor() {}
}
