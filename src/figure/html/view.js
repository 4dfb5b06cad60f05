// One state on the page: its tabs, its sentence, its panels. Beside another one when comparing.

const kPlaces = ["main", "under", "side", "wide"];
const kParts = {player: PlayerPart, strip: StripPart, text: TextPart, table: TablePart, drawing: DrawingPart};
const kSides = ["A", "B"];

class View {
  /** side: 0 or 1. */
  constructor(side) {
    this.side = side;
    this.state = -1;
    this.parts = [];
    this.root = make("section", `view side-${side}`);
    this.root.setAttribute("aria-label", `State ${kSides[side]}`);
    this.tabs = make("div", "tabs");
    this.caption = make("p", "caption", "");
    this.root.append(this.tabs, this.caption);
    this.places = {};
    for (const place of kPlaces) {
      this.places[place] = make("div", `place ${place}`);
      this.root.append(this.places[place]);
    }
    this.radios = openAxes().map((axis) => this.makeAxis(axis));
  }

  makeAxis(axis) {
    const {title, values} = figure.axes[axis];
    const row = make("div", "axis");
    const name = make("span", "axis-title", title);
    name.id = `axis-${axis}-${this.side}`;
    const choices = make("div", values.length > 5 ? "choices is-many" : "choices");
    choices.setAttribute("role", "radiogroup");
    choices.setAttribute("aria-labelledby", name.id);
    const radios = values.map((text, value) => {
      const label = make("label", "tab");
      const radio = make("input");
      radio.type = "radio";
      radio.name = name.id;
      radio.addEventListener("change", () => {
        const to = neighbourOf(this.state, axis, value);
        if (to >= 0) this.go(to);
      });
      const words = make("span", "", text);
      words.title = text;
      label.append(radio, words);
      choices.append(label);
      return radio;
    });
    row.append(name, choices);
    this.tabs.append(row);
    return {axis, radios, choices};
  }

  show(id) {
    if (id === this.state) return;
    this.state = id;
    const state = figure.states[id];
    this.caption.textContent = state.caption;
    this.keepCaptionHeight();
    this.showTabs(state);
    state.panels.forEach((panel, k) => this.showPanel(panel, k));
    for (const part of this.parts.splice(state.panels.length)) part.element.remove();
    for (const place of kPlaces) this.places[place].hidden = !this.places[place].firstChild;
  }

  /** As high as the longest sentence needs, so that a click moves nothing. */
  keepCaptionHeight() {
    const own = this.caption.textContent;
    const longest = figure.states.reduce((a, b) => b.caption.length > a.caption.length ? b : a).caption;
    this.caption.style.minHeight = "";
    this.caption.textContent = longest;
    const height = this.caption.offsetHeight;
    this.caption.textContent = own;
    this.caption.style.minHeight = `${height}px`;
  }

  showTabs(state) {
    for (const {axis, radios, choices} of this.radios) {
      radios.forEach((radio, value) => {
        const to = neighbourOf(this.state, axis, value);
        radio.checked = value === state.choice[axis];
        radio.disabled = to < 0;
        const isFar = to >= 0 && !figure.states[to].choice.every((other, i) => i === axis || other === state.choice[i]);
        radio.parentNode.classList.toggle("is-far", isFar);  // other rows change with it
      });
      const shown = radios[state.choice[axis]].parentNode;
      // Along the row alone: the page must not jump.
      choices.scrollLeft = shown.offsetLeft - (choices.clientWidth - shown.offsetWidth) / 2;
    }
  }

  /** A part of the right kind stands at position k; panels of the same kind reuse it. */
  showPanel(id, k) {
    const panel = figure.panels[id];
    let part = this.parts[k];
    if (!part || part.kind !== panel.kind || part.place !== panel.place) {
      const made = new kParts[panel.kind](this);
      made.kind = panel.kind;
      made.place = panel.place;
      made.element.style.setProperty("--k", this.parts.slice(0, k).filter(({place}) => place !== "main").length);
      if (part) part.element.remove();
      const after = this.parts.slice(k + 1).find((other) => other && other.place === panel.place);
      this.places[panel.place].insertBefore(made.element, after ? after.element : null);
      this.parts[k] = part = made;
    }
    if (part.id === id) return;
    part.id = id;
    part.show(panel);
  }

  /** The panel whose film moves; undefined: nothing does. */
  moving() {
    const part = this.parts.find(({kind}) => kind === "player") || this.parts.find(({kind}) => kind === "strip");
    return part && part.panel;
  }

  film() {
    const panel = this.moving();
    return panel && filmOf(panel);
  }

  frames() {
    const film = this.film();
    return film ? film.pictures.length : 0;
  }

  /** The player stands at `share` of the way from the first to the last frame. */
  at(t, frames) {
    const own = this.frames();
    if (!own) return;
    const here = own === frames ? t : Math.round(t * (own - 1) / Math.max(1, frames - 1));
    for (const part of this.parts) part.at(here);
  }

  recolor() {
    for (const part of this.parts) part.recolor();
  }

  read() {
    for (const part of this.parts) if (part.kind === "player") part.read();
  }

  go(id) {
    goTo(this.side, id);
  }

  /** Leads to frame t of this view's film. */
  seek(t) {
    const all = app.frames();
    const own = this.frames();
    pause();
    seekTo(own === all ? t : Math.round(t * (all - 1) / Math.max(1, own - 1)));
  }

  linkTo(id) {
    const states = app.states.slice();
    states[this.side] = id;
    return "#" + hashOf(states, null);
  }
}
