import { hash53 } from '../../base/hash.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { Accumulator } from './accumulator.ts';
import { addressBlock, isNeighbourV4 } from './address-block.ts';
import { addKey, addNew, type BottomK, countKnown, createBottomK } from './bottom-k.ts';
import { CAPACITY, type ModelUse, SIX_HOURS } from './profile.ts';
import { addSpan, extendSpan, type MutableSpan } from './span.ts';
import { addTime, createTimeline } from './timeline.ts';

/**
 * Labels of the last exchange, and how many exchanges in a row had them. An account changes its
 * client, address and model seldom, so most exchanges add one to each of three counts, and the
 * sketches of labels are touched once for a whole run. Counting a run at once is exact.
 */
export interface Run {
  ofClient: number;
  asn: string | null;
  country: string | null;
  userAgent: string | null;
  ja4: string | null;
  organizationId: string | null;
  systemPrompt: string | null;

  ofNetwork: number;
  ip: string | null;
  network: string | null;
  /** Whether `network` is a block of IPv4. */
  isV4: boolean;

  ofModel: number;
  model: string | null;
  /** Which six hours since the epoch: the base width of a model's activity. */
  modelTime: number;

  ofConversation: number;
  conversationId: string | null;
  /** The span of the run itself. */
  conversation: MutableSpan;
}

export const createRun = (): Run => ({
  ofClient: 0,
  asn: null,
  country: null,
  userAgent: null,
  ja4: null,
  organizationId: null,
  systemPrompt: null,
  ofNetwork: 0,
  ip: null,
  network: null,
  isV4: false,
  ofModel: 0,
  model: null,
  modelTime: 0,
  ofConversation: 0,
  conversationId: null,
  conversation: { first: 0, last: 0, turns: 0 },
});

/** Addresses to blocks, emptied at MEMO_LIMIT entries: an account goes back and forth between few. */
export type BlockMemo = Map<string, string | null>;
const MEMO_LIMIT = 65_536;

const blockOf = (ip: string | null, memo: BlockMemo): string | null => {
  if (ip === null) return null;
  let block = memo.get(ip);
  if (block === undefined) {
    if (memo.size >= MEMO_LIMIT) memo.clear();
    block = addressBlock(ip);
    memo.set(ip, block);
  }
  return block;
};

/** Counts the labels of one exchange: goes on with the runs, or ends them and begins new ones. */
export const observeLabels = (into: Accumulator, exchange: Exchange, memo: BlockMemo): void => {
  const { run } = into;
  if (
    exchange.asn !== run.asn ||
    exchange.country !== run.country ||
    exchange.userAgent !== run.userAgent ||
    exchange.ja4 !== run.ja4 ||
    exchange.organizationId !== run.organizationId ||
    exchange.systemPrompt !== run.systemPrompt
  ) {
    endClient(into);
    run.asn = exchange.asn;
    run.country = exchange.country;
    run.userAgent = exchange.userAgent;
    run.ja4 = exchange.ja4;
    run.organizationId = exchange.organizationId;
    run.systemPrompt = exchange.systemPrompt;
  }
  run.ofClient += 1;
  if (exchange.ip !== run.ip) {
    if (!run.isV4 || exchange.ip === null || !isNeighbourV4(run.ip!, exchange.ip)) {
      const network = blockOf(exchange.ip, memo);
      if (network !== run.network) endNetwork(into);
      run.network = network;
      run.isV4 = network?.endsWith('.0/24') ?? false;
    }
    run.ip = exchange.ip;
  }
  run.ofNetwork += 1;
  const modelTime = Math.floor(exchange.timestamp / SIX_HOURS);
  if (exchange.model !== run.model || modelTime !== run.modelTime) {
    endModel(into);
    run.model = exchange.model;
    run.modelTime = modelTime;
  }
  run.ofModel += 1;
  observeConversation(into, exchange);
};

const observeConversation = (into: Accumulator, exchange: Exchange): void => {
  const { run } = into;
  const { conversationId, timestamp, priorTurns } = exchange;
  const { conversation } = run;
  if (conversationId !== run.conversationId) {
    endConversation(into);
    run.conversationId = conversationId;
  }
  if (conversationId === null) return;
  if (run.ofConversation === 0) {
    conversation.first = timestamp;
    conversation.last = timestamp;
    conversation.turns = priorTurns;
  } else extendSpan(conversation, timestamp, timestamp, priorTurns);
  run.ofConversation += 1;
};

/** Ends the runs under way, so that the sketches hold everything observed. */
export const endRuns = (into: Accumulator): void => {
  endClient(into);
  endNetwork(into);
  endModel(into);
  endConversation(into);
};

const label = (
  into: BottomK<string> | null,
  value: string | null,
  count: number,
  k: number = CAPACITY.labels,
): BottomK<string> | null => {
  if (value === null || count === 0) return into;
  const sketch = into ?? createBottomK<string>(k);
  addKey(sketch, hash53(value), value, count);
  return sketch;
};

const endClient = (into: Accumulator): void => {
  const { run } = into;
  const count = run.ofClient;
  run.ofClient = 0;
  into.systems = label(into.systems, run.asn, count);
  into.countries = label(into.countries, run.country, count);
  into.userAgents = label(into.userAgents, run.userAgent, count);
  into.clients = label(into.clients, run.ja4, count);
  into.organizations = label(into.organizations, run.organizationId, count);
  if (run.systemPrompt === null || count === 0) return;
  into.systemPrompts ??= createBottomK<null>(CAPACITY.labels);
  addKey(into.systemPrompts, hash53(run.systemPrompt), null, count);
};

const endNetwork = (into: Accumulator): void => {
  const { run } = into;
  into.networks = label(into.networks, run.network, run.ofNetwork, CAPACITY.networks);
  run.ofNetwork = 0;
};

const endModel = (into: Accumulator): void => {
  const { run } = into;
  const { ofModel, model } = run;
  run.ofModel = 0;
  if (model === null || ofModel === 0) return;
  into.models ??= createBottomK<ModelUse>(CAPACITY.models);
  const key = hash53(model);
  const known = countKnown(into.models, key, ofModel);
  const activity =
    known < 0
      ? createTimeline(SIX_HOURS, CAPACITY.modelActivity)
      : into.models.values[known]!.activity;
  addTime(activity, run.modelTime * SIX_HOURS, ofModel);
  if (known < 0) addNew(into.models, key, { name: model, activity }, ofModel);
};

const endConversation = (into: Accumulator): void => {
  const { run } = into;
  if (run.ofConversation === 0) return;
  into.conversations ??= createBottomK<MutableSpan>(CAPACITY.conversations);
  const { first, last, turns } = run.conversation;
  addSpan(into.conversations, hash53(run.conversationId!), first, last, turns, run.ofConversation);
  run.ofConversation = 0;
};
