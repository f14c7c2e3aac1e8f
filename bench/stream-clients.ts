/** Opens many streams in a process of its own and notes when each event arrived; told what to do by its parent. */
import { request } from 'node:http';

interface Start {
  readonly url: string;
  readonly tokens: readonly string[];
  readonly consumers: number;
}

/** Milliseconds of one clock for both processes. */
const now = (): number => performance.timeOrigin + performance.now();

process.once('message', ({ url, tokens, consumers }: Start) => {
  let open = 0;
  let arrivals: number[] = [];
  for (let i = 0; i < consumers; i++) {
    const headers = { Authorization: `Bearer ${tokens[i % tokens.length]}` };
    request(`${url}/stream`, { headers, agent: false }, (response) => {
      response.setEncoding('utf8');
      let ready = false;
      response.on('data', (text: string) => {
        if (!ready && text.includes('event: ready')) {
          ready = true;
          if (++open === consumers) process.send!({ open });
        }
        // Data never holds a line break, so this stands once in each event.
        const events = text.split('event: new\n').length - 1;
        for (let n = 0; n < events; n++) arrivals.push(now());
      });
    }).end();
  }
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send!({ arrivals, cpu: user + system });
    arrivals = [];
  });
});
