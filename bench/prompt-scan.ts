/**
 * Scanning prompts: `scanPrompt` against a plain FNV-1a over `charCodeAt` of the same strings,
 * interleaved round by round in one process, so that what slows the machine slows both.
 *
 * Null control: FNV-1a against itself (1 expected). Positive control: FNV-1a twice against once (2
 * expected). Intervals: second-lowest to second-highest of 11 rounds, which covers the median with
 * probability 98.8 % (binomial).
 */
import { hash32 } from '../src/base/hash.ts';
import { createPromptScan, scanPrompt } from '../src/detect/profile/prompt-scan/prompt-scan.ts';

const PROMPTS = 4_000;
const ROUNDS = 11;

export interface ScanSpeed {
  readonly name: string;
  /** Mean length of a prompt in UTF-16 units. */
  readonly units: number;
  readonly nanosecondsPerPrompt: number;
  /** Megabytes of UTF-16 units (two bytes each) per second. */
  readonly megabytesPerSecond: number;
  /** Time as a multiple of FNV-1a: median and its 98.8 % interval. */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** Sentences with slots; words are drawn so that no prompt repeats and branches cannot be learned. */
const TEXTS: Record<string, { readonly words: readonly string[]; readonly space: string }> = {
  english: {
    space: ' ',
    words:
      'the of and a to in is you that it he was for on are with as his they at be this have from or had by but some what there we can out other were all your when up use how said an each she which do their time if will way about many then them would write like so these her long make thing see him two has look more day could go come did number sound no most people my over know water than call first who may down side been now find window apples harbour quarter theorem parser, train. 48 $12 profit, ratio? year.'.split(
        ' ',
      ),
  },
  chinese: {
    space: '',
    words:
      '的 一 是 不 了 在 人 有 我 他 这 个 们 中 来 上 大 为 和 国 地 到 以 说 时 要 就 出 会 可 也 你 对 生 能 而 子 那 得 于 着 下 自 之 年 过 发 后 作 里 用 道 行 所 然 家 种 事 成 方 多 经 么 去 法 学 如 都 同 现 当 没 动 面 起 看 定 天 分 还 进 好 小 部 其 些 主 样 理 心 她 本 前 开 但 因 只 从 想 实 ， 。 48 请 问题 回答'.split(
        ' ',
      ),
  },
  russian: {
    space: ' ',
    words:
      'и в не на я быть он с что а по это она этот к но они мы весь который из у то за свой ещё мочь такой если время когда другой сказать наш человек год знать от же вы дом яблоки вагон, скорость. теорема функция поезд? сколько 48 рублей всего осталось каждый день работа слово место лицо друг глаз вопрос сторона страна мир случай'.split(
        ' ',
      ),
  },
};

const makePrompts = (words: readonly string[], space: string): string[] => {
  let state = 1;
  return Array.from({ length: PROMPTS }, () => {
    let text = '';
    while (text.length < 250) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      text += (text === '' ? '' : space) + words[(state >>> 8) % words.length];
    }
    return Buffer.from(text, 'utf8').toString('utf8'); // flat, as a reader hands it over
  });
};

let sink = 0;
const out = createPromptScan();
const scanAll = (prompts: readonly string[]): void => {
  for (const prompt of prompts) {
    scanPrompt(prompt, out);
    sink ^= out.hash ^ out.elicitation;
  }
};
const hashAll = (prompts: readonly string[]): void => {
  for (const prompt of prompts) sink ^= hash32(prompt);
};
const hashTwice = (prompts: readonly string[]): void => {
  hashAll(prompts);
  hashAll(prompts);
};

const timed = (job: () => void): number => {
  const start = performance.now();
  job();
  return performance.now() - start;
};

const summary = (
  name: string,
  prompts: readonly string[],
  times: readonly number[],
  base: readonly number[],
): ScanSpeed => {
  const ratios = times.map((time, index) => time / base[index]!).sort((a, b) => a - b);
  const ms = [...times].sort((a, b) => a - b)[times.length >> 1]!;
  const units = prompts.reduce((sum, prompt) => sum + prompt.length, 0);
  return {
    name,
    units: units / prompts.length,
    nanosecondsPerPrompt: (ms * 1e6) / prompts.length,
    megabytesPerSecond: (2 * units) / 1e6 / (ms / 1e3),
    ratio: ratios[ratios.length >> 1]!,
    low: ratios[1]!,
    high: ratios.at(-2)!,
  };
};

export const run = (): readonly ScanSpeed[] => {
  const results: ScanSpeed[] = [];
  const corpora = Object.entries(TEXTS).map(
    ([name, { words, space }]) => [name, makePrompts(words, space)] as const,
  );
  // Compile all paths first: rounds must not differ by what the optimiser has seen.
  for (let k = 0; k < 5; k++)
    for (const [, prompts] of corpora) {
      scanAll(prompts);
      hashTwice(prompts);
    }
  for (const [name, prompts] of corpora) {
    const base: number[] = [];
    const same: number[] = [];
    const twice: number[] = [];
    const scan: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      base.push(timed(() => hashAll(prompts)));
      same.push(timed(() => hashAll(prompts)));
      twice.push(timed(() => hashTwice(prompts)));
      scan.push(timed(() => scanAll(prompts)));
    }
    results.push(summary(`${name}: FNV-1a`, prompts, base, base));
    results.push(summary(`${name}: null control (FNV-1a again)`, prompts, same, base));
    results.push(summary(`${name}: positive control (FNV-1a twice)`, prompts, twice, base));
    results.push(summary(`${name}: scanPrompt`, prompts, scan, base));
  }
  return results;
};

if (import.meta.main) {
  for (const r of run())
    console.log(
      `${r.name.padEnd(44)} ${r.units.toFixed(0)} units  ${r.nanosecondsPerPrompt.toFixed(0).padStart(6)} ns  ${r.megabytesPerSecond.toFixed(0).padStart(5)} MB/s  ×${r.ratio.toFixed(2)} [${r.low.toFixed(2)}, ${r.high.toFixed(2)}]`,
    );
  if (sink === 1) console.log('');
}
