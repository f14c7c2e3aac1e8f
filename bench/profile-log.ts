/**
 * A deterministic log for measuring: native rows of about 400 bytes in time order, accounts
 * interleaved, so that nothing is near what was read before. Never a world with an answer: those are
 * made by `stillwatch simulate`.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { below, chance, createRandom, type Random } from '../src/base/random.ts';

export interface LogShape {
  readonly exchanges: number;
  readonly accounts: number;
  readonly seed?: number;
  /** Of a log that is written in parts: rows before this part, and rows of all parts. */
  readonly before?: number;
  readonly of?: number;
}

const START = Date.UTC(2026, 2, 1);
const SPAN = 28 * 86_400_000;
const BLOCK_ROWS = 4_096;
/** Exchanges of a conversation. */
const TURNS = 5;

const WORDS =
  'the of and to in a is that for it as was with be by on not he this are or his from at which but have an had they you were their one all we can her has there been if more when will would who so no out up into than them time only some could these two may then do first any my now such like our over man me even most made after also did many must before back through years where much your way well down should because long each just state those people too mister good world still between life being under never day same another know while last might us great old year off come since against go came right used take three'.split(
    ' ',
  );
const RARE =
  'invoice theorem gradient parser kernel ledger protein voltage contract orbit refund syntax enzyme cluster tariff sonnet matrix socket glacier tenor'.split(
    ' ',
  );
const OPENINGS = [
  'Explain step by step how',
  'Write a short summary of',
  'hi, could you check whether',
  'Translate into German:',
  'Fix this function,',
  'Compare',
  'Bitte erkläre mir kurz, warum',
  '请一步一步地解释',
  'Score the following answer from 1 to 5:',
  'what is',
] as const;
const MODELS = ['m-large-2', 'm-small-2', 'm-large-1', 'embed-1'] as const;
const COUNTRIES = ['DE', 'US', 'IN', 'BR', 'JP', 'FR'] as const;

const pick = <T>(r: Random, of: readonly T[]): T => of[below(r, of.length)]!;

const promptOf = (r: Random): string => {
  let text: string = pick(r, OPENINGS);
  const words = 6 + below(r, 30);
  for (let i = 0; i < words; i++) text += ` ${chance(r, 0.1) ? pick(r, RARE) : pick(r, WORDS)}`;
  if (chance(r, 0.3)) text += ` ${below(r, 10_000)}`;
  return chance(r, 0.2) ? `${text}\n"${pick(r, RARE)}"` : `${text}.`;
};

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');

/** One row: the account's network, client and conversation follow from its number. */
const rowOf = (r: Random, place: number, shape: LogShape): string => {
  const index = (shape.before ?? 0) + place;
  // Every account once in a round, each round in another order: 7919 is prime.
  const round = Math.floor(index / shape.accounts);
  const account = (index * 7_919 + round * 104_729) % shape.accounts;
  const at = START + Math.floor((index / (shape.of ?? shape.exchanges)) * SPAN);
  const refused = chance(r, 0.01);
  return JSON.stringify({
    timestamp: new Date(at).toISOString(),
    account_id: `acct-${hex(Math.imul(account + 1, 0x9e3779b1) >>> 0, 8)}`,
    exchange_id: hex(index, 12),
    ...(account % 2 === 0 ? { conversation_id: `c${account}-${Math.floor(round / TURNS)}` } : {}),
    model: MODELS[(account + (chance(r, 0.05) ? 1 : 0)) & 3],
    prompt: promptOf(r),
    prompt_tokens: 20 + below(r, 200),
    response_tokens: refused ? 0 : 1 + below(r, 1_200),
    status: refused ? 429 : 200,
    stream: account % 3 === 0,
    ip: `198.${account & 127}.${(account >>> 7) & 255}.${below(r, 3)}`,
    asn: 64_496 + (account % 40),
    country: COUNTRIES[account % 6],
    user_agent: `sdk-${account % 5}/1.${account % 30}`,
    ...(account % 4 === 0 ? { ja4: `t13d1516h2_${hex(account % 9, 12)}` } : {}),
  });
};

/** Writes the log as a stream, in bounded memory; returns its bytes. */
export const writeLog = async (path: string, shape: LogShape): Promise<number> => {
  const r = createRandom(shape.seed ?? 1, 'bench-log');
  const file = createWriteStream(path);
  let bytes = 0;
  for (let i = 0; i < shape.exchanges; ) {
    let block = '';
    for (const end = Math.min(i + BLOCK_ROWS, shape.exchanges); i < end; i++)
      block += `${rowOf(r, i, shape)}\n`;
    const data = Buffer.from(block);
    bytes += data.length;
    if (!file.write(data)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
  return bytes;
};
