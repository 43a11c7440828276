// The page: what the server says becomes what is shown, what is pressed goes to player and server.

import { byId, button, clock, count, element, key, letter, listed, write } from "./elements.js";
import { fillHelp, listenToKeys } from "./keys.js";
import { CandidateMap } from "./map.js";
import { monitors } from "./graph.js";
import { lacking } from "./moves.js";
import { Player } from "./player.js";
import { Refused, Server } from "./server.js";
import { Reveal } from "./reveal.js";
import { Wave } from "./wave.js";

const least_heard_s = 3;
const poll_ms = 100;
const complaint_ms = 8000;
const loudest_s = 15;
const tags = ["vocal", "drums", "low end", "harsh", "dull", "wide", "alive", "flat"];

let state = null;
let revealed = null;
let own_loop = null;  // made by hand: kept from question to question
let polling = 0;
let complaining = 0;
let answering = false;  // an answer is under way: it is given once

const server = new Server((gone, unsent) => {
    const banner = byId("banner");
    banner.hidden = !gone;
    if (gone) write(banner, "The server is gone: start “mixfarm audition” again with the same night. Nothing is lost"
        + (unsent ? `; ${count(unsent, "thing")} of yours will be sent then.` : "."));
});
const player = new Player(server, (number, slot, seconds) => {
    if (number > 0) server.post("heard", { number, slot, seconds }).catch(() => {});
}, () => render());
const wave = new Wave(byId("wave"), byId("sections"), (loop) => setLoop(loop, true), (at_s) => player.seek(at_s));
const map = new CandidateMap(byId("map"), async (chosen) => {
    // A server that was started again has new keys.
    if (!await act("ask", { key: chosen })) map.show(await server.map());
});
const reveal = new Reveal(byId("reveal"), {
    play: (slot) => hear(slot),
    without: (mix, moves) => switchMoves(mix, moves),
    choose: (id) => act("choose", { id }),
    resume: () => act("resume"),
    forget: () => act("forget"),
});

/** What changed, for who does not see it. */
function say(words, seen = false) {
    clearTimeout(complaining);
    write(byId("live"), words);
    byId("live").classList.toggle("seen", seen);
}

/** What did not work, for everybody. */
function complain(words) {
    say(words, true);
    complaining = setTimeout(() => say(""), complaint_ms);
}

const questionWords = ({ number, slots }) => `Question ${number}: ${count(slots, "mix", "mixes")}.`;
const question = () => (state?.finished ? revealed?.question : state?.question) ?? null;

/** What a reload finds again. */
const kept = {
    read: () => JSON.parse(sessionStorage.getItem("place") ?? "null"),
    write: () => sessionStorage.setItem("place", JSON.stringify(
        { number: player.number, slot: player.slot, loop: player.loop, own_loop })),
};

async function act(event, body = {}) {
    try {
        await take(await server.post(event, body));
        return true;
    } catch (error) {
        if (!(error instanceof Refused)) throw error;
        await refused(error);
        return false;
    }
}

/** A new state of the morning. */
async function take(next) {
    const before = question()?.number;
    state = next;
    clearTimeout(polling);
    if (state.finished) {
        revealed = await server.reveal();
        reveal.show(revealed);
    } else if (revealed) {
        revealed = null;
        reveal.hide();
    }
    if (!byId("map").childElementCount) map.show(await server.map());
    map.mark(revealed?.board ?? null);
    const now = question();
    if (now && now.number !== before) open(now);
    if (!now) player.close();
    if (!now) pollSoon();
    render();
}

function pollSoon() {
    polling = setTimeout(() => refresh().catch((error) => {
        pollSoon();  // what the server cannot do now it may do later
        report(error);
    }), poll_ms);
}

const refresh = async () => take(await server.state());

function open(now) {
    const place = kept.read();
    const again = place?.number === now.number;
    own_loop ??= place?.own_loop ?? null;
    wave.show(now, state);
    fillSlots(now);
    const loop = own_loop ?? (again && place.loop) ?? now.loop;
    player.open({ ...now, heard_s: now.heard_s ?? Array(now.slots).fill(0) }, state, loop || now.loop,
        again ? place.slot : 0).catch(report);
    if (now.number > 0) say(questionWords(now));
}

/** Shows where the morning stands now, and why nothing was done. */
async function refused(error) {
    await refresh().catch((again) => complain(again.message));
    complain(error.status === 409 ? "That was answered elsewhere; this is where it stands now." : error.message);
}

function report(error) {
    if (!(error instanceof Refused)) throw error;
    if (error.status === 409) refused(error);  // another page went on
    else complain(error.message);
}

function setLoop(loop, by_hand) {
    own_loop = by_hand ? loop : null;
    player.setLoop(loop).catch(report);
    render();
}

function hear(slot) {
    const now = question();
    if (!now || slot < 0 || slot >= now.slots) return;
    player.select(slot);
    if (!player.playing) player.play();
}

/** The revealed mix is heard, and it lacks these moves once that is made. */
async function switchMoves({ slot, name, made }, moves) {
    player.select(slot);
    say(`Making ${name} ${lacking(made, moves)}.`);
    await player.setWithout(slot, moves).catch(report);
    if (player.without[slot]?.join() === moves.join()) say(`${name} ${lacking(made, moves)}.`);
}

function toggle() {
    if (!question()) return;
    if (player.playing) player.pause();
    else player.play();
}
const missing = () => (question()?.heard_s ? player.heard.map((seconds, slot) => ({ seconds, slot }))
    .filter(({ seconds }) => seconds < least_heard_s).map(({ slot }) => slot) : []);
const answerable = () => Boolean(state?.question) && player.matched && missing().length === 0 && !answering;

async function answer(given) {
    if (!state?.question || answering) return;
    if (!answerable()) return void complain(answerWords());
    answering = true;
    render();
    const body = { number: state.question.number, answer: given, matched: player.matched,
        switches: player.switches, loop: player.loop };
    player.report();
    try {
        if (await act("answer", body)) say(state.question ? `Kept. ${questionWords(state.question)}` : "Kept.");
    } finally {
        answering = false;
        render();
    }
}

function answerWords() {
    if (!player.matched) return "While loudness is not matched no answer counts.";
    const still = missing();
    return still.length ? `Listen to ${listed(still.map(letter))} for three seconds first.` : "";
}

function star(slot) {
    const now = state?.question;
    if (now) act("star", { number: now.number, slot, on: !now.stars[slot] });
}

async function keepNote(event) {
    event.preventDefault();
    const text = byId("note").value.trim();
    const about = byId("note-about").value;
    if (!text || !state?.question) return byId("note").blur();
    const kept_it = await act("note", { number: state.question.number, slot: about === "" ? null : Number(about),
        at_s: Math.round(10 * player.position) / 10, text });
    if (!kept_it) return;
    byId("note").value = "";
    byId("note").blur();
}

function nextSection() {
    const { sections } = state;
    if (sections.length < 2) return setLoop({ from_s: 0, to_s: state.seconds }, true);
    const at = sections.findIndex(({ start_s }) => Math.abs(start_s - player.loop.from_s) < 0.05);
    const next = at >= 0 ? sections[(at + 1) % sections.length]
        : sections.find(({ start_s, end_s }) => player.position >= start_s && player.position < end_s) ?? sections[0];
    return setLoop({ from_s: next.start_s, to_s: next.end_s }, true);
}

function loudest() {
    const { wave: shape } = question();
    const length = Math.min(shape.length, Math.round((loudest_s / state.seconds) * shape.length));
    const power = shape.map((level) => level * level);
    let sum = power.slice(0, length).reduce((a, b) => a + b, 0);
    let [most, begin] = [sum, 0];
    for (let i = length; i < power.length; ++i) {
        sum += power[i] - power[i - length];
        if (sum > most) [most, begin] = [sum, i - length + 1];
    }
    const from_s = (begin / shape.length) * state.seconds;
    setLoop({ from_s, to_s: Math.min(from_s + loudest_s, state.seconds) }, true);
}

function setMonitor(name) {
    player.setMonitor(name).catch(report);
    say(`Hearing ${monitors.find((way) => way.name === name).words}.`);
}

function fillSlots(now) {
    byId("slots").replaceChildren(...Array.from({ length: now.slots }, (_, slot) => element("div", { class: "slot" },
        button({ class: "hear", "data-slot": slot, onclick: () => hear(slot) },
            element("span", { class: "letter" }, letter(slot)), key(slot + 1),
            element("span", { class: "seconds soft small" })),
        button({ class: "star", "data-star": slot, "aria-label": `Star for ${letter(slot)}`, onclick: () => star(slot) },
            "★"))));
    byId("note-about").replaceChildren(element("option", { value: "" }, "all of them"),
        ...Array.from({ length: now.slots }, (_, slot) => element("option", { value: slot }, letter(slot))));
}

const enable = (id, on) => { byId(id).disabled = !on; };
const press = (node, on) => node.setAttribute("aria-pressed", String(on));
const show = (id, on) => { byId(id).hidden = !on; };

/** A press is lost where what it began on is replaced before it ends: only what is new is written. */
function label(id, words, shortcut) {
    if (byId(id).firstChild?.data !== words) byId(id).replaceChildren(words, key(shortcut));
}

/** Everything but the playhead, from the state and the player. */
function render() {
    if (!state) return;
    const now = question();
    const asks = Boolean(state.question);
    write(byId("title"), state.title || "Audition");
    document.title = `${state.title || "mixfarm"} – audition`;
    show("course", !state.finished);
    show("waiting", !state.finished && !asks);
    write(byId("waiting"), state.waiting ? `One moment: ${state.waiting} …` : "");
    for (const id of ["listen", "checks"]) show(id, Boolean(now));
    for (const id of ["question", "notes"]) show(id, asks);
    show("map", Boolean(now));
    show("ending", asks && state.answers > 0);
    renderCourse();
    if (!now) return;
    renderPlayer();
    if (asks) renderQuestion(state.question);
    if (state.finished) reveal.setPlaying(player);
    kept.write();
}

function renderCourse() {
    const { answers, left, confidence, sure } = state;
    write(byId("number"), state.question ? `Question ${state.question.number}` : "");
    const minutes = Math.max(1, Math.round(left?.minutes ?? 0));
    write(byId("left"), !left ? "" : left.answers > 0 ? `about ${left.answers} more, ${count(minutes, "minute")}`
        : sure ? "enough is known: finish whenever you like" : "more answers are unlikely to make it clearer");
    byId("progress").max = answers + (left?.answers ?? 0) || 1;
    byId("progress").value = answers;
    write(byId("confidence"), confidence === null ? ""
        : `${Math.round(100 * confidence)} % sure that your best so far is among the best twentieth for you`);
    byId("ending").classList.toggle("ready", left?.answers === 0);
    write(byId("ending-words"), left?.answers === 0
        ? sure ? "Your taste is known well enough." : "These mixes leave it open; your favourites so far are there to choose from."
        : "You may stop at any time; what you answered so far counts.");
}

function renderPlayer() {
    byId("play").classList.toggle("on", player.playing);
    write(byId("play-words"), player.playing ? "Pause" : player.ready ? "Listen" : "Loading");
    const { from_s, to_s } = player.loop;
    write(byId("loop-words"), `loop ${clock(from_s)} to ${clock(to_s)}${player.loading ? ", loading …" : ""}`);
    wave.setLoop(player.loop);
    press(byId("match"), player.matched);
    press(byId("dim"), player.dimmed);
    for (const radio of document.querySelectorAll("#monitor input")) radio.checked = radio.value === player.monitor;
}

function renderQuestion(now) {
    const pair = now.kind === "pair" || now.slots === 2;
    write(byId("ask"), pair ? "Which of the two is better?" : `Which of these ${now.slots} is the best?`);
    label("best", `${letter(player.slot)} is ${pair ? "better" : "the best"} `, "Enter");
    label("none-good", pair ? "Both are bad " : "None is good ", "X");
    enable("undo", state.undo !== null);
    byId("slots").classList.toggle("sounds", player.playing && player.ready);
    document.querySelectorAll("#slots .slot").forEach((slot, i) => {
        slot.classList.toggle("on", i === player.slot);
        press(slot.querySelector(".hear"), i === player.slot);
        slot.querySelector(".hear").setAttribute("aria-label", `Mix ${letter(i)}`
            + (i === player.slot && player.playing ? ", playing" : ""));
        press(slot.querySelector(".star"), now.stars[i]);
    });
    renderHeard();
    const notes = now.notes.map(({ slot, at_s, text }) => `${slot === null ? "all" : letter(slot)} ${clock(at_s)} ${text}`);
    const list = byId("note-list");
    if (list.dataset.shown !== notes.join("\n")) {
        list.dataset.shown = notes.join("\n");
        list.replaceChildren(...now.notes.map(({ slot, at_s, text }) => element("li", {},
            element("strong", {}, slot === null ? "all" : letter(slot)),
            element("span", { class: "soft" }, ` ${clock(at_s)} `), text)));
    }
}

/** How long each was heard, and whether that is enough for an answer. */
function renderHeard() {
    const { heard } = player;
    document.querySelectorAll("#slots .seconds").forEach((seconds, i) => write(seconds,
        heard[i] >= least_heard_s ? `✓ ${Math.floor(heard[i])} s` : `${Math.floor(heard[i])} of ${least_heard_s} s`));
    for (const id of ["best", "cannot-tell", "none-good"]) enable(id, answerable());
    write(byId("missing"), answerWords());
}

/** The playhead, and what time changes. */
function follow() {
    if (question() && player.loop) {
        wave.setPosition(player.position);
        write(byId("position"), clock(player.position));
        if (player.playing && state.question) renderHeard();
    }
    requestAnimationFrame(follow);
}

function wire() {
    byId("monitor").append(...monitors.map(({ name, words }) => element("label", {},
        element("input", { type: "radio", name: "monitor", value: name, checked: name === "off",
            onchange: () => setMonitor(name) }), element("span", {}, words))));
    byId("tags").append(...tags.map((word) => button({ class: "tag", onclick: () => {
        byId("note").value = `${byId("note").value} ${word}`.trim();
        byId("note").focus();
    } }, word)));
    const on = (id, does) => byId(id).addEventListener("click", does);
    const undo = () => { if (state?.question && state.undo !== null) act("undo", { number: state.undo }); };
    const differMost = () => setLoop(question().loop, false);
    const note = () => {
        if (!state?.question) return;
        byId("note-about").value = player.slot;
        byId("note").focus();
    };
    const help = () => byId("help-dialog").showModal();
    const finish = () => act("finish").then(() => byId("reveal").focus());
    const ofQuestions = {
        toggle, undo, differMost, nextSection, note,
        hear: (digit) => hear(digit - 1),
        previous: () => hear((player.slot + player.slots - 1) % player.slots),
        next: () => hear((player.slot + 1) % player.slots),
        best: () => answer(player.slot),
        cannotTell: () => answer("cannot_tell"),
        noneGood: () => answer("none_good"),
        loopFrom: () => setLoop({ from_s: player.position, to_s: Math.max(player.loop.to_s, player.position + 1) }, true),
        loopTo: () => setLoop({ from_s: Math.min(player.loop.from_s, player.position - 0.5), to_s: player.position }, true),
        restart: () => player.seek(player.loop.from_s),
        mono: () => setMonitor(player.monitor === "mono" ? "off" : "mono"),
        nextMonitor: () => setMonitor(monitors[(monitors.findIndex(({ name }) => name === player.monitor) + 1)
            % monitors.length].name),
        dim: () => player.setDimmed(!player.dimmed),
        star: () => star(player.slot),
    };
    // Before there is a question none of these has anything to work on.
    const actions = { help, ...Object.fromEntries(Object.entries(ofQuestions).map(([name, does]) =>
        [name, (...words) => { if (question()) does(...words); }])) };
    for (const [id, does] of Object.entries({ play: toggle, best: actions.best, "cannot-tell": actions.cannotTell,
        "none-good": actions.noneGood, undo, "differ-most": differMost, loudest, help, finish,
        dim: actions.dim, match: () => player.setMatched(!player.matched) })) on(id, does);
    byId("note-form").addEventListener("submit", keepNote);
    byId("note").addEventListener("keydown", (event) => { if (event.key === "Escape") byId("note").blur(); });
    window.addEventListener("pagehide", () => player.report());
    listenToKeys(actions);
    fillHelp();
}

wire();
await refresh().catch((error) => {
    const banner = byId("banner");
    banner.hidden = false;
    write(banner, error.message);
    throw error;
});
follow();

/** For tests to look at; blind like the page. */
window.mixfarm = Object.freeze({ player, get state() { return state; } });
