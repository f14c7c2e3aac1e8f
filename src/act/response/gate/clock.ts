/**
 * Two times, so that a wall clock that is set cannot lengthen a decision. Wall time is what decisions
 * are written in. Steady time only ever goes forward: from a monotonic source where one is given, and
 * otherwise by the forward steps of the wall clock.
 */
export class GateClock {
  now = 0;
  steady = 0;
  readonly #source: (() => number) | undefined;

  constructor(source?: () => number) {
    this.#source = source;
  }

  /** A time that is none leaves the last one standing. */
  advance(now: number): void {
    const sound = Number.isFinite(now) ? now : this.now;
    if (this.#source !== undefined) {
      const steady = this.#source();
      if (steady > this.steady) this.steady = steady;
    } else if (sound > this.now) this.steady += sound - this.now;
    this.now = sound;
  }
}
