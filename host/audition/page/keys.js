// The keys: one table of what each does, for the keyboard and for the help dialog.

import { byId, element, key } from "./elements.js";

/** `action` is what is asked of the page; digits are told their number. */
const table = [
    { keys: " ", shown: ["Space"], does: "play or pause", action: "toggle" },
    { keys: "123456789", shown: ["1", "…", "9"], does: "hear that mix", action: "hear" },
    { keys: ["ArrowLeft"], shown: ["←"], does: "hear the mix to the left", action: "previous" },
    { keys: ["ArrowRight"], shown: ["→"], does: "hear the mix to the right", action: "next" },
    { keys: ["Enter"], shown: ["Enter"], does: "the playing mix is the best", action: "best" },
    { keys: "t", shown: ["T"], does: "can’t tell", action: "cannotTell" },
    { keys: "x", shown: ["X"], does: "none is good", action: "noneGood" },
    { keys: "z", shown: ["Z"], does: "take the last answer back", action: "undo" },
    { keys: "a", shown: ["A"], does: "the loop begins here", action: "loopFrom" },
    { keys: "b", shown: ["B"], does: "the loop ends here", action: "loopTo" },
    { keys: "l", shown: ["L"], does: "loop this section, then the next", action: "nextSection" },
    { keys: "c", shown: ["C"], does: "loop where they differ most", action: "differMost" },
    { keys: ["Home"], shown: ["Home"], does: "from the loop’s start", action: "restart" },
    { keys: "m", shift: false, shown: ["M"], does: "mono, and back", action: "mono" },
    { keys: "m", shift: true, shown: ["Shift", "M"], does: "the next way of hearing", action: "nextMonitor" },
    { keys: "d", shown: ["D"], does: "dim by 20 dB", action: "dim" },
    { keys: "n", shown: ["N"], does: "write a note; Enter keeps it, Escape leaves it", action: "note" },
    { keys: "s", shown: ["S"], does: "star for the playing mix", action: "star" },
    { keys: "?", shown: ["?"], does: "this list", action: "help" },
];

const repeatable = ["ArrowLeft", "ArrowRight"];

// What a control does with a key by itself. It may keep it when it was reached by keyboard; after
// a click the keys go on working on the sound.
const ownKeys = [
    { controls: "button, summary, a", keys: [" ", "Enter"] },
    { controls: "input[type=checkbox]", keys: [" "] },
    { controls: "input[type=radio]", keys: [" ", "ArrowLeft", "ArrowRight"] },
    { controls: "[role=slider]", keys: ["ArrowLeft", "ArrowRight", "Home"] },
];

export function listenToKeys(actions) {
    let tabbed = false;
    let taken = null;

    const wanted = (event) => {
        const { target } = event;
        if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return null;
        if (target.matches("input:not([type=radio], [type=checkbox]), select, textarea")) return null;
        if (document.querySelector("dialog[open]")) return null;
        if (event.repeat && !repeatable.includes(event.key)) return null;
        if (tabbed && ownKeys.some(({ controls, keys }) =>
            target.matches(controls) && keys.includes(event.key))) return null;
        const pressed = event.key.length === 1 ? event.key.toLowerCase() : event.key;
        return table.find(({ keys, shift }) =>
            keys.includes(pressed) && (shift ?? event.shiftKey) === event.shiftKey);
    };

    document.addEventListener("pointerdown", () => { tabbed = false; }, true);
    document.addEventListener("keydown", (event) => {
        if (event.key === "Tab") tabbed = true;
        if (event.defaultPrevented) return;
        const entry = wanted(event);
        if (!entry) return;
        event.preventDefault();
        taken = event.key;
        actions[entry.action](Number(event.key));
    });
    // A button is pressed when the space bar goes up.
    document.addEventListener("keyup", (event) => {
        if (event.key === taken) event.preventDefault();
        taken = null;
    });
}

export function fillHelp() {
    byId("help-keys").append(...table.flatMap(({ shown, does }) => [
        element("dt", {}, ...shown.map((name) => (name === "…" ? " … " : key(name)))),
        element("dd", {}, does),
    ]));
}
