import type { Row } from './fields.ts';

/** The known fields of a row; the place of a name in this list is its slot. */
export const NATIVE_FIELDS = [
  'timestamp',
  'account_id',
  'prompt',
  'messages',
  'response_tokens',
  'response',
  'exchange_id',
  'organization_id',
  'end_user_id',
  'conversation_id',
  'model',
  'prompt_tokens',
  'reasoning_tokens',
  'max_tokens',
  'temperature',
  'n',
  'logprobs',
  'stream',
  'tools',
  'system_prompt',
  'finish_reason',
  'status',
  'ip',
  'asn',
  'country',
  'user_agent',
  'ja4',
  'prompt_hash',
  'template_id',
] as const;

/** The known fields of a row in one fixed shape, each of any type; undefined where it has none. */
export type NativeRow = Readonly<Record<(typeof NATIVE_FIELDS)[number], unknown>>;

export const createSlots = (): unknown[] => new Array(NATIVE_FIELDS.length).fill(undefined);

export const rowOf = (slots: readonly unknown[]): NativeRow => {
  return {
    timestamp: slots[0],
    account_id: slots[1],
    prompt: slots[2],
    messages: slots[3],
    response_tokens: slots[4],
    response: slots[5],
    exchange_id: slots[6],
    organization_id: slots[7],
    end_user_id: slots[8],
    conversation_id: slots[9],
    model: slots[10],
    prompt_tokens: slots[11],
    reasoning_tokens: slots[12],
    max_tokens: slots[13],
    temperature: slots[14],
    n: slots[15],
    logprobs: slots[16],
    stream: slots[17],
    tools: slots[18],
    system_prompt: slots[19],
    finish_reason: slots[20],
    status: slots[21],
    ip: slots[22],
    asn: slots[23],
    country: slots[24],
    user_agent: slots[25],
    ja4: slots[26],
    prompt_hash: slots[27],
    template_id: slots[28],
  };
};

const SLOT: ReadonlyMap<string, number> = new Map(NATIVE_FIELDS.map((name, i) => [name, i]));
const slots = createSlots();

/**
 * The known fields of a parsed row. Rows that leave out different optional fields have as many
 * hidden classes, and reading 29 fields by name from hundreds of classes takes three times as long
 * as parsing the row; walking its keys once costs the same for every shape.
 */
export const settle = (row: Row): NativeRow => {
  slots.fill(undefined);
  const keys = Object.keys(row);
  const values = Object.values(row);
  for (let i = 0; i < keys.length; i++) {
    const slot = SLOT.get(keys[i]!);
    if (slot !== undefined) slots[slot] = values[i];
  }
  return rowOf(slots);
};
