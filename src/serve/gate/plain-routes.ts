/** Plain JSON: `POST /v1/decide`, the hot path, and `POST /v1/decide/batch`. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  answerJson,
  answersJson,
  LARGEST_BATCH,
  LARGEST_QUESTION,
  readQuestion,
  readQuestions,
} from '../../act/gateway/plain/decide.ts';
import type { Gate } from '../../act/response/decision.ts';
import { problem, type Route, withBody } from './http.ts';
import type { Tally } from './tally.ts';

export interface PlainParts {
  readonly gate: () => Gate;
  readonly tally: Tally;
  readonly appealUrl: string;
  readonly clock: () => number;
}

const TYPE = 'application/json';

const send = (response: ServerResponse, body: string, age: number, stale: boolean): void => {
  const length = Buffer.byteLength(body);
  const headers = [
    'Content-Type',
    TYPE,
    'Content-Length',
    String(length),
    'X-Stillwatch-Age',
    String(age),
  ];
  if (stale) headers.push('X-Stillwatch-Stale', '1');
  response.writeHead(200, headers);
  // As many bytes as characters is ASCII, which goes to the socket without being encoded.
  response.end(body, length === body.length ? 'latin1' : 'utf8');
};

export const hotDecide =
  ({ gate, tally, appealUrl, clock }: PlainParts) =>
  (request: IncomingMessage, response: ServerResponse): void =>
    withBody(request, response, LARGEST_QUESTION, (body) => {
      const question = readQuestion(body);
      if ('fault' in question) return problem(response, 400, question.fault);
      const answer = gate().answer(question, clock());
      tally.count('plain', answer);
      send(response, answerJson(answer, appealUrl), answer.knowledge_age, answer.stale);
    });

export const plainRoutes = ({ gate, tally, appealUrl }: PlainParts): readonly Route[] => [
  {
    method: 'POST',
    path: '/v1/decide/batch',
    handle: ({ request, response, now }) =>
      withBody(request, response, LARGEST_BATCH, (body) => {
        const questions = readQuestions(body);
        if ('fault' in questions) return problem(response, 400, questions.fault);
        let age = 0;
        let stale = false;
        const text = answersJson(gate(), questions, now, appealUrl, (answer) => {
          tally.count('plain', answer);
          age = answer.knowledge_age;
          stale = answer.stale;
        });
        send(response, text, age, stale);
      }),
  },
];
