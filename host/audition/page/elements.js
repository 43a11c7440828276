// Elements made in one call, and numbers as a person reads them.

export const byId = (id) => document.getElementById(id);

function furnish(made, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
        else if (value === true) made.setAttribute(name, "");
        else if (value !== false && value != null) made.setAttribute(name, value);
    }
    made.append(...children.flat().filter((child) => child != null && child !== false));
    return made;
}

/** `{onclick: f}` listens, `{hidden: true}` is a bare attribute, false and null leave it out. */
export const element = (name, attributes = {}, ...children) =>
    furnish(document.createElement(name), attributes, children);

/** The same of SVG. */
export const drawn = (name, attributes = {}, ...children) =>
    furnish(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);

export const button = (attributes, ...children) =>
    element("button", { type: "button", ...attributes }, ...children);

export const key = (name) => element("kbd", {}, name);

/** Writes only what changed, so that neither layout nor screen readers have work for nothing. */
export function write(node, text) {
    if (node.textContent !== text) node.textContent = text;
}

export const letter = (slot) => String.fromCharCode(65 + slot);

/** 83.46 s is 1:23.4, as on any transport. */
export function clock(seconds) {
    const tenths = Math.floor(seconds * 10 + 1e-6);
    const whole = Math.floor(tenths / 10);
    return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}.${tenths % 10}`;
}

export const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

/** "A", "A and B", "A, B and C". */
export const listed = (words) => words.length < 2
    ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

export const limited = (value, low, high) => Math.min(Math.max(value, low), high);
