/** What the fast lane answers: plain JSON, and nginx's question with the headers of a request. */
import { nginxAuth } from '../../act/gateway/nginx/auth.ts';
import { answerJson, readQuestion } from '../../act/gateway/plain/decide.ts';
import { questionOfHeaders } from '../../act/gateway/question.ts';
import { decide } from '../../act/gateway/verdict.ts';
import type { GateQuestion } from '../../act/response/decision.ts';
import { type AskParts, countVerdict } from './ask-routes.ts';
import type { FastAnswer } from './fast-lane.ts';
import type { PlainHead } from './plain-head.ts';
import type { Tokens } from './tokens.ts';

export interface FastParts extends AskParts {
  readonly tokens: Tokens;
  readonly clock: () => number;
}

const LINES = {
  200: 'HTTP/1.1 200 OK',
  401: 'HTTP/1.1 401 Unauthorized',
  403: 'HTTP/1.1 403 Forbidden',
} as const;

/** RFC 9110 §6.6.1: a Date in every answer, made once a second. */
const createDates = (): ((now: number) => string) => {
  let second = Number.NaN;
  let date = '';
  return (now) => {
    const current = Math.floor(now / 1000);
    if (current !== second) {
      second = current;
      date = `\r\nDate: ${new Date(now).toUTCString()}\r\nConnection: keep-alive\r\nKeep-Alive: timeout=65`;
    }
    return date;
  };
};

/** One character for each byte of the text as UTF-8. */
const bytesOf = (text: string): string =>
  Buffer.byteLength(text) === text.length ? text : Buffer.from(text).toString('latin1');

export const fastAnswers = (parts: FastParts): ReadonlyMap<string, FastAnswer> => {
  const { asking, tally, names, appealUrl, tokens, clock } = parts;
  const common = createDates();
  const allowed = (head: PlainHead): boolean =>
    tokens.bearer(head.headers.get('authorization')) !== undefined;

  const plain: FastAnswer = (head, body) => {
    if (!allowed(head)) return null;
    const question = readQuestion(body);
    if ('fault' in question) return null;
    const now = clock();
    const answer = asking().gate.answer(question, now);
    tally.count('plain', answer);
    const text = bytesOf(answerJson(answer, appealUrl));
    const stale = answer.stale ? '\r\nX-Stillwatch-Stale: 1' : '';
    return `${LINES[200]}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\nX-Stillwatch-Age: ${answer.knowledge_age}${stale}${common(Date.now())}\r\n\r\n${text}`;
  };

  /** The same head asks the same question. */
  const questions = new WeakMap<PlainHead, GateQuestion>();
  const questionOf = (head: PlainHead): GateQuestion => {
    const known = questions.get(head);
    if (known !== undefined) return known;
    const question = questionOfHeaders((name) => head.headers.get(name), names);
    questions.set(head, question);
    return question;
  };

  const nginx: FastAnswer = (head) => {
    if (!allowed(head)) return null;
    const verdict = decide(asking(), questionOf(head), clock());
    countVerdict(tally, 'nginx', verdict);
    const { status, headers } = nginxAuth(verdict);
    let text = `${LINES[status]}\r\nContent-Type: application/json\r\nContent-Length: 0`;
    for (const [name, value] of headers) text += `\r\n${name}: ${value}`;
    return `${text}${common(Date.now())}\r\n\r\n`;
  };

  return new Map([
    ['POST /v1/decide', plain],
    ['GET /nginx/auth', nginx],
  ]);
};
