// The moves of a revealed mix, each with a switch: what is off, the mix is made without.

import { count, element, listed, write } from "./elements.js";

/** "chorus lift: whole mix +1.2 dB in ..." as what follows the name. */
const told = ({ name, words }) => (words.startsWith(`${name}: `) ? words.slice(name.length + 2) : words);

const named = (made, moves) => listed(made.filter(({ move }) => moves.includes(move)).map(({ name }) => `the ${name}`));

/** What a mix lacks, or will: "without the chorus lift", "with all its moves". */
export const lacking = (made, moves) => (moves.length ? `without ${named(made, moves)}` : "with all its moves");

const most_open = 5;  // more are folded away at first
const most_named = 3;

/** "2 moves: chorus lift and tape", "14 moves: vocal ride, chorus lift, tape and 11 more". */
function summed(made) {
    const names = made.map(({ name }) => name);
    const words = names.length > most_named + 1
        ? [...names.slice(0, most_named), `${names.length - most_named} more`] : names;
    return `${count(names.length, "move")}: ${listed(words)}`;
}

export class MoveSwitches {
    #made; #inputs; #standing;

    /** `onChange(moves)` is told the numbers of those that are off, ascending. */
    constructor({ id, name, made }, onChange) {
        this.#made = made;
        this.#inputs = made.map(({ move }) => element("input", {
            type: "checkbox", role: "switch", checked: true, disabled: true, "data-move": move,
            "aria-describedby": `move-${id}-${move}`, onchange: () => onChange(this.#off()),
        }));
        this.#standing = element("p", { class: "standing small" });
        this.node = element("div", { class: "made" },
            element("details", { open: made.length <= most_open },
                element("summary", {}, summed(made)),
                element("fieldset", {}, element("legend", { class: "unseen" }, `Moves of ${name}`),
                    element("ul", {}, made.map((move, i) => element("li", {},
                        element("label", {}, this.#inputs[i], element("span", {}, move.name)),
                        element("p", { class: "soft small", id: `move-${id}-${move.move}` }, told(move))))))),
            this.#standing);
    }

    #off() {
        return this.#inputs.filter(({ checked }) => !checked).map(({ dataset }) => Number(dataset.move))
            .sort((a, b) => a - b);
    }

    /** Moves that are to be off, and those that what sounds lacks. */
    show(wanted, sounding) {
        for (const input of this.#inputs) {
            input.disabled = false;
            input.checked = !wanted.includes(Number(input.dataset.move));
        }
        const waits = wanted.join() !== sounding.join();
        this.#standing.classList.toggle("waits", waits);
        write(this.#standing, waits && wanted.length ? `making it ${lacking(this.#made, wanted)} …`
            : waits ? "bringing its moves back …"
                : wanted.length ? `It plays ${lacking(this.#made, wanted)}; the mix that is taken makes all its moves.` : "");
    }
}
