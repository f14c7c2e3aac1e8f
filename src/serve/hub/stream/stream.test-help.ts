/** A client of the stream that keeps everything it is told, for tests. */

export interface Told {
  readonly event: string;
  readonly id: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: a test that looks at the wrong place fails
  readonly data: any;
}

export interface Ear {
  readonly status: number;
  readonly told: readonly Told[];
  /** Waits until so many events were told, but for `ready`. */
  readonly until: (count: number) => Promise<readonly Told[]>;
  readonly lastId: () => string | undefined;
  readonly ended: Promise<void>;
  readonly close: () => void;
}

const parse = (block: string): Told | undefined => {
  const field = (name: string): string | undefined =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const data = field('data');
  return data === undefined
    ? undefined
    : { event: field('event') ?? 'message', id: field('id'), data: JSON.parse(data) };
};

export const listen = async (
  url: string,
  token: string,
  query = '',
  headers: Readonly<Record<string, string>> = {},
): Promise<Ear> => {
  const stop = new AbortController();
  const response = await fetch(`${url}/stream${query}`, {
    headers: { Authorization: `Bearer ${token}`, ...headers },
    signal: stop.signal,
  });
  const told: Told[] = [];
  const waiting: (() => void)[] = [];
  const read = async (): Promise<void> => {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) {
      const blocks = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n\n');
      rest = blocks.pop()!;
      told.push(...blocks.flatMap((block) => parse(block) ?? []));
      for (const wake of waiting.splice(0)) wake();
    }
  };
  const ended = response.ok
    ? read()
        .catch(() => undefined)
        .finally(() => {
          for (const wake of waiting.splice(0)) wake();
        })
    : Promise.resolve();
  const heard = (): readonly Told[] => told.filter(({ event }) => event !== 'ready');
  return {
    status: response.status,
    told,
    until: async (count) => {
      const end = Date.now() + 5000;
      while (heard().length < count) {
        if (Date.now() > end)
          throw new Error(`${heard().length} of ${count} events: ${JSON.stringify(heard())}`);
        await Promise.race([
          new Promise<void>((resolve) => waiting.push(resolve)),
          new Promise((resolve) => setTimeout(resolve, 200)),
        ]);
      }
      return heard();
    },
    lastId: () => told.at(-1)?.id,
    ended,
    close: () => stop.abort(),
  };
};

export const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, ms));
