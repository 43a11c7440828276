// The map: all mixes by what they are like; a point lays that mix out against the best so far.

import { count, drawn, element, letter, write } from "./elements.js";

const width = 640;
const height = 400;
const margin = { left: 16, right: 16, top: 30, bottom: 58 };
const reach_px = 22;  // of a finger
const first_axes = [0, 2];  // brightness and width

export class CandidateMap {
    #host; #onAsk; #map = null; #axes = [...first_axes]; #picture; #words; #board = null; #points = [];

    /** `onAsk(key)` when a mix of the map was chosen. */
    constructor(host, onAsk) {
        this.#host = host;
        this.#onAsk = onAsk;
    }

    show(map) {
        this.#map = map;
        this.#picture = drawn("svg", { viewBox: `0 0 ${width} ${height}`, class: "points", role: "group",
            "aria-label": "Mixes by character", onclick: (event) => this.#point(event) });
        this.#words = element("p", { class: "soft small" });
        const lists = ["across", "up"].map((direction, i) => element("label", {}, `${direction} `,
            element("select", {
                onchange: (event) => { this.#axes[i] = Number(event.target.value); this.#draw(); },
            }, map.axes.map((axis, value) => element("option", {
                value, selected: value === this.#axes[i],
            }, axis.name)))));
        this.#host.replaceChildren(
            element("h2", { id: "map-title" }, "The map"),
            this.#words,
            element("div", { class: "axes" }, lists),
            element("div", { class: "scroll" }, this.#picture));
        this.#draw();
    }

    /** Where the revealed mixes lie, or null while the map is there to ask from. */
    mark(board) {
        if (board === this.#board) return;  // who stands on a dot keeps it
        this.#board = board;
        this.#draw();
    }

    #draw() {
        write(this.#words, this.#board ? "Where the mixes of the board lie among all others."
            : "Every dot is a mix. Choose one to hear it against the best so far; which is which you will not "
                + "know before the end.");
        this.#picture.classList.toggle("still", Boolean(this.#board));
        const [x, y] = this.#axes.map((axis, i) => this.#scale(axis, i === 0));
        const points = this.#points = this.#map.points
            .map(({ key, at }) => ({ key, at, place: [x(at[this.#axes[0]]), y(at[this.#axes[1]])] }))
            .filter(({ place }) => place.every(Number.isFinite));
        const [across, up] = this.#axes.map((axis) => this.#map.axes[axis]);
        const text = (words, at_x, at_y, anchor) =>
            drawn("text", { x: at_x, y: at_y, "text-anchor": anchor }, words);
        this.#picture.replaceChildren(
            drawn("rect", { class: "frame", x: margin.left, y: margin.top, rx: 6,
                width: width - margin.left - margin.right, height: height - margin.top - margin.bottom }),
            text(`↑ ${up.highest}`, margin.left, margin.top - 10, "start"),
            text(`↓ ${up.lowest}`, margin.left, height - margin.bottom + 22, "start"),
            text(`← ${across.lowest}`, margin.left, height - 10, "start"),
            text(`${across.highest} →`, width - margin.right, height - 10, "end"),
            ...points.map((point, i) => {
                const { at, place } = point;
                const words = this.#axes.map((axis) => `${this.#map.axes[axis].name} `
                    + `${at[axis].toFixed(1)} ${this.#map.axes[axis].unit}`).join(", ");
                point.dot = drawn("circle", {
                    class: "dot", cx: place[0].toFixed(1), cy: place[1].toFixed(1), r: 7,
                    tabindex: i || this.#board ? -1 : 0,
                    role: "button", "aria-label": `Mix with ${words}`,
                    onkeydown: (event) => this.#press(event, point, points),
                }, drawn("title", {}, words));
                return point.dot;
            }),
            ...[...(this.#board ?? [])].reverse().map(({ slot, name, character, chosen }) => {
                const [left, top] = [x(character[this.#axes[0]] ?? null), y(character[this.#axes[1]] ?? null)];
                return Number.isFinite(left + top) ? drawn("g", { class: chosen ? "mark" : "mark passed" },
                    drawn("circle", { cx: left, cy: top, r: 12 },
                        drawn("title", {}, chosen ? `${name}, your best ${count(chosen, "time")}` : name)),
                    text(letter(slot), left, top + 5, "middle")) : null;
            }).filter(Boolean));
    }

    /** The dot that was pressed, or the nearest one in reach. */
    #point({ target, clientX, clientY }) {
        if (this.#board) return;
        const away = ({ dot }) => {
            const { left, top, width: wide, height: high } = dot.getBoundingClientRect();
            return Math.hypot(left + wide / 2 - clientX, top + high / 2 - clientY);
        };
        const near = this.#points.find(({ dot }) => dot === target)
            ?? this.#points.map((point) => ({ ...point, px: away(point) })).filter(({ px }) => px <= reach_px)
                .sort((a, b) => a.px - b.px)[0];
        if (near) this.#onAsk(near.key);
    }

    /** One stop for Tab; arrows go to the next dot in their direction, Enter takes it. */
    #press(event, from, points) {
        if (event.ctrlKey || event.altKey || event.metaKey) return;
        const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
        const takes = event.key === "Enter" || event.key === " ";
        if (!way && !takes) return;
        event.preventDefault();
        event.stopPropagation();
        if (takes) return void this.#onAsk(from.key);
        const cost = ({ place }) => {
            const [across, up] = place.map((x, i) => x - from.place[i]);
            const along = across * way[0] + up * way[1];
            const aside = Math.abs(across * way[1]) + Math.abs(up * way[0]);
            return along > 0.5 ? along + 2 * aside : Infinity;
        };
        const next = points.reduce((best, point) => (cost(point) < cost(best) ? point : best), from);
        if (cost(next) === Infinity) return;
        from.dot.setAttribute("tabindex", -1);
        next.dot.setAttribute("tabindex", 0);
        next.dot.focus();
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
