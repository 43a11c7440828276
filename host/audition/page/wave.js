// The song as a picture: its shape, sections, where the slots differ, the loop and the playhead.

import { button, clock, drawn, element, limited } from "./elements.js";
import { longest_s, shortest_s } from "./player.js";

const height = 100;
const dragged_px = 4;
const step_s = 0.5;

export class Wave {
    #host; #sections; #onLoop; #onSeek;
    #picture; #region; #head; #edges; #lit;
    #seconds = 1; #loop = null; #drag = null;

    /** `onLoop(loop, from)` when a loop was made by hand, `onSeek(seconds)` when a place was. */
    constructor(host, sections, onLoop, onSeek) {
        this.#host = host;
        this.#sections = sections;
        this.#onLoop = onLoop;
        this.#onSeek = onSeek;
        this.#picture = drawn("svg", { preserveAspectRatio: "none", role: "img" });
        this.#region = element("div", { class: "region" });
        this.#head = element("div", { class: "playhead" });
        this.#edges = ["from_s", "to_s"].map((edge) => element("div", {
            class: "edge", role: "slider", tabindex: 0, "data-edge": edge,
            "aria-label": edge === "from_s" ? "The loop begins" : "The loop ends",
            onkeydown: (event) => this.#nudge(event, edge),
        }));
        host.append(this.#picture, this.#region, this.#head, ...this.#edges);
        host.addEventListener("pointerdown", (event) => this.#begin(event));
        host.addEventListener("pointermove", (event) => this.#move(event));
        host.addEventListener("pointerup", (event) => this.#end(event));
        host.addEventListener("pointercancel", () => { this.#drag = null; this.setLoop(this.#loop); });
    }

    /** A question's `wave` and `differ` over a song of `seconds` and `sections`. */
    show({ wave, differ }, { seconds, sections }) {
        this.#seconds = seconds;
        const upper = wave.map((level, i) => `${i},${(height / 2) * (1 - level)}`);
        const lower = wave.map((level, i) => `${i},${(height / 2) * (1 + level)}`).reverse();
        const width = wave.length;
        const heat = differ.map((apart, i) => drawn("rect", {
            class: "apart", x: (i * width) / differ.length, width: width / differ.length + 0.5,
            y: height + 6, height: 10, opacity: (apart * apart).toFixed(3),
        }));
        this.#picture.setAttribute("viewBox", `0 0 ${width} ${height + 16}`);
        this.#picture.setAttribute("aria-label",
            "Shape of the song, and under it where these mixes differ");
        const shape = { d: `M${[...upper, ...lower].join("L")}Z` };
        this.#lit = drawn("rect", { y: 0, height });
        this.#picture.replaceChildren(
            drawn("clipPath", { id: "wave-loop" }, this.#lit),
            ...sections.map(({ start_s }) => drawn("line", {
                class: "cut", y2: height, y1: 0,
                x1: (start_s / seconds) * width, x2: (start_s / seconds) * width,
            })),
            drawn("path", { class: "shape", ...shape }),
            drawn("path", { class: "shape lit", "clip-path": "url(#wave-loop)", ...shape }), ...heat);
        this.#sections.replaceChildren(...sections.map((section, i) => button({
            class: "section", "data-section": i,
            onclick: () => this.#choose(section.start_s, section.end_s),
        }, section.name, element("span", { class: "soft" }, ` ${clock(section.start_s)}`))));
        this.#sections.hidden = sections.length < 2;
    }

    setLoop(loop) {
        this.#loop = loop;
        if (!loop) return;
        const share = (seconds) => `${(100 * seconds) / this.#seconds}%`;
        this.#region.style.left = share(loop.from_s);
        this.#region.style.width = share(loop.to_s - loop.from_s);
        const width = this.#picture.viewBox.baseVal.width / this.#seconds;
        this.#lit.setAttribute("x", loop.from_s * width);
        this.#lit.setAttribute("width", (loop.to_s - loop.from_s) * width);
        for (const edge of this.#edges) {
            const at_s = loop[edge.dataset.edge];
            edge.style.left = share(at_s);
            edge.setAttribute("aria-valuemin", 0);
            edge.setAttribute("aria-valuemax", this.#seconds.toFixed(1));
            edge.setAttribute("aria-valuenow", at_s.toFixed(1));
            edge.setAttribute("aria-valuetext", clock(at_s));
        }
    }

    setPosition(seconds) {
        this.#head.style.left = `${(100 * seconds) / this.#seconds}%`;
    }

    /** Both ends within the song, in order, no shorter and no longer than can be played. */
    #choose(one_s, other_s) {
        const from_s = limited(Math.min(one_s, other_s), 0, this.#seconds - shortest_s);
        const least_s = from_s + shortest_s;
        const most_s = Math.min(from_s + longest_s, this.#seconds);
        this.#onLoop({ from_s, to_s: limited(Math.max(one_s, other_s), Math.min(least_s, most_s), most_s) });
    }

    #nudge(event, edge) {
        const by = { ArrowLeft: -step_s, ArrowRight: step_s }[event.key];
        if (!by || !this.#loop) return;
        event.preventDefault();
        event.stopPropagation();
        const loop = { ...this.#loop, [edge]: this.#loop[edge] + by };
        if (loop.to_s - loop.from_s >= shortest_s) this.#choose(loop.from_s, loop.to_s);
    }

    #seconds_at(event) {
        const { left, width } = this.#host.getBoundingClientRect();
        return limited((event.clientX - left) / width, 0, 1) * this.#seconds;
    }

    #begin(event) {
        if (event.button !== 0 || !this.#loop) return;
        const edge = event.target.dataset.edge;
        const fixed_s = edge ? this.#loop[edge === "from_s" ? "to_s" : "from_s"] : this.#seconds_at(event);
        this.#drag = { fixed_s, x: event.clientX, moved: Boolean(edge) };
        this.#host.setPointerCapture(event.pointerId);
    }

    #move(event) {
        if (!this.#drag) return;
        if (Math.abs(event.clientX - this.#drag.x) > dragged_px) this.#drag.moved = true;
        if (!this.#drag.moved) return;
        const at_s = this.#seconds_at(event);
        const kept = this.#loop;
        this.setLoop({ from_s: Math.min(at_s, this.#drag.fixed_s), to_s: Math.max(at_s, this.#drag.fixed_s) });
        this.#loop = kept;
    }

    #end(event) {
        if (!this.#drag) return;
        const { fixed_s, moved } = this.#drag;
        this.#drag = null;
        const at_s = this.#seconds_at(event);
        if (moved) {
            this.#choose(fixed_s, at_s);
        } else if (at_s >= this.#loop.from_s && at_s < this.#loop.to_s) {
            this.#onSeek(at_s);
        } else {  // the same length of song, from here on
            const length_s = this.#loop.to_s - this.#loop.from_s;
            const from_s = limited(at_s, 0, this.#seconds - length_s);
            this.#choose(from_s, from_s + length_s);
        }
    }
}
