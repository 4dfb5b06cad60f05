// The address of what is shown: #class=cello&layer=layer4&frame=7, and with.class=violin for the
// state beside it. Values are named; one whose name is not unique, or looks like a number, goes by
// its place from 1 on. Places are understood for all.

const kBeside = "with.";

function nameOfValue(axis, value) {
  const {values} = figure.axes[axis];
  const name = values[value];
  const isUnique = values.indexOf(name) === values.lastIndexOf(name);
  return isUnique && name !== "" && !/^\d+$/.test(name) ? name : String(value + 1);
}

/** Position of a value in its axis; -1: there is no such. */
function valueOfName(axis, text) {
  const {values} = figure.axes[axis];
  if (/^\d+$/.test(text)) {
    const place = Number(text) - 1;
    return place >= 0 && place < values.length ? place : -1;
  }
  return values.indexOf(text);
}

/** states: of both sides; t: the frame that is shown, null: it moves. */
function hashOf(states, t) {
  const query = new URLSearchParams();
  const [a, b] = states.map((id) => figure.states[id].choice);
  for (const axis of openAxes()) query.set(figure.axes[axis].id, nameOfValue(axis, a[axis]));
  if (b) {
    const differing = openAxes().filter((axis) => a[axis] !== b[axis]);
    for (const axis of differing.length ? differing : openAxes().slice(0, 1)) {
      query.set(kBeside + figure.axes[axis].id, nameOfValue(axis, b[axis]));
    }
  }
  if (t !== null) query.set("frame", String(t + 1));
  return query.toString();
}

/** {states, t}: what an address asks for, as far as there is such; other words are ignored. */
function readHash(hash) {
  const query = new URLSearchParams(hash.replace(/^#/, ""));
  const choose = (from, prefix) => {
    const choice = from.slice();
    let isAsked = false;
    figure.axes.forEach((axis, i) => {
      const text = query.get(prefix + axis.id);
      const value = text === null ? -1 : valueOfName(i, text);
      if (value < 0) return;
      choice[i] = value;
      isAsked = true;
    });
    return {choice, isAsked};
  };
  const first = choose(figure.states[0].choice, "");
  const states = [nearestState(first.choice, -1)];
  const second = choose(figure.states[states[0]].choice, kBeside);
  if (second.isAsked) states.push(nearestState(second.choice, -1));
  const frame = Number(query.get("frame"));
  return {states, t: Number.isInteger(frame) && frame > 0 ? frame - 1 : null};
}
