// Spectra of the revealed mixes against the target, third octave by third octave.

import { drawn } from "./elements.js";

const width = 640;
const height = 260;
const margin = { left: 44, right: 12, top: 16, bottom: 28 };
const span_db = 42;

export function spectra({ bands_hz, target_db, tolerance_db, board }, chosen) {
    const known = (list, b) => typeof list?.[b] === "number";
    const levels = board.flatMap(({ bands_db }) => bands_db).filter((level) => level !== null);
    const top_db = levels.length ? Math.ceil((Math.max(...levels) + 3) / 6) * 6 : 0;
    const first = Math.log(bands_hz[0]);
    const last = Math.log(bands_hz.at(-1));
    const x = (hz) => margin.left + ((Math.log(hz) - first) / (last - first)) * (width - margin.left - margin.right);
    const y = (db) => {
        const share = Math.min(Math.max((top_db - db) / span_db, 0), 1);
        return margin.top + share * (height - margin.top - margin.bottom);
    };
    const bands = bands_hz.map((hz, b) => ({ hz, b }));
    const line = (list) => bands.filter(({ b }) => known(list, b))
        .map(({ hz, b }) => `${x(hz).toFixed(1)},${y(list[b]).toFixed(1)}`);

    const aimed = bands.filter(({ b }) => known(target_db, b) && known(tolerance_db, b));
    const edge = (sign) => aimed.map(({ hz, b }) =>
        `${x(hz).toFixed(1)},${y(target_db[b] + sign * tolerance_db[b]).toFixed(1)}`);
    const grid = [];
    for (const hz of [50, 100, 200, 500, 1000, 2000, 5000, 10000])
        if (hz >= bands_hz[0] && hz <= bands_hz.at(-1)) grid.push(
            drawn("line", { class: "grid", x1: x(hz), x2: x(hz), y1: margin.top, y2: height - margin.bottom }),
            drawn("text", { x: x(hz), y: height - 9, "text-anchor": "middle" }, hz >= 1000 ? `${hz / 1000}k` : `${hz}`));
    for (let db = top_db; db >= top_db - span_db; db -= 12) grid.push(
        drawn("line", { class: "grid", x1: margin.left, x2: width - margin.right, y1: y(db), y2: y(db) }),
        drawn("text", { x: margin.left - 6, y: y(db) + 4, "text-anchor": "end" }, `${db}`));
    return drawn("svg", { viewBox: `0 0 ${width} ${height}`, class: "spectra", role: "img",
        "aria-label": "Spectra of these mixes and the target, level in dB over frequency in Hz" },
    ...grid,
    aimed.length > 0 && drawn("path", { class: "tolerance", d: `M${[...edge(1), ...edge(-1).reverse()].join("L")}Z` }),
    aimed.length > 0 && drawn("path", { class: "target", d: `M${line(target_db).join("L")}` }),
    ...board.map(({ slot, bands_db }) => (line(bands_db).length
        ? drawn("path", { class: slot === chosen ? "mix on" : "mix", d: `M${line(bands_db).join("L")}` }) : null)));
}
