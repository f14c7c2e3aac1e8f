/** A question out of what a gateway says: JSON of its own making, or the headers of a request. */
import type { GateQuestion } from '../response/decision.ts';

export const QUESTION_FIELDS = [
  'account',
  'organization',
  'end_user',
  'address',
  'token',
  'client',
  'tier',
] as const satisfies readonly (keyof GateQuestion)[];
export type QuestionField = (typeof QUESTION_FIELDS)[number];

/** Longest value that is looked at: longer ones name nobody. */
export const LONGEST_VALUE = 512;

/** Name of the request header, in lower case, that carries each field. */
export type QuestionHeaders = Readonly<Record<QuestionField, string>>;

export const QUESTION_HEADERS: QuestionHeaders = {
  account: 'x-account',
  organization: 'x-organization',
  end_user: 'x-end-user',
  address: 'x-real-ip',
  token: 'x-token-id',
  client: 'x-client-fingerprint',
  tier: 'x-tier',
};

/** Whether it names anybody: a tier alone does not. */
export const namesSomebody = (question: GateQuestion): boolean =>
  question.account !== undefined ||
  question.organization !== undefined ||
  question.end_user !== undefined ||
  question.address !== undefined ||
  question.token !== undefined ||
  question.client !== undefined;

type Writable = { -readonly [K in keyof GateQuestion]: GateQuestion[K] };

/**
 * The question in headers that the gateway set. The gateway must overwrite what the caller sent under
 * these names; the guides show how. Empty headers count as absent: nginx sends them for empty variables.
 */
export const questionOfHeaders = (
  header: (name: string) => string | undefined,
  names: QuestionHeaders = QUESTION_HEADERS,
): GateQuestion => {
  const question: Writable = {};
  for (const field of QUESTION_FIELDS) {
    const value = header(names[field]);
    if (value !== undefined && value !== '' && value.length <= LONGEST_VALUE)
      question[field] = value;
  }
  return question;
};

/** Says what is wrong with a question, without quoting it. */
export interface QuestionFault {
  readonly fault: string;
}

const KNOWN: ReadonlySet<string> = new Set(QUESTION_FIELDS);

/**
 * A parsed JSON value as question. A member that is not known is refused, because a misspelt `acount`
 * would otherwise let everybody pass; so is a question that names nobody.
 */
export const parseQuestion = (value: unknown): GateQuestion | QuestionFault => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { fault: 'a question is an object' };
  const question: Writable = {};
  // A parsed value has no inherited enumerable members.
  for (const name in value) {
    if (!KNOWN.has(name)) return { fault: `a question has only ${QUESTION_FIELDS.join(', ')}` };
    const given = (value as Readonly<Record<string, unknown>>)[name];
    if (given === null || given === '') continue;
    if (typeof given !== 'string' || given.length > LONGEST_VALUE)
      return { fault: `${name} is text of at most ${LONGEST_VALUE} characters` };
    question[name as QuestionField] = given;
  }
  return namesSomebody(question) ? question : { fault: 'a question names at least one subject' };
};
