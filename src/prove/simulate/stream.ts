/** One flow of requests: somebody's or some program's, with its rhythm, its prompts and its account. */
import { between, geometric, logNormal, type Random } from '../../base/random.ts';
import type { Client } from './client.ts';
import type { Prompt } from './corpus.ts';
import type { Identity } from './identity.ts';
import type { ChatMessage, Group, Label } from './rows.ts';
import { momentOf, nextShare, type Profile, shareBefore } from './schedule.ts';
import type { Voice } from './voice.ts';

export interface Account {
  readonly id: string;
  readonly identity: Identity;
  readonly client: Client;
  readonly label: Label;
  readonly group: Group;
  readonly campaign: string | null;
  /** Epoch milliseconds from which this account uses a newly released model. */
  readonly adoptsAt: number;
}

/** How requests follow each other. */
export interface Pace {
  /** Mean requests per session, and mean user turns per conversation. */
  readonly session: number;
  readonly turns: number;
  /** Median seconds between two requests of a session, and the deviation of its logarithm. */
  readonly gap: number;
  readonly sigma: number;
}

export const PACES = {
  person: { session: 5, turns: 2.6, gap: 55, sigma: 0.9 },
  program: { session: 12, turns: 1, gap: 6, sigma: 0.8 },
  agent: { session: 18, turns: 6, gap: 14, sigma: 1 },
  harvest: { session: 6, turns: 1.08, gap: 25, sigma: 0.9 },
} as const satisfies Record<string, Pace>;

/** An order to all accounts of an operator at once, followed within seconds by some of them. */
export interface Beat {
  /** Milliseconds between two orders, and the largest delay after one. */
  readonly period: number;
  readonly jitter: number;
  /** Share of sessions that start on an order. */
  readonly share: number;
}

/** Accounts between which an operator moves work. */
export interface Pool {
  readonly accounts: readonly Account[];
  /** Share of new sessions that start on another account than the usual one. */
  readonly rotation: number;
  /** Chance per turn that a conversation goes on under another account. */
  readonly handOff: number;
  /** Share of reached limits after which another account takes over. */
  readonly handOver: number;
}

export interface Stream {
  readonly number: number;
  readonly random: Random;
  readonly voice: Voice;
  readonly home: Account;
  readonly pool: Pool | null;
  readonly profile: Profile;
  readonly pace: Pace;
  readonly beat: Beat | null;
  readonly harvest: boolean;
  /** People behind the stream; 0 for the account's own. */
  readonly endUsers: number;
  /** Delay of this stream's day against its profile, milliseconds. */
  readonly shift: number;
  /** Typical answer where the corpus does not tell: median tokens and deviation of the logarithm. */
  readonly answer: readonly [median: number, sigma: number];
  /** Chance of a 429 per request. */
  readonly limits: number;

  // The clock of the stream.
  remaining: number;
  share: number;
  sessionLeft: number;
  opens: boolean;
  talkLeft: number;
  /** Milliseconds after the start of the world. */
  nextAt: number;

  // The conversation that is going on, kept by the renderer.
  account: Account;
  conversation: number;
  endUser: number;
  messages: ChatMessage[];
  /** A prompt that was refused and will be asked again. */
  retry: Prompt | null;
}

/** One request to come. */
export interface Due {
  readonly at: number;
  readonly stream: Stream;
  /** First of a session; first of a conversation; not the last of its session, of its conversation. */
  readonly opens: boolean;
  readonly fresh: boolean;
  readonly more: boolean;
  readonly continues: boolean;
}

const onBeat = (stream: Stream, at: number): number => {
  const { beat, random } = stream;
  if (beat === null || between(random, 0, 1) >= beat.share) return at;
  return Math.ceil(at / beat.period) * beat.period + between(random, 0, beat.jitter);
};

/** Sets the moment of the next session; false when nothing is left. */
export const openSession = (stream: Stream): boolean => {
  if (stream.remaining <= 0) return false;
  const { random, pace } = stream;
  const sessions = Math.ceil(stream.remaining / pace.session);
  stream.share = nextShare(random, stream.share, sessions);
  const at = onBeat(stream, momentOf(stream.profile, stream.share) + stream.shift);
  // A session that ran late pushes the next one; it never overlaps it.
  stream.nextAt = Math.max(at, stream.nextAt + logNormal(random, pace.gap, pace.sigma) * 1000);
  stream.sessionLeft = Math.min(stream.remaining, geometric(random, pace.session));
  stream.talkLeft = 0;
  stream.opens = true;
  return true;
};

/** Appends the requests before `until` to `due`; false when the stream has ended. */
export const runUntil = (stream: Stream, until: number, due: Due[]): boolean => {
  const { random, pace } = stream;
  while (stream.nextAt < until) {
    const fresh = stream.talkLeft === 0;
    if (fresh) stream.talkLeft = Math.min(8, geometric(random, pace.turns));
    stream.remaining--;
    stream.sessionLeft--;
    stream.talkLeft--;
    const { nextAt: at, opens } = stream;
    const more = stream.sessionLeft > 0;
    due.push({ at, stream, opens, fresh, more, continues: more && stream.talkLeft > 0 });
    stream.opens = false;
    if (stream.sessionLeft > 0) stream.nextAt += logNormal(random, pace.gap, pace.sigma) * 1000;
    else if (!openSession(stream)) return false;
  }
  return true;
};

/** Share of a profile at which a stream may begin, given when its account was made. */
export const joinShare = (profile: Profile, joined: number): number =>
  Math.min(1 - 1e-9, shareBefore(profile, Math.max(0, joined)));
