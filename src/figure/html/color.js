// From raw values to coloured pixels, as the videos and the PDF colour them: see map_shades.cpp.

/** Opacity grows with strength^this: half a value is more than half as visible. */
const kOpacityGrowth = 0.75;
/** Where a map alone has no value. */
const kNoMap = "#e0e3e8";

/** What the reader has changed; null: as the figure was made. */
const look = {opacity: null, sequential: null, diverging: null};

const tables = new Map(figure.colormaps.map((table) =>
  [table.name, {isDiverging: table.diverging, colors: bytesOf(table.colors)}]));

/** Which of the reader's choices counts for a scale: signed maps have their strength around 0. */
function kindOf(scale) {
  return scale.signed || tables.get(scale.colormap).isDiverging ? "diverging" : "sequential";
}

function colormapOf(scale) {
  return look[kindOf(scale)] || scale.colormap;
}

function opacityOf(map) {
  return look.opacity === null ? map.opacity : look.opacity;
}

const shadeCache = new Map();

/** 256 pixels of ImageData from the lowest to the highest value of a scale, in a colormap. */
function shadesOf(scale, name, opacity, isOpaque) {
  const isCentered = kindOf(scale) === "diverging";
  const key = `${name} ${isCentered} ${isOpaque ? "" : opacity}`;
  let shades = shadeCache.get(key);
  if (!shades) {
    const {colors} = tables.get(name);
    const bytes = new Uint8ClampedArray(4 * 256);
    for (let i = 0; i < 256; ++i) {
      const strength = isCentered ? Math.abs(2 * i / 255 - 1) : i / 255;
      for (let c = 0; c < 3; ++c) bytes[4 * i + c] = colors[3 * i + c];
      bytes[4 * i + 3] = isOpaque ? 255 : Math.round(255 * opacity * strength ** kOpacityGrowth);
    }
    shades = new Uint32Array(bytes.buffer);
    if (shadeCache.size > 64) shadeCache.clear();
    shadeCache.set(key, shades);
  }
  return shades;
}

/** Where pixel centres fall between cell centres along one axis. */
function tapsOf(pixels, cells) {
  const taps = [];
  for (let i = 0; i < pixels; ++i) {
    const position = Math.min(Math.max((i + 0.5) * cells / pixels - 0.5, 0), cells - 1);
    const left = Math.floor(position);
    taps.push({left, right: Math.min(left + 1, cells - 1), weight: position - left});
  }
  return taps;
}

/** Between two cells; beside one without a value the nearer one decides. */
function mix(a, b, weight) {
  if (Number.isFinite(a) && Number.isFinite(b)) return a + (b - a) * weight;
  return weight < 0.5 ? a : b;
}

/** The raw value of map `id` in frame `t` at fractions of its own area. */
function valueAt(id, t, u, v) {
  const map = figure.maps[id];
  const {values} = valuesOf(id);
  const along = (share, cells) => {
    const position = Math.min(Math.max(share * cells - 0.5, 0), cells - 1);
    const left = Math.floor(position);
    return {left, right: Math.min(left + 1, cells - 1), weight: position - left};
  };
  const x = along(u, map.width);
  const y = along(v, map.height);
  const row = (j) => {
    const begin = (t * map.height + j) * map.width;
    return mix(values[begin + x.left], values[begin + x.right], x.weight);
  };
  return mix(row(y.left), row(y.right), y.weight);
}

/** Frame `t` of a map as ImageData of this size. */
function tintOf(id, t, width, height, isOpaque) {
  const map = figure.maps[id];
  const {values, hasGaps} = valuesOf(id);
  const shades = shadesOf(map.scale, colormapOf(map.scale), opacityOf(map), isOpaque);
  const image = new ImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const columns = tapsOf(width, map.width);
  const rows = tapsOf(height, map.height);
  const {lo, hi} = map.scale;
  const flat = kindOf(map.scale) === "diverging" ? 128 : 0;
  const between = hasGaps ? mix : (a, b, weight) => a + (b - a) * weight;
  const stretched = new Float32Array(map.width);  // one row of cells between two
  for (let y = 0; y < height; ++y) {
    const upper = (t * map.height + rows[y].left) * map.width;
    const lower = (t * map.height + rows[y].right) * map.width;
    for (let i = 0; i < map.width; ++i) {
      stretched[i] = between(values[upper + i], values[lower + i], rows[y].weight);
    }
    for (let x = 0; x < width; ++x) {
      const tap = columns[x];
      const value = between(stretched[tap.left], stretched[tap.right], tap.weight);
      if (hasGaps && !Number.isFinite(value)) continue;  // stays transparent
      const step = hi > lo ? Math.round((value - lo) / (hi - lo) * 255) : flat;
      pixels[y * width + x] = shades[step < 0 ? 0 : step > 255 ? 255 : step];
    }
  }
  return image;
}

const scratch = document.createElement("canvas");

function paintMap(context, shown, t, width, height) {
  const map = figure.maps[shown.map];
  const wide = Math.max(1, Math.round(map.fractionWidth * width));
  const high = Math.max(1, Math.round(map.fractionHeight * height));
  scratch.width = wide;
  scratch.height = high;
  scratch.getContext("2d").putImageData(tintOf(shown.map, t, wide, high, shown.view === "map"), 0, 0);
  context.drawImage(scratch, Math.round(map.x * width), Math.round(map.y * height));
}

/** The sides of a map that lie inside its frame: light outside it and dark beside that, as map_edges.cpp draws them. */
function paintEdges(context, map, width, height) {
  const thin = Math.max(1, Math.round(width / 400));
  const left = Math.round(map.x * width), top = Math.round(map.y * height);
  const wide = Math.round(map.fractionWidth * width), high = Math.round(map.fractionHeight * height);
  const isInside = (share) => share > 0.01;
  const begin = left - (isInside(map.x) ? thin : 0);  // corners are closed
  const end = left + wide + (isInside(1 - map.x - map.fractionWidth) ? thin : 0);
  for (const [color, out] of [["#f7f7f7", thin], ["#333", 2 * thin]]) {
    context.fillStyle = color;
    if (isInside(map.x)) context.fillRect(left - out, top, thin, high);
    if (isInside(1 - map.x - map.fractionWidth)) context.fillRect(left + wide + out - thin, top, thin, high);
    if (isInside(map.y)) context.fillRect(begin, top - out, end - begin, thin);
    if (isInside(1 - map.y - map.fractionHeight)) context.fillRect(begin, top + high + out - thin, end - begin, thin);
  }
}

/** Paints frame `t` of what is shown ({film, map, view}) over the whole canvas: now, or as soon as
 *  its picture is there, unless the canvas is painted again before. */
function paintFrame(canvas, shown, t) {
  const image = imageOf(filmOf(shown).pictures[t]);
  const ticket = {};
  canvas.ticket = ticket;
  const paint = () => {
    if (canvas.ticket !== ticket) return;
    const context = canvas.getContext("2d", {alpha: false});
    context.imageSmoothingQuality = "high";
    context.fillStyle = kNoMap;
    context.fillRect(0, 0, canvas.width, canvas.height);
    if (shown.view !== "map" && !image.isBroken) {
      context.drawImage(image.element, 0, 0, canvas.width, canvas.height);
    }
    if (shown.map >= 0 && shown.view !== "frame") {
      paintMap(context, shown, t, canvas.width, canvas.height);
      if (shown.view === "overlay") paintEdges(context, figure.maps[shown.map], canvas.width, canvas.height);
    }
  };
  if (image.isReady || shown.view === "map") {
    paint();
    return Promise.resolve();
  }
  return image.ready.then(paint);
}

/** The colours of a scale from left to right, as the address of a picture; isLive: in the colormap
 *  that the reader has chosen. */
function rampUrl(scale, isLive) {
  const canvas = document.createElement("canvas");
  canvas.width = 256;
  canvas.height = 1;
  const image = new ImageData(256, 1);
  new Uint32Array(image.data.buffer).set(shadesOf(scale, isLive ? colormapOf(scale) : scale.colormap, 1, true));
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas.toDataURL();
}
