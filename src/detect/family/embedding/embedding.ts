/** How prompts become points: the one step between texts and topics that can be exchanged. */

/** One unit row for each text, in its order; a text that says nothing is a row of zeros. */
export interface Vectors {
  /** Numbers in a row: a multiple of 4, because distances are computed four at a time. */
  readonly dimensions: number;
  /** texts × dimensions, row major. */
  readonly rows: Float32Array;
}

export interface Embedding {
  /** Names the method and everything that shapes its result; goes into the report. */
  readonly id: string;
  /** `random` gives uniform numbers on [0, 1); the same stream gives the same vectors. */
  readonly embed: (texts: readonly string[], random: () => number) => Vectors;
}

/** An embedding that has to be asked for first: it answers for exactly these texts. */
export type Embedder = (texts: readonly string[]) => Promise<Embedding>;
