/**
 * Decisions as the gate keeps them. At a million of them an answer waits for memory and for nothing else,
 * so all that a question needs of a decision lies in one 64-byte record: one line of the processor's
 * cache, where objects would cost one line each. Numbers stand for records; 0 is none.
 */
import type { Decision, Subject } from '../decision.ts';
import { createVerdicts, type Verdict } from './verdicts.ts';

/** Words of 32 bits in a record: three times (64 bits each), next, verdict, length, 28 bytes of value. */
const WORDS = 16;
const UNTIL = 0;
const BEGINS = 1;
const ENDS = 2;
const NEXT = 6;
const VERDICT = 7;
const LENGTH = 8;
const VALUE = 36;
const INLINE = 28;
/** In place of a length: the value has characters beyond U+00FF and lies only in its text. */
const WIDE = 0xffffffff;
const FIRST_CAPACITY = 64;

export class EntryStore {
  #times = new Float64Array((FIRST_CAPACITY * WORDS) / 2);
  #words = new Uint32Array(this.#times.buffer);
  #bytes = new Uint8Array(this.#times.buffer);
  /** Id and subject of each, side by side: what an answer quotes. */
  #quoted: (string | Subject | null)[] = [null, null];
  /** The whole decision, which no answer touches. */
  #decisions: (Decision | null)[] = [null];
  #free = 0;
  readonly #verdicts = createVerdicts();
  /** Keeps reads ahead from being thought useless. */
  seen = 0;

  /** `now` and `steady` are of the moment at which the gate learns of the decision. */
  add(decision: Decision, now: number, steady: number): number {
    const entry = this.#take();
    const at = entry * WORDS;
    this.#times[at / 2 + UNTIL] = decision.until;
    // A steady clock besides: a wall clock that is set back does not lengthen a decision.
    this.#times[at / 2 + BEGINS] = steady + Math.max(0, decision.from - now);
    this.#times[at / 2 + ENDS] = steady + (decision.until - now);
    this.#words[at + NEXT] = 0;
    this.#words[at + VERDICT] = this.#verdicts.hold(decision);
    this.#keepValue(entry, decision.subject.value);
    this.#quoted[2 * entry] = decision.id;
    this.#quoted[2 * entry + 1] = decision.subject;
    this.#decisions[entry] = decision;
    return entry;
  }

  /** The record is used again: nothing may refer to it any more. */
  drop(entry: number): void {
    this.#verdicts.release(this.#words[entry * WORDS + VERDICT]!);
    this.#quoted[2 * entry] = null;
    this.#quoted[2 * entry + 1] = null;
    this.#decisions[entry] = null;
    this.#words[entry * WORDS + NEXT] = this.#free;
    this.#free = entry;
  }

  decision(entry: number): Decision {
    return this.#decisions[entry]!;
  }

  id(entry: number): string {
    return this.#quoted[2 * entry] as string;
  }

  subject(entry: number): Subject {
    return this.#quoted[2 * entry + 1] as Subject;
  }

  verdict(entry: number): Verdict {
    return this.#verdicts.of(this.#words[entry * WORDS + VERDICT]!);
  }

  rank(entry: number): number {
    return this.verdict(entry).rank;
  }

  /** Milliseconds for which it still holds. */
  left(entry: number, now: number, steady: number): number {
    const at = (entry * WORDS) / 2;
    return Math.min(this.#times[at + UNTIL]! - now, this.#times[at + ENDS]! - steady);
  }

  /** Whether it has ended on the steady clock, which is never set back. */
  ended(entry: number, steady: number): boolean {
    return steady >= this.#times[(entry * WORDS) / 2 + ENDS]!;
  }

  /** Comparisons with NaN are false: a decision without a sound time is never in force. */
  inForce(entry: number, now: number, steady: number): boolean {
    const at = (entry * WORDS) / 2;
    const times = this.#times;
    return now < times[at + UNTIL]! && steady < times[at + ENDS]! && steady >= times[at + BEGINS]!;
  }

  /** The next weaker one about the same subject, or 0. */
  next(entry: number): number {
    return this.#words[entry * WORDS + NEXT]!;
  }

  /** Whether it is about this value, character by character. */
  isAbout(entry: number, value: string): boolean {
    const length = this.#words[entry * WORDS + LENGTH]!;
    if (length !== value.length)
      return length === WIDE && this.#decisions[entry]!.subject.value === value;
    const bytes = this.#bytes;
    const from = entry * WORDS * 4 + VALUE;
    const inline = Math.min(length, INLINE);
    for (let i = 0; i < inline; i++) if (bytes[from + i] !== value.charCodeAt(i)) return false;
    return length <= INLINE || this.#decisions[entry]!.subject.value === value;
  }

  /** The strongest of a chain that is in force now. */
  strongest(head: number, now: number, steady: number): number {
    for (let at = head; at !== 0; at = this.#words[at * WORDS + NEXT]!)
      if (this.inForce(at, now, steady)) return at;
    return 0;
  }

  /** The chain with this entry in it, strongest first. */
  link(head: number, entry: number): number {
    let before = 0;
    let at = head;
    while (at !== 0 && this.#precedes(at, entry)) {
      before = at;
      at = this.#words[at * WORDS + NEXT]!;
    }
    this.#words[entry * WORDS + NEXT] = at;
    if (before === 0) return entry;
    this.#words[before * WORDS + NEXT] = entry;
    return head;
  }

  /** The chain without this entry; 0 when nothing is left. */
  unlink(head: number, entry: number): number {
    const next = this.#words[entry * WORDS + NEXT]!;
    if (head === entry) return next;
    for (let at = head; at !== 0; ) {
      const after = this.#words[at * WORDS + NEXT]!;
      if (after === entry) this.#words[at * WORDS + NEXT] = next;
      at = after === entry ? 0 : after;
    }
    return head;
  }

  /** Reads what answers from these records will read, all waits for memory at once. */
  warm(entries: Uint32Array, count: number): void {
    let seen = 0;
    for (let i = 0; i < count; i++) seen ^= this.#words[entries[i]! * WORDS + LENGTH]!;
    for (let i = 0; i < count; i++) if (this.#quoted[2 * entries[i]!] === null) seen ^= 1;
    this.seen = seen;
  }

  /** Stronger first; of equals the one that holds longer, then the smaller id, so that order is total. */
  #precedes(a: number, b: number): boolean {
    const [one, other] = [this.rank(a), this.rank(b)];
    if (one !== other) return one > other;
    const [until, otherUntil] = [
      this.#times[(a * WORDS) / 2 + UNTIL]!,
      this.#times[(b * WORDS) / 2 + UNTIL]!,
    ];
    return until !== otherUntil ? until > otherUntil : this.id(a) < this.id(b);
  }

  #keepValue(entry: number, value: string): void {
    const from = entry * WORDS * 4 + VALUE;
    let wide = 0;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      wide |= code >>> 8;
      if (i < INLINE) this.#bytes[from + i] = code;
    }
    this.#words[entry * WORDS + LENGTH] = wide === 0 ? value.length : WIDE;
  }

  #take(): number {
    if (this.#free !== 0) {
      const entry = this.#free;
      this.#free = this.#words[entry * WORDS + NEXT]!;
      return entry;
    }
    const entry = this.#decisions.length;
    if (entry * WORDS === this.#words.length) {
      const times = new Float64Array(this.#times.length * 2);
      times.set(this.#times);
      this.#times = times;
      this.#words = new Uint32Array(times.buffer);
      this.#bytes = new Uint8Array(times.buffer);
    }
    this.#quoted.push(null, null);
    this.#decisions.push(null);
    return entry;
  }
}
