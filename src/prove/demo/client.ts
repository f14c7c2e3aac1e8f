/** Everybody who uses the labs: sends rows as requests, a few dozen at a time, and hears the answers. */
import { Agent } from 'node:http';
import type { TrafficRow } from '../simulate/rows.ts';
import { post, type Reply } from './http.ts';
import { requestOf } from './wire.ts';

export interface Clients {
  readonly send: (gateway: URL, row: TrafficRow) => Promise<Reply>;
  /** In order of time, many at once. */
  readonly sendAll: (
    gateway: URL,
    rows: readonly TrafficRow[],
    answered: (row: TrafficRow, reply: Reply) => void,
  ) => Promise<void>;
  readonly close: () => void;
}

const AT_ONCE = 32;

export const createClients = (): Clients => {
  const agent = new Agent({ keepAlive: true, maxSockets: 2 * AT_ONCE });
  const send = (gateway: URL, row: TrafficRow): Promise<Reply> => {
    const { headers, body } = requestOf(row);
    return post(agent, gateway, headers, body);
  };
  return {
    send,
    sendAll: async (gateway, rows, answered) => {
      let next = 0;
      const worker = async (): Promise<void> => {
        while (next < rows.length) {
          const row = rows[next++]!;
          answered(row, await send(gateway, row));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    },
    close: () => agent.destroy(),
  };
};
