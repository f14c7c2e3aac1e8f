/**
 * Load for benches over HTTP that costs little itself: requests made beforehand, raw sockets, answers
 * told apart by their Content-Length. Run as a process of its own; it says how much processor time it took.
 *
 *   node bench/http-load.ts '{"port":8070,"request":"…","connections":32,"depth":10,"seconds":5}'
 *
 * `depth` requests are under way on each connection all the time (closed loop). With `rate`, requests are
 * due at fixed times instead, whether others were answered or not, and latency counts from when one was due.
 */
import { connect } from 'node:net';

export interface LoadOptions {
  readonly port: number;
  readonly request: string;
  readonly connections: number;
  readonly depth: number;
  readonly seconds: number;
  readonly rate?: number;
}

export interface LoadResult {
  readonly per_second: number;
  readonly bad: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  /** Of the load itself. */
  readonly processor_s: number;
  readonly wall_s: number;
}

const END = Buffer.from('\r\n\r\n');
const LENGTH = /\r\nContent-Length: (\d+)/i;

/** Lengths and statuses of whole answers in a stream of bytes. */
const answersOf = (answered: (ok: boolean) => void) => {
  let held: Buffer | null = null;
  return (piece: Buffer): void => {
    const bytes: Buffer = held === null ? piece : Buffer.concat([held, piece]);
    let at = 0;
    for (;;) {
      const end = bytes.indexOf(END, at);
      if (end < 0) break;
      const head = bytes.toString('latin1', at, end);
      const next = end + 4 + Number(LENGTH.exec(head)?.[1] ?? 0);
      if (next > bytes.length) break;
      answered(head.startsWith('HTTP/1.1 200'));
      at = next;
    }
    held = at === bytes.length ? null : Buffer.from(bytes.subarray(at));
  };
};

export const load = async (options: LoadOptions): Promise<LoadResult> => {
  const { port, request, connections, depth, seconds, rate } = options;
  const times: number[] = [];
  let bad = 0;
  let open = true;
  const lanes = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
      const due: number[] = [];
      const send = (count: number, at: number): void => {
        for (let i = 0; i < count; i++) due.push(at);
        socket.write(request.repeat(count), 'latin1');
      };
      let finished = 0;
      const take = answersOf((ok) => {
        if (!ok) bad += 1;
        times.push(performance.now() - due.shift()!);
        finished += 1;
      });
      socket.on('error', () => undefined);
      socket.on('data', (piece) => {
        finished = 0;
        take(piece);
        if (open && rate === undefined && finished > 0) send(finished, performance.now());
      });
      return { socket, send };
    }),
  );
  const cpu = process.cpuUsage();
  const start = performance.now();
  if (rate === undefined) for (const { send } of lanes) send(depth, performance.now());
  let sent = 0;
  while (performance.now() - start < seconds * 1000) {
    await new Promise((resolve) => setTimeout(resolve, rate === undefined ? 50 : 1));
    if (rate === undefined) continue;
    const until = Math.min(performance.now() - start, seconds * 1000);
    for (; (sent * 1000) / rate < until; sent++)
      lanes[sent % connections]!.send(1, start + (sent * 1000) / rate);
  }
  open = false;
  const wall_s = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const count = times.length;
  for (let i = 0; rate !== undefined && times.length < sent && i < 100; i++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  for (const { socket } of lanes) socket.destroy();
  // The first tenth warms up what is measured.
  const sorted = Float64Array.from(times.slice(times.length / 10)).sort();
  const at = (share: number) => Number((sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(3));
  return {
    per_second: Math.round(count / wall_s),
    bad: bad + (rate === undefined ? 0 : sent - times.length),
    p50_ms: at(0.5),
    p99_ms: at(0.99),
    processor_s: Number(((user + system) / 1e6).toFixed(2)),
    wall_s: Number(wall_s.toFixed(2)),
  };
};

if (import.meta.main)
  process.stdout.write(JSON.stringify(await load(JSON.parse(process.argv[2]!) as LoadOptions)));
