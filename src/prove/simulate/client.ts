/**
 * The programs that accounts talk through. A client decides which fields a row carries, so that
 * every account, honest or not, draws it from the same distribution: no header tells them apart.
 */
import { hash32 } from '../../base/hash.ts';
import { below, chance, choice, integer, type Random, weighted } from '../../base/random.ts';

export interface Client {
  readonly userAgent: string;
  readonly ja4: string;
  /** Runs in a data centre more often than not. */
  readonly hosted: boolean;
  readonly sendsConversation: boolean;
  /** Sends `messages` with the earlier turns; otherwise `prompt` alone. */
  readonly sendsMessages: boolean;
  readonly sendsEndUser: boolean;
  readonly stream: boolean;
  readonly tools: boolean | undefined;
  readonly systemPrompt: string | undefined;
  readonly temperature: number | undefined;
  readonly maxTokens: number | undefined;
  /** Share of requests that ask for log-probabilities, and for several completions. */
  readonly logprobsShare: number;
  readonly samplesShare: number;
  readonly model: string;
  /** Second model and the share of requests that go to it. */
  readonly otherModel: string;
  readonly otherShare: number;
}

export const MODELS = ['sw-large-1', 'sw-medium-1', 'sw-small-1', 'sw-reason-1'] as const;
/** Appears in the middle of a world with a release pivot. */
export const NEW_MODEL = 'sw-large-2';

const BROWSERS = [
  'Chrome/137.0.0.0 Safari/537.36',
  'Chrome/136.0.0.0 Safari/537.36',
  'Firefox/139.0',
  'Version/18.5 Safari/605.1.15',
  'Edg/137.0.0.0',
];
const SYSTEMS = [
  'Windows NT 10.0; Win64; x64',
  'Macintosh; Intel Mac OS X 10_15_7',
  'X11; Linux x86_64',
];
const PHONES = [
  'StillChat/4.18 (iPhone; iOS 18.5)',
  'StillChat/4.17 (iPhone; iOS 18.4)',
  'StillChat/4.18 (Android 15)',
  'StillChat/4.12 (Android 14)',
];
const LIBRARIES = [
  'sw-python/1.84.0',
  'sw-python/1.79.2',
  'sw-python/1.61.0',
  'sw-node/5.3.0',
  'sw-node/4.104.0',
  'python-requests/2.32.3',
  'Go-http-client/2.0',
  'okhttp/4.12.0',
  'axios/1.9.0',
  'curl/8.7.1',
];

const ROLES = [
  'a helpful assistant',
  'a careful editor',
  'a support agent',
  'a data analyst',
  'a tutor',
  'a programmer',
  'a travel planner',
  'a translator',
];
const MANNERS = [
  'Answer briefly.',
  'Be precise.',
  'Use plain words.',
  'Answer in Markdown.',
  'Say when you are not sure.',
  'Keep a friendly tone.',
];

/** TLS fingerprint of a program: the same for everybody who runs it. */
export const ja4Of = (program: string): string => {
  const part = (seed: number): string => hash32(program, seed).toString(16).padStart(8, '0');
  return `t13d${15 + (hash32(program) % 4)}${10 + (hash32(program, 5) % 9)}h2_${part(1)}${part(2).slice(0, 4)}_${part(3)}${part(4).slice(0, 4)}`;
};

type Habits = Pick<
  Client,
  | 'userAgent'
  | 'hosted'
  | 'stream'
  | 'tools'
  | 'systemPrompt'
  | 'temperature'
  | 'maxTokens'
  | 'sendsEndUser'
  | 'logprobsShare'
  | 'samplesShare'
>;

const chatClient = (random: Random): Habits => ({
  userAgent: chance(random, 0.3)
    ? choice(random, PHONES)
    : `Mozilla/5.0 (${choice(random, SYSTEMS)}) ${choice(random, BROWSERS)}`,
  hosted: false,
  stream: true,
  tools: undefined,
  systemPrompt: undefined,
  temperature: undefined,
  maxTokens: undefined,
  sendsEndUser: false,
  logprobsShare: 0,
  samplesShare: 0,
});

const libraryClient = (random: Random): Habits => ({
  userAgent: choice(random, LIBRARIES),
  hosted: chance(random, 0.5),
  stream: chance(random, 0.5),
  tools: chance(random, 0.2) ? true : undefined,
  systemPrompt: chance(random, 0.5)
    ? `You are ${choice(random, ROLES)}. ${choice(random, MANNERS)}`
    : undefined,
  temperature: chance(random, 0.6) ? choice(random, [0, 0.2, 0.3, 0.7, 1]) : undefined,
  maxTokens: chance(random, 0.5) ? choice(random, [1024, 2048, 4096, 8192]) : undefined,
  sendsEndUser: chance(random, 0.25),
  logprobsShare: chance(random, 0.12) ? 0.4 : 0,
  samplesShare: chance(random, 0.1) ? 0.3 : 0,
});

const MODEL_WEIGHTS = [4, 3, 2, 2];

/** What is the same for every account of the population. */
export const ordinaryClient = (random: Random): Client => {
  const habits = chance(random, 0.55) ? chatClient(random) : libraryClient(random);
  const model = weighted(random, MODEL_WEIGHTS);
  return {
    ...habits,
    ja4: ja4Of(habits.userAgent),
    sendsConversation: chance(random, 0.75),
    sendsMessages: chance(random, 0.55),
    model: MODELS[model]!,
    otherModel: MODELS[(model + integer(random, 1, MODELS.length - 1)) % MODELS.length]!,
    otherShare: chance(random, 0.4) ? 0.05 + 0.3 * (below(random, 100) / 100) : 0,
  };
};
