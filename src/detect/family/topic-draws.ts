/**
 * Which account drew which topics: accounts × topics counts of distinct prompts, as compressed
 * sparse rows, with the transposed index. Every later step works on this and not on prompts.
 */
export interface TopicDraws {
  readonly accounts: number;
  readonly topics: number;
  /** Account a drew topics[starts[a] … starts[a+1]), ascending, counts beside. */
  readonly starts: Int32Array;
  readonly topicIndex: Int32Array;
  readonly counts: Int32Array;
  /** Distinct prompts sampled from each account. */
  readonly sampled: Int32Array;
  /** Topic t was drawn by accountIndex[topicStarts[t] … topicStarts[t+1]), counts beside. */
  readonly topicStarts: Int32Array;
  readonly accountIndex: Int32Array;
  readonly accountCounts: Int32Array;
  /** Prompts in each topic. */
  readonly topicTotals: Int32Array;
  readonly total: number;
}

/** `accountOf` and `topicOf` are parallel, one entry per sampled prompt, accounts ascending. */
export const countDraws = (
  accountOf: Int32Array,
  topicOf: Int32Array,
  accounts: number,
  topics: number,
): TopicDraws => {
  const order = sortByAccountThenTopic(accountOf, topicOf, accounts, topics);
  const starts = new Int32Array(accounts + 1);
  const topicIndex = new Int32Array(order.length);
  const counts = new Int32Array(order.length);
  const sampled = new Int32Array(accounts);
  const topicTotals = new Int32Array(topics);
  let used = 0;
  let account = 0;
  for (const row of order) {
    const a = accountOf[row]!;
    const t = topicOf[row]!;
    while (account < a) starts[++account] = used;
    sampled[a]! += 1;
    topicTotals[t]! += 1;
    if (used > starts[a]! && topicIndex[used - 1] === t) counts[used - 1]! += 1;
    else {
      topicIndex[used] = t;
      counts[used++] = 1;
    }
  }
  while (account < accounts) starts[++account] = used;
  const direct = {
    accounts,
    topics,
    starts,
    topicIndex: topicIndex.slice(0, used),
    counts: counts.slice(0, used),
    sampled,
  };
  return { ...direct, ...transpose(direct), topicTotals, total: order.length };
};

const sortByAccountThenTopic = (
  accountOf: Int32Array,
  topicOf: Int32Array,
  accounts: number,
  topics: number,
): Int32Array => {
  const byTopic = countingSort(Int32Array.from(topicOf.keys()), topicOf, topics);
  return countingSort(byTopic, accountOf, accounts);
};

/** Stable counting sort of `rows` by `keyOf[row]`. */
const countingSort = (rows: Int32Array, keyOf: Int32Array, keys: number): Int32Array => {
  const next = new Int32Array(keys + 1);
  for (const row of rows) next[keyOf[row]! + 1]! += 1;
  for (let k = 0; k < keys; k++) next[k + 1]! += next[k]!;
  const out = new Int32Array(rows.length);
  for (const row of rows) out[next[keyOf[row]!]!++] = row;
  return out;
};

const transpose = (
  direct: Pick<TopicDraws, 'accounts' | 'topics' | 'starts' | 'topicIndex' | 'counts'>,
): Pick<TopicDraws, 'topicStarts' | 'accountIndex' | 'accountCounts'> => {
  const topicStarts = new Int32Array(direct.topics + 1);
  for (const t of direct.topicIndex) topicStarts[t + 1]! += 1;
  for (let t = 0; t < direct.topics; t++) topicStarts[t + 1]! += topicStarts[t]!;
  const next = topicStarts.slice();
  const accountIndex = new Int32Array(direct.topicIndex.length);
  const accountCounts = new Int32Array(direct.topicIndex.length);
  for (let a = 0; a < direct.accounts; a++)
    for (let i = direct.starts[a]!; i < direct.starts[a + 1]!; i++) {
      const at = next[direct.topicIndex[i]!]!++;
      accountIndex[at] = a;
      accountCounts[at] = direct.counts[i]!;
    }
  return { topicStarts, accountIndex, accountCounts };
};
