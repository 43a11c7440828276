// The player: loads the slots of a loop, plays one of them, counts the seconds that each was heard.

import { buildGraph, buildMonitor, loopOf, ramp_s } from "./graph.js";

export { buildGraph, buildMonitor, loopOf } from "./graph.js";

export const shortest_s = 0.5;
export const longest_s = 59;  // the server gives 60 s at once, and the seam needs a little more
const most_bytes = 128e6;  // of a loop's sounds
const report_ms = 3000;
const most_kept = 8;  // sounds of the loop with other moves than the slots have now

export class Player {
    #source; #onHeard; #onChange;
    #context = null; #monitor = null; #graph = null;
    #rate = 0; #song_s = 0; #number = null; #slots = 0;
    #loop = null; #buffers = null; #gains_db = null; #loading = null; #wanted = null;
    #playing = false; #slot = 0; #matched = true; #way = "off"; #dimmed = false; #switches = 0;
    #rest_s = 0;      // where in the song it stands while nothing sounds
    #started_s = 0;   // on the context's clock, when the loop was at #offset_s
    #offset_s = 0;
    #counted_s = 0;   // on the context's clock, up to where seconds were counted
    #heard = [];
    #without = [];    // of every slot the moves that its sound lacks, ascending
    #lacking = [];    // the same as it is wanted
    #changing = null; #kept = new Map();

    /**
     * `source`: audio(number, slot, from_s, to_s, signal, without), bytes of a WAV file,
     * levels(number, from_s, to_s, monitor, signal, without of every slot), gains in dB, and
     * made(slot, moves, signal), which waits for a sound without moves. `onHeard(number, slot, seconds)`
     * tells what was listened to, `onChange()` that something else is worth showing.
     */
    constructor(source, onHeard, onChange) {
        this.#source = source;
        this.#onHeard = onHeard;
        this.#onChange = onChange;
        setInterval(() => this.report(), report_ms);
    }

    get number() { return this.#number; }
    get playing() { return this.#playing; }
    get ready() { return this.#buffers !== null; }
    get loading() { return this.#loading !== null; }
    get slot() { return this.#slot; }
    get slots() { return this.#slots; }
    get loop() { return this.#wanted; }
    get matched() { return this.#matched; }
    get monitor() { return this.#way; }
    get dimmed() { return this.#dimmed; }
    get switches() { return this.#switches; }
    get without() { return this.#without; }
    get lacking() { return this.#lacking; }
    get heard() { return this.#heard.map((seconds, i) => seconds + this.#pending(i)); }

    /** In the song, of what comes out of the loudspeaker now. */
    get position() {
        if (!this.#graph) return this.#rest_s;
        return this.#positionAt(this.#context.currentTime - (this.#context.outputLatency ?? 0));
    }

    /** A question's slots; goes on playing where it was playing. */
    open({ number, slots, heard_s }, { rate, seconds }, loop, slot = 0) {
        this.close();
        this.#number = number;
        this.#slots = slots;
        this.#heard = [...heard_s];
        this.#rate = rate;
        this.#song_s = seconds;
        this.#slot = Math.min(slot, slots - 1);
        this.#switches = 0;
        this.#loop = null;
        this.#without = Array(slots).fill([]);
        this.#lacking = [...this.#without];
        return this.setLoop(loop);
    }

    /** Nothing is heard, and nothing counted, until the next question is open. */
    close() {
        this.report();
        this.#silence();
        this.#loading?.abort();
        this.#changing?.abort();
        this.#kept.clear();
        this.#loading = this.#changing = this.#buffers = this.#number = null;
    }

    /** The old loop plays on until the new one is there. */
    async setLoop({ from_s, to_s }) {
        const room_s = most_bytes / (this.#slots * this.#rate * 8);  // two channels of floats
        const length_s = Math.min(Math.max(to_s - from_s, shortest_s), longest_s, room_s, this.#song_s);
        const start_s = Math.min(Math.max(from_s, 0), this.#song_s - length_s);
        const first = Math.round(start_s * this.#rate);
        const last = Math.round((start_s + length_s) * this.#rate);
        this.#wanted = { from_s: first / this.#rate, to_s: last / this.#rate };

        this.#loading?.abort();
        this.#changing?.abort();
        this.#changing = null;
        const loading = this.#loading = new AbortController();
        this.#onChange();
        try {
            await this.#made(this.#without, loading.signal);
            const [buffers, gains_db] = await Promise.all([
                this.#fetch([...this.#without.keys()], this.#without, first, last, loading.signal),
                this.#fetchLevels(this.#wanted, this.#without, loading.signal),
            ]);
            loading.signal.throwIfAborted();
            this.#loading = null;
            this.#take({ ...this.#wanted }, buffers, gains_db);
        } catch (error) {
            if (this.#loading === loading) this.#loading = null;
            if (!loading.signal.aborted) throw error;
        }
        this.#onChange();
        await this.#change();
    }

    /** Sounds of these slots in a stretch, in frames. */
    async #fetch(slots, without, first, last, signal) {
        const seam = Math.round(ramp_s * this.#rate);
        const lead = first >= seam ? seam : 0;
        const [lead_s, to_s] = [first - lead, last].map((frame) => frame / this.#rate);
        const decoder = new OfflineAudioContext(2, 1, this.#rate);
        const files = await Promise.all(slots.map((slot) =>
            this.#source.audio(this.#number, slot, lead_s, to_s, signal, without[slot])));
        const buffers = [];  // one after the other: each is twice in memory for a moment
        while (files.length) buffers.push(loopOf(await decoder.decodeAudioData(files.shift()), lead));
        return buffers;
    }

    #fetchLevels({ from_s, to_s }, without, signal) {
        return this.#source.levels(this.#number, from_s, to_s, this.#way, signal, without);
    }

    /** Waits until there are all sounds that lack moves: the server keeps only the latest. */
    #made(without, signal) {
        return Promise.all(without.map((moves, slot) => moves.length && this.#source.made(slot, moves, signal)));
    }

    /** A slot sounds without these moves (ascending) once that is made; till then as it did. */
    async setWithout(slot, moves) {
        this.#lacking = this.#lacking.with(slot, moves);
        this.#onChange();
        await this.#change();
    }

    /** Brings all slots to where they are wanted, one after the other; a loop that loads comes first. */
    async #change() {
        this.#changing?.abort();
        this.#changing = null;
        const other = () => this.#lacking.findIndex((moves, slot) => moves.join() !== this.#without[slot].join());
        if (this.#loading || !this.ready || other() < 0) return;
        const changing = this.#changing = new AbortController();
        try {
            for (let slot = other(); slot >= 0; slot = other()) {
                await this.#exchange(slot, this.#lacking[slot], changing.signal);
                this.#onChange();
            }
        } catch (error) {
            if (changing.signal.aborted) return;
            this.#lacking = [...this.#without];
            this.#onChange();
            throw error;
        } finally {
            if (this.#changing === changing) this.#changing = null;
        }
    }

    async #exchange(slot, moves, signal) {
        const [first, last] = [this.#loop.from_s, this.#loop.to_s].map((seconds) => Math.round(seconds * this.#rate));
        const without = this.#without.with(slot, moves);
        await this.#made(without, signal);
        const key = `${slot}:${moves}`;
        const buffer = this.#kept.get(key) ?? (await this.#fetch([slot], without, first, last, signal))[0];
        let [way, gains_db] = [null, null];
        while (way !== this.#way) {  // it may change meanwhile
            way = this.#way;
            gains_db = await this.#fetchLevels(this.#loop, without, signal);
        }
        signal.throwIfAborted();
        this.report();
        this.#kept.delete(key);
        this.#kept.set(`${slot}:${this.#without[slot]}`, this.#buffers[slot]);
        if (this.#kept.size > most_kept) this.#kept.delete(this.#kept.keys().next().value);
        this.#buffers[slot] = buffer;
        this.#gains_db = gains_db;
        this.#without = without;
        this.#graph?.exchange(slot, buffer, this.#levels(), this.#context.currentTime + this.#lead());
        this.#hearThrough(way);
    }

    #take(loop, buffers, gains_db) {
        const at_s = this.#loop ? this.position : loop.from_s;
        this.report();
        this.#silence();
        this.#loop = loop;
        this.#kept.clear();
        this.#buffers = buffers;
        this.#gains_db = gains_db;
        this.#rest_s = this.#inside(at_s) ? at_s : loop.from_s;
        if (this.#playing) this.#sound();
    }

    /** Call it from a gesture: browsers let no page sound before one. */
    play() {
        this.#context ??= new AudioContext({ sampleRate: this.#rate, latencyHint: "interactive" });
        if (!this.#monitor) {
            this.#monitor = buildMonitor(this.#context);
            this.#monitor.select(this.#way, 0);
            this.#monitor.dim(this.#dimmed, 0);
        }
        this.#context.resume();
        this.#playing = true;
        if (this.ready && !this.#graph) this.#sound();
        this.#onChange();
    }

    pause() {
        this.report();
        this.#silence();
        this.#playing = false;
        this.#onChange();
    }

    /** Within the loop that was asked for last; one that is still loading begins there. */
    seek(at_s) {
        this.report();
        this.#silence();
        this.#rest_s = at_s;
        if (this.#playing && this.ready) this.#sound();
        this.#onChange();
    }

    select(slot) {
        if (slot < 0 || slot >= this.#slots || slot === this.#slot) return;
        this.report();
        this.#slot = slot;
        this.#switches += 1;
        this.#graph?.select(slot, this.#soon());
        this.#onChange();
    }

    setMatched(on) {
        this.report();
        this.#counted_s = Math.max(this.#counted_s, this.#context?.currentTime ?? 0);
        this.#matched = on;
        this.#graph?.setGains(this.#levels(), this.#soon());
        this.#onChange();
    }

    /** Heard that way, mixes are as loud as each other again: it waits for those levels. */
    async setMonitor(name) {
        this.#way = name;
        this.#onChange();
        if (this.#loading || !this.#loop) return this.#hearThrough(name);
        const [number, loop, without] = [this.#number, this.#loop, this.#without];
        const gains_db = await this.#fetchLevels(loop, without);
        if (name !== this.#way || loop !== this.#loop || number !== this.#number || without !== this.#without) return;
        this.report();
        this.#gains_db = gains_db;
        this.#graph?.setGains(this.#levels(), this.#soon());
        this.#hearThrough(name);
    }

    #hearThrough(name) {
        this.#monitor?.select(name, this.#soon());
    }

    setDimmed(on) {
        this.#dimmed = on;
        this.#monitor?.dim(on, this.#soon());
        this.#onChange();
    }

    /** Tells what was heard since it was told last. */
    report() {
        const seconds = Math.floor(1000 * this.#pending(this.#slot)) / 1000;
        if (seconds <= 0) return;
        this.#counted_s += seconds;
        this.#heard[this.#slot] += seconds;
        this.#onHeard(this.#number, this.#slot, seconds);
    }

    #pending(slot) {
        // What is heard at other loudness is no ground for an answer.
        if (!this.#graph || !this.#matched || slot !== this.#slot) return 0;
        return Math.max(0, this.#context.currentTime - this.#counted_s);
    }

    #inside(at_s) {
        return at_s >= this.#loop.from_s && at_s < this.#loop.to_s;
    }

    #levels() {
        return this.#matched ? this.#gains_db : this.#gains_db.map(() => 0);
    }

    // Sound is made a buffer ahead: what is asked for earlier than that would come late and jump.
    #soon() {
        return this.#context.currentTime + Math.max(0.003, this.#context.baseLatency ?? 0);
    }

    // A source that is to begin at once begins late, and nobody knows when.
    #lead() {
        return Math.max(0.02, 2 * (this.#context.baseLatency ?? 0) + 0.01);
    }

    #positionAt(time_s) {
        const { from_s, to_s } = this.#loop;
        return from_s + (this.#offset_s + Math.max(0, time_s - this.#started_s)) % (to_s - from_s);
    }

    #sound() {
        if (!this.#inside(this.#rest_s)) {
            if (this.#loading) return;  // it begins there once it is there
            this.#rest_s = this.#loop.from_s;
        }
        const context = this.#context;
        const whole = (seconds) => Math.round(seconds * this.#rate) / this.#rate;
        this.#started_s = this.#counted_s = whole(context.currentTime + this.#lead());
        this.#offset_s = whole(this.#rest_s - this.#loop.from_s);
        const graph = buildGraph(context, this.#buffers, {
            slot: this.#slot, gains_db: this.#levels(), destination: this.#monitor.input,
        });
        graph.start(this.#started_s, this.#offset_s);
        this.#graph = graph;
    }

    #silence() {
        if (!this.#graph) return;
        const at_s = this.#soon();
        this.#rest_s = this.#positionAt(at_s);
        this.#graph.stop(at_s);
        this.#graph = null;
    }
}
