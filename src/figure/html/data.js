"use strict";
// The figure's data as the page holds it: raw values, pictures, numbers as texts. Knows no elements
// but the one that carries the data.

const $ = (id) => document.getElementById(id);
const figure = JSON.parse($("figure-data").textContent);

/** Maps decoded at a time: compare shows two, switching back and forth a few more. */
const kMostDecoded = 8;

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Values of half precision times 2^exponent. */
function floatsOfHalves(view, exponent) {
  const out = new Float32Array(view.byteLength / 2);
  for (let i = 0; i < out.length; ++i) {
    const bits = view.getUint16(2 * i, true);
    const sign = bits & 0x8000 ? -1 : 1;
    const power = (bits >> 10) & 31;
    const digits = bits & 1023;
    if (power === 31) {
      out[i] = digits ? NaN : sign * Infinity;
    } else {
      const size = power ? (1024 + digits) * 2 ** (power - 25) : digits * 2 ** -24;
      out[i] = sign * size * 2 ** exponent;
    }
  }
  return out;
}

const decodedMaps = new Map();

/** {values: [T,h,w], hasGaps} of a map; the last few are kept. */
function valuesOf(id) {
  let found = decodedMaps.get(id);
  if (!found) {
    const map = figure.maps[id];
    const bytes = bytesOf(map.values);
    const view = new DataView(bytes.buffer);
    let values;
    if (map.format === "float16") {
      values = floatsOfHalves(view, map.exponent);
    } else {
      values = new Float32Array(bytes.length / 4);
      for (let i = 0; i < values.length; ++i) values[i] = view.getFloat32(4 * i, true);
    }
    found = {values, hasGaps: values.some((value) => !Number.isFinite(value))};
    if (decodedMaps.size >= kMostDecoded) decodedMaps.delete(decodedMaps.keys().next().value);
  } else {
    decodedMaps.delete(id);  // and to the end: the oldest use comes first
  }
  decodedMaps.set(id, found);
  return found;
}

const images = new Map();

/** {url, element, isReady, ready} of a picture; ready also when it cannot be shown. */
function imageOf(id) {
  let found = images.get(id);
  if (!found) {
    const blob = new Blob([bytesOf(figure.pictures[id].jpeg)], {type: "image/jpeg"});
    const element = new Image();
    found = {url: URL.createObjectURL(blob), element, isReady: false, isBroken: false};
    element.src = found.url;
    found.ready = element.decode().catch(() => {
      found.isBroken = true;
    }).then(() => {
      found.isReady = true;
    });
    images.set(id, found);
  }
  return found;
}

/** Three significant digits, as the drawn panels write them. */
function numberText(value) {
  if (Number.isNaN(value)) return "no value";
  const sign = value < 0 ? "\u2212" : "";
  if (!Number.isFinite(value)) return sign + "\u221e";
  if (value === 0) return "0";
  const [digits, power] = Math.abs(value).toExponential(2).split("e").map(Number);
  if (power >= -3 && power <= 3) {
    return sign + Number((digits * 10 ** power).toFixed(Math.max(0, 2 - power)));
  }
  const raised = [...String(Math.abs(power))].map((d) => "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"[d]);
  return `${sign}${digits}\u00d710${power < 0 ? "\u207b" : ""}${raised.join("")}`;
}

/** Films of no source, such as kernels, have steps instead of times. */
function hasTime(film, t) {
  return Number.isFinite(film.times[t]);
}

/** "4.52 s", from a minute on "1:04.5 min". */
function timeText(seconds) {
  if (!Number.isFinite(seconds)) return "unknown time";
  if (Math.round(seconds * 100) < 6000) return `${seconds.toFixed(2)} s`;
  const tenths = Math.round(seconds * 10);
  const rest = String(Math.floor(tenths / 10) % 60).padStart(2, "0");
  return `${Math.floor(tenths / 600)}:${rest}.${tenths % 10} min`;
}

/** The film that a panel shows, and its number of frames. */
function filmOf(panel) {
  return figure.films[panel.film];
}

function isPadding(film, t) {
  return film.padding.length > 0 && film.padding[t];
}

// ------------------------------------------------------------------------------------ the states

/** The state with this choice, or the one that keeps most of it among those that have `value` on
 *  `axis` (axis -1: any). -1: there is none. */
function nearestState(choice, axis) {
  let best = -1;
  let most = -1;
  figure.states.forEach((state, id) => {
    if (axis >= 0 && state.choice[axis] !== choice[axis]) return;
    const kept = state.choice.filter((value, i) => value === choice[i]).length;
    if (kept > most) {
      most = kept;
      best = id;
    }
  });
  return best;
}

/** Where the tab `value` of `axis` leads from a state; -1: nowhere. */
function neighbourOf(from, axis, value) {
  const choice = figure.states[from].choice.slice();
  choice[axis] = value;
  return nearestState(choice, axis);
}

/** The axes one can choose on. */
function openAxes() {
  return figure.axes.map((axis, i) => i).filter((i) => figure.axes[i].values.length > 1);
}
