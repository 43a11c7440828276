// The map: all mixes by what they are like; a point lays that mix out against the best so far.

import { drawn, element } from "./elements.js";

const width = 640;
const height = 400;
const margin = { left: 16, right: 16, top: 30, bottom: 34 };
const first_axes = [0, 2];  // brightness and width

export class CandidateMap {
    #host; #onAsk; #map = null; #axes = [...first_axes]; #picture; #lists;

    /** `onAsk(key)` when a mix of the map was chosen. */
    constructor(host, onAsk) {
        this.#host = host;
        this.#onAsk = onAsk;
    }

    show(map) {
        this.#map = map;
        this.#picture = drawn("svg", { viewBox: `0 0 ${width} ${height}`, class: "points", role: "group",
            "aria-label": "Mixes by character" });
        this.#lists = ["across", "up"].map((direction, i) => element("label", {}, `${direction} `,
            element("select", {
                onchange: (event) => { this.#axes[i] = Number(event.target.value); this.#draw(); },
            }, map.axes.map((axis, value) => element("option", {
                value, selected: value === this.#axes[i],
            }, axis.name)))));
        this.#host.replaceChildren(
            element("h2", { id: "map-title" }, "The map"),
            element("p", { class: "soft small" }, "Every dot is a mix. Choose one to hear it against the "
                + "best so far; which is which you will not know before the end."),
            element("div", { class: "axes" }, this.#lists),
            element("div", { class: "scroll" }, this.#picture));
        this.#draw();
    }

    #draw() {
        const [x, y] = this.#axes.map((axis, i) => this.#scale(axis, i === 0));
        const points = this.#map.points
            .map(({ key, at }) => ({ key, at, place: [x(at[this.#axes[0]]), y(at[this.#axes[1]])] }))
            .filter(({ place }) => place.every(Number.isFinite));
        const [across, up] = this.#axes.map((axis) => this.#map.axes[axis]);
        const text = (words, at_x, at_y, anchor) =>
            drawn("text", { x: at_x, y: at_y, "text-anchor": anchor }, words);
        this.#picture.replaceChildren(
            drawn("rect", { class: "frame", x: margin.left, y: margin.top, rx: 6,
                width: width - margin.left - margin.right, height: height - margin.top - margin.bottom }),
            text(`↑ ${up.highest}`, margin.left, margin.top - 10, "start"),
            text(`↓ ${up.lowest}`, width - margin.right, margin.top - 10, "end"),
            text(`← ${across.lowest}`, margin.left, height - 12, "start"),
            text(`${across.highest} →`, width - margin.right, height - 12, "end"),
            ...points.map(({ key, at, place }) => {
                const words = this.#axes.map((axis) => `${this.#map.axes[axis].name} `
                    + `${at[axis].toFixed(1)} ${this.#map.axes[axis].unit}`).join(", ");
                return drawn("circle", {
                    cx: place[0].toFixed(1), cy: place[1].toFixed(1), r: 7, class: "dot", tabindex: 0,
                    role: "button", "aria-label": `Mix with ${words}`,
                    onclick: () => this.#onAsk(key),
                    onkeydown: (event) => {
                        if (event.key !== "Enter" && event.key !== " ") return;
                        event.preventDefault();
                        event.stopPropagation();
                        this.#onAsk(key);
                    },
                }, drawn("title", {}, words));
            }));
    }

    /** From an axis's unit to the picture; single mixes far out do not squeeze the rest. */
    #scale(axis, across) {
        const known = this.#map.points.map(({ at }) => at[axis]).filter((value) => value !== null)
            .sort((a, b) => a - b);
        const at = (share) => known[Math.round(share * (known.length - 1))];
        const [low, high] = [at(0.02), at(0.98)];
        const span = high - low || 1;
        const inner = 12;
        return (value) => {
            if (value === null || !known.length) return NaN;
            const share = Math.min(Math.max((value - low) / span, 0), 1);
            return across
                ? margin.left + inner + share * (width - margin.left - margin.right - 2 * inner)
                : height - margin.bottom - inner - share * (height - margin.top - margin.bottom - 2 * inner);
        };
    }
}
