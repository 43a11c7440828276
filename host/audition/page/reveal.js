// What the page shows when the questions are over: who was who, what was liked, what was learnt.

import { button, clock, count, element, letter } from "./elements.js";
import { MoveSwitches } from "./moves.js";
import { spectra } from "./spectrum.js";

function heard({ chosen, offered }) {
    return offered ? `best in ${chosen} of ${count(offered, "question")}` : "not offered";
}

function tasteWords({ words, right, technical_right, of, used, same_again, repeats }) {
    const round = (number) => Number(number.toFixed(1));
    const trial = of
        ? `Asked about answers it was not told, it foresees ${round(right)} of ${of}; the technical score alone `
            + `${round(technical_right)}. `
            + (used ? "So the next night may use it." : "So it is not used: it does not beat the technical score yet.")
        : "There was no answer yet to try it on.";
    const again = repeats ? ` Asked twice, you said the same ${same_again} of ${count(repeats, "time")}.` : "";
    return [element("p", { class: "lead" }, words), element("p", { class: "soft" }, trial + again)];
}

function gapWords(gap) {
    if (!gap) return null;
    return element("p", {}, "The taste gap: by the technical score your mix stands above ",
        element("strong", {}, `${Math.round(gap.percentile)} %`), ` of the night's whole songs `
        + `(${gap.chosen.toFixed(3)}, where the best has ${gap.technical_best.toFixed(3)}).`);
}

function questionRow({ number, names, answer, repeat_of }) {
    const said = answer === "cannot_tell" ? "can’t tell" : answer === "none_good" ? "none is good" : names[answer];
    return element("tr", {}, element("td", { class: "n" }, number),
        element("td", {}, names.join(", ")), element("td", {}, element("strong", {}, said)),
        element("td", { class: "soft" }, repeat_of ? `as ${repeat_of}` : ""));
}

/** What the score says, term by term. */
function termRows(names, terms) {
    return names.map((name, t) => typeof terms[t] === "number" && element("li", {}, element("span", {}, name),
        element("meter", { min: 0, max: 1, value: terms[t], "aria-label": name }),
        element("span", { class: "n" }, terms[t].toFixed(2)))).filter(Boolean);
}

export class Reveal {
    #host; #actions; #parts = []; #switches = [];

    /** `actions`: play(slot), without(mix, moves), choose(id), resume(), forget(). */
    constructor(host, actions) {
        this.#host = host;
        this.#actions = actions;
    }

    hide() {
        this.#host.hidden = true;
        this.#host.replaceChildren();
        this.#parts = this.#switches = [];
    }

    show(reveal) {
        const taken = document.activeElement?.dataset.take;
        const { board, terms, taste, gap, questions, chosen } = reveal;
        this.#switches = board.map((mix) => (mix.made.length > 0
            ? new MoveSwitches(mix, (moves) => this.#actions.without(mix, moves)) : null));
        const cards = board.map((mix) => this.#card(mix, terms, chosen));
        const picture = element("div", { class: "scroll" }, spectra(reveal, 0));
        this.#parts = cards.map((card, slot) => (playing) => {
            card.classList.toggle("on", slot === playing);
            if (slot === playing) picture.replaceChildren(spectra(reveal, slot));
        });
        this.#host.replaceChildren(
            element("h2", { id: "reveal-title" }, "Revealed"),
            element("p", { class: "soft" }, "Your favourites of this morning, best first, and what they are compared "
                + "with. They play in step and equally loud; take the one that is yours."
                + (this.#switches.some(Boolean)
                    ? " Each move of a mix can be switched off and on while you listen." : "")),
            element("div", { class: "board" }, cards),
            element("div", { class: "two" },
                element("div", { class: "card" }, element("h3", {}, "What you like"), tasteWords(taste), gapWords(gap)),
                element("div", { class: "card" }, element("h3", {}, "Spectra against the target"), picture,
                    element("p", { class: "soft small" }, "Strong: the one that plays. Dotted: the target, "
                        + "with its tolerance. dB re the whole."))),
            element("details", { class: "card" }, element("summary", {}, `All ${count(questions.length, "answer")}`),
                element("div", { class: "scroll" }, element("table", {},
                    element("thead", {}, element("tr", {}, ["", "offered", "your answer", ""].map((word) =>
                        element("th", {}, word)))),
                    element("tbody", {}, questions.map(questionRow))))),
            element("div", { class: "answers" },
                button({ id: "resume", onclick: () => this.#actions.resume() }, "Go on asking"),
                element("a", { class: "button quiet", href: "api/choices", download: "choices.jsonl" }, "Save my answers"),
                button({ id: "forget", class: "quiet", onclick: () => this.#confirm() }, "Forget all my answers")));
        this.#host.hidden = false;
        if (taken) this.#host.querySelector(`[data-take="${taken}"]`)?.focus();  // it was drawn anew
    }

    /** Slot that plays; of every slot the moves that are to be off, and those that its sound lacks. */
    setPlaying({ slot, lacking, without }) {
        this.#parts.forEach((show) => show(slot));
        this.#switches.forEach((switches, i) => switches?.show(lacking[i] ?? [], without[i] ?? []));
    }

    #card(mix, terms, chosen) {
        const taken = mix.id === chosen;
        const scored = termRows(terms, mix.terms);
        const facts = [heard(mix)];
        if (mix.technical !== null)
            facts.push(`technical ${mix.technical.toFixed(3)}, above ${Math.round(mix.percentile)} % of the songs`);
        if (mix.starred) facts.push("★");
        return element("article", { class: taken ? "mix card taken" : "mix card", "data-mix": mix.id },
            element("header", {},
                button({ class: "letter", "data-slot": mix.slot, "aria-label": `Play ${mix.name}`,
                    onclick: () => this.#actions.play(mix.slot) }, letter(mix.slot)),
                element("div", {}, element("h3", {}, mix.name), element("p", { class: "soft small" }, facts.join(" · ")))),
            mix.words && element("p", {}, mix.words),
            this.#switches[mix.slot]?.node,
            mix.moves.length > 0 && element("details", {},
                element("summary", {}, "What was done, against the rule-based mix"),
                element("ul", {}, mix.moves.map((move) => element("li", {}, move)))),
            scored.length > 0 && element("details", {}, element("summary", {}, "What the score says, term by term"),
                element("ul", { class: "terms" }, scored)),
            mix.notes.length > 0 && element("ul", { class: "kept" }, mix.notes.map(({ at_s, text }) =>
                element("li", {}, element("span", { class: "soft" }, `${clock(at_s)} `), text))),
            mix.id >= 0 && button({ class: taken ? "main" : "", "data-take": mix.id, "aria-pressed": String(taken),
                onclick: () => this.#actions.choose(mix.id) }, taken ? "✓ This is my mix" : "Take this one"));
    }

    #confirm() {
        if (window.confirm("Forget every answer, star and note of this night? This cannot be undone."))
            this.#actions.forget();
    }
}
