/** Gateways that ask with a request's headers: nginx, Caddy and HAProxy, Envoy over HTTP; and LiteLLM. */
import {
  guardrailResponse,
  LARGEST_GUARDRAIL_REQUEST,
  readGuardrailRequest,
} from '../../act/gateway/litellm/guardrail.ts';
import { nginxAuth } from '../../act/gateway/nginx/auth.ts';
import { type QuestionHeaders, questionOfHeaders } from '../../act/gateway/question.ts';
import { refuse } from '../../act/gateway/refuse.ts';
import { styleOf } from '../../act/gateway/style.ts';
import {
  type Asking,
  allHeadersOf,
  decide,
  headersOf,
  type Verdict,
} from '../../act/gateway/verdict.ts';
import { type Call, headerOf, problem, type Route, reply, withBody } from './http.ts';
import type { Tally, Way } from './tally.ts';

export interface AskParts {
  readonly asking: () => Asking;
  readonly tally: Tally;
  readonly names: QuestionHeaders;
  readonly appealUrl: string;
}

export const countVerdict = (tally: Tally, way: Way, verdict: Verdict): void => {
  tally.count(way, verdict.answer);
  if (!verdict.passes) tally.refused(way);
  if (verdict.unidentified) tally.unidentified(way);
};

const MOUNT = { forward: '/forward-auth', envoy: '/envoy' } as const;

export const askRoutes = ({ asking, tally, names, appealUrl }: AskParts): readonly Route[] => {
  const verdictOf = (call: Call, way: Way): Verdict => {
    const verdict = decide(asking(), questionOfHeaders(headerOf(call.request), names), call.now);
    countVerdict(tally, way, verdict);
    return verdict;
  };

  const refuseTo = (call: Call, verdict: Verdict, path: string): void => {
    const { status, body, headers, type } = refuse(
      verdict,
      styleOf(path, headerOf(call.request)),
      appealUrl,
    );
    reply(call.response, status, body, headers, type);
  };

  const nginx = (call: Call): void => {
    const { status, headers } = nginxAuth(verdictOf(call, 'nginx'));
    reply(call.response, status, '', headers);
  };

  /**
   * What nginx shows after it refused. Asked again without counting, for the refusal was counted when it
   * was decided; how long to wait is taken over from the first answer.
   */
  const nginxRefusal = (call: Call): void => {
    const header = headerOf(call.request);
    const { gate } = asking();
    const answer = gate.answer(questionOfHeaders(header, names), call.now);
    const waited = Number(header('x-stillwatch-retry-after') || Number.NaN);
    refuseTo(
      call,
      {
        passes: false,
        answer,
        retry_after: Number.isInteger(waited) && waited > 0 ? waited : null,
        unidentified: false,
      },
      header('x-original-uri') ?? '',
    );
  };

  const forward = (call: Call): void => {
    const verdict = verdictOf(call, 'forward-auth');
    if (verdict.passes) reply(call.response, 200, '', allHeadersOf(verdict));
    // Caddy gives this answer to the customer as it is.
    else refuseTo(call, verdict, headerOf(call.request)('x-forwarded-uri') ?? '');
  };

  const envoy = (call: Call): void => {
    const verdict = verdictOf(call, 'envoy-http');
    if (verdict.passes) reply(call.response, 200, '', allHeadersOf(verdict));
    // Envoy puts its path_prefix before the path of the request itself.
    else refuseTo(call, verdict, call.path.slice(MOUNT.envoy.length));
  };

  const litellm = ({ request, response, now }: Call): void =>
    withBody(request, response, LARGEST_GUARDRAIL_REQUEST, (body) => {
      const read = readGuardrailRequest(body);
      if ('fault' in read) return problem(response, 400, read.fault);
      if (read.input === 'response') return reply(response, 200, guardrailResponse(null));
      const verdict = decide(asking(), read.question, now);
      countVerdict(tally, 'litellm', verdict);
      if (verdict.passes) return reply(response, 200, guardrailResponse(null), headersOf(verdict));
      const refused: unknown = JSON.parse(refuse(verdict, 'problem', appealUrl).body);
      const { detail } = refused as { readonly detail: string };
      reply(response, 200, guardrailResponse(detail), headersOf(verdict));
    });

  return [
    { method: 'GET', path: '/nginx/auth', handle: nginx },
    { method: 'GET', path: '/nginx/refusal', handle: nginxRefusal },
    { method: '*', path: MOUNT.forward, prefix: true, handle: forward },
    { method: '*', path: MOUNT.envoy, prefix: true, handle: envoy },
    {
      method: 'POST',
      path: '/beta/litellm_basic_guardrail_api',
      access: 'either',
      handle: litellm,
    },
  ];
};
