// The server's API: errors in words, patience while it does not answer, events in their order.

const retry_ms = 1000;
const ask_again_ms = 250;  // while a mix is being made

/** The server answered, and the answer is no. */
export class Refused extends Error {
    constructor(status, words) {
        super(words);
        this.status = status;
    }
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function refusal(response) {
    const body = await response.json().catch(() => ({}));
    return new Refused(response.status, body.error ?? `The server answered ${response.status}.`);
}

export class Server {
    #gone = false;
    #last = Promise.resolve();
    #unsent = 0;

    /** `onChange(gone, unsent)`: whether the server is gone, how many events wait for it. */
    constructor(onChange) {
        this.onChange = onChange;
    }

    state = () => this.#insist("api/state", {}, (response) => response.json());
    map = () => this.#insist("api/map", {}, (response) => response.json());
    reveal = () => this.#insist("api/reveal", {}, (response) => response.json());

    /** Bytes of a WAV file; `without` are numbers of moves that are switched off. */
    audio(number, slot, from_s, to_s, signal, without = []) {
        const off = without.length ? `&without=${without}` : "";
        return this.#insist(`api/audio/${number}/${slot}?from_s=${from_s}&to_s=${to_s}${off}`,
            { signal }, (response) => response.arrayBuffer());
    }

    /** `without` of every slot. */
    async levels(number, from_s, to_s, monitor, signal, without = []) {
        const off = without.map((moves, slot) => (moves.length ? `&without=${slot}:${moves}` : "")).join("");
        const levels = await this.#insist(
            `api/levels/${number}?from_s=${from_s}&to_s=${to_s}&monitor=${monitor}${off}`,
            { signal }, (response) => response.json());
        return levels.gains_db;
    }

    /** Until a mix of the board is there without these moves. */
    async made(slot, moves, signal) {
        for (;;) {
            const { ready } = await this.#insist(`api/without/${slot}?moves=${moves}`, { signal },
                (response) => response.json());
            if (ready) return;
            await pause(ask_again_ms);
            signal?.throwIfAborted();
        }
    }

    /** One after the other, each until it got through. Resolves to the new state. */
    post(event, body = {}) {
        const request = {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ ...body, once: crypto.randomUUID() }),  // an answer may get lost
            keepalive: true,  // what was heard last is told while the page closes
        };
        this.#unsent += 1;
        const sent = this.#last
            .then(() => this.#insist(`api/${event}`, request, (response) => response.json()))
            .finally(() => { this.#unsent -= 1; });
        this.#last = sent.catch(() => {});
        return sent;
    }

    async #insist(path, request, read) {
        for (;;) {
            try {
                const response = await fetch(path, { cache: "no-store", ...request });
                if (!response.ok) throw await refusal(response);
                const answer = await read(response);
                this.#tell(false);
                return answer;
            } catch (error) {
                if (error.name === "AbortError") throw error;
                this.#tell(!(error instanceof Refused));
                if (error instanceof Refused) throw error;
                await pause(retry_ms);
                request.signal?.throwIfAborted();
            }
        }
    }

    #tell(gone) {
        if (!gone && !this.#gone) return;
        this.#gone = gone;
        this.onChange(gone, this.#unsent);
    }
}
