// Panels that were drawn beforehand: <svg> templates of one to three widths, of which the style
// shows the widest that fits. The script brings what a drawing cannot hold by itself: pictures,
// live colours, links, and the cursor of the player.

const kSvg = "http://www.w3.org/2000/svg";

class DrawingPart {
  constructor(view) {
    this.view = view;
    this.element = make("div", "panel drawing");
    this.inner = make("div", "drawn");
    this.element.append(this.inner);
    new ResizeObserver(() => this.fitTexts()).observe(this.element);
    this.inner.addEventListener("click", (event) => this.click(event));
  }

  show(panel) {
    this.panel = panel;
    this.inner.replaceChildren();
    this.inner.classList.toggle("is-live", panel.isLive);
    for (const {width, id} of panel.drawings) {
      const svg = $(`drawing-${id}`).content.firstElementChild.cloneNode(true);
      svg.classList.add(`w${width}`);
      this.inner.dataset.widest = width;
      this.inner.append(svg);
      this.complete(svg);
    }
    this.recolor();
    this.fitTexts();
  }

  complete(svg) {
    for (const link of svg.querySelectorAll("a[data-state]")) {
      link.setAttribute("href", this.view.linkTo(Number(link.dataset.state)));
    }
    for (const image of svg.querySelectorAll("image[data-picture]")) {
      const {picture} = image.dataset;
      if (picture >= 0) image.setAttribute("href", imageOf(Number(picture)).url);
    }
    if (svg.dataset.cursor) {
      const cursor = document.createElementNS(kSvg, "line");
      const [, y, , height] = svg.dataset.cursor.split(" ").map(Number);
      cursor.setAttribute("class", "cursor");
      cursor.setAttribute("y1", y);
      cursor.setAttribute("y2", y + height);
      svg.append(cursor);
    }
  }

  /** Squeezes texts that are wider in the reader's fonts than in those they were laid out with. */
  fitTexts() {
    for (const svg of this.inner.children) {
      if (svg.dataset.isFitted || svg.getClientRects().length === 0) continue;
      for (const text of svg.querySelectorAll("text[data-most]")) {
        if (text.getComputedTextLength() <= Number(text.dataset.most) + 0.5) continue;
        text.setAttribute("textLength", text.dataset.most);
        text.setAttribute("lengthAdjust", "spacingAndGlyphs");
      }
      svg.dataset.isFitted = "1";
    }
  }

  click(event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    const link = event.target.closest("a");
    if (link && link.dataset.state) {
      event.preventDefault();
      this.view.go(Number(link.dataset.state));
    } else if (link && link.dataset.frame) {
      this.view.seek(Number(link.dataset.frame));
    } else {
      this.seekInPlot(event);
    }
  }

  /** A click into a plot over the film's time leads to the nearest frame. */
  seekInPlot(event) {
    const svg = event.target.closest("svg[data-cursor]");
    const film = this.view.film();
    if (!svg || !film || String(document.getSelection())) return;
    const [x, y, width, height, begin, end] = svg.dataset.cursor.split(" ").map(Number);
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    if (point.x < x || point.x > x + width || point.y < y || point.y > y + height) return;
    const time = begin + (point.x - x) / width * (end - begin);
    const distances = film.times.map((t) => Math.abs(t - time));
    this.view.seek(distances.indexOf(Math.min(...distances)));
  }

  at(t) {
    const film = this.view.film();
    for (const cursor of this.inner.querySelectorAll(".cursor")) {
      const [x, , width, , begin, end] = cursor.parentNode.dataset.cursor.split(" ").map(Number);
      const share = film && film.times.length > 1 ? (film.times[t] - begin) / (end - begin) : -1;
      cursor.setAttribute("visibility", share >= 0 && share <= 1 ? "visible" : "hidden");
      cursor.setAttribute("x1", x + share * width);
      cursor.setAttribute("x2", x + share * width);
    }
  }

  recolor() {
    for (const ramp of this.inner.querySelectorAll("image.ramp")) {
      const {colormap, lo, hi, signed} = ramp.dataset;
      const scale = {colormap, lo: Number(lo), hi: Number(hi), signed: signed === "1"};
      ramp.setAttribute("href", rampUrl(scale, this.panel.isLive));
    }
    for (const image of this.inner.querySelectorAll("image.film")) {
      const canvas = make("canvas");
      const shown = {film: Number(image.dataset.film), map: Number(image.dataset.map), view: image.dataset.view};
      setCanvasSize(canvas, firstPicture(shown), 1);
      paintFrame(canvas, shown, Number(image.dataset.frame)).then(() =>
        image.setAttribute("href", canvas.toDataURL("image/jpeg", 0.9)));
    }
  }
}
