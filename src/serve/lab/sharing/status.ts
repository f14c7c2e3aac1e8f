/** The state of a connection with a hub, in numbers. */
import type { Incoming } from './incoming.ts';
import type { OutboxItem } from './kept.ts';
import type { HubLink } from './link.ts';
import type { Outbox } from './outbox.ts';
import type { Blinder } from './tokens.ts';
import type { Verification } from './verify.ts';

export interface SharingStatus {
  readonly hub: string;
  readonly connected: boolean;
  /** Seconds since the hub was heard; null: not since this lab was started. */
  readonly heard_seconds: number | null;
  readonly error: string | null;
  /** Waits for a person; waits for the hub. */
  readonly drafts: number;
  readonly queue: number;
  readonly sent: number;
  readonly refused: number;
  /** Indicators of others; those that hit accounts here; those of campaigns confirmed here. */
  readonly indicators: number;
  readonly hitting: number;
  readonly confirmed: number;
  /** Taken back by others and forgotten here, since the lab was started. */
  readonly retractions: number;
  readonly tokens: number;
  readonly tokens_pending: number;
}

export interface StatusParts {
  readonly hub: string;
  readonly link: HubLink;
  readonly outbox: Outbox;
  readonly incoming: Incoming;
  readonly verification: Verification;
  readonly blinder: Blinder;
  readonly retractions: number;
  /** Of the stream; null: it is heard. */
  readonly failure: string | null;
}

export const statusOf = (parts: StatusParts, now: number): SharingStatus => {
  const { link, outbox, verification, blinder } = parts;
  const heard = link.heard();
  const states = [...outbox.items().values()].map(({ state }) => state);
  const inState = (wanted: OutboxItem['state']): number =>
    states.filter((state) => state === wanted).length;
  const ids = parts.incoming.foreign();
  return {
    hub: parts.hub,
    connected: link.connected(),
    heard_seconds: heard === null ? null : Math.max(0, Math.round((now - heard) / 1000)),
    error: parts.failure ?? link.failure() ?? outbox.lastError(),
    drafts: inState('drafted'),
    queue: outbox.waiting(),
    sent: inState('sent'),
    refused: inState('refused'),
    indicators: ids.length,
    hitting: ids.filter((id) => verification.hits(id).size > 0).length,
    confirmed: ids.filter((id) => verification.confirmedAt(id, null) !== null).length,
    retractions: parts.retractions,
    tokens: blinder.made(),
    tokens_pending: blinder.pending(),
  };
};

/** Of a connection that could not be opened. */
export const brokenStatus = (hub: string, error: string): SharingStatus => ({
  ...{ hub, connected: false, heard_seconds: null, error },
  ...{ drafts: 0, queue: 0, sent: 0, refused: 0 },
  ...{ indicators: 0, hitting: 0, confirmed: 0, retractions: 0, tokens: 0, tokens_pending: 0 },
});
